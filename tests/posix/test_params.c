/* SPDX-License-Identifier: MIT */
/** Process parameters: what POSIX says of ids, groups, sessions, priorities and the umask. */
#include "support.h"

#include <pwd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#define NOBODY 65534

/* Runs a check in a child, which may change itself: it exits with 0 where all is well. */
#define IN_CHILD(check)                                                                            \
    do {                                                                                           \
        int status_;                                                                               \
        pid_t pid_ = fork();                                                                       \
        if (pid_ == 0)                                                                             \
            _exit((check) ? 0 : 1);                                                                \
        assert_int_equal(waitpid(pid_, &status_, 0), pid_);                                        \
        assert_int_equal(status_, 0);                                                              \
    } while (0)

static void ids(void **state) {
    (void)state;
    uid_t ruid, euid, suid;
    gid_t rgid, egid, sgid;
    assert_int_equal(os_getpid(), getpid());
    assert_int_equal(os_getppid(), getppid());
    assert_int_equal(os_gettid(), syscall(SYS_gettid));
    assert_int_equal(os_getuid(), getuid());
    assert_int_equal(os_geteuid(), geteuid());
    assert_int_equal(os_getgid(), getgid());
    assert_int_equal(os_getegid(), getegid());
    assert_int_equal(os_getresuid(&ruid, &euid, &suid), 0);
    assert_int_equal(os_getresgid(&rgid, &egid, &sgid), 0);
    assert_true(ruid == getuid() && euid == geteuid());
    assert_true(rgid == getgid() && egid == getegid());
    IN_CHILD(os_getppid() != getpid());
}

static bool takes_other_ids(void) {
    uid_t ruid, euid, suid;
    gid_t rgid, egid, sgid;
    return os_setgroups(NULL, 0) == 0 && os_setegid(5) == 0 && getegid() == 5 &&
           os_setregid(6, 7) == 0 && os_setresgid((gid_t)-1, 6, 7) == 0 &&
           os_getresgid(&rgid, &egid, &sgid) == 0 && rgid == 6 && egid == 6 && sgid == 7 &&
           os_setgid(8) == 0 && getgid() == 8 && os_seteuid(5) == 0 && geteuid() == 5 &&
           os_seteuid(0) == 0 && os_setreuid(0, NOBODY) == 0 && geteuid() == NOBODY &&
           os_seteuid(0) == 0 && os_setresuid(1, 2, 3) == 0 &&
           os_getresuid(&ruid, &euid, &suid) == 0 && ruid == 1 && euid == 2 && suid == 3;
}

static bool is_refused(int r, const char *operation) {
    int number = errno;
    const struct os_error *error = os_last_error();
    return r == -1 && number == EPERM && error && strcmp(error->operation, operation) == 0;
}

static bool nobody_takes_none(void) {
    gid_t group = 0;
    if (getuid() == 0 && (os_setgroups(NULL, 0) || os_setgid(NOBODY) || os_setuid(NOBODY)))
        return false;
    return is_refused(os_setuid(0), "setuid") && is_refused(os_seteuid(0), "seteuid") &&
           is_refused(os_setreuid(0, 0), "setreuid") && is_refused(os_setgid(0), "setgid") &&
           is_refused(os_setresuid(0, 0, 0), "setresuid") && is_refused(os_setegid(0), "setegid") &&
           is_refused(os_setregid(0, 0), "setregid") &&
           is_refused(os_setresgid(0, 0, 0), "setresgid") &&
           is_refused(os_setgroups(&group, 1), "setgroups") &&
           is_refused(os_initgroups("root", 0), "initgroups");
}

static void setting_ids(void **state) {
    (void)state;
    if (getuid() == 0)
        IN_CHILD(takes_other_ids());
    IN_CHILD(nobody_takes_none());
    assert_int_equal(os_setuid((uid_t)-1), -1);
    assert_error(EINVAL, "setuid", NULL, NULL);
    assert_int_equal(os_setresuid((uid_t)-1, (uid_t)-1, (uid_t)-1), 0);
}

static bool has_groups(const gid_t *expected, size_t expected_count) {
    size_t count;
    gid_t *list = os_getgroups(&count);
    bool same = list && count == expected_count && memcmp(list, expected, count * 4) == 0;
    free(list);
    return same;
}

static bool sets_groups(void) {
    gid_t many[1000];
    for (int i = 0; i < 1000; i++)
        many[i] = 5000 + (gid_t)i;
    gid_t own = 77;
    return os_setgroups(many, 1000) == 0 && has_groups(many, 1000) && os_setgroups(NULL, 0) == 0 &&
           has_groups(many, 0) && os_initgroups("no such user", own) == 0 && has_groups(&own, 1);
}

