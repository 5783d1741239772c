/* SPDX-License-Identifier: MIT */
/** Who may read a copy, while it is made and afterwards; and what of the target is left alone. */
#include "trees.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#define COPYTREE(...)                                                                              \
    (&(struct os_copytree_options){.size = sizeof(struct os_copytree_options), __VA_ARGS__})
#define COPY(...) (&(struct os_copy_options){.size = sizeof(struct os_copy_options), __VA_ARGS__})
#define MOVE(...) (&(struct os_move_options){.size = sizeof(struct os_move_options), __VA_ARGS__})

enum { LARGE = 32 << 20 };

static struct stat look(const char *path) {
    struct stat st;
    if (lstat(path, &st) < 0)
        fail_msg("%s: errno %d", path, errno);
    return st;
}

/* A file large enough to be looked at while it is copied. */
static void make_large(const char *path) {
    char *data = malloc(LARGE);
    memset(data, 'x', LARGE);
    int fd = open(path, O_WRONLY | O_CREAT, 0666);
    assert_int_equal(write(fd, data, LARGE), LARGE);
    close(fd);
    free(data);
}

/* The test in mounts of its own; a tmpfs of its own is "other". Skips where that can't be. */
static void mount_other(const char *type) {
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        skip();
    assert_int_equal(mkdir("other", 0777), 0);
    if (mount("none", "other", type, 0, NULL) < 0 || chmod("other", 0777) < 0)
        skip();
}

/* ------------------------------------------------------------- access control lists by hand */

/* As the kernel takes it: user 1004 has `bits`, the mask lets them through. */
struct __attribute__((packed)) list {
    uint32_t version;
    struct __attribute__((packed)) {
        uint16_t tag, bits;
        uint32_t id;
    } entries[5];
};

static struct list list_of(unsigned group, unsigned bits) {
    return (struct list){2,
                         {{1, 7, UINT32_MAX},
                          {2, (uint16_t)bits, 1004},
                          {4, (uint16_t)group, UINT32_MAX},
                          {16, 7, UINT32_MAX},
                          {32, 0, UINT32_MAX}}};
}

#define ACCESS     "system.posix_acl_access"
#define BY_DEFAULT "system.posix_acl_default"

static bool has_list(const char *path, const char *name) {
    char value[200];
    return getxattr(path, name, value, sizeof value) > 0;
}

static bool set_list(const char *path, const char *name, struct list list) {
    return setxattr(path, name, &list, sizeof list, 0) == 0;
}

/* ---------------------------------------------------------------------- while it is copied */

/* The most that the copy's name, or any other new one beside it, showed to the group and others. */
struct watched {
    const char *dir;
    unsigned modes; /* all bits of what is in it, and deeper */
    unsigned uids;  /* of entries open to others */
    int calls;
};

static int look_meanwhile(const struct os_progress *progress, void *data) {
    struct watched *watched = data;
    char command[200], line[100];
    (void)progress;
    snprintf(command, sizeof command, "find %s -mindepth 1 -maxdepth 1 -printf '%%m\\n'",
             watched->dir);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    while (fgets(line, sizeof line, pipe))
        watched->modes |= (unsigned)strtoul(line, NULL, 8);
    pclose(pipe);
    watched->calls++;
    usleep(110 * 1000); /* and be called again soon */
    return 0;
}

static void a_private_directory(void **state) {
    (void)state;
    assert_int_equal(mkdir("src", 0700) | mkdir("to", 0777), 0);
    make_large("src/f");
    struct watched watched = {.dir = "to"};
    assert_int_equal(os_copytree("src", "to/copy",
                                 COPYTREE(.control.on_progress = look_meanwhile,
                                          .control.data = &watched, .control.threads = 1)),
                     0);
    assert_true(watched.calls > 1);
    assert_int_equal(watched.modes, 0700);
    assert_int_equal(look("to/copy").st_mode & 07777, 0700);
    assert_int_equal(look("to/copy/f").st_mode & 07777, 0644);
}

static void a_private_directory_is_merged(void **state) {
    (void)state;
    assert_int_equal(mkdir("src", 0700) | mkdir("to", 0777) | mkdir("to/copy", 0755), 0);
    make_large("src/f");
    struct watched watched = {.dir = "to"};
    assert_int_equal(
        os_copytree("src", "to/copy",
                    COPYTREE(.dirs_exist_ok = true, .control.on_progress = look_meanwhile,
                             .control.data = &watched, .control.threads = 1)),
        0);
    assert_true(watched.calls > 1);
    assert_int_equal(watched.modes, 0700);
}

