/* SPDX-License-Identifier: MIT */
/**
 * Process parameters: ids, groups, sessions, priorities, the umask, and the names of the system and
 * its user.
 *
 * The environment has a header of its own (environ.h). os.fspath() needs no counterpart in C, where
 * a path is a `const char *` already; os.fsencode() and os.fsdecode() need none either: a name is
 * the kernel's own bytes everywhere in osier, and nothing is ever converted.
 *
 * @since 0.1
 */
#ifndef OSIER_PARAMS_H
#define OSIER_PARAMS_H

#include <osier/types.h>
#include <sys/resource.h> /* PRIO_PROCESS, PRIO_PGRP, PRIO_USER */

OS_BEGIN_DECLS

/** What os_uname() tells; the sizes are the kernel's. */
struct os_uname_result {
    char sysname[65];    /**< "Linux" */
    char nodename[65];   /**< the host's name */
    char release[65];    /**< "6.1.0-44-amd64" */
    char version[65];    /**< "#1 SMP PREEMPT_DYNAMIC …" */
    char machine[65];    /**< "x86_64" */
    char domainname[65]; /**< of NIS, mostly "(none)"; Python leaves it out */
};

/**
 * The name of the controlling terminal of any process: "/dev/tty".
 *
 * @return the name, to free(); NULL with errno ENOMEM
 * @python os.ctermid()
 * @source ctermid(3)
 * @shell os.ctermid -> str
 */
OS_API OS_MUST_FREE char *os_ctermid(void);

/**
 * The name of the user logged in on the controlling terminal.
 *
 * @return the name, to free(); NULL with errno set
 * @error ENXIO  there is no controlling terminal
 * @python os.getlogin()
 * @source getlogin_r(3)
 * @shell os.getlogin -> str
 */
OS_API OS_MUST_FREE char *os_getlogin(void);

/**
 * The name of the system, the host and the processor.
 *
 * @param ret_result  set to them
 * @return 0, or −1 with errno set
 * @python os.uname()
 * @source uname(2)
 * @shell os.uname -> uname
 */
OS_API OS_NONNULL() int os_uname(struct os_uname_result *ret_result);

/**
 * The id of the process.
 *
 * @return the id; can't fail
 * @python os.getpid()
 * @source getpid(2)
 * @shell os.getpid -> int
 */
OS_API pid_t os_getpid(void);

/**
 * The id of the process's parent.
 *
 * @return the id, 0 where the parent is outside the pid namespace; can't fail
 * @python os.getppid()
 * @source getppid(2)
 * @shell os.getppid -> int
 */
OS_API pid_t os_getppid(void);

/**
 * The kernel's id of the calling thread.
 *
 * @return the id; can't fail
 * @python threading.get_native_id()
 * @source gettid(2)
 * @shell os.gettid -> int
 */
OS_API pid_t os_gettid(void);

/**
 * The real user id of the process.
 *
 * @return the id; can't fail
 * @python os.getuid()
 * @source getuid(2)
 * @shell os.getuid -> int
 */
OS_API uid_t os_getuid(void);

/**
 * The effective user id of the process, which decides what it may do.
 *
 * @return the id; can't fail
 * @python os.geteuid()
 * @source geteuid(2)
 * @shell os.geteuid -> int
 */
OS_API uid_t os_geteuid(void);

/**
 * The real group id of the process.
 *
 * @return the id; can't fail
 * @python os.getgid()
 * @source getgid(2)
 * @shell os.getgid -> int
 */
OS_API gid_t os_getgid(void);

/**
 * The effective group id of the process.
 *
 * @return the id; can't fail
 * @python os.getegid()
 * @source getegid(2)
 * @shell os.getegid -> int
 */
OS_API gid_t os_getegid(void);

/**
 * The real, effective and saved user ids of the process.
 *
 * @param ret_ruid  set to the real one
 * @param ret_euid  set to the effective one
 * @param ret_suid  set to the saved one
 * @return 0, or −1 with errno set
 * @python os.getresuid()
 * @source getresuid(2)
 * @shell os.getresuid -> ints
 */
OS_API OS_NONNULL() int os_getresuid(uid_t *ret_ruid, uid_t *ret_euid, uid_t *ret_suid);

/**
 * The real, effective and saved group ids of the process.
 *
 * @param ret_rgid  set to the real one
 * @param ret_egid  set to the effective one
 * @param ret_sgid  set to the saved one
 * @return 0, or −1 with errno set
 * @python os.getresgid()
 * @source getresgid(2)
 * @shell os.getresgid -> ints
 */
