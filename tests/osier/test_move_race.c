/* SPDX-License-Identifier: MIT */
/** Moves to another file system while others exchange, create, save and read all the while: nothing
 *  is lost, nothing is shown, and no name stands for a part of a copy. */
#include "race.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#ifdef SLOW
enum { ROUNDS = 500, PEER_ROUNDS = 10 };
#else
enum { ROUNDS = 25, PEER_ROUNDS = 0 };
#endif

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

static void by_mv(void) {
    if (system("mv d other/x 2>/dev/null") < 0)
        fail();
}

static void by_python(void) {
    if (system("python3 -c 'import shutil; shutil.move(\"d\", \"other/x\")' 2>/dev/null") < 0)
        fail();
}

static void nothing_is_lost_and_nothing_is_shown(void **state) {
    (void)state;
    const struct race race = {prepare, {meddle, look}, count_lost};
    assert_int_equal(mkdir("other", 0755) | chmod(".", 0755), 0);
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("none", "other", "tmpfs", 0, "mode=755") < 0)
        skip();
    struct tally tally = attack(&race, "osier", by_osier, ROUNDS);
    attack(&race, "mv", by_mv, PEER_ROUNDS);
    attack(&race, "CPython", by_python, PEER_ROUNDS);
    umount2("other", MNT_DETACH);
    assert_int_equal(tally.lost, 0);
    assert_int_equal(tally.shown, 0);
    assert_true(tally.exchanges > 0);
}

int main(void) {
    if (call_denied("renameat2")) {
        print_message("1..0 # SKIP without renameat2(2)\n");
        return 0;
    }
    const struct CMUnitTest tests[] = {IN_TREES(nothing_is_lost_and_nothing_is_shown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
