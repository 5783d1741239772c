/* SPDX-License-Identifier: MIT */
/** What a call prints: a line for each value, or JSON. */
#include "frame/output.h"
#include "frame/json.h"
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
    int base;        /* the depth of values that have a line of their own: 1 in a list of lines */
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

static void put_key(const char *key) {
    json_string(key, strlen(key));
    fputs(": ", stdout);
}

/* What comes before a value: in JSON a comma and the key, in a line of a record "key=". */
static void before(void) {
    if (output_style.json && state.comma)
        fputs(", ", stdout);
    if (output_style.json && state.key)
        put_key(state.key);
    if (!output_style.json && state.key)
        printf("%s=", state.key);
    state.comma = state.depth > state.base;
}

static void after(void) {
    if (!output_style.json)
        putchar(output_style.null ? '\0' : '\n');
    else if (state.depth == state.base)
        putchar('\n');
}

static void begin(char bracket) {
    bool lines = output_style.lines && bracket == '[' && state.depth == 0;
    if (output_style.json && !lines) {
        before();
        putchar(bracket);
        state.key = NULL;
    }
    state.base = lines ? 1 : state.base;
    state.depth++;
    state.comma = false;
}

static void end(char bracket) {
    bool lines = state.depth == state.base && bracket == ']';
    state.depth--;
    state.base = lines ? 0 : state.base;
    state.key = NULL;
    state.comma = state.depth > state.base;
    if (!output_style.json || lines)
        return;
    putchar(bracket);
    if (state.depth == state.base)
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

bool output_terminal(void) {
    static int terminal = -1;
    if (terminal < 0)
        terminal = isatty(STDOUT_FILENO);
    return terminal > 0 && !output_style.null && !output_style.json;
}

bool output_colour(void) {
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
    bool refused = no_colour && *no_colour;
    return output_terminal() && !refused && term && strcmp(term, "dumb") != 0;
}

int output_columns(void) {
    struct os_terminal_size terminal;
    if (!output_terminal())
        return 0;
    bool known = os_get_terminal_size(STDOUT_FILENO, &terminal) == 0 && terminal.columns > 0;
    return known ? terminal.columns : 80;
}

/* Text of any bytes as an object: its readable form, and its exact bytes. */
static void put_bytes(const char *text, size_t size) {
    fputs("{\"path\": ", stdout);
    json_string(text, size);
    fputs(", \"path_b64\": ", stdout);
    json_base64(text, size);
    putchar('}');
}

/* Text of any bytes in JSON: a string; where that is no UTF-8 an object, or in a record, whose
 * members are known, a second member with the exact bytes. */
static void put_json(const char *text, size_t size) {
    before();
    if (is_utf8(text, size)) {
        json_string(text, size);
    } else if (!state.key) {
        put_bytes(text, size);
    } else {
        json_string(text, size);
        fputs(", ", stdout);
        char *key = malloc(strlen(state.key) + sizeof "_b64");
        put_key(key ? strcat(strcpy(key, state.key), "_b64") : "_b64");
        free(key);
        json_base64(text, size);
    }
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
        if (output_terminal())
            put_safely(text);
        else
            fputs(text, stdout);
    }
    after();
}

/* Whether the value is a time in nanoseconds, "st_mtime_ns". */
static bool in_nanoseconds(void) {
    size_t size = state.key ? strlen(state.key) : 0;
    return size > strlen("_ns") && strcmp(state.key + size - strlen("_ns"), "_ns") == 0;
}

void emit_integer(intmax_t value) {
    before();
    if (!output_style.json)
        printf("%" PRIdMAX, value);
    else if (in_nanoseconds())
        printf("\"%" PRIdMAX "\"", value);
    else
        json_integer(value);
    after();
}

void emit_unsigned(uintmax_t value) {
    before();
    if (output_style.json)
        json_unsigned_integer(value);
    else
        printf("%" PRIuMAX, value);
    after();
}

void emit_digits(const char *digits) {
    before();
    printf(output_style.json ? "\"%s\"" : "%s", digits);
    after();
}

void emit_octal(uintmax_t value) {
    before();
    printf(output_style.json ? "%" PRIuMAX : "0%03" PRIoMAX, value);
    after();
}

/* As Python writes it. */
void emit_float(double value) {
    char text[64];
    exact_float(text, value);
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

static void put_value(const char *text) {
    size_t size = strlen(text);
    if (is_utf8(text, size))
        json_string(text, size);
    else
        put_bytes(text, size);
}

/* A variable of the environment. Two names that are no UTF-8 may read the same, so that the key of
 * such a name has its bytes too, and the value stands in an object with them. */
static void put_pair(const char *pair) {
    size_t size = strcspn(pair, "=");
    const char *value = pair + size + (pair[size] == '=');
    bool plain = is_utf8(pair, size);
    before();
    (plain ? json_string : json_odd_name)(pair, size);
    fputs(plain ? ": " : ": {\"path_b64\": ", stdout);
    if (!plain) {
        json_base64(pair, size);
        fputs(", \"value\": ", stdout);
    }
    put_value(value);
    if (!plain)
        putchar('}');
}

void emit_dict(char *const *list) {
    if (!output_style.json) {
        emit_list(list);
        return;
    }
    emit_begin_record();
    for (; *list; list++)
        put_pair(*list);
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
    if (output_terminal())
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