OS_API OS_NONNULL() int os_getresgid(gid_t *ret_rgid, gid_t *ret_egid, gid_t *ret_sgid);

/**
 * The supplementary group ids of the process.
 *
 * @param ret_count  set to how many there are
 * @return the ids in one block, to free(), even for none; NULL with errno set
 * @python os.getgroups()
 * @source getgroups(2)
 * @shell os.getgroups -> ints
 */
OS_API OS_MUST_FREE OS_NONNULL() gid_t *os_getgroups(size_t *ret_count);

/**
 * The groups that a user belongs to, as the system's group database has them.
 *
 * @param user  the user's name; an unknown one is in `group` alone
 * @param group  a group that is put in as well: the one of the user's password entry
 * @param ret_count  set to how many there are
 * @return the ids in one block, to free(); NULL with errno set
 * @python os.getgrouplist(user, group, /)
 * @source getgrouplist(3)
 * @shell os.getgrouplist USER GROUP -> ints
 */
OS_API OS_MUST_FREE OS_NONNULL() gid_t *os_getgrouplist(const char *user, gid_t group,
                                                        size_t *ret_count);

/**
 * Gives the process the groups of a user: os_getgrouplist(), then os_setgroups().
 *
 * @param user  the user's name
 * @param group  a group that is put in as well
 * @return 0, or −1 with errno set
 * @error EPERM  the process lacks CAP_SETGID
 * @python os.initgroups(username, gid, /)
 * @source initgroups(3)
 * @shell no: it changes a process that ends with the command
 */
OS_API OS_NONNULL() int os_initgroups(const char *user, gid_t group);

/**
 * Sets the supplementary group ids of the process.
 *
 * @param groups  the ids, or NULL if `count` is 0
 * @param count  how many
 * @return 0, or −1 with errno set
 * @error EINVAL  more than 65536
 * @error EPERM  the process lacks CAP_SETGID
 * @python os.setgroups(groups, /)
 * @source setgroups(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setgroups(const gid_t *groups, size_t count);

/**
 * The process group of a process.
 *
 * @param pid  the process; 0: the calling one
 * @return the group's id, or −1 with errno set
 * @error ESRCH  no such process
 * @python os.getpgid(pid)
 * @source getpgid(2)
 * @shell os.getpgid PID -> int
 */
OS_API pid_t os_getpgid(pid_t pid);

/**
 * The process group of the calling process.
 *
 * @return the group's id; can't fail
 * @python os.getpgrp()
 * @source getpgrp(2)
 * @shell os.getpgrp -> int
 */
OS_API pid_t os_getpgrp(void);

/**
 * Moves a process into a process group.
 *
 * @param pid  the process; 0: the calling one
 * @param pgrp  the group; 0: a new one with the id of the process
 * @return 0, or −1 with errno set
 * @error ESRCH  neither the process itself nor a child of it
 * @error EACCES  a child that has called exec already
 * @error EPERM  a session leader, or a group of another session
 * @python os.setpgid(pid, pgrp, /)
 * @source setpgid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setpgid(pid_t pid, pid_t pgrp);

/**
 * Makes the calling process the leader of a process group of its own: os_setpgid(0, 0).
 *
 * @return 0, or −1 with errno set
 * @error EPERM  a session leader has one already
 * @python os.setpgrp()
 * @source setpgid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setpgrp(void);

/**
 * The session of a process.
 *
 * @param pid  the process; 0: the calling one
 * @return the session's id, or −1 with errno set
 * @error ESRCH  no such process
 * @python os.getsid(pid, /)
 * @source getsid(2)
 * @shell os.getsid PID -> int
 */
OS_API pid_t os_getsid(pid_t pid);

/**
 * Starts a session: the process leads it, and has no controlling terminal any more.
 *
 * @return the session's id, or −1 with errno set
 * @error EPERM  the process leads a process group already
 * @python os.setsid()
 * @source setsid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API pid_t os_setsid(void);

/**
 * The nice value of a process, a process group or a user's processes.
 *
 * @param which  PRIO_PROCESS, PRIO_PGRP or PRIO_USER
 * @param who  the id of that; 0: the calling one
 * @param ret_priority  set to the nice value, −20 (most favourable) to 19
 * @return 0, or −1 with errno set; the value has a parameter of its own, as −1 is a legal one
 * @error ESRCH  no such process
 * @python os.getpriority(which, who)
 * @source getpriority(2)
 * @shell os.getpriority WHICH WHO -> int
 */
