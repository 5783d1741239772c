/* SPDX-License-Identifier: MIT */
/** The first process of a rehearsal: it puts the file systems together, runs the command, and takes
 *  everything with it when it ends. It is a copy of the caller, and makes system calls alone. */
#include "process/spawn.h"
#include "try/try.h"

#include "base/kernel.h"
#include "base/seam.h"
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST = STDERR_FILENO + 1 };

/* Without a word the caller would wait for ever: then the end is the word. */
static void tell(const struct entering *e, struct entered entered) {
    if (SYS(send, e->control, &entered, sizeof entered, MSG_NOSIGNAL) < 0)
        kernel_exit_group(1);
}

_Noreturn static void give_up(const struct entering *e, const char *step, const char *path,
                              int error) {
    tell(e, (struct entered){.what = ENTER_FAILED, .error = error, .step = step, .path = path});
    kernel_exit_group(1);
    __builtin_unreachable();
}

/* ----------------------------------------------------------------------------- beginning */

static int put_text(const char *path, const char *text) {
    AUTO_CLOSE int fd = SYS(open, path, O_WRONLY | O_CLOEXEC);
    return fd < 0 ? fd : (int)SYS(write, fd, text, strlen(text));
}

/* The user stays who he is; nobody else is known. */
static int map_user(const struct entering *e) {
    char text[64];
    int r = put_text("/proc/self/setgroups", "deny");
    if (r < 0 && r != -ENOENT)
        return r;
    snprintf(text, sizeof text, "%d %d 1", e->uid, e->uid);
    r = put_text("/proc/self/uid_map", text);
    if (r < 0)
        return r;
    snprintf(text, sizeof text, "%d %d 1", e->gid, e->gid);
    return put_text("/proc/self/gid_map", text);
}

static void close_others(int kept) {
    if (kept > FIRST)
        SYS(kernel_close_range, FIRST, (unsigned)kept - 1, 0);
    if (SYS(kernel_close_range, (unsigned)kept + 1, ~0u, 0) != -ENOSYS)
        return;
    for (int fd = FIRST; fd < 4096; fd++)
        if (fd != kept)
            kernel_close(fd);
}

/* -------------------------------------------------------------------------------- the way */

static int bind_at(const char *from, const char *to, unsigned long flags) {
    return SYS(mount, from, to, NULL, MS_BIND | flags, NULL);
}

/* What the mount forbids already it goes on to forbid. */
static unsigned long kept_flags(const char *path) {
    static const struct {
        unsigned long is, gives;
    } table[] = {{ST_NOSUID, MS_NOSUID},         {ST_NODEV, MS_NODEV},
                 {ST_NOEXEC, MS_NOEXEC},         {ST_NOATIME, MS_NOATIME},
                 {ST_NODIRATIME, MS_NODIRATIME}, {ST_RELATIME, MS_RELATIME}};
    struct statvfs fs;
    unsigned long flags = 0;
    if (SYS(statvfs, path, &fs) >= 0)
        for (size_t i = 0; i < sizeof table / sizeof *table; i++)
            if (fs.f_flag & table[i].is)
                flags |= table[i].gives;
    return flags;
}

static int make_read_only(const char *path) {
    int r = SYS(kernel_mount_read_only, path);
    if (r != -ENOSYS && r != -EPERM) /* a sandbox may forbid what it doesn't know */
        return r;
    return SYS(mount, NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | kept_flags(path), NULL);
}

