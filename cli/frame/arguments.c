/* SPDX-License-Identifier: MIT */
/** From the words that were typed to the values that a function takes. */
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/names.h"
#include "frame/output.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

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

bool is_set(const struct call *call, const char *name) {
    return arg_text(call, name) != NULL;
}

bool arg_given(const struct call *call, const char *name, size_t *ret_index) {
    *ret_index = arg_index(call, name);
    return call->values[*ret_index] != NULL;
}

int option_number(struct call *call, const char *name, int otherwise) {
    return is_set(call, name) ? ARG_INTEGER(call, arg_index(call, name), int, 0) : otherwise;
}

/* "invalid MODE '9z': not octal" */
static void refuse_value(struct call *call, size_t i, const char *value, const char *reason) {
    char problem[100], rest[200];
    snprintf(problem, sizeof problem, "invalid %s", call->function->arguments[i].metavar);
    snprintf(rest, sizeof rest, ": %s", reason);
    if (!call->misused)
        misuse_word(call->function, problem, value, rest);
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

/* Names with '|' or ',' between: "O_RDWR|O_CREAT". */
static bool read_names(const char *text, uintmax_t *ret_value) {
    uintmax_t sum = 0;
    while (*text) {
        size_t size = strcspn(text, "|,");
        char *word = strndup(text, size);
        uintmax_t value = 0;
        bool read = word && (read_digits(word, false, &value) || read_name(text, size, &value));
        free(word);
        if (!read)
            return false;
        sum |= value;
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
    return negative ? value == 0 || (value == 1 && options & (ARG_USER | ARG_GROUP))
                    : value <= most;
}

/* The mode of the file that os.chmod or os.lchmod changes; false of any other call. */
static bool mode_before(struct call *call, struct os_stat_result *ret_stat) {
    const char *name = call->function->name, *path = arg_text(call, "PATH");
    bool itself = strcmp(name, "os.lchmod") == 0 || is_set(call, "nofollow");
    if (strcmp(name, "os.chmod") != 0 && strcmp(name, "os.lchmod") != 0)
        return false;
    int dir_fd = option_number(call, "dir-fd", OS_CWD);
    /* Where it can't be looked at, the call says why. */
    if (!path || os_statat(dir_fd, path, ret_stat, itself ? OS_NOFOLLOW : 0) < 0)
        *ret_stat = (struct os_stat_result){0};
    return true;
}

static bool read_mode(struct call *call, const char *text, uintmax_t *ret_value) {
    struct os_stat_result st;
    return *text && strchr("ugoa+-=", *text) && mode_before(call, &st) &&
           read_symbolic_mode(text, st.st_mode, S_ISDIR(st.st_mode), ret_value);
}

/* What is typed instead of digits. */
static bool read_named(struct call *call, const char *text, int options, uintmax_t *ret_value) {
    if (options & ARG_OCTAL && read_mode(call, text, ret_value))
        return true;
    if ((options & ARG_USER && read_user(text, ret_value)) ||
        (options & ARG_GROUP && read_group(text, ret_value)))
        return true;
    return (isalpha((unsigned char)*text) || strpbrk(text, "|,")) && read_names(text, ret_value);
}

static const char *what_it_is_not(int options) {
    return options & ARG_OCTAL   ? "not octal"
           : options & ARG_USER  ? "not a number or a user"
           : options & ARG_GROUP ? "not a number or a group"
                                 : "not a number";
}

static intmax_t read_integer(struct call *call, size_t i, const char *text, size_t size,
                             bool is_signed, int options) {
    bool negative = *text == '-';
    const char *digits = text + (negative || *text == '+');
    uintmax_t value = 0;
    bool read = read_digits(digits, options & ARG_OCTAL, &value);
    bool named = !read && read_named(call, text, options, &value);
    bool wraps = named && is_signed && (intmax_t)value < 0; /* a constant that is negative */
    if (!read && !named)
        refuse_value(call, i, text, what_it_is_not(options));
    else if (!wraps && !fits(negative && read, value, size, is_signed, options))
        refuse_value(call, i, text, "out of range");
    return negative && read ? (intmax_t)-value : (intmax_t)value;
}

intmax_t arg_integer(struct call *call, size_t i, size_t size, bool is_signed, int options) {
    return read_integer(call, i, call->values[i], size, is_signed, options);
}

const int *arg_integers(struct call *call) {
    int *list = call_alloc(call, call->rest_count + 1, sizeof *list);
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
    for (const struct word *word = words; word->name; word++)
        if (strcasecmp(text, word->name) == 0) /* no enum has two words that differ in case */
            return word->value;
    if (read_digits(text, false, &digits) && digits <= INT_MAX)
        return (int)digits;
    char reason[150] = "not True, False";
    for (const struct word *word = words; word->name; word++)
        if (strlen(reason) + strlen(word->name) + strlen(" or , ") < sizeof reason)
            strcat(strcat(reason, word[1].name ? ", " : " or "), word->name);
    refuse_value(call, i, text, reason);
    return 0;
}

const char *const *arg_values(struct call *call, const char *name) {
    size_t i = arg_index(call, name), count = 0;
    const char **list = call_alloc(call, call->given_count + 1, sizeof *list);
    for (size_t at = 0; list && at < call->given_count; at++)
        if (call->given[at].argument == i)
            list[count++] = call->given[at].value;
    return list;
}

double arg_float(struct call *call, size_t i) {
    char *end;
    double value = strtod(call->values[i], &end);
    if (end == call->values[i] || *end)
        refuse_value(call, i, call->values[i], "not a number");
    return value;
}

bool arg_bool(struct call *call, size_t i) {
    static const char *const words[] = {"False", "True", "false", "true", "no", "yes", "0", "1"};
    for (size_t word = 0; word < sizeof words / sizeof *words; word++)
        if (strcmp(call->values[i], words[word]) == 0)
            return word % 2;
    refuse_value(call, i, call->values[i], "not True or False");
    return false;
}

void arg_flag(struct call *call, const char *name, bool *flag) {
    char negated[64];
    size_t i;
    snprintf(negated, sizeof negated, "no-%s", name);
    if (arg_given(call, name, &i))
        *flag = call->function->arguments[i].kind == SWITCH || arg_bool(call, i);
    else if (is_set(call, negated))
        *flag = false;
}

const void *arg_data(struct call *call, size_t i) {
    if (strcmp(call->values[i], "-") != 0) {
        call->data_size = strlen(call->values[i]);
        return call->values[i];
    }
    char *input = call_own(call, os_read_file("/dev/stdin", &call->data_size));
    if (!input) {
        failed();
        call->misused = true;
    }
    return input;
}

void *arg_buffer(struct call *call, size_t size) {
    return call->misused ? NULL : call_alloc(call, 1, size);
}

/* ---- what --dry-run prints */

/* `--name`, `--name=value` */
static char *option_word(struct call *call, const struct argument *option, const char *value) {
    char *word = NULL;
    if (asprintf(&word, "--%s%s%s", option->name, *value ? "=" : "", value) < 0)
        word = NULL;
    return call_own(call, word);
}

/* The words of the call, without the ones about it: how many. */
static size_t call_words(struct call *call, const char **words) {
    const struct argument *first = call->function->arguments;
    size_t count = 0;
    words[count++] = call->function->name;
    for (const struct argument *a = first; a->name; a++)
        for (size_t i = 0; a->kind == POSITIONAL && i < (a->many ? call->rest_count : 1); i++)
            if (a->many || call->values[a - first])
                words[count++] = a->many ? call->rest[i] : call->values[a - first];
    for (const struct argument *a = first; a->name; a++)
        if (a->kind != POSITIONAL && !a->many && call->values[a - first] &&
            strcmp(a->name, "dry-run") != 0)
            words[count++] = option_word(call, a, call->values[a - first]);
    for (size_t i = 0; i < call->given_count; i++)
        words[count++] = option_word(call, &first[call->given[i].argument], call->given[i].value);
    return count;
}

int tell_call(struct call *call) {
    size_t most = call->rest_count + call->given_count + 2;
    for (const struct argument *a = call->function->arguments; a->name; a++)
        most++;
    const char **words = call_alloc(call, most, sizeof *words);
    if (!words)
        return STATUS_NO;
    size_t count = call_words(call, words);
    for (size_t i = 0; i < count; i++)
        if (!words[i])
            return failed_at(ENOMEM, NULL);
    char *line = os_shell_join((char *const *)words);
    if (!line)
        return failed();
    emit_text(line);
    free(line);
    return STATUS_YES;
}
