/* SPDX-License-Identifier: MIT */
/** The values of JSON, in a form that no reader alters. */
#include "frame/json.h"
#include "frame/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

/* How many bytes at the beginning stand for themselves in a string: of ASCII, and printable. */
static size_t plain_size(const char *text, size_t size) {
    size_t at = 0;
    while (at < size && text[at] >= ' ' && text[at] <= '~' && text[at] != '"' && text[at] != '\\')
        at++;
    return at;
}

static void put_characters(const char *text, size_t size) {
    for (size_t at = 0; at < size;) {
        uint32_t code;
        size_t plain = plain_size(text + at, size - at);
        fwrite(text + at, 1, plain, stdout);
        at += plain;
        if (at == size)
            break;
        size_t step = utf8_character(text + at, size - at, &code);
        if (step == 0)
            fputs("\\ufffd", stdout);
        else if (code == '"' || code == '\\')
            printf("\\%c", (int)code);
        else if (code == '\n' || code == '\t')
            fputs(code == '\n' ? "\\n" : "\\t", stdout);
        else if (is_control(code))
            printf("\\u%04x", (unsigned)code);
        else
            fwrite(text + at, 1, step, stdout);
        at += step ? step : 1;
    }
}

static void put_digits(const unsigned char *bytes, size_t size) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        uint32_t three = (uint32_t)bytes[i] << 16;
        three |= i + 1 < size ? (uint32_t)bytes[i + 1] << 8 : 0;
        three |= i + 2 < size ? bytes[i + 2] : 0;
        putchar(digits[three >> 18]);
        putchar(digits[three >> 12 & 63]);
        putchar(i + 1 < size ? digits[three >> 6 & 63] : '=');
        putchar(i + 2 < size ? digits[three & 63] : '=');
    }
}

void json_string(const char *text, size_t size) {
    putchar('"');
    put_characters(text, size);
    putchar('"');
}

void json_base64(const void *bytes, size_t size) {
    putchar('"');
    put_digits(bytes, size);
    putchar('"');
}

void json_odd_name(const char *name, size_t size) {
    putchar('"');
    put_characters(name, size);
    putchar('=');
    put_digits((const unsigned char *)name, size);
    putchar('"');
}

/* The largest integer that a double holds exactly; jq 1.6 and JavaScript round larger ones. */
static const intmax_t exact = (INTMAX_C(1) << 53) - 1;

void json_integer(intmax_t value) {
    bool plain = value >= -exact && value <= exact;
    printf(plain ? "%" PRIdMAX : "\"%" PRIdMAX "\"", value);
}

void json_unsigned_integer(uintmax_t value) {
    printf(value <= (uintmax_t)exact ? "%" PRIuMAX : "\"%" PRIuMAX "\"", value);
}
