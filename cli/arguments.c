/* SPDX-License-Identifier: MIT */
/** From the words that were typed to the values that a function takes. */
#include "call.h"
#include "output.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

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
        if (a->letter == letter)
            return a;
    return NULL;
}

/* The options that every call takes. */
static bool common_option(struct call *call, const char *name, size_t size) {
    bool json = size == 4 && strncmp(name, "json", size) == 0;
    bool null = size == 4 && strncmp(name, "null", size) == 0;
    bool help = size == 4 && strncmp(name, "help", size) == 0;
    output_style.json |= json;
    output_style.null |= null;
    call->help |= help;
    return json || null || help;
}

static bool refuse(const struct call *call, const char *problem, const char *option, size_t size) {
    char *word = strndup(option, size);
    misuse_word(call->function, problem, word ? word : "");
    free(word);
    return false;
}

static bool no_option(const struct call *call, const char *word, size_t size) {
    char *typed = strndup(word, size);
    const char *meant = typed ? suggest_option(call->function, typed + 2) : NULL;
    char *shown = meant ? os_quote(typed) : NULL;
    if (shown)
        misuse(call->function, "there is no option %s; did you mean '--%s'?", shown, meant);
    else
        refuse(call, "there is no option", word, size);
    free(shown);
    free(typed);
    return false;
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
        return value ? refuse(call, "a value is given to", word, size + 2) : true;
    if (!option)
        return no_option(call, word, size + 2);
    if (option->kind == SWITCH) {
        keep(call, option, "");
        return value ? refuse(call, "a value is given to", word, size + 2) : true;
    }
    if (!value && !(value = *++*words))
        return refuse(call, "a value is missing after", word, size + 2);
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
            return refuse(call, "there is no option", (char[]){'-', *c}, 2);
        if (!option)
            continue;
        if (option->kind == SWITCH) {
            keep(call, option, "");
            continue;
        }
        const char *value = c[1] ? c + 1 : *++*words;
        if (value)
            keep(call, option, value);
        return value || refuse(call, "a value is missing after", (char[]){'-', *c}, 2);
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
                return refuse(call, "what is missing is", a->name, strlen(a->name));
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
        return refuse(call, "there is no place for", words[next], strlen(words[next]));
    return true;
}

static bool required_options(struct call *call) {
    for (const struct argument *a = call->function->arguments; a->name; a++)
        if (a->kind == VALUE_OPTION && !a->optional && !call->values[a - call->function->arguments])
            return refuse(call, "an option is missing:", a->name, strlen(a->name));
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
    free(call->values);
    free(call->rest);
    free(call->given);
}

size_t arg_index(const struct call *call, const char *name) {
    size_t i = 0;
    while (call->function->arguments[i].name &&
           strcmp(call->function->arguments[i].name, name) != 0)
        i++;
    return i;
}

const char *arg_text(const struct call *call, const char *name) {
    return call->values[arg_index(call, name)];
}

static void refuse_value(struct call *call, size_t i, const char *value, const char *what) {
    char *shown = call->misused ? NULL : os_quote(value);
    if (!call->misused)
        misuse(call->function, "%s is no %s: %s", call->function->arguments[i].metavar, what,
               shown ? shown : "this");
    free(shown);
    call->misused = true;
}

/* Digits as Python writes them (0o17, 0x1f, 0b11, 1_000 not), or C's octal 017. */
static bool read_digits(const char *text, bool octal, uintmax_t *ret_value) {
    int base = octal ? 8 : 10;
    if (text[0] == '0' && text[1] && strchr("oOxXbB", text[1])) {
        char mark = (char)tolower((unsigned char)text[1]);
        base = mark == 'o' ? 8 : mark == 'x' ? 16 : 2;
        text += 2;
    }
    if (!isxdigit((unsigned char)*text) || (base == 16 && strchr("xX", text[1]) && text[1]))
        return false;
    char *end;
    errno = 0;
    *ret_value = strtoumax(text, &end, base);
    return errno == 0 && *end == '\0';
}

/* Names of constants, with '|' or ',' between: "O_RDWR|O_CREAT". */
static bool read_names(const char *text, uintmax_t *ret_value) {
    uintmax_t sum = 0;
    while (*text) {
        char name[64];
        size_t size = strcspn(text, "|,");
        if (size == 0 || size >= sizeof name)
            return false;
        memcpy(name, text, size);
        name[size] = '\0';
        int64_t value;
        uintmax_t digits;
        if (read_digits(name, false, &digits))
            sum |= digits;
        else if (os_constant(name, &value) == 0)
            sum |= (uintmax_t)value;
        else
            return false;
        text += size;
        if (*text && !*++text)
            return false;
    }
    *ret_value = sum;
    return true;
}