static void groups(void **state) {
    (void)state;
    size_t count;
    gid_t *list = os_getgroups(&count);
    assert_non_null(list);
    assert_int_equal(count, getgroups(0, NULL));
    free(list);
    list = os_getgrouplist("no such user", 77, &count);
    assert_non_null(list);
    assert_int_equal(count, 1);
    assert_int_equal(list[0], 77);
    free(list);
    if (getuid() == 0)
        IN_CHILD(sets_groups());
    assert_int_equal(os_setgroups(NULL, 65537), -1);
    assert_error(EINVAL, "setgroups", NULL, NULL);
    assert_text(os_error_text(), "ValueError: too many groups");
}

static bool leads_a_session(void) {
    return os_setsid() == getpid() && os_getsid(0) == getpid() && os_getpgid(0) == getpid() &&
           is_refused((int)os_setsid(), "setsid") && is_refused(os_setpgrp(), "setpgrp");
}

static bool leads_a_group(void) {
    return os_setpgrp() == 0 && os_getpgrp() == getpid() &&
           is_refused(os_setpgid(0, 99999999), "setpgid");
}

static void sessions(void **state) {
    (void)state;
    assert_int_equal(os_getpgrp(), getpgrp());
    assert_int_equal(os_getpgid(0), getpgrp());
    assert_int_equal(os_getsid(0), getsid(0));
    IN_CHILD(leads_a_session());
    IN_CHILD(leads_a_group());
    assert_int_equal(os_getpgid(99999999), -1);
    assert_error(ESRCH, "getpgid", NULL, NULL);
    assert_int_equal(os_getsid(99999999), -1);
    assert_error(ESRCH, "getsid", NULL, NULL);
    assert_int_equal(os_setpgid(99999999, 0), -1);
    assert_error(ESRCH, "setpgid", NULL, NULL);
}

static bool minus_one_is_legal(void) {
    int priority = 99;
    errno = 0;
    return os_setpriority(PRIO_PROCESS, 0, -1) == 0 &&
           os_getpriority(PRIO_PROCESS, 0, &priority) == 0 && priority == -1;
}

static bool least_favourable(void) {
    int priority = 99;
    return os_setpriority(PRIO_PROCESS, 0, 1000) == 0 &&
           os_getpriority(PRIO_PROCESS, 0, &priority) == 0 && priority == 19;
}

static void priorities(void **state) {
    (void)state;
    int priority = 99;
    if (getuid() == 0)
        IN_CHILD(minus_one_is_legal());
    IN_CHILD(least_favourable());
    assert_int_equal(os_getpriority(77, 0, &priority), -1);
    assert_error(EINVAL, "getpriority", NULL, NULL);
    assert_int_equal(os_getpriority(PRIO_PROCESS, 99999999, &priority), -1);
    assert_error(ESRCH, "getpriority", NULL, NULL);
    assert_int_equal(priority, 99);
    assert_int_equal(os_setpriority(77, 0, 0), -1);
    assert_error(EINVAL, "setpriority", NULL, NULL);
}

static void names(void **state) {
    (void)state;
    struct os_uname_result mine;
    struct utsname theirs;
    assert_int_equal(os_uname(&mine), 0);
    assert_int_equal(uname(&theirs), 0);
    assert_string_equal(mine.sysname, theirs.sysname);
    assert_string_equal(mine.nodename, theirs.nodename);
    assert_string_equal(mine.release, theirs.release);
    assert_string_equal(mine.version, theirs.version);
    assert_string_equal(mine.machine, theirs.machine);
    assert_string_equal(mine.domainname, theirs.domainname);
    assert_text(os_ctermid(), "/dev/tty");
    char login[300];
    int number = getlogin_r(login, sizeof login);
    char *name = os_getlogin();
    if (number == 0)
        assert_string_equal(name, login);
    else
        assert_error(number, "getlogin", NULL, NULL);
    free(name);
}

static void masks(void **state) {
    (void)state;
    mode_t before = os_umask(027);
    assert_int_equal(os_umask_get(), 027);
    assert_int_equal(os_umask(07777), 027);
    assert_int_equal(os_umask_get(), 0777);
    assert_int_equal(os_umask(before), 0777);
    assert_int_equal(os_umask_get(), before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids),      cmocka_unit_test(setting_ids), cmocka_unit_test(groups),
        cmocka_unit_test(sessions), cmocka_unit_test(priorities),  cmocka_unit_test(names),
        cmocka_unit_test(masks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
