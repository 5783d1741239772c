/* SPDX-License-Identifier: MIT */
/** Mounts: of this machine, of recorded ones, and a file system that never answers. */
#include "support.h"

#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>

static struct os_mount *find(struct os_mount *mounts, size_t count, const char *mountpoint) {
    for (size_t i = count; i-- > 0;)
        if (strcmp(mounts[i].mountpoint, mountpoint) == 0)
            return &mounts[i];
    return NULL;
}

static void mounts_of_this_machine(void **state) {
    (void)state;
    size_t count = 0, fewer = 0;
    int descriptors = open_descriptors();
    struct os_mount *mounts = os_mounts(OS_MOUNTS_PSEUDO | OS_MOUNTS_SIZES, 60, &count);
    assert_non_null(mounts);
    struct os_mount *root = find(mounts, count, "/"), *proc = find(mounts, count, "/proc");
    assert_non_null(root);
    assert_non_null(proc);
    assert_string_equal(proc->fstype, "proc");
    assert_true(proc->pseudo && !root->pseudo);
    struct statvfs fs;
    assert_int_equal(statvfs("/", &fs), 0);
    assert_true(root->valid & OS_MOUNTS_SIZES);
    assert_int_equal(root->total, (uint64_t)fs.f_blocks * fs.f_frsize);
    assert_true(root->percent >= 0 && root->percent <= 100 && root->used <= root->total);
    for (size_t i = 0; i < count; i++)
        assert_false(mounts[i].stuck);
    free(mounts);
    mounts = os_mounts(0, -1, &fewer);
    assert_non_null(mounts);
    assert_true(fewer < count);
    assert_int_equal(find(mounts, fewer, "/")->valid, 0);
    assert_null(find(mounts, fewer, "/proc"));
    free(mounts);
    assert_null(os_mounts(64, -1, &count));
    assert_error(EINVAL, "mounts", NULL, NULL);
    assert_int_equal(open_descriptors(), descriptors);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nor a child */
}

static void usage_in_time(void **state) {
    (void)state;
    struct os_disk_usage_result usage, same;
    assert_int_equal(os_disk_usage_timeout(".", 60, &usage), 0);
    assert_int_equal(os_disk_usage(".", &same), 0);
    assert_int_equal(usage.total, same.total);
    assert_int_equal(os_disk_usage_timeout("missing", 60, &usage), -1);
    assert_error(ENOENT, "disk_usage_timeout", "missing", NULL);
    assert_int_equal(os_disk_usage_timeout("", 60, &usage), -1);
    assert_error(ENOENT, "disk_usage_timeout", "", NULL);
    char *path = malloc(5001);
    memset(path, 'x', 5000);
    path[0] = '/';
    path[5000] = '\0';
    assert_int_equal(os_disk_usage_timeout(path, 60, &usage), -1);
    assert_int_equal(errno, ENAMETOOLONG);
    free(path);
}

static void recorded_mounts(void **state) {
    (void)state;
    size_t count = 0;
    mkdir("root", 0777);
    mkdir("root/proc", 0777);
    mkdir("root/proc/self", 0777);
    write_text("root/proc/self/mountinfo",
               "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro\n"
               "23 22 0:5 / /sys rw,nosuid - sysfs sysfs rw\n"
               "24 22 0:33 / /mnt/my\\040disk\\134 rw,noatime - nfs4 srv:/a\\011b ro,vers=4.2\n"
               "25 22 254:3 /sub /home rw - btrfs /dev/dm-3 rw,subvol=/sub\n"
               "26 25 0:40 / /home ro master:1 master:2 - tmpfs  rw\n"
               "broken\n1 2 3\n27 22 0:41 / /a rw\n28 22 0:41 / /b rw - \n29 22 x / /c rw - xfs\n"
               "30 22 0:50 / /odd\\09 rw - tmpfs none\n");
    assert_int_equal(os_set_root("root"), 0);
    struct os_mount *mounts = os_mounts(0, -1, &count);
    struct os_mount *sizes = os_mounts(OS_MOUNTS_SIZES, -1, &count);
    int number = errno;
    os_set_root(NULL);
    assert_null(sizes);
    assert_int_equal(number, ENOTSUP);
    assert_non_null(mounts);
    assert_string_equal(mounts[0].device, "/dev/sda1");
    assert_string_equal(mounts[0].opts, "rw,relatime,errors=remount-ro");
    assert_string_equal(mounts[1].mountpoint, "/mnt/my disk\\");
    assert_string_equal(mounts[1].device, "srv:/a\tb");
    assert_string_equal(mounts[1].opts, "ro,noatime,vers=4.2");
    assert_int_equal(mounts[1].dev_minor, 33);
    assert_string_equal(mounts[2].root, "/sub");
    assert_int_equal(mounts[2].dev_major, 254);
    assert_true(mounts[2].covered && !mounts[3].covered);
    assert_string_equal(mounts[3].device, "");
    assert_string_equal(mounts[4].mountpoint, "/odd\\09");
    assert_int_equal(count, 5);
    free(mounts);
}

