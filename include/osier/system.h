/* SPDX-License-Identifier: MIT */
/**
 * The system: configuration values, CPUs, load, disks, programs, random bytes, how paths read.
 *
 * @since 0.1
 */
#ifndef OSIER_SYSTEM_H
#define OSIER_SYSTEM_H

#include <osier/types.h>

#ifndef GRND_NONBLOCK
#define GRND_NONBLOCK 1 /**< os_getrandom(): EAGAIN instead of waiting for the first entropy */
#endif
#ifndef GRND_RANDOM
#define GRND_RANDOM 2 /**< os_getrandom(): from the source of /dev/random */
#endif

OS_BEGIN_DECLS

/** os.curdir: the current directory. */
#define OS_CURDIR "."
/** os.pardir: the directory above. */
#define OS_PARDIR ".."
/** os.sep: what stands between the parts of a path. */
#define OS_SEP "/"
/** os.altsep: None, as no other character does. */
#define OS_ALTSEP ((const char *)0)
/** os.extsep: what stands before a file's extension. */
#define OS_EXTSEP "."
/** os.pathsep: what stands between the paths of $PATH. */
#define OS_PATHSEP ":"
/** os.defpath: where programs are looked for without $PATH. */
#define OS_DEFPATH "/bin:/usr/bin"
/** os.linesep: what ends a line. */
#define OS_LINESEP "\n"
/** os.devnull: the null device. */
#define OS_DEVNULL "/dev/null"
/** os.name: the kind of system. */
#define OS_NAME "posix"

/** A name of a configuration value and its number. */
struct os_conf_name {
    const char *name; /**< "SC_PAGE_SIZE" */
    int number;       /**< _SC_PAGE_SIZE */
};

/**
 * A configuration value of the system that is text.
 *
 * @param name  one of os_confstr_names(), "CS_PATH"
 * @return the text, to free(); NULL with errno 0 where the system does not set it, and with errno
 *         set on an error
 * @error EINVAL  no such name, or one that this libc does not know
 * @python os.confstr(name, /)
 * @source confstr(3)
 * @shell os.confstr NAME -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_confstr(const char *name);

/**
 * A configuration value of the system that is text, by its number.
 *
 * @param number  _CS_PATH …
 * @return the text, to free(); NULL with errno 0 where the system does not set it, and with errno
 *         set on an error
 * @error EINVAL  no such number
 * @python os.confstr(name, /)
 * @source confstr(3)
 * @shell see os_confstr
 */
OS_API OS_MUST_FREE char *os_confstr_number(int number);

/**
 * A configuration value of the system that is a number.
 *
 * @param name  one of os_sysconf_names(), "SC_PAGE_SIZE"
 * @param ret_value  set to the value; −1 where there is no limit
 * @return 0, or −1 with errno set
 * @error EINVAL  no such name, or one that this libc does not know
 * @python os.sysconf(name, /)
 * @source sysconf(3)
 * @shell os.sysconf NAME -> int
 */
OS_API OS_NONNULL() int os_sysconf(const char *name, int64_t *ret_value);

/**
 * A configuration value of the system that is a number, by its number.
 *
 * @param number  _SC_PAGESIZE …
 * @param ret_value  set to the value; −1 where there is no limit
 * @return 0, or −1 with errno set
 * @error EINVAL  no such number
 * @python os.sysconf(name, /)
 * @source sysconf(3)
 * @shell see os_sysconf
 */
OS_API OS_NONNULL() int os_sysconf_number(int number, int64_t *ret_value);

/**
 * A configuration value of the file system that a file is on.
 *
 * @param path  the file
 * @param name  one of os_pathconf_names(), "PC_NAME_MAX"
 * @param ret_value  set to the value; −1 where there is no limit
 * @return 0, or −1 with errno set
 * @error EINVAL  no such name, or one that the file system does not know
 * @error ENOENT  no such file
 * @python os.pathconf(path, name)
 * @source pathconf(3)
 * @shell os.pathconf PATH NAME -> int
 */
OS_API OS_NONNULL() int os_pathconf(const char *path, const char *name, int64_t *ret_value);

/**
 * A configuration value of the file system that a file is on, by its number.
 *
 * @param path  the file
 * @param number  _PC_NAME_MAX …
 * @param ret_value  set to the value; −1 where there is no limit
 * @return 0, or −1 with errno set
 * @error EINVAL  no such number, or one that the file system does not know
 * @error ENOENT  no such file
 * @python os.pathconf(path, name)
 * @source pathconf(3)
 * @shell see os_pathconf
 */
OS_API OS_NONNULL() int os_pathconf_number(const char *path, int number, int64_t *ret_value);

/**
 * A configuration value of the file system that an open file is on.
 *
 * @param fd  the file
 * @param name  one of os_pathconf_names(), "PC_PIPE_BUF"
 * @param ret_value  set to the value; −1 where there is no limit
 * @return 0, or −1 with errno set
 * @error EBADF  not an open descriptor
 * @error EINVAL  no such name, or one that the file system does not know
 * @python os.fpathconf(fd, name, /)
 * @source fpathconf(3)
 * @shell os.fpathconf FD NAME -> int
 */
OS_API OS_NONNULL() int os_fpathconf(int fd, const char *name, int64_t *ret_value);

/**
 * A configuration value of the file system that an open file is on, by its number.
 *
 * @param fd  the file
 * @param number  _PC_PIPE_BUF …
 * @param ret_value  set to the value; −1 where there is no limit
 * @return 0, or −1 with errno set
 * @error EBADF  not an open descriptor
 * @error EINVAL  no such number, or one that the file system does not know
 * @python os.fpathconf(fd, name, /)
 * @source fpathconf(3)
 * @shell see os_fpathconf
 */
