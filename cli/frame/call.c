/* SPDX-License-Identifier: MIT */
/** The words of a command line, sorted into a call; and what the call owns. */
#include "frame/call.h"
#include "frame/message.h"
#include "frame/output.h"
#include "frame/suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t count_arguments(const struct function *function) {
    size_t count = 0;
    while (function->arguments[count].name)
        count++;
    return count;
}

/* An option by its name of `size` bytes, or by its letter. */
static const struct argument *find_option(const struct function *function, const char *name,
                                          size_t size) {
    for (const struct argument *a = function->arguments; a->name; a++) {
        if (a->kind == POSITIONAL)
            continue;
        if (strlen(a->name) == size && strncmp(a->name, name, size) == 0)
            return a;
    }
    return NULL;
}

static const struct argument *find_letter(const struct function *function, char letter) {
    for (const struct argument *a = function->arguments; a->name; a++)
        if (strchr(a->letters, letter))
            return a;
    return NULL;
}

/* The options that every call takes. */
static bool common_option(struct call *call, const char *name, size_t size) {
    const struct {
        const char *name;
        bool *is_set, *too;
    } options[] = {
        {"json", &output_style.json, NULL},
        {"jsonl", &output_style.json, &output_style.lines},
        {"null", &output_style.null, NULL},
        {"help", &call->help, &call->full_help},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (strlen(options[i].name) != size || strncmp(options[i].name, name, size) != 0)
            continue;
        *options[i].is_set = true;
        if (options[i].too)
            *options[i].too = true;
        return true;
    }
    return false;
}

static bool refuse(const struct call *call, const char *problem, const char *option, size_t size,
                   const char *rest) {
    char *word = strndup(option, size);
    misuse_word(call->function, problem, word ? word : "", rest);
    free(word);
    return false;
}

static bool needs_value(const struct call *call, const char *option, size_t size) {
    return refuse(call, "option", option, size, " requires a value");
}

static bool unknown_option(const struct call *call, const char *word, size_t size) {
    char hint[100] = "", *typed = strndup(word, size);
    const char *meant = typed ? suggest_option(call->function, typed + 2) : NULL;
    if (meant)
        snprintf(hint, sizeof hint, "; did you mean '--%s'?", meant);
    free(typed);
    return refuse(call, "unknown option", word, size, hint);
}

static void keep(struct call *call, const struct argument *option, const char *value) {
    size_t i = (size_t)(option - call->function->arguments);
    call->values[i] = value;
    if (option->many)
        call->given[call->given_count++] = (struct given){i, value};
}

/* `--name`, `--name=VALUE`, `--name VALUE`; `words` moves on when it took the value from there. */
static bool parse_long(struct call *call, char ***words) {
    const struct function *function = call->function;
    const char *word = **words, *name = word + 2;
    size_t size = strcspn(name, "=");
    const char *value = name[size] == '=' ? name + size + 1 : NULL;
    const struct argument *option = find_option(function, name, size);
    if (!option && common_option(call, name, size))
        return value ? refuse(call, "option", word, size + 2, " takes no value") : true;
    if (!option)
        return unknown_option(call, word, size + 2);
    if (option->kind == SWITCH) {
        keep(call, option, "");
        return value ? refuse(call, "option", word, size + 2, " takes no value") : true;
    }
    if (!value && !(value = *++*words))
        return needs_value(call, word, size + 2);
    keep(call, option, value);
    return true;
}

/* `-0`, `-h`, and several letters in one word; the last may take a value. */
static bool parse_letters(struct call *call, char ***words) {
    for (const char *c = **words + 1; *c; c++) {
        const struct argument *option = find_letter(call->function, *c);
        if (!option && *c == '0')
            output_style.null = true;
        else if (!option && *c == 'h')
            call->help = true;
        else if (!option)
            return refuse(call, "unknown option", (char[]){'-', *c}, 2, "");
        if (!option)
            continue;
        if (option->kind == SWITCH) {
            keep(call, option, "");
            continue;
        }
        const char *value = c[1] ? c + 1 : *++*words;
        if (value)
            keep(call, option, value);
        return value || needs_value(call, (char[]){'-', *c}, 2);
    }
    return true;
}

