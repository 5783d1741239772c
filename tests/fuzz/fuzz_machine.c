/* SPDX-License-Identifier: MIT */
/** libFuzzer over what is read of a machine: files of a recorded one, and answers of netlink. */
#include "fuzz.h"

#include <fcntl.h>
#include <osier.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
ssize_t __wrap_send(int fd, const void *data, size_t size, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *header, int flags);

static char root[] = "/dev/shm/osier-fuzz-XXXXXX";
static size_t count;

static void free_list(void *list) {
    free(list);
}

/* ------------------------------------------------------------------- files */

static void processes(void) {
    free_list(os_processes((OS_PROCESS_FOOTPRINT - 1), NULL, &count));
}
static void memory(void) {
    struct os_virtual_memory_result result;
    os_virtual_memory(&result);
    free_list(os_meminfo(&count));
}
static void cpus(void) {
    free_list(os_cpu_times(&count));
}
static void mounts(void) {
    free_list(os_mounts(OS_MOUNTS_PSEUDO, 0, &count));
}
static void sockets(void) {
    free_list(os_sockets(0, 0, NULL, &count));
}
static void sysctls(void) {
    free_list(os_settings(OS_SETTINGS_SYSCTL, NULL, 3, &count));
}
static void locales(void) {
    free_list(os_settings(OS_SETTINGS_LOCALE, NULL, 3, &count));
}
static void names(void) {
    free_list(os_settings(OS_SETTINGS_HOSTNAME, NULL, 3, &count));
    free_list(os_settings(OS_SETTINGS_TIMEZONE, NULL, 3, &count));
}
static void release(void) {
    free_list(os_release());
}
static void modules(void) {
    free_list(os_modules(&count));
}
static void limits(void) {
    free_list(os_limits(0, &count));
}
static void logins(void) {
    free_list(os_logins(&count));
}
static void pressure(void) {
    struct os_pressure_result result;
    os_pressure(OS_RESOURCE_IO, NULL, &result);
}

static void disks(void) {
    struct os_disk *now = os_disks(&count);
    if (now)
        os_disk_rates(now, count, now, count, 1);
    free_list(now);
}
static void events(void) {
    struct os_swap_memory_result result;
    free_list(os_vmstat(&count));
    os_swap_memory(&result);
}
static void topology(void) {
    free_list(os_cpu_topology(OS_CPU_PLACE | OS_CPU_NODE | OS_CPU_SPEED, &count));
    free_list(os_cpu_caches(&count));
    free_list(os_numa_nodes(&count));
}
static void groups(void) {
    struct os_cgroup_result result;
    os_cgroup(NULL, &result);
    os_cgroup("/sys/fs/cgroup/a", &result);
    free_list(os_cgroups(NULL, 0, &count));
    free_list(os_process_cgroups(0, &count));
}

static const struct {
    const char *path;
    void (*read)(void);
} files[] = {
    {"proc/7/stat", processes},
    {"proc/7/status", processes},
    {"proc/7/cmdline", processes},
    {"proc/meminfo", memory},
    {"proc/stat", cpus},
    {"proc/self/mountinfo", mounts},
    {"proc/net/tcp", sockets},
    {"proc/net/unix", sockets},
    {"etc/sysctl.d/a.conf", sysctls},
    {"etc/default/locale", locales},
    {"etc/hostname", names},
    {"etc/os-release", release},
    {"proc/modules", modules},
    {"proc/self/limits", limits},
    {"run/systemd/sessions/1", logins},
    {"run/utmp", logins},
    {"proc/pressure/io", pressure},
    {"proc/diskstats", disks},
    {"proc/vmstat", events},
    {"proc/cpuinfo", topology},
    {"sys/devices/system/cpu/online", topology},
    {"sys/devices/system/cpu/cpu1/topology/core_cpus_list", topology},
    {"sys/devices/system/cpu/cpu1/cache/index0/size", topology},
    {"sys/devices/system/cpu/cpu1/cache/index0/shared_cpu_list", topology},
    {"sys/devices/system/node/node0/cpulist", topology},
    {"sys/devices/system/node/node0/distance", topology},
    {"sys/devices/system/node/node0/meminfo", topology},
    {"proc/self/cgroup", groups},
    {"sys/fs/cgroup/a/cpu.stat", groups},
    {"sys/fs/cgroup/a/memory.stat", groups},
    {"sys/fs/cgroup/a/cpu.max", groups},
};
/* What the others stand beside. */
static const char *const whole[][2] = {
    {"proc/sys/a/b", "1\n"},
    {"proc/meminfo", "MemTotal: 2000 kB\nMemAvailable: 1000 kB\n"},
    {"proc/self/cgroup", "0::/a\n"},
    {"proc/self/mountinfo", "30 20 0:25 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"},
    {"sys/devices/system/cpu/cpu1/cache/index0/level", "1\n"},
    {"sys/devices/system/cpu/cpu2/topology/core_cpus_list", "1-2\n"},
    {"sys/fs/cgroup/a/memory.max", "4096\n"},
    {"sys/fs/cgroup/a/memory.current", "4000\n"},
};
#define FILES (sizeof files / sizeof *files)

