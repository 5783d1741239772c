/* SPDX-License-Identifier: MIT */
/** What osier why has found, as one screen or as JSON. */
#include "frame/output.h"
#include "frame/text.h"
#include "verbs/why.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const names[WHY_RESOURCES] = {"cpu", "memory", "io"};
static const double DISK_BUSY = 80; /* percent of the time from which on a disk is told of */

static double seconds(int64_t nanoseconds) {
    return (double)nanoseconds / 1e9;
}

static bool is_busy(const struct os_disk *disk) {
    return disk->counted && disk->valid & OS_DISK_RATES && disk->busy_percent >= DISK_BUSY;
}

/* ------------------------------------------------------------------------------- for people */

static void print_size(const char *before, uint64_t bytes) {
    char text[16];
    if (bytes)
        printf("%s%s", before, human_size(text, sizeof text, bytes));
}

static void print_blamed(const struct blamed *one, int resource) {
    char *name = text_made_safe(one->process->name ? one->process->name : "");
    printf("    %7d %-10s %-20s", (int)one->process->pid,
           one->process->valid & OS_PROCESS_USERNAME ? one->process->username : "-",
           name ? name : "");
    if (resource == OS_RESOURCE_CPU)
        printf("  waited %.2f s, used %.2f s", seconds(one->waited), seconds(one->used));
    if (resource == OS_RESOURCE_MEMORY) {
        printf("  %llu pages read in", (unsigned long long)one->faults);
        print_size(", grown by ", one->grown);
    }
    if (resource == OS_RESOURCE_IO) {
        printf("  waited %.2f s", seconds(one->iowait));
        print_size(", read ", one->read);
        print_size(", wrote ", one->written);
    }
    if (one->cgroup) {
        char *group = text_made_safe(one->cgroup);
        printf("; in %s", group ? group : "");
        free(group);
    }
    putchar('\n');
    free(name);
}

static void print_share(const struct why *why, int i) {
    printf("%-8s", names[i]);
    if (!isnan(why->share[i])) {
        printf("waited for %5.1f %% of this time, %5.1f %% of the last 10 s", why->share[i],
               why->now.pressure[i].some.avg10);
        if (!isnan(why->group_share[i]))
            printf("; in this control group %.1f %%", why->group_share[i]);
    } else if (i == OS_RESOURCE_CPU && !isnan(why->busy)) {
        printf("%.1f %% in use", why->busy);
    } else if (i == OS_RESOURCE_IO && !isnan(why->iowait)) {
        printf("CPUs waited for it %.1f %% of the time", why->iowait);
    } else {
        fputs("unknown", stdout);
    }
    putchar('\n');
    for (size_t k = 0; k < why->blamed_count[i]; k++)
        print_blamed(&why->blamed[i][k], i);
}

static void print_tight(const struct tight *tight) {
    char *path = text_made_safe(tight->group->path);
    const char *name = path ? path : "";
    if (tight->throttled)
        printf("cgroup   %s is throttled, in %llu of %llu periods, for %.2f s\n", name,
               (unsigned long long)tight->throttled, (unsigned long long)tight->periods,
               seconds(tight->throttled_time));
    if (!isnan(tight->memory)) {
        printf("cgroup   %s has %.0f %% of its memory", name, tight->memory);
        print_size(", ", tight->group->memory_limit);
        putchar('\n');
    }
    if (!isnan(tight->pids))
        printf("cgroup   %s has %.0f %% of its %llu processes\n", name, tight->pids,
               (unsigned long long)tight->group->pids_limit);
    free(path);
}

static bool print_limits(const struct why *why) {
    bool any = why->tight_count > 0;
    for (size_t i = 0; i < why->tight_count; i++)
        print_tight(&why->tight[i]);
    for (size_t i = 0; why->now.disks && i < why->now.disks_count; i++) {
        const struct os_disk *disk = &why->now.disks[i];
        if (is_busy(disk))
            any |=
                printf("disk     %s is busy %.0f %% of the time\n", disk->name, disk->busy_percent);
    }
    for (size_t i = 0; why->mounts && i < why->mounts_count; i++)
        if (why_full(&why->mounts[i])) {
            char *place = text_made_safe(why->mounts[i].mountpoint);
            any = true;
            printf("mount    %s ", place ? place : "");
            if (why->mounts[i].stuck)
                puts("does not answer");
            else
                printf("is %.0f %% full\n", why->mounts[i].percent);
            free(place);
        }
    return any;
}

static bool print_memory(const struct why *why) {
    uint64_t kills, page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t in = why_events(why, "pswpin", NULL) * page,
             out = why_events(why, "pswpout", NULL) * page;
    if (in || out) {
        fputs("swap    ", stdout);
        print_size(" in ", in);
        print_size(" out ", out);
        putchar('\n');
    }
    uint64_t killed = why_events(why, "oom_kill", &kills);
    if (kills)
        printf("killed   %llu processes because memory was short, %llu of them now\n",
               (unsigned long long)kills, (unsigned long long)killed);
    return in || out || kills;
}