/* Descriptors stand for paths, which may have bytes in them that mean something here. */
static int mount_layer(const struct entering *e, const struct way *way) {
    const bool user = e->t->user;
    AUTO_CLOSE int lower = SYS(open, way->from, O_PATH | O_DIRECTORY | O_CLOEXEC);
    AUTO_CLOSE int at = SYS(open, way->at, O_PATH | O_DIRECTORY | O_CLOEXEC);
    AUTO_CLOSE int upper = at < 0 ? at : SYS(openat, at, "upper", O_PATH | O_DIRECTORY | O_CLOEXEC);
    AUTO_CLOSE int work = at < 0 ? at : SYS(openat, at, "work", O_PATH | O_DIRECTORY | O_CLOEXEC);
    static const char *const kinds[] = {"index=on,volatile", "index=on", "volatile", ""};
    int r = -EINVAL;
    if (lower < 0 || upper < 0 || work < 0)
        return lower < 0 ? lower : upper < 0 ? upper : work;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && r == -EINVAL; i++) {
        char options[512];
        snprintf(
            options, sizeof options,
            "lowerdir=/proc/self/fd/%d,upperdir=/proc/self/fd/%d,workdir=/proc/self/fd/%d,%s%s",
            lower, upper, work, user ? "userxattr," : "redirect_dir=on,metacopy=on,", kinds[i]);
        r = SYS(mount, "osier-try", way->to, "overlay", MS_NODEV, options);
        if (r == -EBUSY || r == -ESTALE) /* of an earlier rehearsal whose end isn't quite over */
            r = -EINVAL;
    }
    return r;
}

static int make_link(const char *from, const char *to) {
    return SYS(symlink, from, to);
}

