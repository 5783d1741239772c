/* SPDX-License-Identifier: MIT */
/** Messages on stderr: what is wrong with a command line, and what failed. */
#include "frame/message.h"
#include "frame/help.h"

#include <osier.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int misuse(const struct function *function, const char *format, ...) {
    va_list args;
    fputs("osier: ", stderr);
    if (function)
        fprintf(stderr, "%s: ", function->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    print_usage(function);
    return STATUS_USAGE;
}

int misuse_word(const struct function *function, const char *problem, const char *word,
                const char *rest) {
    char *shown = os_quote(word);
    int status =
        misuse(function, "%s%s%s%s", problem, *problem ? " " : "", shown ? shown : "?", rest);
    free(shown);
    return status;
}

int complain(const char *verb, const char *word, const char *format, ...) {
    va_list args;
    char *shown = word ? os_quote(word) : NULL;
    fprintf(stderr, "osier: %s: ", verb);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "%s%s\n", word ? ": " : "", !word ? "" : shown ? shown : "?");
    free(shown);
    return STATUS_NO;
}

int failed(void) {
    os_perror("osier");
    return STATUS_NO;
}

int failed_as(const struct os_error *error) {
    char *name = error->filename ? os_quote(error->filename) : NULL;
    char *other = error->filename2 ? os_quote(error->filename2) : NULL;
    fprintf(stderr, "osier: %s: [Errno %d] %s%s%s%s%s\n", os_error_name(error->number),
            error->number, os_strerror(error->number), name ? ": " : "", name ? name : "",
            other ? " -> " : "", other ? other : "");
    free(name);
    free(other);
    return STATUS_NO;
}

int failed_at(int number, const char *name) {
    return failed_as(&(struct os_error){.number = number, .filename = name});
}

void tell_hidden(size_t count) {
    if (count)
        fprintf(stderr, "osier: %zu more %s not shown, as you may not look at %s\n", count,
                count == 1 ? "is" : "are", count == 1 ? "it" : "them");
}
