/* SPDX-License-Identifier: MIT */
/** Reads lines "FORMAT PATH": each key of the file is set to another value and back, and a new one beside
 *  each is set and unset; each time every byte has to be as before. What isn't is told, with a count of
 *  what was tried. With "get FORMAT PATH" it prints all entries as "KEY\tVALUE", each with a NUL behind it; with "set
 *  FORMAT PATH KEY VALUE" or "unset FORMAT PATH KEY" the text that comes of it. */
#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t tried, wrong;

static void complain(const char *path, const char *key, const char *what) {
    printf("%s: %s: %s\n", path, key, what);
    wrong++;
}

/* What an edit and its opposite leave. */
static void there_and_back(const char *path, const char *format, const char *text, size_t size,
                           const struct os_config_entry *e) {
    size_t there_size, back_size;
    os_autofree char *old = os_config_get(text, size, format, e->key);
    os_autofree char *same = os_config_set(text, size, format, e->key, old, 0, &back_size);
    tried++;
    if (!same || back_size != size || memcmp(same, text, size) != 0)
        complain(path, e->key, "the value that it has changes the file");
    const char *other = strcmp(old, "7") == 0 ? "8" : "7";
    os_autofree char *there = os_config_set(text, size, format, e->key, other, 0, &there_size);
    if (!there) {
        if (errno != EINVAL)
            complain(path, e->key, strerror(errno));
        return;
    }
    os_autofree char *seen = os_config_get(there, there_size, format, e->key);
    if (!seen || strcmp(seen, other) != 0)
        complain(path, e->key, "it isn't what it was set to");
    os_autofree char *back = os_config_set(there, there_size, format, e->key, old, 0, &back_size);
    os_autofree char *again = back ? os_config_get(back, back_size, format, e->key) : NULL;
    if (!again || strcmp(again, old) != 0)
        complain(path, e->key, "it isn't what it was before");
    if (back && (back_size != size || memcmp(back, text, size) != 0) &&
        !strpbrk(old, " \t\"'\\\n$") && strcmp(format, "yaml") != 0 &&
        strcmp(format, "toml") != 0 && strcmp(format, "json") != 0 && strcmp(format, "hosts") != 0)
        complain(path, e->key, "some byte isn't as before");
}

/* A job, or a mount, that is added and taken away. */
static void add_and_take(const char *path, const char *format, const char *text, size_t size,
                         const char *key, const char *value) {
    size_t there_size, back_size;
    os_autofree char *there = os_config_set(text, size, format, key, value, 0, &there_size);
    os_autofree char *back =
        there ? os_config_unset(there, there_size, format, key, &back_size) : NULL;
    if (!back || back_size != size || memcmp(back, text, size) != 0)
        complain(path, key, "what was added and taken away leaves something");
}

static void new_and_gone(const char *path, const char *format, const char *text, size_t size,
                         const char *key) {
    size_t there_size, back_size;
    char name[4096];
    const char *point = strrchr(key, '.');
    if (strncmp(format, "cron", 4) == 0) {
        add_and_take(path, format, text, size, "osier test", "1 2 3 4 5 root");
        add_and_take(path, format, text, size, "OSIER_TEST", "1");
        return;
    }
    if (strcmp(format, "fstab") == 0)
        add_and_take(path, format, text, size, "/osier/test.spec", "/dev/x");
    if (strcmp(format, "fstab") == 0 || strlen(key) > 4000 || (point && strchr(point, '"')))
        return;
    if (strcmp(format, "sysctl") == 0 || strcmp(format, "env") == 0 || strcmp(format, "hosts") == 0)
        point = NULL;
    if (*text != '[' && !memmem(text, size, "\n[", 2) && strcmp(format, "ini") == 0)
        point = NULL; /* no sections: a point is one of the name */
    snprintf(name, sizeof name, "%.*sOsierTest", (int)(point ? point + 1 - key : 0), key);
    os_autofree char *there = os_config_set(text, size, format, name, "1", 0, &there_size);
    if (!there) {
        complain(path, name, strerror(errno));
        return;
    }
    os_autofree char *seen = os_config_get(there, there_size, format, name);
    os_autofree char *back = os_config_unset(there, there_size, format, name, &back_size);
    if (!seen || strcmp(seen, "1") != 0)
        complain(path, name, "a new key isn't what it was set to");
    if (!back || back_size != size || memcmp(back, text, size) != 0)
        complain(path, name, "a new key that was unset leaves something");
}

static void one_file(const char *path, const char *format, bool print) {
    size_t size, count = 0;
    os_autofree char *text = os_read_file(path, &size);
    if (!text)
        return;
    struct os_config_entry *list = os_config_entries(text, size, format, &count);
    if (!list && errno != EBADMSG)
        complain(path, format, strerror(errno));
    for (size_t i = 0; i < count; i++) {
        if (print) {
            printf("%s\t%s%c", list[i].key, list[i].value, '\0');
            continue;
        }
        there_and_back(path, format, text, size, &list[i]);
        new_and_gone(path, format, text, size, list[i].key);
    }
    free(list);
}

static int edit_one(const char *format, const char *path, const char *key, const char *value) {
    size_t size, new_size;
    os_autofree char *text = os_read_file(path, &size);
    os_autofree char *new = !text   ? NULL
                            : value ? os_config_set(text, size, format, key, value, 0, &new_size)
                                    : os_config_unset(text, size, format, key, &new_size);
    return !new || fwrite(new, 1, new_size, stdout) != new_size;
}

int main(int argc, char **argv) {
    static char format[16], path[4096];
    if (argc > 4)
        return edit_one(argv[2], argv[3], argv[4], argv[5]);
    if (argc == 4) {
        one_file(argv[3], argv[2], true);
        return 0;
    }
    while (scanf("%15s %4095[^\n]", format, path) == 2)
        one_file(path, format, false);
    printf("%zu tried, %zu wrong\n", tried, wrong);
    return wrong != 0;
}
