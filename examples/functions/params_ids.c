/* SPDX-License-Identifier: MIT */
/* Who the process is: users and groups, real, effective and saved. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    uid_t ruid, euid, suid;
    gid_t rgid, egid, sgid;
    size_t mine, of_root;
    os_autofree gid_t *groups = os_getgroups(&mine);
    os_autofree gid_t *root = os_getgrouplist("root", 0, &of_root);
    if (!groups || !root || os_getresuid(&ruid, &euid, &suid) < 0 ||
        os_getresgid(&rgid, &egid, &sgid) < 0) {
        os_perror("ids");
        return 1;
    }
    printf("%d %d\n", ruid == os_getuid() && euid == os_geteuid(),
           rgid == os_getgid() && egid == os_getegid());
    printf("root's first group is %d\n", (int)root[0]);
    return 0;
}

/* It prints:
 *     1 1
 *     root's first group is 0
 */
