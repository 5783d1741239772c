/* SPDX-License-Identifier: MIT */
/** Temperatures, fans and batteries, from the files of /sys/class. */
#include <osier/host.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "system/machine.h"
#include "system/rows.h"
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The one line of a file, without its newline: false where it can't be read. */
static bool read_line(int dir, const char *name, char *text, size_t size) {
    ssize_t r = machine_read_at(dir, name, text, size);
    if (r < 0)
        return false;
    text[strcspn(text, "\n")] = '\0';
    return true;
}

/* The number in a file, NaN where it has none. */
static double read_number(int dir, const char *name) {
    char text[64], *end;
    if (!read_line(dir, name, text, sizeof text))
        return NAN;
    double number = (double)strtoll(text, &end, 10);
    return end == text ? NAN : number;
}

/* A directory that has gone meanwhile, or is no directory, has nothing: 0; else −errno. */
static int gone(int r) {
    return r == -ENOENT || r == -ENOTDIR || r == -EACCES ? 0 : r;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a directory of /sys/class, in order; none where there is no such directory. */
static int open_class(const char *path, int *ret_fd, char ***ret_names) {
    int fd = machine_open(path, DIR_OPEN), r = fd < 0 ? fd : dir_list(fd, ret_names);
    size_t count = 0;
    *ret_fd = fd < 0 ? -1 : fd;
    if (r == 0) {
        while ((*ret_names)[count])
            count++;
        qsort(*ret_names, count, sizeof **ret_names, compare_names);
    }
    return r;
}

/* ------------------------------------------------------------------- sensors */

static int add_sensor(struct rows *rows, const char *chip, const char *label,
                      struct os_sensor values) {
    if (isnan(values.current))
        return 0;
    struct os_sensor *sensor = rows_add(rows);
    if (!sensor)
        return -ENOMEM;
    *sensor = values;
    rows_text(rows, chip, strlen(chip), &sensor->chip);
    rows_text(rows, label, strlen(label), &sensor->label);
    return 0;
}

/* "temp3_input", "fan1_input": its kind and number; false for any other file. */
static bool split_name(const char *name, enum os_sensor_kind *ret_kind, unsigned *ret_number) {
    bool fan = strncmp(name, "fan", 3) == 0;
    char *end;
    if (!fan && strncmp(name, "temp", 4) != 0)
        return false;
    *ret_kind = fan ? OS_SENSOR_FAN : OS_SENSOR_TEMPERATURE;
    *ret_number = (unsigned)strtoul(name + (fan ? 3 : 4), &end, 10);
    return strcmp(end, "_input") == 0;
}

static double value_of(int dir, enum os_sensor_kind kind, unsigned number, const char *what) {
    char name[40];
    bool fan = kind == OS_SENSOR_FAN;
    snprintf(name, sizeof name, "%s%u_%s", fan ? "fan" : "temp", number, what);
    return read_number(dir, name) / (fan ? 1 : 1000);
}

static int read_chip(struct rows *rows, int dir) {
    AUTO_FREE char **names = NULL;
    char chip[64];
    int r = dir_list(dir, &names);
    if (r < 0 || !read_line(dir, "name", chip, sizeof chip))
        return r;
    size_t count = 0;
    while (names[count])
        count++;
    qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 0; r == 0 && i < count; i++) {
        enum os_sensor_kind kind;
        unsigned number;
        char label[64], path[40];
        if (!split_name(names[i], &kind, &number))
            continue;
        bool fan = kind == OS_SENSOR_FAN;
        snprintf(path, sizeof path, "%s%u_label", fan ? "fan" : "temp", number);
        if (!read_line(dir, path, label, sizeof label))
            label[0] = '\0';
        r = add_sensor(rows, chip, label,
                       (struct os_sensor){.kind = kind,
                                          .current = value_of(dir, kind, number, "input"),
                                          .high = value_of(dir, kind, number, "max"),
                                          .critical = value_of(dir, kind, number, "crit")});
    }
    return r;
}

/* Older drivers have their files one directory below. */
static int read_chips(struct rows *rows) {
    AUTO_FREE char **names = NULL;
    AUTO_CLOSE int class = -1;
    int r = open_class("/sys/class/hwmon", &class, &names);
    for (char **name = names; r == 0 && *name; name++) {
        char path[300];
        size_t before = rows->count;
        snprintf(path, sizeof path, "/sys/class/hwmon/%s", *name);
        AUTO_CLOSE int chip = machine_open(path, DIR_OPEN);
        r = chip < 0 ? gone(chip) : read_chip(rows, chip);
        snprintf(path, sizeof path, "/sys/class/hwmon/%s/device", *name);
        AUTO_CLOSE int device = rows->count == before ? machine_open(path, DIR_OPEN) : -1;
        if (r == 0 && rows->count == before)
            r = device < 0 ? gone(device) : read_chip(rows, device);
    }
    return r == -ENOENT ? 0 : r;
}

