/* SPDX-License-Identifier: MIT */
/* Settings with where they are configured; here of a recorded machine, whose files are changed. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    uint64_t id;
    size_t count;
    os_makedirs("machine/etc/sysctl.d", 0755, 0);
    os_makedirs("machine/proc/sys/vm", 0755, 0);
    os_write_file("machine/proc/sys/vm/swappiness", "60\n", 3, NULL);
    char *const words[] = {"vm.swappiness=20", "vm.dirty_ratio=5", NULL}; /* both, or neither */
    if (os_set_root("machine") < 0 ||
        os_set_settings(OS_SETTINGS_SYSCTL, words, 0, NULL, NULL) < 0 ||
        os_set_setting(OS_SETTINGS_SYSCTL, "vm.swappiness", "10", 0, NULL, &id) < 0) {
        os_perror("set");
        return 77; /* no journal can be kept here */
    }
    os_autofree struct os_setting *settings = os_settings(
        OS_SETTINGS_SYSCTL, "vm.swappiness", OS_SETTINGS_VALUE | OS_SETTINGS_CONFIGURED, &count);
    if (!settings) {
        os_perror("settings");
        return 1;
    }
    printf("%s is %s, and %s at the next start: %s\n", settings->name, settings->value,
           settings->configured, settings->source);
    os_set_root(NULL);
    if (os_undo(id, NULL, NULL) < 0)
        os_perror("undo");
    return 0;
}

/* It prints:
 *     vm.swappiness is 60, and 10 at the next start: /etc/sysctl.d/60-osier.conf:1
 */
