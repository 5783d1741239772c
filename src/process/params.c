/* SPDX-License-Identifier: MIT */
/** Process parameters: ids, groups, sessions, priorities, names. */
#include <osier/params.h>

#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include "base/str.h"
#include <grp.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#define GROUPS_MAX 65536 /* the kernel's; a libc's own NGROUPS_MAX may be as low as 32 */

char *os_ctermid(void) {
    char name[L_ctermid];
    ctermid(name);
    char *copy = mem_text(name, strlen(name));
    return PUBLIC_POINTER(copy ? 0 : -ENOMEM, copy, "ctermid", NULL, NULL);
}

static int login_name(char **ret_name) {
    AUTO_STR name = STR_INIT;
    int r;
    do {
        if (str_reserve(&name, name.room + 255) < 0)
            return -ENOMEM;
        r = SYS_NUMBER(getlogin_r, name.data, name.room);
        name.size = r < 0 ? 0 : strlen(name.data);
    } while (r == -ERANGE);
    return r < 0 ? r : str_take(&name, ret_name);
}

char *os_getlogin(void) {
    char *name = NULL;
    int r = login_name(&name);
    return PUBLIC_POINTER(r, name, "getlogin", NULL, NULL);
}

int os_uname(struct os_uname_result *ret_result) {
    _Static_assert(sizeof(struct utsname) == sizeof *ret_result, "the kernel's own layout");
    return PUBLIC(SYS(uname, (struct utsname *)ret_result), "uname", NULL, NULL);
}

pid_t os_getpid(void) {
    return getpid();
}

pid_t os_getppid(void) {
    return getppid();
}

pid_t os_gettid(void) {
    return kernel_gettid();
}

uid_t os_getuid(void) {
    return getuid();
}

uid_t os_geteuid(void) {
    return geteuid();
}

gid_t os_getgid(void) {
    return getgid();
}

gid_t os_getegid(void) {
    return getegid();
}

int os_getresuid(uid_t *ret_ruid, uid_t *ret_euid, uid_t *ret_suid) {
    return PUBLIC(SYS(getresuid, ret_ruid, ret_euid, ret_suid), "getresuid", NULL, NULL);
}

int os_getresgid(gid_t *ret_rgid, gid_t *ret_egid, gid_t *ret_sgid) {
    return PUBLIC(SYS(getresgid, ret_rgid, ret_egid, ret_sgid), "getresgid", NULL, NULL);
}

static int groups_of_process(gid_t **ret_groups, size_t *ret_count) {
    int r;
    do { /* EINVAL: another thread gave the process more of them in between */
        int count = SYS(getgroups, 0, NULL);
        if (count < 0)
            return count;
        AUTO_FREE gid_t *groups = mem_alloc((size_t)count * sizeof *groups);
        if (!groups)
            return -ENOMEM;
        r = SYS(getgroups, count, groups);
        if (r >= 0) {
            *ret_groups = TAKE_POINTER(groups);
            *ret_count = (size_t)r;
        }
    } while (r == -EINVAL);
    return r;
}

gid_t *os_getgroups(size_t *ret_count) {
    gid_t *groups = NULL;
    int r = groups_of_process(&groups, ret_count);
    return PUBLIC_POINTER(r, groups, "getgroups", NULL, NULL);
}

/* getgrouplist(3) in the shape of a system call: where the list was too small, `count` is set to a
 * size that it may have next. */
static int try_group_list(const char *user, gid_t group, gid_t *list, int *count) {
    int saved = errno;
    int room = *count;
    errno = 0;
    int r = getgrouplist(user, group, list, count);
    if (r < 0 && (errno == ENOMEM || room > GROUPS_MAX * 16)) {
        errno = ENOMEM;
        return -1;
    }
    if (r < 0 && *count <= room)
        *count = room * 2;
    errno = saved;
    return 0;
}

