/* SPDX-License-Identifier: MIT */
/** Moves to another file system while others exchange, create, save and read all the while: nothing
 *  is lost, nothing is shown, and no name stands for a part of a copy. */
#include "race.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

enum { WIDE = 8 };

/* Two trees of the same names, sizes and times, but for what is in their files. */
static void prepare(void) {
    plant("d", WIDE);
    plant("elsewhere", WIDE);
}

/* Somebody else looks into all that has the copy's name. */
static void look(void) {
    peep((const char *const[]){"other/x/private/f", NULL});
}

static int count_lost(const char *all) {
    return count_lost_of_source(all, WIDE);
}

static void by_osier(void) {
    os_move("d", "other/x", NULL);
}

static bool begin(void) {
    assert_int_equal(mkdir("other", 0755), 0);
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", "other", "tmpfs", 0, "mode=755") == 0;
}

static void end(void) {
    umount2("other", MNT_DETACH);
}

const struct race race = {
    .begin = begin,
    .prepare = prepare,
    .acts = {meddle, look},
    .count_lost = count_lost,
    .by_osier = by_osier,
    .gnu = "mv d other/x",
    .python = "python3 -c 'import shutil; shutil.move(\"d\", \"other/x\")'",
    .end = end,
};
