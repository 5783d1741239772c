/* SPDX-License-Identifier: MIT */
/** Copies while others exchange, create, save and read all the while: nothing is shown, nothing is lost
 *  in the source, in a target that is there already, or behind a link that is put into it, and a name
 *  that is replaced stands for a whole file at every moment. */
#include "race.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { WIDE = 4, LARGE = 10000, MOST_ADDED = 100 };

#define REPLACED "target/s3/f3"

static void prepare_replaced(const char *path, const char *token) {
    assert_int_equal(unlink(path), 0);
    put(path, token, LARGE);
}

/* Trees of the same names; the target's directory "private" is open to all, and empty. */
static void prepare(void) {
    plant("d", WIDE);
    plant("elsewhere", WIDE);
    plant("target", WIDE);
    plant("outside", WIDE);
    assert_int_equal(unlink("target/private/f") | chmod("target/private", 0755), 0);
    prepare_replaced("d/s3/f3", "d-3-3\n");
    prepare_replaced("elsewhere/s3/f3", "e-3-3\n");
    prepare_replaced(REPLACED, "t-3-3\n");
    put("target/kept", "kept\n", 1);
    put("secret", "secret\n", 1);
    assert_int_equal(chmod("secret", 0600), 0);
    os_autofree char *outside = os_path_abspath("outside");
    os_autofree char *lure = os_path_join(outside, "s1"), *bait = os_path_join(outside, "s2/f2");
    assert_int_equal(symlink(lure, "lure") | symlink(bait, "bait"), 0);
}

/* Adds files to the target, and puts links out of it in the place of what is copied into. */
static void meddle_with_target(void) {
    while (!others->ends) {
        char path[40], token[40];
        if (others->added < MOST_ADDED) {
            snprintf(path, sizeof path, "target/added%d", others->added);
            snprintf(token, sizeof token, "added-%d\n", others->added);
            put("addition", token, 1);
            if (rename("addition", path) == 0)
                atomic_fetch_add(&others->added, 1);
        }
        swap("target/s1", "lure");
        swap("target/s2/f2", "bait");
    }
}

static void look(void) {
    peep((const char *const[]){"copy/private/f", "target/private/f", "copy-of-secret", NULL});
}

/* Whether a file holds nothing but one token, as often as it was written. */
static bool is_whole(const char *text, ssize_t size) {
    if (size != (ssize_t)strlen("d-3-3\n") * LARGE)
        return false;
    return memcmp(text, text + 6, (size_t)size - 6) == 0; /* the same, 6 bytes on */
}

static void watch(void) {
    static char text[10 * LARGE];
    while (!others->ends) {
        int fd = open(REPLACED, O_RDONLY);
        ssize_t size = fd < 0 ? 0 : read(fd, text, sizeof text);
        if (!is_whole(text, size))
            atomic_fetch_add(&others->torn, 1);
        if (fd >= 0)
            close(fd);
    }
}

static int count_lost(const char *all) {
    int lost = count_lost_of_source(all, WIDE) + is_lost(all, "kept\n") + is_lost(all, "secret\n");
    for (int i = 0; i < others->added; i++)
        lost += is_lost(all, "added-%d\n", i);
    for (int i = 0; i < WIDE * WIDE; i++)
        lost += is_lost(all, "o-%d-%d\n", i / WIDE, i % WIDE);
    struct census census = count_tree("outside"); /* nothing was put there either */
    if (census.directories == WIDE + 2 && census.others == WIDE * WIDE + 1)
        return lost;
    print_message("# %ld directories and %ld files outside\n", census.directories, census.others);
    return lost + 1;
}

static void by_osier(void) {
    const struct os_copytree_options links = {.size = sizeof links, .symlinks = true};
    const struct os_copytree_options merge = {
        .size = sizeof merge, .symlinks = true, .dirs_exist_ok = true};
    os_copy2("secret", "copy-of-secret", NULL);
    os_copytree("d", "copy", &links);
    os_copytree("d", "target", &merge);
}

const struct race race = {
    .prepare = prepare,
    .acts = {meddle, meddle_with_target, look, watch},
    .count_lost = count_lost,
    .by_osier = by_osier,
    .gnu = "cp -p secret copy-of-secret; cp -a d copy; cp -aT d target",
    .python = "python3 -c 'import shutil, contextlib\n"
              "shutil.copy2(\"secret\", \"copy-of-secret\")\n"
              "for target in \"copy\", \"target\":\n"
              "    with contextlib.suppress(shutil.Error, OSError):\n"
              "        shutil.copytree(\"d\", target, symlinks=True, dirs_exist_ok=True)'",
};
