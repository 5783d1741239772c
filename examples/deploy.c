/* SPDX-License-Identifier: MIT */
/** A small deployment in C: directories, configuration, environment, a shell line, disk usage. */
#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program with the error in Python's words: `deploy: FileExistsError: …`. */
static void must(bool worked) {
    if (!worked) {
        os_perror("deploy");
        exit(1);
    }
}

static void make_directories(const char *root) {
    static const char *const parts[] = {"etc", "releases/1.0/bin", "var/log/archive"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        os_autofree char *path = os_path_join(root, parts[i]);
        must(path && os_makedirs(path, 0755, OS_EXIST_OK) == 0);
        printf("deploy: made %s\n", path);
    }
}

static void write_configuration(const char *root) {
    os_autofree char *path = os_path_join(root, "etc", "app.conf");
    os_autofree char *port = os_getenv("APP_PORT", "8080");
    char text[200];
    must(path && port);
    int size = snprintf(text, sizeof text, "port = %s\n", port);
    must(os_write_file(path, text, (size_t)size, NULL) == 0);
    printf("deploy: wrote %s, atomically and durably: %s", path, text);
}

/* The new release stands beside the old one; one rename of a link makes it the current one. */
static void switch_release(const char *root) {
    os_autofree char *fresh = os_path_join(root, "current.new");
    os_autofree char *current = os_path_join(root, "current");
    must(fresh && current && os_symlink("releases/1.0", fresh, 0) == 0);
    must(os_replace(fresh, current) == 0);
    os_autofree char *real = os_path_realpath(current, OS_PATH_STRICT);
    must(real);
    printf("deploy: %s is %s now\n", current, real);
}

static void list(const char *path) {
    os_autofree char **names = os_listdir(path);
    must(names);
    printf("deploy: %s holds", path);
    for (char **name = names; *name; name++)
        printf(" %s", *name);
    puts("");
}

static void run(const char *line) {
    int exitcode;
    os_autofree char *output = os_getoutput(line, &exitcode);
    must(output);
    printf("deploy: %s: exit code %d, output: %s\n", line, exitcode, output);
}

static void show_error(const char *root) {
    if (os_mkdir(root, 0777) < 0)
        os_perror("deploy: what an error looks like");
}

/* What the files of a tree take on the disk, and how many entries it has. */
static int64_t tree_blocks(const char *path, int64_t *entries) {
    int64_t blocks = 0;
    struct os_scandir *scan = os_scandir(path);
    for (struct os_dir_entry *entry; scan && (entry = os_scandir_next(scan)); ++*entries) {
        const struct os_stat_result *st = os_dir_entry_stat(entry, OS_NOFOLLOW);
        blocks += st ? st->st_blocks : 0;
        if (os_dir_entry_is_dir(entry, OS_NOFOLLOW) > 0)
            blocks += tree_blocks(os_dir_entry_path(entry), entries);
    }
    os_scandir_close(scan);
    return blocks;
}

static void show_usage(const char *path) {
    struct os_disk_usage_result disk;
    int64_t entries = 0, blocks = tree_blocks(path, &entries);
    must(os_disk_usage(path, &disk) == 0);
    printf("deploy: %s takes %.1f MiB in %lld entries; its disk has %.1f of %.1f GiB free\n", path,
           (double)blocks * 512 / (1 << 20), (long long)entries, (double)disk.free / (1 << 30),
           (double)disk.total / (1 << 30));
}

int main(int argc, char **argv) {
    const char *root = argc > 1 ? argv[1] : "app";
    setvbuf(stdout, NULL, _IOLBF, 0); /* in order with what goes to stderr */
    os_autofree char *cwd = os_getcwd();
    must(cwd && os_putenv("APP_PORT", "9090") == 0);
    printf("deploy: in %s\n", cwd);
    make_directories(root);
    write_configuration(root);
    switch_release(root);
    list(root);
    must(os_putenv("APP_ROOT", root) == 0);
    run("find \"$APP_ROOT\" -type d | wc -l");
    show_error(root);
    show_usage(argc > 2 ? argv[2] : "/usr");
    return 0;
}
