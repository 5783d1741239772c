/* SPDX-License-Identifier: MIT */
/** The metrics of node_exporter, in its names, as Prometheus reads them. */
#include "verbs/metrics.h"
#include "contract.h"
#include "frame/column.h"
#include "frame/message.h"
#include "frame/text.h"

#include <errno.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A metric of a list of records: a field, its unit, and what its labels are: "device=ifname"
 * for a label that is a field, "mode:user" for one that is always the same. */
struct metric {
    const char *name, *help;
    bool counter;
    const char *field;
    double per_unit; /* how many of the field's are one */
    const char *labels;
};

#define NANO 1e9

static const struct metric cpu_metrics[] = {
#define MODE(mode)                                                                                 \
    {                                                                                              \
        "node_cpu_seconds_total", "Time that the CPUs spent in each mode.", true, #mode, NANO,     \
            "cpu=cpu,mode:" #mode                                                                  \
    }
    MODE(idle),
    MODE(iowait),
    MODE(irq),
    MODE(nice),
    MODE(softirq),
    MODE(steal),
    MODE(system),
    MODE(user),
    {"node_cpu_guest_seconds_total", "Time that the CPUs spent in guests.", true, "guest", NANO,
     "cpu=cpu,mode:user"},
    {"node_cpu_guest_seconds_total", NULL, true, "guest_nice", NANO, "cpu=cpu,mode:nice"},
    {NULL},
};
static const struct metric stats_metrics[] = {
    {"node_context_switches_total", "Context switches.", true, "ctx_switches", 1, ""},
    {"node_forks_total", "Processes and threads that were started.", true, "forks", 1, ""},
    {"node_intr_total", "Interrupts.", true, "interrupts", 1, ""},
    {"node_procs_blocked", "Threads that wait for a disk.", false, "blocked", 1, ""},
    {"node_procs_running", "Threads that run or could run.", false, "running", 1, ""},
    {NULL},
};
#define MOUNT "device=device,fstype=fstype,mountpoint=mountpoint"
static const struct metric mount_metrics[] = {
    {"node_filesystem_avail_bytes", "Bytes that an ordinary user may still write.", false, "free",
     1, MOUNT},
    {"node_filesystem_device_error", "Whether the file system did not answer in time.", false,
     "stuck", 1, MOUNT},
    {"node_filesystem_files", "Files that there can be.", false, "inodes", 1, MOUNT},
    {"node_filesystem_files_free", "Files that can still be made.", false, "inodes_free", 1, MOUNT},
    {"node_filesystem_size_bytes", "Bytes that it has.", false, "total", 1, MOUNT},
    {NULL},
};
static const struct metric link_metrics[] = {
#define WAY(way, which, name, field, what)                                                         \
    { "node_network_" way "_" name "_total", what, true, which "." field, 1, "device=ifname" }
    WAY("receive", "rx", "bytes", "bytes", "Bytes received."),
    WAY("receive", "rx", "drop", "dropped", "Packets received and dropped."),
    WAY("receive", "rx", "errs", "errors", "Packets received that were bad."),
    WAY("receive", "rx", "packets", "packets", "Packets received."),
    WAY("transmit", "tx", "bytes", "bytes", "Bytes sent."),
    WAY("transmit", "tx", "drop", "dropped", "Packets that were dropped instead of sent."),
    WAY("transmit", "tx", "errs", "errors", "Packets that could not be sent."),
    WAY("transmit", "tx", "packets", "packets", "Packets sent."),
    {"node_network_mtu_bytes", "The largest packet.", false, "mtu", 1, "device=ifname"},
    {"node_network_up", "Whether it is on and can send.", false, "running", 1, "device=ifname"},
    {NULL},
};

/* ------------------------------------------------------------------------------------- printing */

static void print_head(const char *name, const char *help, bool counter) {
    if (help)
        printf("# HELP %s %s\n# TYPE %s %s\n", name, help, name, counter ? "counter" : "gauge");
}

/* Labels are UTF-8; what isn't is told as a replacement character. */
static void print_value(const char *text) {
    while (*text) {
        uint32_t code;
        size_t size = utf8_character(text, strnlen(text, 4), &code);
        if (!size)
            fputs("\xef\xbf\xbd", stdout);
        else if (*text == '\n')
            fputs("\\n", stdout);
        else if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else
            fwrite(text, 1, size, stdout);
        text += size ? size : 1;
    }
}

static void print_label(const struct record *record, const char *label, size_t size,
                        const char *at) {
    size_t name = strcspn(label, "=:");
    const char *value = label + name + 1;
    struct column column = {0};
    long double number;
    printf("%.*s=\"", (int)name, label);
    if (label[name] == ':')
        printf("%.*s", (int)(size - name - 1), value);
    else if (column_find(record, value, size - name - 1, &column)) {
        if (field_number(column.field, at + column.offset, &number))
            printf("%.0Lf", number);
        else
            print_value(field_text(column.field, at + column.offset)
                            ? field_text(column.field, at + column.offset)
                            : "");
    }
    putchar('"');
}

static void print_sample(const struct record *record, const struct metric *m, const char *at) {
    struct column column = {0};
    long double number = 0;
    if (!column_find(record, m->field, strlen(m->field), &column) ||
        !was_read(record, column.bit, at) ||
        !field_number(column.field, at + column.offset, &number))
        return;
    printf("%s", m->name);
    for (const char *label = m->labels; *label;) {
        size_t size = strcspn(label, ",");
        putchar(label == m->labels ? '{' : ',');
        print_label(record, label, size, at);
        label += size + (label[size] == ',');
    }
    printf(*m->labels ? "} " : " ");
    if (m->per_unit == 1)
        printf("%.0Lf\n", number);
    else
        printf("%.15g\n", (double)number / m->per_unit);
}