static void a_private_directory_is_moved(void **state) {
    (void)state;
    assert_int_equal(mkdir("src", 0700), 0);
    make_large("src/f");
    mount_other("tmpfs");
    struct watched watched = {.dir = "other"};
    int r = os_move("src", "other/copy",
                    MOVE(.control.on_progress = look_meanwhile, .control.data = &watched));
    struct stat st = look("other/copy");
    umount("other");
    assert_int_equal(r, 0);
    assert_true(watched.calls > 1);
    assert_int_equal(watched.modes, 0700);
    assert_int_equal(st.st_mode & 07777, 0700);
}

/* Somebody else's file has no bits for a group and others until it is his. */
static void owners_are_kept(void **state) {
    (void)state;
    if (getuid() != 0)
        skip();
    assert_int_equal(mkdir("to", 0777), 0);
    make_large("f");
    assert_int_equal(chown("f", 1001, 1002) | chmod("f", 0604), 0);
    struct watched watched = {.dir = "to"};
    assert_int_equal(os_copy2("f", "to/f",
                              COPY(.owner = true, .control.on_progress = look_meanwhile,
                                   .control.data = &watched)),
                     0);
    assert_true(watched.calls > 0);
    assert_int_equal(watched.modes, 0600);
    struct stat st = look("to/f");
    assert_int_equal(st.st_mode & 07777, 0604);
    assert_int_equal(st.st_uid, 1001);
    assert_int_equal(st.st_gid, 1002);
}

/* What is there is open to all; what is written into it is not to be. */
static void into_what_is_open_to_all(void **state) {
    (void)state;
    assert_int_equal(mkdir("to", 0777), 0);
    make_large("f");
    write_text("to/f", "old");
    assert_int_equal(chmod("f", 0600) | chmod("to/f", 0666), 0);
    struct watched watched = {.dir = "to"};
    assert_int_equal(
        os_copy2("f", "to/f",
                 COPY(.control.on_progress = look_meanwhile, .control.data = &watched)),
        0);
    assert_true(watched.calls > 0);
    assert_int_equal(watched.modes, 0600);
    assert_int_equal(look("to/f").st_mode & 07777, 0600);
}

/* ------------------------------------------------------------------- access control lists */

/* The directory gives user 1004 access to all that is made in it; what is moved there, or copied
 * with its owner, has its own. */
static void lists_of_the_target(void **state) {
    (void)state;
    assert_int_equal(mkdir("src", 0755) | mkdir("src/d", 0750) | mkdir("to", 0755), 0);
    write_text("src/f", "secret");
    write_text("src/d/f", "secret");
    assert_int_equal(chmod("src/f", 0640) | chmod("src/d/f", 0640), 0);
    if (!set_list("to", BY_DEFAULT, list_of(7, 7)))
        skip();
    assert_int_equal(os_copytree("src", "to/copy", COPYTREE(.owner = true)), 0);
    assert_int_equal(os_copy2("src/f", "to/f", COPY(.owner = true)), 0);
    static const char *const paths[] = {"to/copy", "to/copy/d", "to/copy/f", "to/copy/d/f", "to/f"};
    for (int i = 0; i < 5; i++)
        if (has_list(paths[i], ACCESS) || has_list(paths[i], BY_DEFAULT))
            fail_msg("%s", paths[i]);
    assert_int_equal(look("to/copy/d/f").st_mode & 07777, 0640);
    assert_int_equal(look("to/copy/d").st_mode & 07777, 0750);
    /* What is made for oneself has them, but no more than its mode lets through. */
    assert_int_equal(os_copy2("src/f", "to/own", NULL), 0);
    assert_true(has_list("to/own", ACCESS));
    assert_int_equal(look("to/own").st_mode & 07777, 0640);
}

static void moved_to_where_there_are_lists(void **state) {
    (void)state;
    assert_int_equal(mkdir("src", 0750), 0);
    write_text("src/f", "secret");
    write_text("g", "secret");
    assert_int_equal(chmod("src/f", 0640) | chmod("g", 0640), 0);
    mount_other("tmpfs");
    if (!set_list("other", BY_DEFAULT, list_of(7, 7)))
        skip();
    int r = os_move("src", "other", NULL) | os_move("g", "other/g", NULL);
    bool any = has_list("other/src", ACCESS) || has_list("other/src", BY_DEFAULT) ||
               has_list("other/src/f", ACCESS) || has_list("other/g", ACCESS);
    umount("other");
    assert_int_equal(r, 0);
    assert_false(any);
}