OS_API OS_NONNULL() int os_fpathconf_number(int fd, int number, int64_t *ret_value);

/**
 * The names that os_confstr() takes.
 *
 * @param ret_count  set to how many there are
 * @return a static array, in the order of the names
 * @python os.confstr_names
 * @shell os.confstr_names -> map
 */
OS_API OS_NONNULL() const struct os_conf_name *os_confstr_names(size_t *ret_count);

/**
 * The names that os_sysconf() takes.
 *
 * @param ret_count  set to how many there are
 * @return a static array, in the order of the names
 * @python os.sysconf_names
 * @shell os.sysconf_names -> map
 */
OS_API OS_NONNULL() const struct os_conf_name *os_sysconf_names(size_t *ret_count);

/**
 * The names that os_pathconf() and os_fpathconf() take.
 *
 * @param ret_count  set to how many there are
 * @return a static array, in the order of the names
 * @python os.pathconf_names
 * @shell os.pathconf_names -> map
 */
OS_API OS_NONNULL() const struct os_conf_name *os_pathconf_names(size_t *ret_count);

/**
 * How many CPUs the machine has online, whether the process may use them or not.
 *
 * @return the number, or −1 with errno set
 * @python os.cpu_count()
 * @source /sys/devices/system/cpu/online
 * @shell os.cpu_count -> int
 */
OS_API int os_cpu_count(void);

/**
 * How many CPUs the calling thread may run on.
 *
 * @return the number, or −1 with errno set
 * @python os.process_cpu_count(), since 3.13
 * @source sched_getaffinity(2)
 * @shell os.process_cpu_count -> int
 */
OS_API int os_process_cpu_count(void);

/**
 * How much CPU time the cgroups of the process leave it, as containers and services are limited:
 * 1.5 is a second and a half in every second.
 *
 * The lowest quota of its cgroup and all those above counts, of version 2 and version 1.
 *
 * @param ret_cpus  set to the number of CPUs; infinity where there is no quota
 * @return 0, or −1 with errno set
 * @source cgroups(7)
 * @shell os.cpu_quota -> float
 */
OS_API OS_NONNULL() int os_cpu_quota(double *ret_cpus);

/**
 * How many threads can make progress at once: os_process_cpu_count(), or the quota of
 * os_cpu_quota() rounded up where that is less. The number of workers to start.
 *
 * @return the number, at least 1, or −1 with errno set; a quota that can't be read is ignored
 * @source sched_getaffinity(2), cgroups(7)
 * @shell os.available_cpus -> int
 */
OS_API int os_available_cpus(void);

/**
 * How many processes ran or waited to run, on average.
 *
 * @param ret_loads  an array of three: set to the averages over 1, 5 and 15 minutes
 * @return 0, or −1 with errno set
 * @python os.getloadavg()
 * @source getloadavg(3)
 * @shell os.getloadavg -> floats
 */
OS_API OS_NONNULL() int os_getloadavg(double ret_loads[3]);

/**
 * Random bytes from the kernel, as many as it gives at once.
 *
 * @param ret_bytes  where they go, or NULL if `size` is 0
 * @param size  how many are wanted
 * @param flags  GRND_NONBLOCK, GRND_RANDOM
 * @return how many there are, or −1 with errno set
 * @error EAGAIN  none yet, soon after the start of the machine, with GRND_NONBLOCK
 * @error EINVAL  unknown flags
 * @python os.getrandom(size, flags=0)
 * @source getrandom(2)
 * @shell os.getrandom SIZE [--flags=0] -> bytes
 */
OS_API ssize_t os_getrandom(void *ret_bytes, size_t size, unsigned flags);

/**
 * Random bytes that are good enough for keys.
 *
 * @param ret_bytes  where they go, or NULL if `size` is 0
 * @param size  how many
 * @return 0 with all of them, or −1 with errno set
 * @python os.urandom(size, /)
 * @source getrandom(2), urandom(4)
 * @shell os.urandom SIZE -> bytes
 */
OS_API int os_urandom(void *ret_bytes, size_t size);

/** What os_disk_usage() tells, in bytes. */
struct os_disk_usage_result {
    uint64_t total; /**< size of the file system */
    uint64_t used;  /**< what files take of it */
    uint64_t free;  /**< what an ordinary user may still write; less than total − used by the part
                         that is kept for root */
};

/**
 * How full the file system is that a file or directory is on.
 *
 * @param path  the file or directory
 * @param ret_usage  set to the sizes
 * @return 0, or −1 with errno set
 * @error ENOENT  no such file
 * @python shutil.disk_usage(path)
 * @source statvfs(3)
 * @shell os.disk_usage PATH -> disk_usage
 */
OS_API OS_NONNULL() int os_disk_usage(const char *path, struct os_disk_usage_result *ret_usage);

/**
 * Finds the program that a command name stands for.
 *
 * A name with a slash in it is looked at as it is. An empty part of the search path stands for the
 * current directory.
 *
 * @param cmd  the name
 * @param mode  what must be allowed, as os_access() takes it: X_OK
 * @param path  where to look, with colons in between, or NULL for $PATH, or without it the system's
 *              own search path
 * @return the name of a file that is no directory, to free(); NULL with errno 0 where there is
 *         none, and with errno set on an error
 * @python shutil.which(cmd, mode=os.F_OK | os.X_OK, path=None)
 * @shell os.which CMD [--mode=X_OK] [--path=NULL] -> str
 */
OS_API OS_MUST_FREE OS_NONNULL(1) char *os_which(const char *cmd, int mode, const char *path);

OS_END_DECLS

#endif
