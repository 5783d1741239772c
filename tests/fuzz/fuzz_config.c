/* SPDX-License-Identifier: MIT */
/** libFuzzer over configuration files: a key that was set has that value, and one that was unset has none. */
#include "fuzz.h"

#include <osier.h>

static const char *const formats[] = {"ini",   "unit", "env",  "ssh",  "sysctl", "hosts",
                                      "fstab", "json", "toml", "yaml", "cron",   "crontab"};

static void set_and_unset(const char *text, size_t size, const char *format, const char *key) {
    size_t there_size, back_size;
    os_autofree char *there = os_config_set(text, size, format, key, "17", 0, &there_size);
    HOLDS(there || errno == EINVAL || errno == EBADMSG);
    if (there) {
        os_autofree char *seen = os_config_get(there, there_size, format, key);
        HOLDS(seen && strcmp(seen, "17") == 0);
    }
    if (!there || strcmp(format, "fstab") == 0)
        return;
    os_autofree char *back = os_config_unset(there, there_size, format, key, &back_size);
    HOLDS(back || errno == EINVAL || errno == EBADMSG);
    os_autofree char *gone = back ? os_config_get(back, back_size, format, key) : NULL;
    HOLDS(!gone);
}

/* The first byte is the format, the first word a key. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2)
        return 0;
    const char *format = formats[data[0] % (sizeof formats / sizeof *formats)];
    char *text = malloc(size);
    HOLDS(text);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    size_t word = strcspn(text, " \n");
    char *key = strndup(text, word), *exact = malloc(size - word > 1 ? size - word - 1 : 1);
    HOLDS(key && exact);
    size_t left = size - 1 > word ? size - 2 - word : 0;
    memcpy(exact, text + (left ? word + 1 : 0), left);
    size_t count;
    free(os_config_entries(exact, left, format, &count));
    set_and_unset(exact, left, format, key);
    free(exact);
    free(key);
    free(text);
    return 0;
}
