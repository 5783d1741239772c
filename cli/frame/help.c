/* SPDX-License-Identifier: MIT */
/** What -h and --help say, and usage lines. */
#include "frame/help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 80 };

/* Columns that `size` bytes of UTF-8 take. */
static size_t columns(const char *text, size_t size) {
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

/* Prints words from column `at` on, and wraps them with `indent` spaces. */
static size_t wrap(FILE *out, const char *text, size_t at, size_t indent) {
    while (*text) {
        size_t size = strcspn(text, " \n");
        size_t width = columns(text, size);
        if (at > indent && at + 1 + width > WIDTH) {
            fprintf(out, "\n%*s", (int)indent, "");
            at = indent;
        } else if (at > indent) {
            fputc(' ', out);
            at++;
        }
        fwrite(text, 1, size, out);
        at += width;
        text += size + strspn(text + size, " \n");
    }
    return at;
}

static void print_term(const char *term, const char *text) {
    enum { COLUMN = 24 };
    size_t at = 2 + columns(term, strlen(term));
    printf("  %s", term);
    if (at + 2 > COLUMN) {
        printf("\n%*s", COLUMN, "");
    } else {
        printf("%*s", (int)(COLUMN - at), "");
    }
    wrap(stdout, text ? text : "", COLUMN, COLUMN);
    putchar('\n');
}

/* "[--mode=MODE]", "PATH...": an argument as a usage line has it. */
static void argument_form(const struct argument *a, char *form, size_t size) {
    const char *open = a->optional ? "[" : "", *close = a->optional ? "]" : "";
    const char *dots = a->many ? "..." : "";
    if (a->kind == POSITIONAL)
        snprintf(form, size, "%s%s%s%s", open, a->name, dots, close);
    else if (*a->letters && a->kind == SWITCH)
        snprintf(form, size, "%s-%c%s", open, *a->letters, close);
    else if (a->kind == SWITCH)
        snprintf(form, size, "%s--%s%s", open, a->name, close);
    else
        snprintf(form, size, "%s--%s=%s%s%s", open, a->name, a->metavar, close, dots);
}

static void write_usage(FILE *out, const struct function *function) {
    char form[200];
    fputs("usage: osier ", out);
    size_t at = strlen("usage: osier ") + strlen(function->name);
    fputs(function->name, out);
    for (const struct argument *a = function->arguments; a->name; a++) {
        argument_form(a, form, sizeof form);
        at = wrap(out, form, at, 13);
    }
    fputc('\n', out);
}

/* "PATHS...", "-r, -R, --recursive", "--mode=MODE" */
static void print_argument(const struct argument *a) {
    char term[200], letters[40] = "";
    for (const char *c = a->letters; *c && strlen(letters) + sizeof "-r, " < sizeof letters; c++)
        strcat(letters, (char[]){'-', *c, ',', ' ', '\0'});
    if (a->kind == POSITIONAL)
        snprintf(term, sizeof term, "%s%s", a->name, a->many ? "..." : "");
    else
        snprintf(term, sizeof term, "%s--%s%s%s", letters, a->name,
                 a->kind == VALUE_OPTION ? "=" : "", a->kind == VALUE_OPTION ? a->metavar : "");
    print_term(term, a->text);
}

static void print_arguments(const struct function *function) {
    for (const struct argument *a = function->arguments; a->name; a++)
        print_argument(a);
    print_term("--json", "print JSON");
    print_term("--jsonl", "print JSON, each item of a list on a line of its own");
    print_term("-0, --null", "end each value with a NUL instead of a newline");
    print_term("-h", "print what fits on half a screen");
    print_term("--help", "print this");
}

static void print_paragraphs(const char *text) {
    while (*text) {
        const char *end = strstr(text, "\n\n");
        size_t size = end ? (size_t)(end - text) : strlen(text);
        char *paragraph = *text == ' ' ? NULL : strndup(text, size); /* an example is C */
        if (paragraph) {
            putchar('\n');
            wrap(stdout, paragraph, 0, 0);
            putchar('\n');
        }
        free(paragraph);
        text += size + (end ? 2 : 0);
    }
}

void print_function_help(const struct function *function, bool full) {
    if (function->run)
        write_usage(stdout, function);
    print_paragraphs(function->brief);
    if (!full) {
        printf("\nosier %s --help tells the rest.\n", function->name);
        return;
    }
    print_paragraphs(function->description);
    if (function->run) {
        putchar('\n');
        print_arguments(function);
    } else {
        printf("\nIt can't be called from a shell: %s.\n", function->refusal);
    }
    if (function->errors->name)
        puts("\nErrors:");
    for (const struct error_note *error = function->errors; error->name; error++)
        print_term(error->name, error->text);
    putchar('\n');
    if (function->signature)
        printf("Python:  %s\n", function->signature);
    if (strncmp(function->c_name, "os_", 3) == 0)
        printf("C:       %s\n         man 3 %s\n", function->prototype, function->c_name);
}

/* The functions of a topic that can be called, of those that begin with `prefix`. */
static bool print_topic(const struct topic *topic, const char *prefix) {
    bool any = false;
    size_t at = 2;
    for (const struct function *f = functions; f->name; f++) {
        if (strcmp(f->topic, topic->name) != 0 || !f->run || topic->verbs ||
            strncmp(f->name, prefix, strlen(prefix)) != 0 || f->name[strlen(prefix)] != '.')
            continue;
        if (!any) {
            putchar('\n');
            wrap(stdout, topic->brief, 0, 0);
            fputs("\n  ", stdout);
        }
        any = true;
        at = wrap(stdout, f->name, at, 2);
    }
    if (any)
        putchar('\n');
    return any;
}

bool print_functions(const char *prefix) {
    bool any = false;
    for (const struct topic *topic = topics; topic->name; topic++)
        any |= print_topic(topic, prefix);
    return any;
}

bool print_header(const char *name) {
    const struct topic *topic = topics;
    while (topic->name && (topic->verbs || strcmp(topic->name, name) != 0))
        topic++;
    if (!topic->name)
        return false;
    wrap(stdout, topic->brief, 0, 0);
    fputs("\n\n", stdout);
    for (const struct function *f = functions; f->name; f++)
        if (strcmp(f->topic, name) == 0)
            print_term(f->c_name, f->brief);
    return true;
}

/* A line for each verb, its group before the first of them. */
static void print_group(FILE *out, const struct topic *group) {
    enum { GROUP = 9, VERB = 9 };
    const char *name = group->name;
    for (const struct function *f = functions; f->name; f++) {
        if (strcmp(f->topic, group->name) != 0)
            continue;
        fprintf(out, "%-*s %-*s ", GROUP, name, VERB, f->name);
        wrap(out, f->brief, GROUP + VERB + 2, GROUP + VERB + 2);
        fputc('\n', out);
        name = "";
    }
}

void print_help(FILE *out) {
    fputs("usage: osier VERB [ARGUMENT...] [OPTION...]\n"
          "       osier os.NAME [ARGUMENT...] [OPTION...]\n\n",
          out);
    for (const struct topic *topic = topics; topic->name; topic++)
        if (topic->verbs)
            print_group(out, topic);
    fputs("\nos.NAME calls a function of Python's os module, or prints a constant of it.\n"
          "Each takes --json, --jsonl, -0 (--null), -h and --help; -- ends the options.\n"
          "osier help VERB|os.NAME tells all, osier help os lists the functions.\n",
          out);
}

void print_usage(const struct function *function) {
    if (function && function->run)
        write_usage(stderr, function);
    else
        fputs("usage: osier VERB|os.NAME [ARGUMENT...] [OPTION...]; osier --help lists the verbs\n",
              stderr);
}
