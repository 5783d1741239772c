/* SPDX-License-Identifier: MIT */
/** The jobs of bare.c through osier's public calls.
 *
 *      osier_tree walk|stat|scan|remove|usage THREADS PATH     0 threads: as many as help;
 *                                                              "1x100": a hundred times over
 *      osier_tree copy|file THREADS PATH NEW
 *
 *  With one thread "stat" is os_fwalk() and os_lstatat(), with more it is os_tree_usage().
 */
#include <dirent.h>
#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int threads;
static unsigned long entries, directories, blocks;

static _Noreturn void die(const char *what) {
    os_perror(what);
    exit(1);
}

static unsigned long count_names(char **names) {
    char **name = names;
    while (*name)
        name++;
    return (unsigned long)(name - names);
}

static int walk(const char *path) {
    struct os_walk_options options = {.size = sizeof options, .threads = threads ? threads : -1};
    struct os_walk *walk = os_walk(path, &options);
    struct os_walk_entry *at;
    while ((at = os_walk_next(walk))) {
        directories++;
        entries += count_names(at->dirnames) + count_names(at->filenames);
    }
    int failed = errno;
    os_walk_close(walk);
    errno = failed;
    return failed ? -1 : 0;
}

static void stat_names(int dir_fd, char **names) {
    struct os_stat_result st;
    for (char **name = names; *name; name++, entries++) {
        if (os_lstatat(dir_fd, *name, &st) < 0)
            die("stat");
        blocks += (unsigned long)st.st_blocks;
    }
}

static int stat_one_by_one(const char *path) {
    struct os_walk *walk = os_fwalk(OS_CWD, path, NULL);
    struct os_walk_entry *at;
    while ((at = os_walk_next(walk))) {
        directories++;
        stat_names(at->dir_fd, at->dirnames);
        stat_names(at->dir_fd, at->filenames);
    }
    int failed = errno;
    os_walk_close(walk);
    errno = failed;
    return failed ? -1 : 0;
}

static int scan(const char *path) {
    struct os_scandir *scan = os_scandir(path);
    struct os_dir_entry *entry;
    while ((entry = os_scandir_next(scan)))
        entries += entry->d_type != DT_DIR;
    int failed = errno;
    os_scandir_close(scan);
    errno = failed;
    return failed ? -1 : 0;
}

static int usage(const char *path) {
    struct os_tree_usage_options options = {.size = sizeof options, .control.threads = threads};
    struct os_tree_usage *sum = os_tree_usage(path, &options);
    if (!sum)
        return -1;
    entries = sum->files;
    directories = sum->directories;
    blocks = sum->allocated / 512;
    free(sum);
    return 0;
}

static int stat_all(const char *path) {
    return threads == 1 ? stat_one_by_one(path) : usage(path);
}

static int removal(const char *path) {
    struct os_rmtree_options options = {.size = sizeof options, .control.threads = threads};
    return os_rmtree(path, &options);
}

static int copy(const char *path, const char *new) {
    struct os_copytree_options options = {.size = sizeof options, .control.threads = threads};
    return os_copytree(path, new, &options);
}

static int copy_file(const char *path, const char *new) {
    return os_copyfile(path, new, NULL);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        int (*run)(const char *path);
        int (*run_twice)(const char *path, const char *new);
    } jobs[] = {
        {"walk", walk, NULL},      {"stat", stat_all, NULL}, {"scan", scan, NULL},
        {"remove", removal, NULL}, {"usage", usage, NULL},   {"copy", NULL, copy},
        {"file", NULL, copy_file},
    };
    for (size_t i = 0; argc >= 4 && i < sizeof jobs / sizeof *jobs; i++) {
        if (strcmp(argv[1], jobs[i].name) != 0 || (jobs[i].run_twice && argc < 5))
            continue;
        threads = atoi(argv[2]);
        const char *times = strchr(argv[2], 'x');
        for (int n = times ? atoi(times + 1) : 1; n > 0; n--)
            if ((jobs[i].run ? jobs[i].run(argv[3]) : jobs[i].run_twice(argv[3], argv[4])) < 0)
                die(argv[1]);
        printf("%lu entries, %lu directories, %lu blocks\n", entries, directories, blocks);
        return 0;
    }
    fputs("osier_tree walk|stat|scan|remove|usage|copy|file THREADS PATH [NEW]\n", stderr);
    return 64;
}