static bool fits(bool negative, uintmax_t value, size_t size, bool is_signed, int options) {
    uintmax_t most = UINTMAX_MAX >> (64 - 8 * size);
    if (is_signed)
        return value <= most / 2 + negative;
    return negative ? value == 0 || (value == 1 && options & ARG_UNCHANGED) : value <= most;
}

static intmax_t read_integer(struct call *call, size_t i, const char *text, size_t size,
                             bool is_signed, int options) {
    bool negative = *text == '-';
    const char *digits = text + (negative || *text == '+');
    uintmax_t value = 0;
    bool read = read_digits(digits, options & ARG_OCTAL, &value);
    bool named =
        !read && (isalpha((unsigned char)*text) || strpbrk(text, "|,")) && read_names(text, &value);
    bool wraps = named && is_signed && (intmax_t)value < 0; /* a constant that is negative */
    if (!read && !named)
        refuse_value(call, i, text, options & ARG_OCTAL ? "mode in octal digits" : "number");
    else if (!wraps && !fits(negative, value, size, is_signed, options))
        refuse_value(call, i, text, "number in range");
    return negative ? (intmax_t)-value : (intmax_t)value;
}

intmax_t arg_integer(struct call *call, size_t i, size_t size, bool is_signed, int options) {
    return read_integer(call, i, call->values[i], size, is_signed, options);
}

const int *arg_integers(struct call *call) {
    static int *list;
    free(list);
    list = calloc(call->rest_count + 1, sizeof *list);
    size_t many = 0;
    const struct argument *arguments = call->function->arguments;
    while (arguments[many].name && !(arguments[many].many && arguments[many].kind == POSITIONAL))
        many++;
    for (size_t i = 0; list && i < call->rest_count; i++)
        list[i] = (int)read_integer(call, many, call->rest[i], sizeof *list, true, 0);
    call->data_size = list ? call->rest_count : 0;
    return list;
}

int arg_word(struct call *call, size_t i, const struct word *words) {
    const char *text = call->values[i];
    uintmax_t digits;
    if (strcmp(text, "True") == 0 || strcmp(text, "False") == 0)
        return *text == 'T';
    for (; words->name; words++)
        if (strcmp(text, words->name) == 0)
            return words->value;
    if (read_digits(text, false, &digits) && digits <= INT_MAX)
        return (int)digits;
    refuse_value(call, i, text, "word of its list, True, False or number");
    return 0;
}

const char *const *arg_values(struct call *call, const char *name) {
    static const char **list;
    size_t i = arg_index(call, name), count = 0;
    free(list);
    list = calloc(call->given_count + 1, sizeof *list);
    for (size_t at = 0; list && at < call->given_count; at++)
        if (call->given[at].argument == i)
            list[count++] = call->given[at].value;
    return list;
}

double arg_float(struct call *call, size_t i) {
    char *end;
    double value = strtod(call->values[i], &end);
    if (end == call->values[i] || *end)
        refuse_value(call, i, call->values[i], "number");
    return value;
}

bool arg_bool(struct call *call, size_t i) {
    static const char *const words[] = {"False", "True", "false", "true", "no", "yes", "0", "1"};
    for (size_t word = 0; word < sizeof words / sizeof *words; word++)
        if (strcmp(call->values[i], words[word]) == 0)
            return word % 2;
    refuse_value(call, i, call->values[i], "truth value, True or False");
    return false;
}

const void *arg_data(struct call *call, size_t i) {
    static char *input;
    if (strcmp(call->values[i], "-") != 0) {
        call->data_size = strlen(call->values[i]);
        return call->values[i];
    }
    input = os_read_file("/dev/stdin", &call->data_size);
    if (!input) {
        os_perror("osier");
        call->misused = true;
    }
    return input;
}

void *arg_buffer(struct call *call, size_t size) {
    static char *buffer;
    if (call->misused)
        return NULL;
    free(buffer);
    buffer = calloc(size ? size : 1, 1);
    if (!buffer) {
        misuse(call->function, "memory for %zu bytes is not to be had", size);
        call->misused = true;
    }
    return buffer;
}