static int groups_of_user(const char *user, gid_t group, gid_t **ret_groups, size_t *ret_count) {
    AUTO_FREE gid_t *groups = NULL;
    int room;
    int count = 32;
    do {
        room = count;
        gid_t *larger = mem_realloc(groups, (size_t)room * sizeof *groups);
        if (!larger)
            return -ENOMEM;
        groups = larger;
        int r = SYS(try_group_list, user, group, groups, &count);
        if (r < 0)
            return r;
    } while (count > room);
    *ret_groups = TAKE_POINTER(groups);
    *ret_count = (size_t)count;
    return 0;
}

gid_t *os_getgrouplist(const char *user, gid_t group, size_t *ret_count) {
    gid_t *groups = NULL;
    int r = groups_of_user(user, group, &groups, ret_count);
    return PUBLIC_POINTER(r, groups, "getgrouplist", NULL, NULL);
}

/* Not initgroups(3), which in musl knows 32 groups at most. */
int os_initgroups(const char *user, gid_t group) {
    AUTO_FREE gid_t *groups = NULL;
    size_t count;
    int r = groups_of_user(user, group, &groups, &count);
    if (r == 0)
        r = SYS(setgroups, count, groups);
    return PUBLIC(r, "initgroups", NULL, NULL);
}

int os_setgroups(const gid_t *groups, size_t count) {
    if (count > GROUPS_MAX)
        return (int)error_fail_message(-EINVAL, "setgroups", "ValueError: too many groups");
    return PUBLIC(SYS(setgroups, count, groups), "setgroups", NULL, NULL);
}

pid_t os_getpgid(pid_t pid) {
    return PUBLIC(SYS(getpgid, pid), "getpgid", NULL, NULL);
}

pid_t os_getpgrp(void) {
    return getpgrp();
}

int os_setpgid(pid_t pid, pid_t pgrp) {
    return PUBLIC(SYS(setpgid, pid, pgrp), "setpgid", NULL, NULL);
}

int os_setpgrp(void) {
    return PUBLIC(SYS(setpgid, 0, 0), "setpgrp", NULL, NULL);
}

pid_t os_getsid(pid_t pid) {
    return PUBLIC(SYS(getsid, pid), "getsid", NULL, NULL);
}

pid_t os_setsid(void) {
    return PUBLIC(SYS(setsid), "setsid", NULL, NULL);
}

int os_getpriority(int which, id_t who, int *ret_priority) {
    int r = SYS(kernel_getpriority, which, who);
    if (r >= 0) {
        *ret_priority = 20 - r;
        r = 0;
    }
    return PUBLIC(r, "getpriority", NULL, NULL);
}

int os_setpriority(int which, id_t who, int priority) {
    return PUBLIC(SYS(setpriority, which, who, priority), "setpriority", NULL, NULL);
}

int os_setuid(uid_t uid) {
    return PUBLIC(SYS(setuid, uid), "setuid", NULL, NULL);
}

int os_seteuid(uid_t euid) {
    return PUBLIC(SYS(seteuid, euid), "seteuid", NULL, NULL);
}

int os_setreuid(uid_t ruid, uid_t euid) {
    return PUBLIC(SYS(setreuid, ruid, euid), "setreuid", NULL, NULL);
}

int os_setresuid(uid_t ruid, uid_t euid, uid_t suid) {
    return PUBLIC(SYS(setresuid, ruid, euid, suid), "setresuid", NULL, NULL);
}

int os_setgid(gid_t gid) {
    return PUBLIC(SYS(setgid, gid), "setgid", NULL, NULL);
}

int os_setegid(gid_t egid) {
    return PUBLIC(SYS(setegid, egid), "setegid", NULL, NULL);
}

int os_setregid(gid_t rgid, gid_t egid) {
    return PUBLIC(SYS(setregid, rgid, egid), "setregid", NULL, NULL);
}

int os_setresgid(gid_t rgid, gid_t egid, gid_t sgid) {
    return PUBLIC(SYS(setresgid, rgid, egid, sgid), "setresgid", NULL, NULL);
}
