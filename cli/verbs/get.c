/* SPDX-License-Identifier: MIT */
/** osier get: what a machine is and does, as records. */
#include "verbs/get.h"
#include "contract.h"
#include "frame/arguments.h"
#include "frame/help.h"
#include "frame/message.h"
#include "frame/suggest.h"
#include "verbs/config_file.h"
#include "verbs/metrics.h"

#include <osier.h>
#include <stdlib.h>
#include <string.h>

/* What can be asked for, and the call that answers it. What it prints, and the options that it
 * takes, are that call's. */
static const struct noun {
    const char *name, *function;
    const char *word; /* what is always asked of it, or NULL */
} nouns[] = {NOUNS_GET};

static const struct noun *find_noun(const char *name) {
    for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++)
        if (strcmp(nouns[i].name, name) == 0)
            return &nouns[i];
    return NULL;
}

static int unknown(struct call *call, const char *name) {
    char known[800] = "; known are";
    for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++)
        if (strlen(known) + strlen(nouns[i].name) + 3 < sizeof known)
            strcat(strcat(known, i ? ", " : " "), nouns[i].name);
    return misuse_word(call->function, "unknown WHAT", name, known);
}

static bool is_option(const char *word) {
    return strncmp(word, "--", 2) == 0;
}

/* An option of the verb's own that is typed behind the noun: it counts as one before it. */
static bool take_option(struct call *call, const char *word) {
    const struct argument *a = call->function->arguments;
    size_t size = strcspn(word, "=");
    for (size_t i = 0; is_option(word) && a[i].name; i++)
        if (a[i].kind != POSITIONAL && strlen(a[i].name) == size - 2 &&
            strncmp(a[i].name, word + 2, size - 2) == 0 &&
            (word[size] == '=') == (a[i].kind == VALUE_OPTION)) {
            call->values[i] = word[size] ? word + size + 1 : "";
            return true;
        }
    return false;
}

/* What is always asked of the noun (a recorded machine has no answer to options, as there are no sizes of
 * its mounts), and what is typed behind it, without the options that are for all of them. */
static char **words_of(struct call *call, const struct noun *noun) {
    char **words = call_alloc(call, call->rest_count + 2, sizeof *words);
    size_t count = 1;
    if (!words)
        return NULL;
    for (size_t i = 0; i < call->rest_count; i++)
        if (!take_option(call, call->rest[i]))
            words[count++] = call->rest[i];
    if (!noun->word || (is_option(noun->word) && is_set(call, "root")))
        return words + 1;
    words[0] = (char *)noun->word;
    return words;
}

/* Metrics are of a noun as a whole. */
static int ask_metrics(struct call *call, const char *what, char **words) {
    if (words[0])
        return misuse_word(call->function, "--prometheus does not go with", words[0], "");
    if (!has_metrics(what))
        return misuse_word(call->function, "--prometheus does not go with", what,
                           "; it goes with boot, cpu, links, load, memory, mounts, pressure, "
                           "stats, all");
    return STATUS_YES;
}

/* Calls that ask the kernel whatever machine is looked at, as Python's of the same names. */
static bool asks_kernel(const struct noun *noun) {
    return noun->function && (strcmp(noun->function, "os.disk_usage") == 0 ||
                              strcmp(noun->function, "os.uname") == 0);
}

int read_question(struct call *call, struct question *question) {
    const char *what = arg_text(call, "WHAT");
    static const struct noun all = {"all", NULL, NULL};
    const struct noun *noun = strcmp(what, all.name) == 0 ? &all : find_noun(what);
    if (!noun)
        return unknown(call, what);
    char **words = words_of(call, noun);
    if (!words)
        return STATUS_NO;
    bool metrics = is_set(call, "prometheus"), root = is_set(call, "root");
    if (!metrics && noun == &all)
        return misuse(call->function, "all goes with --prometheus only");
    if (metrics && ask_metrics(call, what, words + (*words && *words == noun->word)) != STATUS_YES)
        return STATUS_USAGE;
    if (root && asks_kernel(noun))
        return misuse_word(call->function, "--root does not go with", what,
                           ": only the running kernel can answer it");
    if (root && os_set_root(arg_text(call, "root")) < 0)
        return failed();
    *question = (struct question){metrics ? what : NULL,
                                  metrics ? NULL : find_function(noun->function), words};
    return STATUS_YES;
}

