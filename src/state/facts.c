/* SPDX-License-Identifier: MIT */
/** The twelve facts of a machine that a state may ask for; none of them asks the network. */
#include "base/procfile.h"
#include "state/state.h"
#include "system/machine.h"
#include "system/users.h"

#include <fcntl.h>
#include <osier/memory.h>
#include <osier/params.h>
#include <osier/path.h>
#include <osier/system.h>
#include <string.h>
#include <unistd.h>

static int uname_part(size_t offset, struct str *value) {
    struct os_uname_result names;
    if (os_uname(&names) < 0)
        return seam_failure();
    str_append_text(value, (const char *)&names + offset);
    return 0;
}

static int hostname(struct str *value) {
    return uname_part(offsetof(struct os_uname_result, nodename), value);
}

static int arch(struct str *value) {
    return uname_part(offsetof(struct os_uname_result, machine), value);
}

static int kernel(struct str *value) {
    return uname_part(offsetof(struct os_uname_result, release), value);
}

/* The first name of the line of /etc/hosts that has `host` among its names, if that has a point. */
static bool name_in_hosts(char *line, const char *host, struct str *value) {
    char *rest = NULL, *first = NULL;
    line[strcspn(line, "#")] = '\0';
    if (!strtok_r(line, " \t", &rest))
        return false;
    bool found = false;
    for (char *name; (name = strtok_r(NULL, " \t", &rest));) {
        first = first ? first : name;
        found = found || strcmp(name, host) == 0;
    }
    if (!found || !strchr(first, '.'))
        return false;
    str_append_text(value, first);
    return true;
}

/* With its domain, as far as /etc/hosts knows it. */
static int fqdn(struct str *value) {
    AUTO_STR host = STR_INIT, hosts = STR_INIT;
    int r = hostname(&host);
    if (r < 0 || host.failed)
        return r < 0 ? r : -ENOMEM;
    r = strchr(host.data, '.') ? -ENOENT : machine_load("/etc/hosts", &hosts);
    char *rest = hosts.data;
    for (char *line; r >= 0 && (line = strsep(&rest, "\n"));)
        if (name_in_hosts(line, host.data, value))
            return 0;
    if (r == -ENOMEM || hosts.failed)
        return -ENOMEM;
    str_append_text(value, host.data);
    return 0;
}

/* NAME=value or NAME="value" of os-release(5); empty where it isn't there. */
static int release(const char *label, struct str *value) {
    AUTO_STR text = STR_INIT;
    int r = machine_load("/etc/os-release", &text);
    if (r == -ENOENT)
        r = machine_load("/usr/lib/os-release", &text);
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    const char *found = text.data ? procfile_field(text.data, label) : NULL;
    if (!found)
        return 0;
    size_t size = strcspn(found, "\n");
    if (size > 1 && (*found == '"' || *found == '\'') && found[size - 1] == *found) {
        found++;
        size -= 2;
    }
    str_append(value, found, size);
    return 0;
}

static int os_id(struct str *value) {
    return release("ID=", value);
}

static int release_version(struct str *value) {
    return release("VERSION_ID=", value);
}

static int cpus(struct str *value) {
    int count = os_cpu_count();
    if (count < 0)
        return seam_failure();
    str_printf(value, "%d", count);
    return 0;
}

static int memory(struct str *value) {
    struct os_virtual_memory_result all;
    if (os_virtual_memory(&all) < 0)
        return seam_failure();
    str_printf(value, "%lld", (long long)all.total);
    return 0;
}

static bool is_there(const char *path) {
    int fd = machine_open(path, O_PATH | O_CLOEXEC);
    seam_close_quietly(fd);
    return fd >= 0;
}

/* What a machine's firmware calls it, and what it is then. */
static const char *virtual_product(void) {
    static const struct {
        const char *part, *name;
    } products[] = {
        {"KVM", "kvm"},
        {"QEMU", "qemu"},
        {"VMware", "vmware"},
        {"VirtualBox", "oracle"},
        {"Virtual Machine", "microsoft"},
        {"HVM domU", "xen"},
        {"Bochs", "bochs"},
    };
    char text[256];
    if (machine_read("/sys/class/dmi/id/product_name", text, sizeof text) <= 0)
        return NULL;
    for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        if (strstr(text, products[i].part))
            return products[i].name;
    return NULL;
}

/* A container's manager, a hypervisor, "vm" for one that can't be told, or "none". */
static int virt(struct str *value) {
    char text[256];
    AUTO_STR cpu = STR_INIT;
    const char *product = NULL;
    if (machine_read("/run/systemd/container", text, sizeof text) > 0) {
        str_append(value, text, strcspn(text, "\n"));
        return 0;
    }
    if (is_there("/.dockerenv"))
        product = "docker";
    else if (is_there("/run/.containerenv"))
        product = "podman";
    else
        product = virtual_product();
    if (!product) {
        int r = machine_load("/proc/cpuinfo", &cpu);
        if (r == -ENOMEM || cpu.failed)
            return -ENOMEM;
        product = cpu.data && strstr(cpu.data, " hypervisor") ? "vm" : "none";
    }
    str_append_text(value, product);
    return 0;
}

static int boot_id(struct str *value) {
    char text[64] = "";
    ssize_t r = machine_read("/proc/sys/kernel/random/boot_id", text, sizeof text);
    str_append(value, text, strcspn(text, "\n"));
    return r == -ENOMEM ? -ENOMEM : 0;
}

static int user(struct str *value) {
    return user_name(geteuid(), value);
}

static int home(struct str *value) {
    os_autofree char *path = os_path_expanduser("~");
    if (!path)
        return seam_failure();
    str_append_text(value, path);
    return 0;
}

static int (*const getters[])(struct str *value) = {
    hostname, fqdn, os_id, release_version, arch, kernel, cpus, memory, virt, boot_id, user, home};
const char *const fact_names[] = {"hostname", "fqdn", "os_id",  "os_version", "arch",
                                  "kernel",   "cpus", "memory", "virt",       "boot_id",
                                  "user",     "home", NULL};

int fact(const char *name, size_t size, struct str *value) {
    for (size_t i = 0; fact_names[i]; i++)
        if (strlen(fact_names[i]) == size && memcmp(fact_names[i], name, size) == 0) {
            str_append(value, "", 0);
            int r = getters[i](value);
            return r < 0 ? r : value->failed ? -ENOMEM : 0;
        }
    return -ENOENT;
}