/* All samples of a metric stand together. */
static int print_list(const struct record *record, const struct metric *metrics, const void *list,
                      size_t count) {
    if (!list)
        return failed();
    for (const struct metric *m = metrics; m->name; m++) {
        print_head(m->name, m > metrics && strcmp(m[-1].name, m->name) == 0 ? NULL : m->help,
                   m->counter);
        for (size_t i = 0; i < count; i++)
            print_sample(record, m, (const char *)list + i * record->size);
    }
    return STATUS_YES;
}

/* ----------------------------------------------------------------------------------- what there is */

static int print_cpu(void) {
    size_t count = 0;
    struct os_cpu_times *times = os_cpu_times(&count);
    int status = print_list(&record_os_cpu_times, cpu_metrics, times ? times + 1 : NULL,
                            count ? count - 1 : 0); /* without the sum */
    free(times);
    return status;
}

static int print_stats(void) {
    struct os_cpu_stats_result stats;
    return print_list(&record_os_cpu_stats_result, stats_metrics,
                      os_cpu_stats(&stats) < 0 ? NULL : &stats, 1);
}

static int print_mounts(void) {
    size_t count = 0;
    struct os_mount *mounts = os_mounts(os_root_is_set() ? 0 : OS_MOUNTS_SIZES, -1, &count);
    size_t kept = 0;
    for (size_t i = 0; mounts && i < count; i++)
        if (!mounts[i].covered) /* two of one place would be one sample twice */
            mounts[kept++] = mounts[i];
    int status = print_list(&record_os_mount, mount_metrics, mounts, kept);
    free(mounts);
    return status;
}

static int print_links(void) {
    size_t count = 0;
    struct os_net_link *links = os_net_links(0, NULL, &count);
    int status = print_list(&record_os_net_link, link_metrics, links, count);
    free(links);
    return status;
}

/* "Active(anon)" is node_memory_Active_anon_bytes; what counts pages has no unit. */
static int print_memory(void) {
    size_t count = 0;
    struct os_named_number *lines = os_meminfo(&count);
    for (size_t i = 0; lines && i < count; i++) {
        char name[64];
        size_t size = 0;
        for (const char *c = lines[i].name; *c && size + 1 < sizeof name; c++)
            if (*c != ')')
                name[size++] = *c == '(' ? '_' : *c;
        name[size] = '\0';
        const char *unit = strncmp(name, "HugePages_", 10) == 0 ? "" : "_bytes";
        printf("# HELP node_memory_%s%s %s of /proc/meminfo.\n# TYPE node_memory_%s%s gauge\n"
               "node_memory_%s%s %" PRId64 "\n",
               name, unit, lines[i].name, name, unit, name, unit, lines[i].number);
    }
    int status = lines ? STATUS_YES : failed();
    free(lines);
    return status;
}

static int print_load(void) {
    static const int minutes[] = {1, 5, 15};
    double load[3];
    if (os_getloadavg(load) < 0)
        return failed();
    for (int i = 0; i < 3; i++)
        printf("# HELP node_load%d Load of %d minutes.\n# TYPE node_load%d gauge\nnode_load%d "
               "%.17g\n",
               minutes[i], minutes[i], minutes[i], minutes[i], load[i]);
    return STATUS_YES;
}

static int print_boot(void) {
    int64_t boot;
    if (os_boot_time(&boot) < 0)
        return failed();
    print_head("node_boot_time_seconds", "When the machine started.", false);
    printf("node_boot_time_seconds %.3f\n", (double)boot / 1e9);
    return STATUS_YES;
}

static void print_stall(const char *resource, const char *how, int64_t nanoseconds) {
    char name[80];
    snprintf(name, sizeof name, "node_pressure_%s_%s_seconds_total", resource, how);
    print_head(name, "Time in which threads were stalled.", true);
    printf("%s %.15g\n", name, (double)nanoseconds / NANO);
}

/* A kernel without it has no such metrics. */
static int print_pressure(void) {
    static const struct {
        enum os_resource resource;
        const char *name;
    } resources[] = {
        {OS_RESOURCE_CPU, "cpu"}, {OS_RESOURCE_IO, "io"}, {OS_RESOURCE_MEMORY, "memory"}};
    for (size_t i = 0; i < sizeof resources / sizeof *resources; i++) {
        struct os_pressure_result pressure;
        if (os_pressure(resources[i].resource, NULL, &pressure) < 0) {
            if (errno != ENOENT && errno != EOPNOTSUPP)
                return failed();
            continue;
        }
        print_stall(resources[i].name, "waiting", pressure.some.total);
        if (resources[i].resource != OS_RESOURCE_CPU)
            print_stall(resources[i].name, "stalled", pressure.full.total);
    }
    return STATUS_YES;
}

static const struct {
    const char *what;
    int (*print)(void);
} parts[] = {
    {"boot", print_boot},         {"cpu", print_cpu},       {"links", print_links},
    {"load", print_load},         {"memory", print_memory}, {"mounts", print_mounts},
    {"pressure", print_pressure}, {"stats", print_stats},
};

bool has_metrics(const char *what) {
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(parts[i].what, what) == 0)
            return true;
    return strcmp(what, "all") == 0;
}

int print_metrics(const char *what) {
    int status = STATUS_YES;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(parts[i].what, what) == 0 || strcmp(what, "all") == 0) {
            int one = parts[i].print();
            status = one ? one : status;
        }
    return status;
}
