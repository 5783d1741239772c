/* SPDX-License-Identifier: MIT */
/** Text as it is shown: characters of UTF-8, and sizes for people. */
#include "frame/text.h"

#include <inttypes.h>
#include <osier.h>
#include <stdio.h>

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

int character_width(uint32_t code) {
    static const struct {
        uint32_t first, last;
    } none[] = {{0x300, 0x36f}, {0x200b, 0x200d}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}},
      two[] = {{0x1100, 0x115f},   {0x2e80, 0xa4cf},   {0xac00, 0xd7a3},  {0xf900, 0xfaff},
               {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},  {0x1f300, 0x1f64f},
               {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (code >= none[i].first && code <= none[i].last)
            return 0;
    for (size_t i = 0; i < sizeof two / sizeof *two; i++)
        if (code >= two[i].first && code <= two[i].last)
            return 2;
    return 1;
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
