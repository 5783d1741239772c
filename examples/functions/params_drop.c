/* SPDX-License-Identifier: MIT */
/* Gives up root for good: the groups first, then the group, then the user; and makes sure. */
#include <errno.h>
#include <osier.h>
#include <stdio.h>

static int become(uid_t uid, gid_t gid) {
    const gid_t groups[] = {gid};
    if (os_initgroups("root", gid) < 0 ||
        os_setgroups(groups, 1) < 0) /* only these, none of root's */
        return -1;
    return os_setresgid(gid, gid, gid) < 0 ? -1 : os_setresuid(uid, uid, uid);
}

/* For a while only, and back: the saved user stays. */
static int for_a_while(uid_t uid, gid_t gid) {
    uid_t before = os_geteuid();
    gid_t group = os_getegid();
    return os_setegid(gid) < 0 || os_seteuid(uid) < 0 || os_setreuid(os_getuid(), before) < 0 ||
                   os_setregid(os_getgid(), group) < 0
               ? -1
               : 0;
}

int main(void) {
    if (os_geteuid() != 0)
        return 77;
    if (for_a_while(65534, 65534) < 0 || become(65534, 65534) < 0) {
        os_perror("become");
        return 1;
    }
    printf("now %d:%d\n", (int)os_getuid(), (int)os_getgid());
    printf("no way back: %d\n", os_setuid(0) < 0 && os_setgid(0) < 0 && errno == EPERM);
    return 0;
}

/* It prints:
 *     now 65534:65534
 *     no way back: 1
 */
