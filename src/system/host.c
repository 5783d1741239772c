/* SPDX-License-Identifier: MIT */
/** Which system it is, what it runs in, and what is loaded and limited. */
#include <osier/host.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "system/machine.h"
#include "system/rows.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined __x86_64__ || defined __i386__
#ifdef __has_include
#if __has_include(<cpuid.h>)
#include <cpuid.h>
#define HAVE_CPUID
#endif
#endif
#endif

/* ------------------------------------------------------------------- os-release */

/* A value as a shell reads it: in quotes, with a backslash before what is special. */
static void unquote(const char *text, struct str *value) {
    char quote = *text == '"' || *text == '\'' ? *text++ : '\0';
    for (; *text && (quote ? *text != quote : !strchr(" \t\r", *text)); text++) {
        if (*text == '\\' && quote != '\'' && text[1])
            text++;
        str_append_char(value, *text);
    }
}

static int parse_release(char *text, char ***ret_list) {
    AUTO_LIST list = {.count = 0};
    AUTO_STR pair = STR_INIT;
    char *line;
    while ((line = strsep(&text, "\n"))) {
        char *equals = strchr(line, '=');
        line += strspn(line, " \t");
        if (!equals || *line == '#' || equals <= line)
            continue;
        str_truncate(&pair, 0);
        str_append(&pair, line, (size_t)(equals - line) + 1);
        unquote(equals + 1, &pair);
        if (!pair.failed)
            list_add(&list, pair.data, pair.size);
    }
    return pair.failed ? -ENOMEM : list_take(&list, ret_list);
}

char **os_release(void) {
    UNCANCELLED;
    AUTO_STR text = STR_INIT;
    char **list = NULL;
    int r = machine_load("/etc/os-release", &text);
    if (r == -ENOENT)
        r = machine_load("/usr/lib/os-release", &text);
    if (r == 0)
        r = parse_release(text.data, &list);
    return PUBLIC_POINTER(r, list, "release", "/etc/os-release", NULL);
}

/* ------------------------------------------------------------------- virtualization */

/* What a firmware's vendor or product begins with, and whose machine that is. */
static const struct {
    const char *begin, *name;
} vendors[] = {
    {"KVM", "kvm"},
    {"OpenStack", "kvm"},
    {"Amazon EC2", "amazon"},
    {"QEMU", "qemu"},
    {"VMware", "vmware"},
    {"VMW", "vmware"},
    {"innotek GmbH", "oracle"},
    {"VirtualBox", "oracle"},
    {"Oracle Corporation", "oracle"},
    {"Xen", "xen"},
    {"Bochs", "bochs"},
    {"Parallels", "parallels"},
    {"BHYVE", "bhyve"},
    {"Hyper-V", "microsoft"},
    {"Apple Virtualization", "apple"},
    {"Google Compute Engine", "google"},
};

/* Containers by the word that they call themselves in `container=`. */
static const char *const containers[] = {"lxc", "lxc-libvirt", "systemd-nspawn", "docker", "podman",
                                         "rkt", "wsl",         "proot",          "pouch",  "oci"};

static const char *find_vendor(const char *text) {
    for (size_t i = 0; i < sizeof vendors / sizeof *vendors; i++)
        if (strncmp(text, vendors[i].begin, strlen(vendors[i].begin)) == 0)
            return vendors[i].name;
    return NULL;
}

#ifdef HAVE_CPUID
/* What a hypervisor lets the processor say of it; this machine's alone can be asked. */
static const char *by_signature(void) {
    static const struct {
        char signature[13];
        const char *name;
    } hypervisors[] = {{"KVMKVMKVM", "kvm"},          {"Linux KVM Hv", "kvm"},
                       {"XenVMMXenVMM", "xen"},       {"VMwareVMware", "vmware"},
                       {"Microsoft Hv", "microsoft"}, {"TCGTCGTCGTCG", "qemu"},
                       {"VBoxVBoxVBox", "oracle"},    {"bhyve bhyve ", "bhyve"},
                       {" lrpepyh  vr", "parallels"}, {"prl hyperv  ", "parallels"}};
    unsigned leaf, word[3];
    char text[sizeof word + 1] = "";
    __cpuid(0x40000000, leaf, word[0], word[1], word[2]);
    memcpy(text, word, sizeof word);
    for (size_t i = 0; i < sizeof hypervisors / sizeof *hypervisors; i++)
        if (strncmp(text, hypervisors[i].signature, sizeof word) == 0)
            return hypervisors[i].name;
    return "unknown";
}
#else
static const char *by_signature(void) {
    return "unknown";
}
#endif

/* The processor says that there is a hypervisor, and may say which. */
static const char *by_processor(void) {
    AUTO_STR text = STR_INIT;
    if (machine_load("/proc/cpuinfo", &text) < 0)
        return NULL;
    const char *flags = procfile_field(text.data, "flags");
    size_t size = flags ? strcspn(flags, "\n") : 0;
    if (!flags || !memmem(flags, size, " hypervisor", strlen(" hypervisor")))
        return NULL;
    return machine_is_live() == 0 ? by_signature() : "unknown";
}

static const char *find_machine(void) {
    static const char *const files[] = {
        "/sys/class/dmi/id/product_name", "/sys/class/dmi/id/sys_vendor",
        "/sys/class/dmi/id/board_vendor", "/sys/class/dmi/id/bios_vendor",
        "/sys/hypervisor/type",           "/proc/device-tree/hypervisor/compatible"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char text[64];
        ssize_t size = machine_read(files[i], text, sizeof text);
        const char *name = size > 0 ? find_vendor(text) : NULL;
        if (size > 0 && !name && strncmp(text, "xen", 3) == 0)
            name = "xen";
        if (size > 0 && !name && strncmp(text, "linux,kvm", 9) == 0)
            name = "kvm";
        if (name)
            return name;
    }
    return by_processor();
}