/* ------------------------------------------------------------------- one that never answers */

static void serve(int fuse) {
    static char buffer[1 << 20];
    for (;;) {
        ssize_t size = read(fuse, buffer, sizeof buffer);
        struct fuse_in_header *in = (struct fuse_in_header *)(void *)buffer;
        if (size <= 0)
            _exit(0);
        if (in->opcode != FUSE_INIT)
            continue;
        struct {
            struct fuse_out_header header;
            struct fuse_init_out init;
        } out = {.header = {.len = sizeof out, .unique = in->unique},
                 .init = {.major = 7, .minor = 31, .max_write = 4096}};
        if (write(fuse, &out, sizeof out) < 0)
            _exit(1);
    }
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* In a mount namespace of its own: 77: not possible here; else 0, or the line that failed. */
static int live_with_a_dead_one(void) {
#define CHECK(what)                                                                                \
    do                                                                                             \
        if (!(what))                                                                               \
            return __LINE__ & 127;                                                                 \
    while (0)
    char options[99];
    size_t count;
    struct os_disk_usage_result usage;
    int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (fuse < 0 || unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
        return 77;
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
    if (mkdir("dead", 0777) < 0 ||
        mount("dead", "dead", "fuse.dead", MS_NOSUID | MS_NODEV, options))
        return 77;
    pid_t server = fork();
    if (server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* so that nothing hangs on if a check fails */
        serve(fuse);
    }
    close(fuse);
    char *here = os_path_abspath("dead");
    struct os_mount *mounts = os_mounts(0, -1, &count);
    CHECK(mounts && find(mounts, count, here) && !find(mounts, count, here)->stuck);
    free(mounts);
    for (int round = 0; round < 3; round++) {
        mounts = os_mounts(OS_MOUNTS_SIZES, 0.3, &count);
        CHECK(mounts);
        CHECK(find(mounts, count, here)->stuck && !(find(mounts, count, here)->valid));
        CHECK(find(mounts, count, "/")->valid & OS_MOUNTS_SIZES);
        free(mounts);
    }
    double began = seconds(); /* asked before, so there is nothing to wait for */
    CHECK(os_disk_usage_timeout(here, 3600, &usage) == -1 && errno == ETIMEDOUT);
    CHECK(os_disk_usage_timeout("dead", 3600, &usage) == -1 && errno == ETIMEDOUT);
    CHECK(seconds() - began < 1800);
    CHECK(waitpid(-1, NULL, WNOHANG) == 0); /* the server alone is a child to be seen */
    pid_t asker = fork();                   /* who asks it can end */
    if (asker == 0) {
        free(os_mounts(OS_MOUNTS_SIZES, 0.1, &count));
        exit(0);
    }
    int status = 0;
    CHECK(waitpid(asker, &status, 0) == asker && status == 0);
    kill(server, SIGKILL);
    CHECK(waitpid(server, NULL, 0) == server);
    while (os_disk_usage_timeout(here, 3600, &usage) == -1 && errno == ETIMEDOUT)
        sched_yield(); /* until the helper that hung has ended */
    free(here);
    return 0;
}

static void a_mount_that_never_answers(void **state) {
    (void)state;
    int status;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL); /* without cmocka's clean-up, which would touch the dead one */
        _exit(live_with_a_dead_one());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        skip(); /* not root, or no FUSE */
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mounts_of_this_machine),
        IN_SCRATCH(usage_in_time),
        IN_SCRATCH(recorded_mounts),
        IN_SCRATCH(a_mount_that_never_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