static int ask(const struct function *function, char **words) {
    struct call call;
    int status = STATUS_USAGE;
    if (call_parse(&call, function, words)) {
        status = STATUS_YES;
        if (call.help)
            print_function_help(function, call.full_help);
        else
            status = function->run(&call);
    }
    call_free(&call);
    return status;
}

int ask_question(const struct question *question) {
    return question->metrics ? print_metrics(question->metrics)
                             : ask(question->function, question->words);
}

/**
 * Shows processes, memory, CPUs, load, the network, settings.
 *
 * WHAT is procs, proc PID, tree [PID], mounts, disks, usage PATH, memory, swap, meminfo, vmstat, cpu, cpus, caches, nodes, cpufreq,
 * stats, load, pressure RESOURCE, cgroup [PATH], cgroups [PATH], uptime, boot, os, links, addresses, routes, rules, neighbours, sockets,
 * sysctl [PATTERN], hostname, timezone, locale, release, virtualization, modules, limits [PID], users,
 * sensors or batteries. A list is a table, which --fields, --filter, --sort,
 * --top and --no-header shape, or --json and --jsonl; what is not asked for is not read either. `osier get
 * WHAT --help` tells more. With --prometheus boot, cpu, links, load, memory, mounts, pressure, stats or all of
 * them are the metrics of node_exporter.
 *
 * A word with a slash in it is a configuration file: `osier get FILE [KEY] [--format=NAME]` shows what
 * its keys are, as `osier set` takes them.
 *
 * @param what  one of procs, proc, tree, mounts, disks, usage, memory, swap, meminfo, vmstat, cpu, cpus, caches, nodes, cpufreq, stats,
 *               load, pressure, cgroup, cgroups, uptime, boot, os, links, addresses, routes, rules, neighbours, sockets,
 *               sysctl, hostname, timezone, locale, release, virtualization, modules, limits, users,
 *               sensors, batteries, all
 * @param words  the words that WHAT takes
 * @param root  read a machine whose /proc, /sys and /etc were recorded below this directory
 * @param prometheus  print metrics for Prometheus
 * @noun procs os.processes
 * @noun proc os.process_details
 * @noun tree os.process_tree
 * @noun mounts os.mounts --sizes
 * @noun usage os.disk_usage
 * @noun memory os.virtual_memory
 * @noun swap os.swap_memory
 * @noun meminfo os.meminfo
 * @noun vmstat os.vmstat
 * @noun disks os.disks
 * @noun cpu os.cpu_times
 * @noun cpus os.cpu_topology
 * @noun caches os.cpu_caches
 * @noun nodes os.numa_nodes
 * @noun cpufreq os.cpu_freq
 * @noun stats os.cpu_stats
 * @noun load os.getloadavg
 * @noun pressure os.pressure
 * @noun cgroup os.cgroup
 * @noun cgroups os.cgroups
 * @noun uptime os.uptime
 * @noun boot os.boot_time
 * @noun os os.uname
 * @noun links os.net_links
 * @noun addresses os.net_addresses
 * @noun routes os.net_routes
 * @noun rules os.net_rules
 * @noun neighbours os.net_neighbours
 * @noun sockets os.sockets
 * @noun sysctl os.settings SYSCTL
 * @noun hostname os.settings HOSTNAME
 * @noun timezone os.settings TIMEZONE
 * @noun locale os.settings LOCALE
 * @noun release os.release
 * @noun virtualization os.virtualization
 * @noun modules os.modules
 * @noun limits os.limits
 * @noun users os.logins
 * @noun sensors os.sensors
 * @noun batteries os.batteries
 * @group machine
 * @since 0.1
 * @shell get WHAT [WORDS...] [--root=DIR] [--prometheus] + -> custom
 */
int verb_get(struct call *call) {
    if (is_config_file(arg_text(call, "WHAT")))
        return get_in_file(call, arg_text(call, "WHAT"));
    struct question question;
    int status = read_question(call, &question);
    return status == STATUS_YES ? ask_question(&question) : status;
}