static void plant(const char *name, const void *data, size_t size) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", root, name);
    for (char *slash = path + strlen(root); (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    close(fd);
}

static void one_file(size_t which, const uint8_t *data, size_t size) {
    plant(files[which].path, data, size);
    if (os_set_root(root) < 0)
        abort();
    files[which].read();
    os_set_root(NULL);
    plant(files[which].path, "", 0);
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (strcmp(whole[i][0], files[which].path) == 0)
            plant(whole[i][0], whole[i][1], strlen(whole[i][1]));
}

/* ------------------------------------------------------------------- netlink */

static const uint8_t *answer;
static size_t answer_size, answer_at;
static uint32_t sequence;

ssize_t __wrap_send(int fd, const void *data, size_t size, int flags) {
    (void)fd, (void)flags;
    memcpy(&sequence, (const char *)data + 8, sizeof sequence);
    answer_at = 0;
    return (ssize_t)size;
}

/* Parts of up to 400 bytes with the number that is asked for; then the end of the list. */
ssize_t __wrap_recvmsg(int fd, struct msghdr *header, int flags) {
    (void)fd, (void)flags;
    char *buffer = header->msg_iov->iov_base;
    size_t left = answer_size - answer_at, size = left < 400 ? left : 400;
    uint32_t end[5] = {20, 3, sequence, 0, 0};
    header->msg_flags = 0;
    if (size < 16) {
        memcpy(buffer, end, sizeof end);
        return sizeof end;
    }
    memcpy(buffer, answer + answer_at, size);
    for (size_t at = 0; at + 16 <= size;) {
        uint32_t own;
        memcpy(&own, buffer + at, sizeof own);
        memcpy(buffer + at + 8, &sequence, sizeof sequence);
        if (own < 16 || own > size - at)
            break;
        at += (own + 3) & ~3u;
    }
    answer_at += size;
    return (ssize_t)size;
}

static void one_answer(unsigned which, const uint8_t *data, size_t size) {
    answer = data;
    answer_size = size;
    switch (which % 7) {
    case 0:
        free_list(os_net_links(0, NULL, &count));
        break;
    case 1:
        free_list(os_net_addresses(NULL, &count));
        break;
    case 2:
        free_list(os_net_routes(NULL, &count));
        break;
    case 3:
        free_list(os_net_rules(NULL, &count));
        break;
    case 4:
        free_list(os_net_neighbours(NULL, &count));
        break;
    case 5:
        free_list(os_sockets(OS_SOCKETS_TCP, OS_SOCKETS_TCP_INFO, NULL, &count));
        break;
    default:
        free_list(os_sockets(OS_SOCKETS_UNIX, 0, NULL, &count));
    }
}

static void remove_root(void) {
    os_rmtree(root, NULL);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    if (!mkdtemp(root))
        abort();
    atexit(remove_root);
    for (size_t i = 0; i < FILES; i++)
        plant(files[i].path, "", 0);
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        plant(whole[i][0], whole[i][1], strlen(whole[i][1]));
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1)
        return 0;
    if (data[0] < 128)
        one_file(data[0] % FILES, data + 1, size - 1);
    else
        one_answer(data[0], data + 1, size - 1);
    return 0;
}