static void read_trips(int dir, double *high, double *critical) {
    for (unsigned i = 0; i < 32; i++) {
        char name[40], type[32];
        snprintf(name, sizeof name, "trip_point_%u_type", i);
        if (!read_line(dir, name, type, sizeof type))
            return;
        snprintf(name, sizeof name, "trip_point_%u_temp", i);
        if (strcmp(type, "high") == 0 || strcmp(type, "hot") == 0)
            *high = read_number(dir, name) / 1000;
        if (strcmp(type, "critical") == 0)
            *critical = read_number(dir, name) / 1000;
    }
}

static int read_zones(struct rows *rows) {
    AUTO_FREE char **names = NULL;
    AUTO_CLOSE int class = -1;
    int r = open_class("/sys/class/thermal", &class, &names);
    for (char **name = names; r == 0 && *name; name++) {
        char path[300], type[64];
        struct os_sensor zone = {.high = NAN, .critical = NAN};
        snprintf(path, sizeof path, "/sys/class/thermal/%s", *name);
        if (strncmp(*name, "thermal_zone", 12) != 0)
            continue;
        AUTO_CLOSE int dir = machine_open(path, DIR_OPEN);
        r = dir < 0 ? gone(dir) : 0;
        if (dir < 0 || !read_line(dir, "type", type, sizeof type))
            continue;
        zone.current = read_number(dir, "temp") / 1000;
        read_trips(dir, &zone.high, &zone.critical);
        r = add_sensor(rows, type, "", zone);
    }
    return r == -ENOENT ? 0 : r;
}

static int read_sensors(struct os_sensor **ret_sensors, size_t *ret_count) {
    static const size_t texts[] = {offsetof(struct os_sensor, chip),
                                   offsetof(struct os_sensor, label), SIZE_MAX};
    AUTO_ROWS rows = {.size = sizeof **ret_sensors};
    bool warm = false;
    int r = read_chips(&rows);
    for (size_t i = 0; i < rows.count; i++)
        warm |= ((struct os_sensor *)(void *)rows.items)[i].kind == OS_SENSOR_TEMPERATURE;
    if (r == 0 && !warm)
        r = read_zones(&rows);
    return r < 0 ? r : rows_take(&rows, texts, ret_sensors, ret_count);
}

struct os_sensor *os_sensors(size_t *ret_count) {
    UNCANCELLED;
    struct os_sensor *sensors = NULL;
    int r = read_sensors(&sensors, ret_count);
    return PUBLIC_POINTER(r, sensors, "sensors", NULL, NULL);
}

/* ------------------------------------------------------------------- batteries */

/* Of what a battery holds, some drivers tell energy and others charge. */
static double either(int dir, const char *energy, const char *charge) {
    double number = read_number(dir, energy);
    return isnan(number) ? read_number(dir, charge) : number;
}

static int add_battery(struct rows *rows, const char *name, int dir) {
    char type[32], status[32];
    if (!read_line(dir, "type", type, sizeof type) || strcmp(type, "Battery") != 0)
        return 0;
    if (!read_line(dir, "status", status, sizeof status))
        strcpy(status, "Unknown");
    struct os_battery *battery = rows_add(rows);
    if (!battery)
        return -ENOMEM;
    double now = either(dir, "energy_now", "charge_now");
    double full = either(dir, "energy_full", "charge_full");
    double rate = fabs(either(dir, "power_now", "current_now"));
    battery->percent = full > 0 ? now / full * 100 : NAN;
    if (isnan(battery->percent))
        battery->percent = read_number(dir, "capacity");
    battery->time_left = NAN;
    if (strcmp(status, "Discharging") == 0 && rate > 0)
        battery->time_left = now / rate * 3600;
    rows_text(rows, name, strlen(name), &battery->name);
    rows_text(rows, status, strlen(status), &battery->status);
    return 0;
}

static int read_batteries(struct os_battery **ret_batteries, size_t *ret_count) {
    static const size_t texts[] = {offsetof(struct os_battery, name),
                                   offsetof(struct os_battery, status), SIZE_MAX};
    AUTO_ROWS rows = {.size = sizeof **ret_batteries};
    AUTO_FREE char **names = NULL;
    AUTO_CLOSE int class = -1;
    int r = open_class("/sys/class/power_supply", &class, &names);
    for (char **name = names; r == 0 && *name; name++) {
        char path[300];
        snprintf(path, sizeof path, "/sys/class/power_supply/%s", *name);
        AUTO_CLOSE int dir = machine_open(path, DIR_OPEN);
        r = dir < 0 ? gone(dir) : add_battery(&rows, *name, dir);
    }
    if (r == -ENOENT)
        r = 0;
    return r < 0 ? r : rows_take(&rows, texts, ret_batteries, ret_count);
}

struct os_battery *os_batteries(size_t *ret_count) {
    UNCANCELLED;
    struct os_battery *batteries = NULL;
    int r = read_batteries(&batteries, ret_count);
    return PUBLIC_POINTER(r, batteries, "batteries", NULL, NULL);
}