static void print_people(const struct why *why) {
    bool any = false;
    if (isnan(why->share[0]))
        puts("The kernel tells no pressure (start it with psi=1); this is what else it tells.");
    for (int i = 0; i < WHY_RESOURCES; i++) {
        print_share(why, i);
        any |= why->stalled[i];
    }
    any |= print_limits(why);
    any |= print_memory(why);
    if (!any)
        printf("Nothing was waited for in %.1f s.\n", seconds(why->elapsed));
}

/* ------------------------------------------------------------------------------------ JSON */

static void put_number(const char *key, double value) {
    emit_key(key);
    emit_float(value);
}

static void put_count(const char *key, uint64_t value) {
    emit_key(key);
    emit_unsigned(value);
}

static void put_time(const char *key, int64_t value) {
    emit_key(key);
    emit_integer(value);
}

static void put_text(const char *key, const char *value) {
    emit_key(key);
    emit_text(value);
}

static void put_blamed(const struct blamed *one) {
    emit_begin_record();
    put_time("pid", one->process->pid);
    put_text("username", one->process->valid & OS_PROCESS_USERNAME ? one->process->username : NULL);
    put_text("name", one->process->name);
    put_time("run_delay", one->waited);
    put_time("cpu", one->used);
    put_time("iowait", one->iowait);
    put_count("major_faults", one->faults);
    put_count("rss_growth", one->grown);
    put_count("read_bytes", one->read);
    put_count("write_bytes", one->written);
    put_text("cgroup", one->cgroup);
    emit_end_record();
}

static void put_resource(const struct why *why, int i) {
    emit_key(names[i]);
    emit_begin_record();
    emit_key("stalled");
    emit_bool(why->stalled[i]);
    put_number("share", why->share[i]);
    put_number("avg10", isnan(why->share[i]) ? NAN : why->now.pressure[i].some.avg10);
    put_number("cgroup_share", why->group_share[i]);
    emit_key("processes");
    emit_begin_list();
    for (size_t k = 0; k < why->blamed_count[i]; k++)
        put_blamed(&why->blamed[i][k]);
    emit_end_list();
    emit_end_record();
}

static void put_groups(const struct why *why) {
    emit_key("cgroups");
    emit_begin_list();
    for (size_t i = 0; i < why->tight_count; i++) {
        const struct tight *tight = &why->tight[i];
        emit_begin_record();
        put_text("path", tight->group->path);
        put_count("throttled", tight->throttled);
        put_count("periods", tight->periods);
        put_time("throttled_time", tight->throttled_time);
        put_number("memory_percent", tight->memory);
        put_number("pids_percent", tight->pids);
        emit_end_record();
    }
    emit_end_list();
}

static void put_disks(const struct why *why) {
    emit_key("disks");
    emit_begin_list();
    for (size_t i = 0; why->now.disks && i < why->now.disks_count; i++) {
        if (!is_busy(&why->now.disks[i]))
            continue;
        emit_begin_record();
        put_text("name", why->now.disks[i].name);
        put_number("busy", why->now.disks[i].busy_percent);
        emit_end_record();
    }
    emit_end_list();
}

static void put_mounts(const struct why *why) {
    emit_key("mounts");
    emit_begin_list();
    for (size_t i = 0; why->mounts && i < why->mounts_count; i++) {
        const struct os_mount *m = &why->mounts[i];
        if (!why_full(m))
            continue;
        emit_begin_record();
        put_text("mountpoint", m->mountpoint);
        emit_key("stuck");
        emit_bool(m->stuck);
        put_number("percent", m->stuck ? NAN : m->percent);
        emit_end_record();
    }
    emit_end_list();
}

static void print_json(const struct why *why) {
    uint64_t kills, page = (uint64_t)sysconf(_SC_PAGESIZE);
    why_events(why, "oom_kill", &kills);
    emit_begin_record();
    put_time("elapsed", why->elapsed);
    put_number("cpu_busy", why->busy);
    put_number("cpu_iowait", why->iowait);
    for (int i = 0; i < WHY_RESOURCES; i++)
        put_resource(why, i);
    put_groups(why);
    put_disks(why);
    put_mounts(why);
    put_count("swap_in", why_events(why, "pswpin", NULL) * page);
    put_count("swap_out", why_events(why, "pswpout", NULL) * page);
    put_count("oom_kills", kills);
    emit_end_record();
}

void why_print(const struct why *why) {
    if (output_style.json)
        print_json(why);
    else
        print_people(why);
}