/* Where it can't have its list, the mask's bits don't become the group's. */
static void lists_that_are_lost(void **state) {
    (void)state;
    assert_int_equal(mkdir("src", 0755), 0);
    write_text("src/f", "secret");
    write_text("g", "secret");
    if (!set_list("src/f", ACCESS, list_of(0, 6)) || !set_list("g", ACCESS, list_of(4, 6)))
        skip();
    assert_int_equal(look("g").st_mode & 07777, 0770);
    mount_other("ramfs");
    int r[5], number[5];
    r[0] = os_copytree("src", "other/copy", NULL);
    number[0] = errno;
    r[1] = os_copy2("g", "other/g", NULL);
    number[1] = errno;
    r[2] = os_move("src", "other/moved", NULL);
    number[2] = errno;
    r[3] = os_move("g", "other/moved2", NULL);
    number[3] = errno;
    r[4] = os_copy("g", "other/mode", NULL);
    mode_t tree = look("other/copy/f").st_mode, file = look("other/g").st_mode,
           mode = look("other/mode").st_mode;
    bool moved = access("other/moved", F_OK) == 0 || access("other/moved2", F_OK) == 0;
    umount("other");
    for (int i = 0; i < 4; i++)
        assert_true(r[i] == -1 && number[i] == ENOTSUP);
    assert_int_equal(r[4], 0);
    assert_int_equal(tree & 07777, 0700);
    assert_int_equal(file & 07777, 0740);
    assert_int_equal(mode & 07777, 0740);
    assert_false(moved);
    assert_true(has_list("src/f", ACCESS) && has_list("g", ACCESS)); /* they stay */
}

/* The same where only the mode, or the mode and the rest, is given to what is there. */
static void given_to_what_cannot_have_the_list(void **state) {
    (void)state;
    write_text("g", "secret");
    if (!set_list("g", ACCESS, list_of(4, 6)))
        skip();
    mount_other("ramfs");
    write_text("other/a", "x");
    write_text("other/b", "x");
    int r = os_copystat("g", "other/a", 0), number = errno;
    const struct os_error *error = os_last_error();
    bool told = error && strcmp(error->filename, "other/a") == 0;
    int r2 = os_copymode("g", "other/b", 0);
    struct stat from = look("g"), a = look("other/a"), b = look("other/b");
    umount("other");
    assert_true(r == -1 && number == ENOTSUP && told);
    assert_int_equal(r2, 0);
    assert_int_equal(a.st_mode & 07777, 0740);
    assert_int_equal(b.st_mode & 07777, 0740);
    assert_int_equal(a.st_mtim.tv_nsec, from.st_mtim.tv_nsec); /* it has the rest */
    write_text("c", "x"); /* where there are lists, it is given */
    assert_int_equal(os_copystat("g", "c", 0), 0);
    assert_true(has_list("c", ACCESS));
    assert_int_equal(look("c").st_mode & 07777, 0770);
}

/* What a program may do in somebody's name stays with whose name that was. */
static void set_id_bits_are_not_given_to_others(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    const mode_t mode = S_ISUID | S_ISGID | 0755;
    write_text("f", "x");
    write_text("to", "x");
    assert_int_equal(chown("f", 1001, 1002) | chmod("f", mode), 0);
    int (*const calls[])(const char *, const char *, int) = {os_copymode, os_copystat};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(chown("to", 0, 0) | calls[i]("f", "to", 0), 0);
        assert_int_equal(look("to").st_mode & 07777, 0755);
        assert_int_equal(chown("to", 1001, 0) | calls[i]("f", "to", 0), 0);
        assert_int_equal(look("to").st_mode & 07777, 04755);
        assert_int_equal(chown("to", 1001, 1002) | calls[i]("f", "to", 0), 0);
        assert_int_equal(look("to").st_mode & 07777, mode);
    }
}

/* ----------------------------------------------------------------------- devices and pipes */

static bool same_node(struct stat a, struct stat b) {
    return a.st_mode == b.st_mode && a.st_uid == b.st_uid && a.st_ino == b.st_ino &&
           a.st_rdev == b.st_rdev;
}

