/* SPDX-License-Identifier: MIT */
/** Text as it is shown: characters of UTF-8, and sizes for people. */
#include "frame/text.h"

#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>

size_t utf8_character(const char *at, size_t left, uint32_t *ret_code) {
    uint32_t code;
    size_t size = os_fsdecode_character(at, left, &code);
    if (size == 0 || (code >= 0xdc80 && code <= 0xdcff))
        return 0;
    *ret_code = code;
    return size;
}

bool is_utf8(const char *text, size_t size) {
    uint32_t code;
    for (size_t at = 0, step; at < size; at += step)
        if ((step = utf8_character(text + at, size - at, &code)) == 0)
            return false;
    return true;
}

bool is_control(uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0xfeff ||
           (code >= 0x200e && code < 0x2010) || (code >= 0x2028 && code < 0x202f) ||
           (code >= 0x2066 && code < 0x206a);
}

const char *human_size(char *buffer, size_t size, uint64_t bytes) {
    static const char units[] = "BKMGTPE";
    double value = (double)bytes;
    int unit = 0;
    for (; value >= 999.5 && (unit > 0 || bytes >= 1024); unit++)
        value /= 1024;
    if (unit == 0)
        snprintf(buffer, size, "%" PRIu64 " B", bytes);
    else
        snprintf(buffer, size, "%.*f %ciB", value < 9.95 ? 1 : 0, value, units[unit]);
    return buffer;
}

char *exact_float(char *buffer, double value) {
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(buffer, 32, "%.*g", digits, value);
        if (strtod(buffer, NULL) == value)
            break;
    }
    return buffer;
}
