/* SPDX-License-Identifier: MIT */
/** Names made safe to show, in the form of a Python string. */
#include "base/quote.h"

#include "base/error.h"
#include <osier/error.h>

/* Bytes a UTF-8 sequence takes by its first byte; 0: no sequence starts with it. */
static size_t sequence_size(unsigned char first) {
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return 2;
    if (first >= 0xe0 && first < 0xf0)
        return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

size_t quote_decode(const char *text, uint32_t *ret_code) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    size_t size = sequence_size(bytes[0]);
    if (size == 1) {
        *ret_code = bytes[0];
        return bytes[0] ? 1 : 0;
    }
    uint32_t code = size ? bytes[0] & (0xffu >> (size + 1)) : 0;
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            size = 0;
            break;
        }
        code = code << 6 | (bytes[i] & 0x3f);
    }
    bool surrogate = code >= 0xd800 && code < 0xe000;
    if (size == 0 || code < least[size] || code > 0x10ffff || surrogate) {
        *ret_code = 0xdc00u + bytes[0];
        return 1;
    }
    *ret_code = code;
    return size;
}

/* The categories Cc, Cf, Cs, Co, Zl, Zp and Zs (but the space) of Unicode 14. Code points that are
 * not assigned (Cn) count as printable here: that list changes with every Unicode. */
static const struct {
    uint32_t first, last;
} unprintable[] = {
    {0x00, 0x1f},       {0x7f, 0xa0},       {0xad, 0xad},        {0x600, 0x605},
    {0x61c, 0x61c},     {0x6dd, 0x6dd},     {0x70f, 0x70f},      {0x890, 0x891},
    {0x8e2, 0x8e2},     {0x1680, 0x1680},   {0x180e, 0x180e},    {0x2000, 0x200f},
    {0x2028, 0x202f},   {0x205f, 0x2064},   {0x2066, 0x206f},    {0x3000, 0x3000},
    {0xd800, 0xf8ff},   {0xfeff, 0xfeff},   {0xfff9, 0xfffb},    {0x110bd, 0x110bd},
    {0x110cd, 0x110cd}, {0x13430, 0x13438}, {0x1bca0, 0x1bca3},  {0x1d173, 0x1d17a},
    {0xe0001, 0xe0001}, {0xe0020, 0xe007f}, {0xf0000, 0x10ffff},
};

bool quote_printable(uint32_t code) {
    for (size_t i = 0; i < sizeof unprintable / sizeof *unprintable; i++)
        if (code <= unprintable[i].last)
            return code < unprintable[i].first;
    return true;
}

static void append_escaped(struct str *s, uint32_t code) {
    if (code == '\n')
        str_append_text(s, "\\n");
    else if (code == '\r')
        str_append_text(s, "\\r");
    else if (code == '\t')
        str_append_text(s, "\\t");
    else if (code < 0x100)
        str_printf(s, "\\x%02x", code);
    else if (code < 0x10000)
        str_printf(s, "\\u%04x", code);
    else
        str_printf(s, "\\U%08x", code);
}

void quote_append(struct str *s, const char *name) {
    char mark = strchr(name, '\'') && !strchr(name, '"') ? '"' : '\'';
    str_append_char(s, mark);
    uint32_t code;
    for (size_t size; (size = quote_decode(name, &code)) > 0; name += size) {
        if (code == (unsigned char)mark || code == '\\') {
            str_append_char(s, '\\');
            str_append_char(s, (char)code);
        } else if (quote_printable(code)) {
            str_append(s, name, size);
        } else {
            append_escaped(s, code);
        }
    }
    str_append_char(s, mark);
}

char *os_quote(const char *name) {
    AUTO_STR text = STR_INIT;
    quote_append(&text, name);
    char *result = NULL;
    int r = str_take(&text, &result);
    return PUBLIC_POINTER(r, result, "quote", NULL, NULL);
}
