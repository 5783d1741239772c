/* SPDX-License-Identifier: MIT */
/* Changes single keys of a unit of systemd, and keeps every other byte. */
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A text that changes. */
struct text {
    char *data;
    size_t size;
};

/* Takes a new one in the place of the old one. */
static void take(struct text *text, char *new, const size_t *size) {
    if (!new) {
        os_perror("config");
        exit(1);
    }
    free(text->data);
    text->data = new;
    text->size = *size;
}

int main(void) {
    const char *format = os_config_format("/etc/systemd/system/app.service");
    const char unit[] = "[Service]\n# ours\nExecStart=/usr/bin/app\n#Restart=no\n";
    struct text text = {strdup(unit), strlen(unit)};
    size_t size, count;

    take(&text, os_config_set(text.data, text.size, format, "Service.Restart", "always", 0, &size),
         &size);
    take(&text,
         os_config_set(text.data, text.size, format, "Service.ExecStart", "/usr/bin/more",
                       OS_CONFIG_ADD, &size),
         &size);
    printf("%s", text.data);

    os_autofree char *value = os_config_get(text.data, text.size, format, "Service.Restart");
    printf("-- %s\n", value);
    os_autofree struct os_config_entry *list =
        os_config_entries(text.data, text.size, format, &count);
    for (size_t i = 0; list && i < count; i++)
        printf("%zu %s = %s\n", list[i].line, list[i].key, list[i].value);

    take(&text, os_config_unset(text.data, text.size, format, "Service.ExecStart", &size), &size);
    printf("-- without\n%s", text.data);
    free(text.data);
    return 0;
}

/* It prints:
 *     [Service]
 *     # ours
 *     ExecStart=/usr/bin/app
 *     ExecStart=/usr/bin/more
 *     #Restart=no
 *     Restart=always
 *     -- always
 *     3 Service.ExecStart = /usr/bin/app
 *     4 Service.ExecStart = /usr/bin/more
 *     6 Service.Restart = always
 *     -- without
 *     [Service]
 *     # ours
 *     #Restart=no
 *     Restart=always
 */