static const char *container_name(const char *text) {
    for (size_t i = 0; i < sizeof containers / sizeof *containers; i++)
        if (strcmp(text, containers[i]) == 0)
            return containers[i];
    return *text ? "other" : NULL;
}

static bool is_there(const char *path) {
    AUTO_CLOSE int fd = machine_open(path, O_PATH);
    return fd >= 0;
}

/* The first process is told by who started it; files are left by some that don't tell. */
static const char *find_container(void) {
    AUTO_STR text = STR_INIT;
    if (machine_load("/run/systemd/container", &text) == 0) {
        str_truncate(&text, strcspn(text.data, "\n"));
        return container_name(text.data);
    }
    str_truncate(&text, 0);
    if (machine_load("/proc/1/environ", &text) == 0)
        for (size_t at = 0; at < text.size; at += strlen(text.data + at) + 1)
            if (strncmp(text.data + at, "container=", 10) == 0)
                return container_name(text.data + at + 10);
    return is_there("/run/.containerenv") ? "podman" : is_there("/.dockerenv") ? "docker" : NULL;
}

int os_virtualization(struct os_virtualization_result *ret_virtualization) {
    UNCANCELLED;
    *ret_virtualization = (struct os_virtualization_result){find_machine(), find_container()};
    return 0;
}

/* ------------------------------------------------------------------- modules */

/* "nf_tables 303104 1 nft_compat,nft_ct, Live 0xffff…" */
static int add_module(struct rows *rows, char *line) {
    char *fields[5], *end;
    size_t count = 0;
    while (count < 5 && line)
        fields[count++] = strsep(&line, " ");
    if (count < 5 || !*fields[0])
        return 0;
    struct os_module *module = rows_add(rows);
    if (!module)
        return -ENOMEM;
    size_t used = strlen(fields[3]);
    used -= used && fields[3][used - 1] == ',';
    module->size = strtoull(fields[1], NULL, 10);
    module->refcount = strtoll(fields[2], &end, 10);
    if (end == fields[2])
        module->refcount = -1;
    rows_text(rows, fields[0], strlen(fields[0]), &module->name);
    rows_text(rows, fields[3], strcmp(fields[3], "-") == 0 ? 0 : used, &module->used_by);
    rows_text(rows, fields[4], strlen(fields[4]), &module->state);
    return 0;
}

static int read_modules(struct os_module **ret_modules, size_t *ret_count) {
    static const size_t texts[] = {offsetof(struct os_module, name),
                                   offsetof(struct os_module, used_by),
                                   offsetof(struct os_module, state), SIZE_MAX};
    AUTO_STR text = STR_INIT;
    AUTO_ROWS rows = {.size = sizeof **ret_modules};
    int r = machine_load("/proc/modules", &text);
    char *rest = r == 0 ? text.data : NULL, *line;
    while (r == 0 && (line = strsep(&rest, "\n")))
        r = add_module(&rows, line);
    if (r == -ENOENT) /* a kernel without modules */
        r = 0;
    return r < 0 ? r : rows_take(&rows, texts, ret_modules, ret_count);
}

struct os_module *os_modules(size_t *ret_count) {
    UNCANCELLED;
    struct os_module *modules = NULL;
    int r = read_modules(&modules, ret_count);
    return PUBLIC_POINTER(r, modules, "modules", NULL, NULL);
}

/* ------------------------------------------------------------------- limits */

static uint64_t limit_of(const char *text) {
    return strncmp(text, "unlimited", 9) == 0 ? UINT64_MAX : strtoull(text, NULL, 10);
}

/* "Max open files            1024                 524288               files     ", columns of
 * 26, 21 and 21 characters */
static int add_limit(struct rows *rows, const char *line) {
    enum { NAME = 26, COLUMN = 21 };
    size_t size = strlen(line), name = NAME;
    if (size < NAME + COLUMN || strncmp(line, "Max ", 4) != 0)
        return 0;
    struct os_limit *limit = rows_add(rows);
    if (!limit)
        return -ENOMEM;
    while (name && line[name - 1] == ' ')
        name--;
    limit->soft = limit_of(line + NAME);
    limit->hard = limit_of(line + NAME + COLUMN);
    rows_text(rows, line + 4, name > 4 ? name - 4 : 0, &limit->name);
    if (size > NAME + 2 * COLUMN) {
        const char *unit = line + NAME + 2 * COLUMN;
        size_t length = strcspn(unit, " ");
        if (length)
            rows_text(rows, unit, length, &limit->unit);
    }
    return 0;
}

static int read_limits(pid_t pid, struct os_limit **ret_limits, size_t *ret_count) {
    static const size_t texts[] = {offsetof(struct os_limit, name), offsetof(struct os_limit, unit),
                                   SIZE_MAX};
    char path[40];
    AUTO_STR text = STR_INIT;
    AUTO_ROWS rows = {.size = sizeof **ret_limits};
    if (pid < 0)
        return -EINVAL;
    if (pid)
        snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
    int r = machine_load(pid ? path : "/proc/self/limits", &text);
    char *rest = r == 0 ? text.data : NULL, *line;
    while (r == 0 && (line = strsep(&rest, "\n")))
        r = add_limit(&rows, line);
    return r == -ENOENT ? -ESRCH : r < 0 ? r : rows_take(&rows, texts, ret_limits, ret_count);
}

struct os_limit *os_limits(pid_t pid, size_t *ret_count) {
    UNCANCELLED;
    struct os_limit *limits = NULL;
    int r = read_limits(pid, &limits, ret_count);
    return PUBLIC_POINTER(r, limits, "limits", NULL, NULL);
}
