/* SPDX-License-Identifier: MIT */
/** What a call prints: a line for each value, or JSON. */
#include "frame/output.h"
#include "frame/message.h"
#include "frame/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct output_style output_style;

static struct {
    int depth;       /* of lists and records */
    bool comma;      /* the next item of a list or record comes after another */
    const char *key; /* of the value that comes next, or NULL */
} state;

bool output_broken(void) {
    return ferror(stdout) != 0;
}

bool output_end(void) {
    bool fine = fflush(stdout) == 0 && !ferror(stdout);
    if (!fine)
        failed_at(errno, "stdout");
    return fine;
}

/* A JSON string; what is not UTF-8 becomes U+FFFD. */
static void put_string(const char *text, size_t size) {
    putchar('"');
    for (size_t at = 0; at < size;) {
        uint32_t code;
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
    putchar('"');
}

static void put_base64(const unsigned char *bytes, size_t size) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    putchar('"');
    for (size_t i = 0; i < size; i += 3) {
        uint32_t three = (uint32_t)bytes[i] << 16;
        three |= i + 1 < size ? (uint32_t)bytes[i + 1] << 8 : 0;
        three |= i + 2 < size ? bytes[i + 2] : 0;
        putchar(digits[three >> 18]);
        putchar(digits[three >> 12 & 63]);
        putchar(i + 1 < size ? digits[three >> 6 & 63] : '=');
        putchar(i + 2 < size ? digits[three & 63] : '=');
    }
    putchar('"');
}

/* What comes before a value: in JSON a comma and the key, in a line of a record "key=". */
static void before(void) {
    if (output_style.json && state.comma)
        fputs(", ", stdout);
    if (output_style.json && state.key) {
        put_string(state.key, strlen(state.key));
        fputs(": ", stdout);
    }
    if (!output_style.json && state.key)
        printf("%s=", state.key);
    state.comma = true;
}

static void after(void) {
    if (!output_style.json)
        putchar(output_style.null ? '\0' : '\n');
    else if (state.depth == 0)
        putchar('\n');
}

static void begin(char bracket) {
    if (output_style.json) {
        before();
        putchar(bracket);
        state.key = NULL;
    }
    state.depth++;
    state.comma = false;
}

static void end(char bracket) {
    state.depth--;
    state.key = NULL;
    state.comma = state.depth > 0;
    if (!output_style.json)
        return;
    putchar(bracket);
    if (state.depth == 0)
        putchar('\n');
}

void emit_begin_list(void) {
    begin('[');
}

void emit_end_list(void) {
    end(']');
}

void emit_begin_record(void) {
    begin('{');
}

void emit_end_record(void) {
    end('}');
}

void emit_key(const char *name) {
    state.key = name;
}

char *text_made_safe(const char *text) {
    char *quoted = os_quote(text);
    size_t size = strlen(text);
    bool plain = quoted && strlen(quoted) == size + 2 && memcmp(quoted + 1, text, size) == 0;
    if (plain)
        memcpy(quoted, text, size + 1);
    return quoted;
}

static void put_safely(const char *text) {
    char *safe = text_made_safe(text);
    fputs(safe ? safe : text, stdout);
    free(safe);
}

static bool on_terminal(void) {
    static int terminal = -1;
    if (terminal < 0)
        terminal = isatty(STDOUT_FILENO);
    return terminal > 0;
}

/* Text of any bytes in JSON: a string, and the exact bytes beside it where they are no UTF-8. */
static void put_json(const char *text, size_t size) {
    if (is_utf8(text, size)) {
        before();
        put_string(text, size);
        return;
    }
    if (state.key) {
        before();
        put_string(text, size);
        fputs(", ", stdout);
        char *key = malloc(strlen(state.key) + sizeof "_b64");
        if (key) {
            strcat(strcpy(key, state.key), "_b64");
            put_string(key, strlen(key));
        }
        fputs(": ", stdout);
        free(key);
        put_base64((const unsigned char *)text, size);
        return;
    }
    before();
    fputs("{\"path\": ", stdout);
    put_string(text, size);
    fputs(", \"path_b64\": ", stdout);
    put_base64((const unsigned char *)text, size);
    putchar('}');
}

