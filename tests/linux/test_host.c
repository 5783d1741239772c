/* SPDX-License-Identifier: MIT */
/** What kind of machine it is: of this one, and of a recorded one whose texts are odd. */
#include "recorded.h"

#include <math.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void limits_of_this_process(void **state) {
    (void)state;
    size_t count = 0;
    struct rlimit files;
    struct os_limit *limits = os_limits(0, &count);
    assert_non_null(limits);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    bool found = false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(limits[i].name, "open files") == 0) {
            found = true;
            assert_int_equal(limits[i].soft, files.rlim_cur);
            assert_int_equal(limits[i].hard, files.rlim_max);
            assert_string_equal(limits[i].unit, "files");
        }
    assert_true(found && count >= 16);
    free(limits);
    assert_null(os_limits(1 << 22, &count));
    assert_error(ESRCH, "limits", NULL, NULL);
    assert_null(os_limits(-1, &count));
    assert_error(EINVAL, "limits", NULL, NULL);
}

static void the_system_of_a_recorded_machine(void **state) {
    (void)state;
    struct os_virtualization_result v;
    mkdir("root", 0777);
    assert_null(RECORDED(os_release()));
    assert_error(ENOENT, "release", "/etc/os-release", NULL);
    plant("root/usr/lib/os-release",
          "# no\nID=debian\n NAME=\"a \\\"b\\\" c\"\nX='d\\e'\n=\nno\nY=\n");
    char **release = RECORDED(os_release());
    assert_non_null(release);
    assert_string_equal(release[0], "ID=debian");
    assert_string_equal(release[1], "NAME=a \"b\" c");
    assert_string_equal(release[2], "X=d\\e");
    assert_string_equal(release[3], "Y=");
    assert_null(release[4]);
    free(release);
    assert_int_equal(RECORDED(os_virtualization(&v)), 0);
    assert_true(!v.machine && !v.container);
    plant("root/proc/cpuinfo", "processor: 0\nflags\t\t: fpu hypervisor lahf\n");
    plant("root/run/systemd/container", "lxc\n");
    assert_int_equal(RECORDED(os_virtualization(&v)), 0);
    assert_string_equal(v.machine, "unknown");
    assert_string_equal(v.container, "lxc");
    plant("root/sys/class/dmi/id/sys_vendor", "QEMU\n");
    assert_int_equal(RECORDED(os_virtualization(&v)), 0);
    assert_string_equal(v.machine, "qemu");
}

static void modules_and_logins(void **state) {
    (void)state;
    size_t count = 9;
    mkdir("root", 0777);
    struct os_module *none = RECORDED(os_modules(&count));
    assert_true(none && count == 0);
    free(none);
    plant("root/proc/modules",
          "nf 4096 2 a,b, Live 0x0\nlone 8192 - - Loading 0x0 (OE)\n\nbroken 1\n");
    struct os_module *modules = RECORDED(os_modules(&count));
    assert_non_null(modules);
    assert_int_equal(count, 2);
    assert_string_equal(modules[0].used_by, "a,b");
    assert_true(modules[1].refcount == -1 && strcmp(modules[1].used_by, "") == 0);
    free(modules);
    plant(
        "root/run/systemd/sessions/3",
        "# of "
        "logind\nUID=0\nUSER=root\nCLASS=user\nTTY=pts/1\nREMOTE_HOST=h\nLEADER=77\nREALTIME=5\n");
    plant("root/run/systemd/sessions/4", "USER=gdm\nCLASS=greeter\n");
    plant("root/run/systemd/sessions/3.ref", "");
    struct os_login *logins = RECORDED(os_logins(&count));
    assert_non_null(logins);
    assert_int_equal(count, 1);
    assert_string_equal(logins[0].name, "root");
    assert_string_equal(logins[0].terminal, "pts/1");
    assert_true(logins[0].pid == 77 && logins[0].started == 5000);
    free(logins);
}

static void sensors_and_batteries(void **state) {
    (void)state;
    size_t count = 9;
    mkdir("root", 0777);
    struct os_sensor *sensors = RECORDED(os_sensors(&count));
    assert_true(sensors && count == 0);
    free(sensors);
    plant("root/sys/class/thermal/thermal_zone0/type", "acpitz\n");
    plant("root/sys/class/thermal/thermal_zone0/temp", "27800\n");
    plant("root/sys/class/thermal/thermal_zone0/trip_point_0_type", "critical\n");
    plant("root/sys/class/thermal/thermal_zone0/trip_point_0_temp", "119000\n");
    sensors = RECORDED(os_sensors(&count));
    assert_true(sensors && count == 1 && sensors[0].current == 27.8 && sensors[0].critical == 119);
    assert_true(isnan(sensors[0].high));
    free(sensors);
    plant("root/sys/class/hwmon/hwmon1/name", "coretemp\n");
    plant("root/sys/class/hwmon/hwmon1/temp1_input", "45000\n");
    plant("root/sys/class/hwmon/hwmon1/temp1_label", "Package id 0\n");
    plant("root/sys/class/hwmon/hwmon1/temp1_max", "80000\n");
    plant("root/sys/class/hwmon/hwmon1/temp2_input", "odd\n");
    plant("root/sys/class/hwmon/hwmon1/fan1_input", "1200\n");
    plant("root/sys/class/hwmon/hwmon2/device/name", "old\n");
    plant("root/sys/class/hwmon/hwmon2/device/temp1_input", "-5000\n");
    sensors = RECORDED(os_sensors(&count));
    assert_true(sensors && count == 3);
    assert_true(sensors[0].kind == OS_SENSOR_FAN && sensors[0].current == 1200);
    assert_string_equal(sensors[1].label, "Package id 0");
    assert_true(sensors[1].high == 80 && sensors[2].current == -5);
    free(sensors);
    plant("root/sys/class/power_supply/AC/type", "Mains\n");
    plant("root/sys/class/power_supply/BAT0/type", "Battery\n");
    plant("root/sys/class/power_supply/BAT0/status", "Discharging\n");
    plant("root/sys/class/power_supply/BAT0/charge_now", "500\n");
    plant("root/sys/class/power_supply/BAT0/charge_full", "1000\n");
    plant("root/sys/class/power_supply/BAT0/current_now", "-250\n");
    plant("root/sys/class/power_supply/BAT1/type", "Battery\n");
    plant("root/sys/class/power_supply/BAT1/capacity", "33\n");
    struct os_battery *batteries = RECORDED(os_batteries(&count));
    assert_true(batteries && count == 2);
    assert_true(batteries[0].percent == 50 && batteries[0].time_left == 7200);
    assert_true(batteries[1].percent == 33 && isnan(batteries[1].time_left));
    assert_string_equal(batteries[1].status, "Unknown");
    free(batteries);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_of_this_process),
        IN_SCRATCH(the_system_of_a_recorded_machine),
        IN_SCRATCH(modules_and_logins),
        IN_SCRATCH(sensors_and_batteries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
