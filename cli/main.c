/* SPDX-License-Identifier: MIT */
/** osier: calls the functions of the library from a shell. */
#include "frame/call.h"
#include "frame/help.h"
#include "frame/interrupt.h"
#include "frame/message.h"
#include "frame/output.h"
#include "frame/page.h"
#include "frame/suggest.h"

#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A constant of os by its name: `osier os.O_CREAT`. */
static int run_constant(const char *name) {
    int64_t number;
    if (os_constant(name, &number) == 0) {
        emit_integer(number);
        return 0;
    }
    errno = 0;
    const char *text = os_constant_text(name);
    if (!text)
        return missing();
    emit_text(text);
    return 0;
}

static bool is_constant(const char *name) {
    int64_t number;
    errno = 0;
    return strncmp(name, "os.", 3) == 0 &&
           (os_constant(name, &number) == 0 || os_constant_text(name) || errno == 0);
}

static const struct argument no_arguments[] = {{0}};
static const struct error_note no_errors[] = {{0}};

/* The row of the table for a constant, as far as a call needs one. */
static const struct function *constant_function(const char *name) {
    static struct function function;
    function = (struct function){.name = name,
                                 .topic = "constants",
                                 .brief = "A constant of Python's os.",
                                 .description = "",
                                 .signature = name,
                                 .c_name = "",
                                 .arguments = no_arguments,
                                 .errors = no_errors,
                                 .refusal = ""};
    return &function;
}

static int unknown(const char *name) {
    char rest[200] = "";
    const char *hint = suggest(name);
    if (hint)
        snprintf(rest, sizeof rest, "; did you mean %s?", hint);
    return misuse_word(NULL, strncmp(name, "os.", 3) == 0 ? "unknown function" : "unknown command",
                       name, rest);
}

static int run_function(const struct function *function, char **words) {
    struct call call;
    bool constant = !function->run && !*function->refusal;
    int status = STATUS_USAGE;
    if (!constant && !function->run) {
        if (words[0] && (strcmp(words[0], "--help") == 0 || strcmp(words[0], "-h") == 0)) {
            print_function_help(function, true);
            return 0;
        }
        return misuse(function, "can't be called from a shell: %s", function->refusal);
    }
    if (call_parse(&call, function, words)) {
        status = 0;
        if (call.help)
            print_function_help(function, call.full_help);
        else
            status = constant ? run_constant(function->name) : function->run(&call);
    }
    call_free(&call);
    return status;
}

/* Options of every call, without a name: `osier --json`. */
static bool is_common(const char *word) {
    static const char *const words[] = {"--json", "--jsonl", "--null", "-0", "--"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

/* Options before the name belong to the call as well: `osier --json os.environ`. */
static char **find_name(char **words) {
    while (*words && **words == '-' && (*words)[1])
        words++;
    return words;
}

/* `osier help os.mkdir`, `osier help os_mkdir`, `osier help osier_files`, `osier help os`, `osier help state`, `osier help` */
static int help_of(char **words) {
    const struct function *function = find_function(words[0]);
    if (!function && is_constant(words[0]))
        function = constant_function(words[0]);
    if (!words[1] && print_guide(words[0]))
        return STATUS_YES;
    if (words[1])
        return misuse_word(NULL, "help: unexpected argument:", words[1], "");
    const char *header = strncmp(words[0], "osier_", 6) == 0 ? words[0] + 6 : "";
    if (*header || (function && strncmp(words[0], "os_", 3) == 0))
        show_page(words[0]); /* what a C programmer reads */
    if (function)
        print_function_help(function, true);
    else if (!print_functions(words[0]) && !print_header(header))
        return unknown(words[0]);
    return STATUS_YES;
}

static int missing_command(void) {
    fputs("osier: missing command\n", stderr);
    print_help(stderr);
    return STATUS_USAGE;
}

static int run(char **words) {
    char **at = find_name(words);
    if (!*at) {
        bool version = *words && strcmp(*words, "--version") == 0;
        bool help = *words && (strcmp(*words, "--help") == 0 || strcmp(*words, "-h") == 0);
        if (version)
            printf("osier %s\n", os_version());
        else if (help)
            print_help(stdout);
        else if (*words && !is_common(*words))
            return misuse_word(NULL, "unknown option", *words, "");
        else
            return missing_command();
        return 0;
    }
    const char *name = *at;
    for (; at > words; at--) /* removes the name; the words before it move up */
        at[0] = at[-1];
    words++;
    if (strcmp(name, "help") == 0 && !*words) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(name, "help") == 0)
        return help_of(words);
    const struct function *function = find_function(name);
    if (!function && is_constant(name))
        function = constant_function(name);
    return function ? run_function(function, words) : unknown(name);
}

int main(int argc, char **argv) {
    (void)argc;
    int status = run(argv[0] ? argv + 1 : argv);
    if (!output_end() && status == 0)
        status = 1;
    interrupt_end();
    return status;
}