/* Whether a word is an option: "-" is none, nor is a negative number. */
static bool is_option(const char *word) {
    return word[0] == '-' && word[1] && !(word[1] >= '1' && word[1] <= '9') &&
           !(word[1] == '.' && isdigit((unsigned char)word[2]));
}

/* Hands the positional words out to the arguments, required ones first. */
static bool distribute(struct call *call, char **words, size_t count) {
    const struct argument *arguments = call->function->arguments;
    size_t required = 0, next = 0;
    for (const struct argument *a = arguments; a->name; a++)
        required += a->kind == POSITIONAL && !a->optional;
    if (count < required) {
        size_t missing = count;
        for (const struct argument *a = arguments; a->name; a++)
            if (a->kind == POSITIONAL && !a->optional && missing-- == 0)
                return misuse(call->function, "missing argument: %s", a->name), false;
    }
    size_t extra = count - required;
    for (const struct argument *a = arguments; a->name; a++) {
        size_t take = a->optional ? extra > 0 : 1;
        if (a->kind != POSITIONAL)
            continue;
        if (a->many)
            take = extra + !a->optional;
        extra -= take - (a->optional ? 0 : 1);
        if (take)
            call->values[a - arguments] = words[next];
        if (a->many)
            memcpy(call->rest, words + next, take * sizeof *words);
        if (a->many)
            call->rest_count = take;
        next += take;
    }
    if (next < count)
        return refuse(call, "unexpected argument:", words[next], strlen(words[next]), "");
    return true;
}

static bool required_options(struct call *call) {
    for (const struct argument *a = call->function->arguments; a->name; a++)
        if (a->kind == VALUE_OPTION && !a->optional && !call->values[a - call->function->arguments])
            return misuse(call->function, "missing option: --%s", a->name), false;
    return true;
}

bool call_parse(struct call *call, const struct function *function, char **words) {
    size_t count = 0, kept = 0;
    while (words[count])
        count++;
    *call = (struct call){.function = function};
    call->values = calloc(count_arguments(function) + 1, sizeof *call->values);
    call->rest = calloc(count + 1, sizeof *call->rest);
    call->given = calloc(count + 1, sizeof *call->given);
    char **positional = calloc(count + 1, sizeof *positional);
    bool fine = call->values && call->rest && call->given && positional;
    bool options = true;
    for (char **word = words; fine && *word; word++) {
        if (options && strcmp(*word, "--") == 0) {
            options = false;
        } else if (options && is_option(*word)) {
            fine = (*word)[1] == '-' ? parse_long(call, &word) : parse_letters(call, &word);
        } else {
            positional[kept++] = *word;
            options = options && !function->command;
        }
    }
    fine = fine && (call->help || (distribute(call, positional, kept) && required_options(call)));
    free(positional);
    return fine;
}

void call_free(struct call *call) {
    for (size_t i = 0; i < call->owned_count; i++)
        free(call->owned[i]);
    free(call->owned);
    free(call->values);
    free(call->rest);
    free(call->given);
    *call = (struct call){0};
}

void *call_own(struct call *call, void *block) {
    size_t size = (call->owned_count + 1) * sizeof *call->owned;
    void **owned = block ? realloc(call->owned, size) : NULL;
    if (!owned) {
        free(block);
        return NULL;
    }
    call->owned = owned;
    call->owned[call->owned_count++] = block;
    return block;
}

void *call_alloc(struct call *call, size_t count, size_t size) {
    void *block = call_own(call, calloc(count ? count : 1, size ? size : 1));
    if (!block && !call->misused)
        misuse(call->function, "out of memory: %zu items of %zu bytes", count, size);
    call->misused |= !block;
    return block;
}

int planned(struct call *call, int r) {
    (void)call;
    return r < 0 ? failed() : STATUS_YES;
}

int unplanned(struct call *call, size_t argument) {
    return misuse(call->function, "can't be planned with --%s",
                  call->function->arguments[argument].name);
}
