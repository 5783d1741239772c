/* SPDX-License-Identifier: MIT */
/* What kind of machine it is; here of one that was recorded. */
#include <osier.h>
#include <stdio.h>

static void record(const char *path, const char *text, size_t size) {
    os_autofree char *folder = os_path_dirname(path);
    os_makedirs(folder, 0755, OS_EXIST_OK);
    os_write_file(path, text, size, NULL);
}

int main(void) {
    size_t modules, limits, logins, sensors, batteries;
    struct os_virtualization_result around;
    record("m/etc/os-release", "NAME='A system'\n", 16);
    record("m/sys/class/power_supply/BAT0/type", "Battery\n", 8);
    record("m/sys/class/power_supply/BAT0/capacity", "80\n", 3);
    os_set_root("m");
    os_autofree char **release = os_release();
    os_autofree struct os_battery *power = os_batteries(&batteries);
    os_autofree struct os_module *loaded = os_modules(&modules);
    os_autofree struct os_login *users = os_logins(&logins);
    os_autofree struct os_sensor *temperatures = os_sensors(&sensors);
    os_set_root(NULL);
    os_autofree struct os_limit *own = os_limits(0, &limits);
    if (!release || !power || !loaded || !users || !temperatures || !own ||
        os_virtualization(&around) < 0) {
        os_perror("machine");
        return 1;
    }
    printf("%s, battery at %.0f %%\n", release[0], power[0].percent);
    printf("%zu modules, %zu sensors, %zu users\n", modules, sensors, logins);
    return limits == 0;
}

/* It prints:
 *     NAME=A system, battery at 80 %
 *     0 modules, 0 sensors, 0 users
 */