static void into_devices(void **state) {
    (void)state;
    write_text("f", "content");
    assert_int_equal(chmod("f", 0640) | symlink("null", "l"), 0);
    if (mknod("null", S_IFCHR | 0666, makedev(1, 3)) < 0 || chmod("null", 0666) < 0)
        skip();
    int fd = open("sparse", O_WRONLY | O_CREAT, 0666);
    assert_int_equal(ftruncate(fd, 1 << 20) | close(fd), 0);
    struct stat before = look("null");
    assert_int_equal(os_copy2("f", "null", NULL) | os_copy2("f", "l", COPY(.owner = true)), 0);
    assert_int_equal(os_copyfile("f", "null", NULL) | os_copy("sparse", "null", NULL), 0);
    assert_true(same_node(before, look("null")));
    assert_true(S_ISLNK(look("l").st_mode));
}

static void into_a_pipe(void **state) {
    (void)state;
    write_text("f", "content");
    assert_int_equal(chmod("f", 0600) | mkfifo("p", 0666) | chmod("p", 0666), 0);
    assert_int_equal(os_copy2("f", "p", NULL), -1);
    assert_error(EOPNOTSUPP, "copyfile", "p", NULL);
    pid_t reader = fork();
    if (reader == 0) {
        usleep(50 * 1000);
        char content[20] = "";
        int fd = open("p", O_RDONLY);
        _exit(read(fd, content, sizeof content) != 7 || strcmp(content, "content") != 0);
    }
    assert_int_equal(os_copy2("f", "p", COPY(.into_pipes = true)), 0);
    int status = -1;
    waitpid(reader, &status, 0);
    assert_int_equal(status, 0);
    assert_int_equal(look("p").st_mode & 07777, 0666);
}

/* A device of the size of a file has the file's content, holes and all. */
static void onto_a_block_device(void **state) {
    (void)state;
    char device[64] = "", command[200];
    assert_int_equal(system("head -c 4194304 /dev/urandom > disk && truncate -s 4M sparse && "
                            "printf x | dd of=sparse bs=1 seek=1000000 conv=notrunc 2>/dev/null"),
                     0);
    FILE *pipe = popen("losetup -f --show disk 2>/dev/null", "r");
    if (!pipe || !fgets(device, sizeof device, pipe) || pclose(pipe) != 0)
        skip();
    device[strcspn(device, "\n")] = '\0';
    int r = os_copyfile("sparse", device, NULL);
    snprintf(command, sizeof command, "sync; cmp -s sparse %s; r=$?; losetup -d %s; exit $r",
             device, device);
    int differs = system(command);
    assert_int_equal(r, 0);
    assert_int_equal(differs, 0);
}

/* As root, onto somebody's file in a directory like /tmp. */
static void protected_files(void **state) {
    (void)state;
    char old[8] = "";
    int fd = open("/proc/sys/fs/protected_regular", O_RDWR);
    if (getuid() != 0 || fd < 0 || read(fd, old, 1) != 1)
        skip();
    assert_int_equal(mkdir("sticky", 0777) | chmod("sticky", 01777), 0);
    write_text("sticky/f", "old");
    write_text("f", "new one");
    assert_int_equal(chown("sticky", 1001, 1001) | chown("sticky/f", 1002, 1002), 0);
    if (pwrite(fd, "2", 1, 0) != 1)
        skip();
    int r = os_copyfile("f", "sticky/f", NULL), number = errno;
    assert_int_equal(pwrite(fd, old, 1, 0), 1);
    close(fd);
    if (r < 0)
        fail_msg("errno %d", number);
    assert_int_equal(look("sticky/f").st_size, 7);
    assert_int_equal(look("sticky/f").st_uid, 1002);
}

/* Neither C call writes where a link leads that leads nowhere; Python does. */
static void links_that_lead_nowhere(void **state) {
    (void)state;
    write_text("f", "content");
    assert_int_equal(symlink("elsewhere", "l"), 0);
    assert_int_equal(os_copyfile("f", "l", NULL), -1);
    assert_error(EEXIST, "open", "l", NULL);
    assert_int_equal(os_copy2("f", "l", NULL), -1);
    assert_int_equal(access("elsewhere", F_OK), -1);
    assert_int_equal(os_copy2("f", "l", COPY(.replace = true)), 0);
    assert_true(S_ISREG(look("l").st_mode));
    assert_int_equal(access("elsewhere", F_OK), -1);
}

