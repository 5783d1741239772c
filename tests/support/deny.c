/* SPDX-License-Identifier: MIT */
/** Runs a program under a seccomp filter, as on an old kernel or in a strict container.
 *
 *  deny ENOSYS|EPERM [CALL…] -- PROGRAM [ARGUMENT…]
 *  Without calls: all of the first table, which are newer than Linux 3.14. The program finds
 *  their names in OSIER_DENIED, so that a test of such a call by itself can be skipped.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CLONE3 = 435 };

/* From 5.0 on by number, which is the same on every processor: older headers don't have the names. */
static const struct {
    const char *name;
    unsigned number;
} calls[] = {
    {"renameat2", SYS_renameat2},
    {"execveat", SYS_execveat},
    {"getrandom", SYS_getrandom},
    {"memfd_create", SYS_memfd_create},
    {"copy_file_range", SYS_copy_file_range},
    {"preadv2", SYS_preadv2},
    {"pwritev2", SYS_pwritev2},
    {"statx", SYS_statx},
    {"pidfd_send_signal", 424},
    {"pidfd_open", 434},
    {"clone3", CLONE3},
    {"close_range", 436},
    {"openat2", 437},
    {"pidfd_getfd", 438},
    {"faccessat2", 439},
    {"io_uring_setup", 425},
    {"io_uring_enter", 426},
    {"fchmodat2", 452},
    {"setxattrat", 463},
    {"getxattrat", 464},
    {"listxattrat", 465},
    {"removexattrat", 466},
    /* What a container may be without; by name alone. */
    {"mount", SYS_mount},
    {"umount2", SYS_umount2},
    {"pivot_root", SYS_pivot_root},
    {"unshare", SYS_unshare},
    {"setns", SYS_setns},
    {"name_to_handle_at", SYS_name_to_handle_at},
    {"mount_setattr", 442},
    {"prctl", SYS_prctl},
    {"clone", SYS_clone},
    {"setxattr", SYS_setxattr},
    {"socket", SYS_socket},
    {"statfs", SYS_statfs},
    {"fstatfs", SYS_fstatfs},
};
#define CALLS (sizeof calls / sizeof *calls)
enum { NEWER = 22 }; /* the first of them */

static struct sock_filter filter[2 * CALLS + 2] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
};
static unsigned short size = 1;
static char names[2000];

static void deny(size_t i, unsigned number) {
    if (calls[i].number == CLONE3)
        number = ENOSYS; /* as container runtimes do: with EPERM glibc starts no thread at all */
    filter[size++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 1);
    filter[size++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | number);
    snprintf(names + strlen(names), sizeof names - strlen(names), " %s", calls[i].name);
}

static void deny_named(const char *name, unsigned number) {
    for (size_t i = 0; i < CALLS; i++) {
        if (strcmp(calls[i].name, name) != 0)
            continue;
        deny(i, number);
        return;
    }
    fprintf(stderr, "deny: no call is named '%s'\n", name);
    exit(64);
}

int main(int argc, char **argv) {
    int at = 2;
    unsigned number = argc > 1 && strcmp(argv[1], "EPERM") == 0 ? EPERM : ENOSYS;
    for (; at < argc && strcmp(argv[at], "--") != 0; at++)
        deny_named(argv[at], number);
    if (at + 1 >= argc) {
        fprintf(stderr, "usage: deny ENOSYS|EPERM [CALL...] -- PROGRAM [ARGUMENT...]\n");
        return 64;
    }
    for (size_t i = 0; at == 2 && i < NEWER; i++)
        deny(i, number);
    filter[size++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {size, filter};
    if (setenv("OSIER_DENIED", names, 1) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
        perror("deny");
        return 77; /* Meson's word for a test that could not run */
    }
    execvp(argv[at + 1], argv + at + 1);
    perror(argv[at + 1]);
    return 127;
}