OS_API OS_NONNULL() int os_getpriority(int which, id_t who, int *ret_priority);

/**
 * Sets the nice value of a process, a process group or a user's processes.
 *
 * @param which  PRIO_PROCESS, PRIO_PGRP or PRIO_USER
 * @param who  the id of that; 0: the calling one
 * @param priority  the nice value, −20 to 19; one beyond these counts as the nearest of them
 * @return 0, or −1 with errno set
 * @error EACCES  lower than it is, without CAP_SYS_NICE
 * @error EPERM  another user's process
 * @error ESRCH  no such process
 * @python os.setpriority(which, who, priority)
 * @source setpriority(2)
 * @shell os.setpriority WHICH WHO PRIORITY -> none
 */
OS_API int os_setpriority(int which, id_t who, int priority);

/**
 * Sets the user id of the process; with CAP_SETUID the real, effective and saved one.
 *
 * @param uid  the id
 * @return 0, or −1 with errno set
 * @error EPERM  neither the real nor the saved id, without CAP_SETUID
 * @python os.setuid(uid, /)
 * @source setuid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setuid(uid_t uid);

/**
 * Sets the effective user id of the process.
 *
 * @param euid  the id
 * @return 0, or −1 with errno set
 * @error EPERM  not an id that the process has
 * @python os.seteuid(euid, /)
 * @source seteuid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_seteuid(uid_t euid);

/**
 * Sets the real and the effective user id of the process.
 *
 * @param ruid  the real one; (uid_t)-1 leaves it
 * @param euid  the effective one; likewise
 * @return 0, or −1 with errno set
 * @error EPERM  not an id that the process has
 * @python os.setreuid(ruid, euid, /)
 * @source setreuid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setreuid(uid_t ruid, uid_t euid);

/**
 * Sets the real, effective and saved user ids of the process.
 *
 * @param ruid  the real one; (uid_t)-1 leaves it
 * @param euid  the effective one; likewise
 * @param suid  the saved one; likewise
 * @return 0, or −1 with errno set
 * @error EPERM  not an id that the process has
 * @python os.setresuid(ruid, euid, suid, /)
 * @source setresuid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setresuid(uid_t ruid, uid_t euid, uid_t suid);

/**
 * Sets the group id of the process; with CAP_SETGID the real, effective and saved one.
 *
 * @param gid  the id
 * @return 0, or −1 with errno set
 * @error EPERM  neither the real nor the saved id, without CAP_SETGID
 * @python os.setgid(gid, /)
 * @source setgid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setgid(gid_t gid);

/**
 * Sets the effective group id of the process.
 *
 * @param egid  the id
 * @return 0, or −1 with errno set
 * @error EPERM  not an id that the process has
 * @python os.setegid(egid, /)
 * @source setegid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setegid(gid_t egid);

/**
 * Sets the real and the effective group id of the process.
 *
 * @param rgid  the real one; (gid_t)-1 leaves it
 * @param egid  the effective one; likewise
 * @return 0, or −1 with errno set
 * @error EPERM  not an id that the process has
 * @python os.setregid(rgid, egid, /)
 * @source setregid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setregid(gid_t rgid, gid_t egid);

/**
 * Sets the real, effective and saved group ids of the process.
 *
 * @param rgid  the real one; (gid_t)-1 leaves it
 * @param egid  the effective one; likewise
 * @param sgid  the saved one; likewise
 * @return 0, or −1 with errno set
 * @error EPERM  not an id that the process has
 * @python os.setresgid(rgid, egid, sgid, /)
 * @source setresgid(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API int os_setresgid(gid_t rgid, gid_t egid, gid_t sgid);

/**
 * Sets the process's umask: the permission bits that its new files do not get.
 *
 * @param mask  the bits; those above 0777 do not count
 * @return the umask before it; can't fail
 * @python os.umask(mask, /)
 * @source umask(2)
 * @shell no: it changes a process that ends with the command
 */
OS_API mode_t os_umask(mode_t mask);

/**
 * The umask, read without setting it. With os_umask() that takes two calls, and files that other
 * threads create between them get the wrong permission bits.
 *
 * It is read from /proc; where there is none, from a short-lived thread that has a umask of its own
 * (unshare(2)).
 *
 * @return the umask, or −1 with errno set
 * @error EPERM  no /proc, and a sandbox that forbids unshare(2)
 * @source proc(5)
 * @shell os.umask_get -> octal
 */
OS_API int os_umask_get(void);

OS_END_DECLS

#endif
