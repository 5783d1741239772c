/* SPDX-License-Identifier: MIT */
/** Characters in UTF-8, read and written. */
#include "base/utf8.h"

#include <osier/error.h>

/* Bytes a sequence takes by its first byte; 0: no sequence starts with it. */
static size_t sequence_size(unsigned char first) {
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return 2;
    if (first >= 0xe0 && first < 0xf0)
        return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* The character of a whole sequence, or one that is a surrogate, which no sequence may stand for. */
static uint32_t decode(const unsigned char *bytes, size_t size) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t code = size > 1 ? bytes[0] & (0xffu >> (size + 1)) : bytes[0];
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0xd800;
        code = code << 6 | (bytes[i] & 0x3f);
    }
    return code < least[size] || code > 0x10ffff ? 0xd800 : code;
}

size_t utf8_read(const char *text, size_t size, uint32_t *ret_code) {
    const unsigned char *bytes = (const unsigned char *)text;
    if (size == 0)
        return 0;
    size_t whole = sequence_size(bytes[0]);
    uint32_t code = whole && whole <= size ? decode(bytes, whole) : 0xd800;
    bool bad = code >= 0xd800 && code < 0xe000;
    *ret_code = bad ? 0xdc00u + bytes[0] : code;
    return bad ? 1 : whole;
}

size_t os_fsdecode_character(const char *text, size_t size, uint32_t *ret_code) {
    return utf8_read(text, size, ret_code);
}

int os_character_width(uint32_t code) {
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

bool utf8_is_valid(const char *text, size_t size) {
    uint32_t code;
    for (size_t at = 0; at < size;) {
        if ((unsigned char)text[at] < 0x80) {
            at++;
            continue;
        }
        at += utf8_read(text + at, size - at, &code);
        if (utf8_is_byte(code))
            return false;
    }
    return true;
}

char *utf8_write(char *to, uint32_t code) {
    static const unsigned char first[] = {0, 0xc0, 0xe0, 0xf0};
    if (code < 0x80) {
        *to++ = (char)code;
        return to;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    *to++ = (char)(first[more] | code >> 6 * more);
    while (more-- > 0)
        *to++ = (char)(0x80 | (code >> 6 * more & 0x3f));
    return to;
}

int64_t utf8_hex(const char *at, const char *end, int count) {
    int64_t number = 0;
    if (end - at < count)
        return -1;
    for (int i = 0; i < count; i++) {
        char c = at[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        number = number << 4 | digit;
    }
    return number;
}
