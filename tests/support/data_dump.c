/* SPDX-License-Identifier: MIT */
/** Reads documents from stdin, each behind a line "toml SIZE" or "json SIZE", and prints what was read
 *  as a line of JSON in the form of toml-test's answers, or {"error":…,"line":…,"column":…}. With
 *  "time FORMAT FILE" it reads one file again and again, and prints megabytes a second. */
#include "base/json.h"
#include "data/document.h"

#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const names[] = {"null",           "bool",       "integer",
                                    "float",          "string",     "datetime",
                                    "datetime-local", "date-local", "time-local"};

static void plain(const struct data_value *v, struct str *s) {
    char number[64];
    const char *text = v->text;
    size_t size = v->size;
    if (v->type == DATA_INTEGER)
        size = (size_t)snprintf(number, sizeof number, "%lld", (long long)v->integer);
    else if (v->type == DATA_FLOAT)
        size = (size_t)snprintf(number, sizeof number, "%.17g", v->number);
    if (v->type == DATA_INTEGER || v->type == DATA_FLOAT)
        text = number;
    str_printf(s, "{\"type\":\"%s\",\"value\":", names[v->type]);
    json_append(s, text, size);
    str_append_char(s, '}');
}

static void dump(const struct data *data, const struct data_value *v, struct str *s) {
    if (v->type < DATA_LIST) {
        plain(v, s);
        return;
    }
    str_append_char(s, v->type == DATA_LIST ? '[' : '{');
    const struct data_value *member = data_first(data, v);
    for (; member; member = data_next(data, member)) {
        if (member->key) {
            json_append(s, member->key, member->key_size);
            str_append_char(s, ':');
        }
        dump(data, member, s);
        if (member->next)
            str_append_char(s, ',');
    }
    str_append_char(s, v->type == DATA_LIST ? ']' : '}');
}

static int read_any(const char *format, const char *text, size_t size, struct data *data,
                    struct data_problem *problem) {
    return strcmp(format, "toml") == 0 ? data_read_toml(text, size, data, problem)
                                       : data_read_json(text, size, data, problem);
}

static void one(const char *format, const char *text, size_t size) {
    AUTO_DATA data;
    AUTO_STR s = STR_INIT;
    struct data_problem problem;
    size_t line, column;
    if (read_any(format, text, size, &data, &problem) == 0) {
        dump(&data, data.values, &s);
    } else {
        data_position(text, size, problem.at, &line, &column);
        str_append_text(&s, "{\"error\":");
        json_append(&s, problem.words, strlen(problem.words));
        str_printf(&s, ",\"line\":%zu,\"column\":%zu}", line, column);
    }
    printf("%s\n", s.data);
    fflush(stdout);
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int measure(const char *format, const char *path) {
    size_t size;
    os_autofree char *text = os_read_file(path, &size);
    double best = 1e9;
    for (int round = 0; text && round < 30; round++) {
        AUTO_DATA data;
        struct data_problem problem;
        double began = seconds();
        if (read_any(format, text, size, &data, &problem) < 0)
            return 1;
        double took = seconds() - began;
        best = took < best ? took : best;
    }
    printf("%.0f\n", (double)size / 1e6 / best);
    return !text;
}

int main(int argc, char **argv) {
    char format[8];
    size_t size;
    if (argc == 4)
        return measure(argv[2], argv[3]);
    while (scanf("%7s %zu%*1[\n]", format, &size) == 2) {
        char *text = malloc(size + 1); /* exactly as long, so that a read behind it is seen */
        if (!text || fread(text, 1, size, stdin) != size)
            return 1;
        char *exact = realloc(text, size ? size : 1);
        one(format, exact, size);
        free(exact);
    }
    return 0;
}