void emit_text(const char *text) {
    if (!text && !output_style.json)
        return;
    if (!text) {
        before();
        fputs("null", stdout);
    } else if (output_style.json) {
        put_json(text, strlen(text));
    } else {
        before();
        if (on_terminal() && !output_style.null)
            put_safely(text);
        else
            fputs(text, stdout);
    }
    after();
}

void emit_integer(intmax_t value) {
    before();
    printf("%" PRIdMAX, value);
    after();
}

void emit_unsigned(uintmax_t value) {
    before();
    printf("%" PRIuMAX, value);
    after();
}

void emit_octal(uintmax_t value) {
    before();
    printf(output_style.json ? "%" PRIuMAX : "0%03" PRIoMAX, value);
    after();
}

/* The shortest digits that read back as the same number, as Python writes them. */
void emit_float(double value) {
    char text[64];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    if (fabs(value) >= 1e5 && fabs(value) < 1e16 && strchr(text, 'e'))
        snprintf(text, sizeof text, "%.1f", value);
    else if (!strpbrk(text, ".en"))
        strcat(text, ".0");
    before();
    fputs(output_style.json && !isfinite(value) ? "null" : text, stdout);
    after();
}

int emit_bool(bool value) {
    before();
    if (output_style.json)
        fputs(value ? "true" : "false", stdout);
    else
        fputs(value ? "True" : "False", stdout);
    after();
    return value ? 0 : 1;
}

void emit_list(char *const *list) {
    emit_begin_list();
    for (; *list; list++)
        emit_text(*list);
    emit_end_list();
}

/* A variable of the environment; a name that is no UTF-8 keeps its exact bytes in an object. */
static void emit_pair(const char *pair) {
    size_t size = strcspn(pair, "=");
    char *key = strndup(pair, size);
    if (!key)
        return;
    const char *value = pair + size + (pair[size] == '=');
    emit_key(key);
    if (is_utf8(key, size)) {
        emit_text(value);
    } else {
        emit_begin_record();
        emit_key("path_b64");
        before();
        put_base64((const unsigned char *)key, size);
        emit_key("value");
        emit_text(value);
        emit_end_record();
    }
    free(key);
    state.key = NULL;
}

void emit_dict(char *const *list) {
    if (!output_style.json) {
        emit_list(list);
        return;
    }
    emit_begin_record();
    for (; *list; list++)
        emit_pair(*list);
    emit_end_record();
}

/* b'…' as Python shows bytes. */
static void put_repr(const unsigned char *bytes, size_t size) {
    fputs("b'", stdout);
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\'' || bytes[i] == '\\')
            printf("\\%c", bytes[i]);
        else if (bytes[i] == '\n' || bytes[i] == '\t' || bytes[i] == '\r')
            printf("\\%c", bytes[i] == '\n' ? 'n' : bytes[i] == '\t' ? 't' : 'r');
        else if (bytes[i] < 0x20 || bytes[i] >= 0x7f)
            printf("\\x%02x", bytes[i]);
        else
            putchar(bytes[i]);
    }
    fputs("'\n", stdout);
}

void emit_content(const void *bytes, size_t size) {
    if (output_style.json) {
        put_json(bytes, size);
        after();
    } else {
        fwrite(bytes, 1, size, stdout);
    }
}

void emit_bytes(const void *bytes, size_t size) {
    if (on_terminal() && !output_style.json && !output_style.null)
        put_repr(bytes, size);
    else
        emit_content(bytes, size);
}

int missing(void) {
    if (errno)
        return failed();
    emit_text(NULL);
    return STATUS_NO;
}
