/* SPDX-License-Identifier: MIT */
/** Names made safe to show, in the form of a Python string, and words made safe for a shell. */
#include "base/quote.h"

#include "base/error.h"
#include "base/utf8.h"
#include <osier/error.h>
#include <string.h>

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
    for (size_t size; (size = utf8_next(name, &code)) > 0; name += size) {
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

/* Whether a text is one word as it is, whatever the locale. */
static bool is_plain(const char *text) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_@%+=:,./-";
    return *text && !text[strspn(text, plain)];
}

void quote_append_word(struct str *s, const char *text) {
    if (is_plain(text)) {
        str_append_text(s, text);
        return;
    }
    str_append_char(s, '\'');
    for (const char *quote; (quote = strchr(text, '\'')); text = quote + 1) {
        str_append(s, text, (size_t)(quote - text));
        str_append_text(s, "'\"'\"'");
    }
    str_append_text(s, text);
    str_append_char(s, '\'');
}