static int make_file(const char *to) {
    AUTO_CLOSE int fd = SYS(open, to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    return fd < 0 ? fd : 0;
}

static int mount_processes(const struct way *way) {
    int r = SYS(mount, "proc", way->to, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    return r == -EPERM ? bind_at(way->from, way->to, MS_REC) : r; /* in a container */
}

static int go(const struct entering *e, const struct way *way) {
    switch (way->kind) {
    case WAY_BIND:
        return bind_at(way->from, way->to, MS_REC);
    case WAY_ONE:
        return bind_at(way->from, way->to, 0);
    case WAY_OVERLAY:
        return mount_layer(e, way);
    case WAY_LOCKED: {
        int r = bind_at(way->to, way->to, 0);
        return r < 0 ? r : make_read_only(way->to);
    }
    case WAY_READONLY:
        return make_read_only(way->to);
    case WAY_EMPTY:
        return SYS(mount, "osier-try", way->to, "tmpfs", MS_NOSUID, way->at);
    case WAY_PROC:
        return mount_processes(way);
    case WAY_QUEUES:
        return SYS(mount, "mqueue", way->to, "mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    case WAY_DIR:
        return SYS(mkdir, way->to, 0755);
    case WAY_FILE:
        return make_file(way->to);
    case WAY_LINK:
        return make_link(way->from, way->to);
    }
    return -EINVAL;
}

/* What the kernel says of a file system that no layer can cover. */
static bool is_refusal(int r) {
    return r == -EINVAL || r == -EPERM || r == -EOPNOTSUPP || r == -ELOOP || r == -ENODEV;
}

/* Then it can be read. */
static int show_plainly(const struct way *way) {
    int r = bind_at(way->from, way->to, 0);
    return r < 0 ? r : make_read_only(way->to);
}

static void go_all(const struct entering *e) {
    static const char *const steps[] = {[WAY_BIND] = "bind",
                                        [WAY_ONE] = "bind",
                                        [WAY_OVERLAY] = "overlay",
                                        [WAY_READONLY] = "mount_setattr",
                                        [WAY_LOCKED] = "mount_setattr",
                                        [WAY_EMPTY] = "tmpfs",
                                        [WAY_PROC] = "proc",
                                        [WAY_QUEUES] = "mqueue",
                                        [WAY_DIR] = "mkdir",
                                        [WAY_FILE] = "open",
                                        [WAY_LINK] = "symlink"};
    const struct os_try *t = e->t;
    size_t layers = 0;
    for (size_t i = 0; i < t->way_count; i++) {
        const struct way *way = &t->ways[i];
        int r = go(e, way);
        layers += way->kind == WAY_OVERLAY && r >= 0;
        if (way->kind == WAY_OVERLAY && is_refusal(r) && strcmp(way->to, t->root) != 0)
            r = t->user ? 0 : show_plainly(way);
        if (r < 0 && !way->optional)
            give_up(e, steps[way->kind], way->kind == WAY_OVERLAY ? way->from : way->to, r);
    }
    if (!layers)
        give_up(e, "overlay", t->layer_count ? t->layers[0].point : NULL, -EPERM);
}

/* The new root, and no way back to the old one. */
static int change_root(const struct os_try *t) {
    int r = SYS(chdir, t->root);
    if (r >= 0)
        r = SYS(kernel_pivot_root, ".", ".");
    if (r >= 0)
        r = SYS(umount2, ".", MNT_DETACH);
    return r < 0 ? r : SYS(chdir, "/");
}

/* The loop device of the network, which is all there is. */
static void raise_loop(void) {
    AUTO_CLOSE int fd = SYS(socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {.ifr_name = "lo"};
    if (fd >= 0 && SYS(ioctl, fd, SIOCGIFFLAGS, &request) >= 0) {
        request.ifr_flags |= IFF_UP;
        (void)SYS(ioctl, fd, SIOCSIFFLAGS, &request);
    }
}

/* What the kernel itself would remember: modules, ports, the clock. A reboot ends the rehearsal. */
static void drop_rights(void) {
    static const int rights[] = {16 /* CAP_SYS_MODULE */, 17 /* CAP_SYS_RAWIO */,
                                 25 /* CAP_SYS_TIME */, 35 /* CAP_WAKE_ALARM */};
    for (size_t i = 0; i < sizeof rights / sizeof *rights; i++)
        (void)SYS(prctl, PR_CAPBSET_DROP, (unsigned long)rights[i], 0UL, 0UL, 0UL);
}

static void set_up(const struct entering *e) {
    int r = SYS(prctl, PR_SET_PDEATHSIG, (unsigned long)SIGKILL, 0UL, 0UL, 0UL);
    if (r < 0)
        give_up(e, "prctl", NULL, r);
    if (e->t->user) {
        r = map_user(e);
        if (r < 0)
            give_up(e, "uid_map", NULL, r);
    }
    if (r >= 0)
        r = SYS(mount, NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    if (r < 0)
        give_up(e, "private", NULL, r);
    go_all(e);
    if (!e->t->options.network)
        raise_loop();
    r = change_root(e->t);
    if (r < 0)
        give_up(e, "pivot_root", e->t->root, r);
    if (!e->t->user)
        drop_rights();
    r = SYS(chdir, e->t->cwd);
    if (r < 0)
        give_up(e, "chdir", e->t->cwd, r);
}

/* ------------------------------------------------------------------------------ the command */

static void run(const struct entering *e) {
    struct spawn spawn = *e->spawn;
    struct spawn_failure failure = {0};
    pid_t pid;
    int status;
    spawn.mask = e->mask;
    int r = spawn_start(&spawn, &pid, &failure);
    if (r < 0) {
        tell(e, (struct entered){.what = ENTER_FAILED, .error = r, .path = failure.path});
        return;
    }
    tell(e, (struct entered){.what = ENTER_STARTED});
    for (;;) {
        pid_t ended = SYS(waitpid, -1, &status, __WALL);
        if (ended == pid)
            tell(e, (struct entered){.what = ENTER_ENDED, .status = status});
        if (ended == pid || ended == -ECHILD)
            return;
    }
}

/* Signals stay blocked: what it has of the caller's handlers never runs. */
void enter(const struct entering *e) {
    char word;
    close_others(e->control);
    set_up(e);
    tell(e, (struct entered){.what = ENTER_READY});
    if (SYS(recv, e->control, &word, 1, 0) == 1) /* else the caller is no more */
        run(e);
    kernel_exit_group(0);
    __builtin_unreachable();
}