/* ---------------------------------------------------------------------------------- mounts */

static void mount_file(const char *over) {
    write_text("mounted", "mounted");
    assert_int_equal(chmod("mounted", 0604), 0);
    if (mount("mounted", over, NULL, MS_BIND, NULL) < 0)
        skip();
}

static void mounts_of_files_are_left_alone(void **state) {
    (void)state;
    mount_other("tmpfs");
    assert_int_equal(mkdir("other/t", 0755), 0);
    write_text("other/t/f", "");
    write_text("other/t/g", "content");
    write_text("other/t/same", "");
    write_text("mounted2", "");
    if (chdir("other") < 0)
        fail();
    mount_file("t/f"); /* of another directory of the same file system */
    assert_int_equal(mount("../mounted2", "t/same", NULL, MS_BIND, NULL), 0);
    const struct os_tree_options options = {.size = sizeof options,
                                            .control.one_file_system = true};
    int r = os_chmodtree("t", 0640, (mode_t)-1, &options);
    r |= os_chowntree("t", getuid() ? (uid_t)-1 : 4000, (gid_t)-1, &options);
    r |= os_copytree("t", "copy", COPYTREE(.control.one_file_system = true));
    struct stat f = look("mounted"), same = look("../mounted2"), g = look("t/g"),
                copy = look("copy/f");
    struct os_tree_usage *usage = os_tree_usage(
        "t", &(struct os_tree_usage_options){.size = sizeof(struct os_tree_usage_options),
                                             .control.one_file_system = true});
    uint64_t files = usage ? usage->files : 99;
    free(usage);
    umount("t/f");
    umount("t/same");
    assert_int_equal(chdir("..") | umount("other"), 0);
    assert_int_equal(r, 0);
    assert_int_equal(f.st_mode & 07777, 0604);
    assert_int_equal(f.st_uid, getuid());
    assert_int_equal(same.st_uid, getuid());
    assert_int_equal(g.st_mode & 07777, 0640);
    assert_int_equal(copy.st_size, 0);
    assert_int_equal(files, 1);
}

/* A subvolume of btrfs is on a device of its own without a mount. */
static void subvolumes_are_left_alone(void **state) {
    (void)state;
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        skip();
    if (system("truncate -s 128M disk && mkfs.btrfs -q disk >/dev/null 2>&1 && mkdir b && "
               "mount -o loop disk b 2>/dev/null && mkdir b/t && "
               "btrfs -q subvolume create b/t/sub >/dev/null 2>&1 && echo x > b/t/sub/f") != 0)
        skip();
    const struct os_tree_options options = {.size = sizeof options,
                                            .control.one_file_system = true};
    int r = os_chmodtree("b/t", 0640, 0750, &options);
    r |= os_copytree("b/t", "copy", COPYTREE(.control.one_file_system = true));
    struct stat sub = look("b/t/sub"), f = look("b/t/sub/f"), copy = look("copy/sub");
    int there = access("copy/sub/f", F_OK);
    int removed = os_rmtree("b/t", &(struct os_rmtree_options){.size = sizeof options,
                                                               .control.one_file_system = true});
    int kept = access("b/t/sub/f", F_OK);
    assert_int_equal(system("umount b"), 0);
    assert_int_equal(r, 0);
    assert_int_equal(sub.st_mode & 07777, 0755);
    assert_int_equal(f.st_mode & 07777, 0644);
    assert_true(S_ISDIR(copy.st_mode));
    assert_int_equal(there, -1);
    assert_int_equal(removed, -1);
    assert_int_equal(kept, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TREES(a_private_directory),
        IN_TREES(a_private_directory_is_merged),
        IN_TREES(a_private_directory_is_moved),
        IN_TREES(owners_are_kept),
        IN_TREES(into_what_is_open_to_all),
        IN_TREES(lists_of_the_target),
        IN_TREES(moved_to_where_there_are_lists),
        IN_TREES(lists_that_are_lost),
        IN_TREES(given_to_what_cannot_have_the_list),
        IN_TREES(set_id_bits_are_not_given_to_others),
        IN_TREES(into_devices),
        IN_TREES(into_a_pipe),
        IN_TREES(onto_a_block_device),
        IN_TREES(protected_files),
        IN_TREES(links_that_lead_nowhere),
        IN_TREES(mounts_of_files_are_left_alone),
        IN_TREES(subvolumes_are_left_alone),
    };
    umask(022);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
