/* SPDX-License-Identifier: MIT */
/** The @shell line: how the command calls a function. */
#include "contract.h"

#include <ctype.h>
#include <string.h>

static char *replace(char *text, const char *old, const char *new) {
    for (char *at; (at = strstr(text, old));)
        text = format("%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
    return text;
}

/* "os_strerror()" is os.strerror to a shell. */
static char *shell_names(char *text) {
    for (char *at = text; (at = strstr(at, "os_"));) {
        size_t size = 0;
        while (word_char(at[size]))
            size++;
        bool name = (at == text || !word_char(at[-1])) && starts(at + size, "()");
        if (name) {
            at[2] = '.';
            memmove(at + size, at + size + 2, strlen(at + size + 2) + 1);
        }
        at += size;
    }
    return text;
}

char *shell_text(const char *text) {
    static const char *const phrases[][2] = {
        {"; NULL for ", "; if not given, "},
        {", or NULL for ", "; if not given, "},
        {"; OS_CWD for ", "; if not given, "},
        {", and NULL behind the last", ""},
        {", a list that ends with NULL", ""},
        {", or OS_CWD", ""},
        {", or NULL", ""},
        {"; or OS_POSITION", ""},
        {"; OS_POSITION, ", "; if not given, where it stands, "},
        {", or OS_POSITION", "; if not given, where it stands"},
        {"; OS_TIME_NOW or OS_TIME_OMIT", ""},
        {"; (mode_t)-1 leaves them alone", "; if not given, they stay"},
        {"(uid_t)", ""},
        {"(gid_t)", ""},
        {"OS_P_", "P_"},
    };
    char *result = copy(text, strlen(text));
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        result = replace(result, phrases[i][0], phrases[i][1]);
    return shell_names(result);
}

static char *without(const char *text, size_t front, size_t back) {
    return copy(text + front, strlen(text) - front - back);
}

/* `NAME`, `NAME...`, `NAME=DEFAULT`, `--name`, `--name=DEFAULT`, `--name:BIT`, `-n|--name`. */
static void read_argument(struct entry *entry, char *word, bool optional) {
    struct argument argument = {.optional = optional, .kind = POSITIONAL};
    if (word[0] == '-' && word[1] != '-' && word[1] && word[2] == '|') {
        argument.letter = word[1];
        word += 3;
    }
    if (starts(word, "--")) {
        argument.kind = SWITCH;
        word += 2;
    } else if (argument.letter || !isupper((unsigned char)*word)) {
        complain(entry->place, "@shell: '%s' is neither NAME nor --name", word);
        return;
    }
    char *equals = strchr(word, '=');
    if (equals) {
        *equals = '\0';
        argument.fallback = equals + 1;
        if (argument.kind == SWITCH)
            argument.kind = VALUE_OPTION;
    }
    if (argument.kind == VALUE_OPTION && ends(argument.fallback, "...")) {
        argument.many = true;
        argument.fallback = without(argument.fallback, 0, 3);
    }
    char *colon = strchr(word, ':');
    if (colon && argument.kind == SWITCH) {
        *colon = '\0';
        argument.bit = colon + 1;
    }
    if (ends(word, "...")) {
        argument.many = true;
        word = without(word, 0, 3);
    }
    if (argument.kind == SWITCH && !optional)
        complain(entry->place, "@shell: an option without a value is optional: [--%s]", word);
    argument.name = word;
    argument.variable = c_name(word);
    ADD(entry->shell.arguments) = argument;
}

static void read_word(struct entry *entry, char *word) {
    size_t size = strlen(word);
    if (strcmp(word, "+") == 0) {
        entry->shell.command = true;
    } else if (*word == '{' && word[size - 1] == '}' && strchr(word, '=')) {
        char *equals = strchr(word, '=');
        char *name = copy(word + 1, (size_t)(equals - word - 1));
        ADD(entry->shell.fixed) = (struct fixed){name, without(equals, 1, 1)};
    } else if (*word == '[' && word[size - 1] == ']') {
        read_argument(entry, without(word, 1, 1), true);
    } else {
        read_argument(entry, word, false);
    }
}

static void read_results(struct shell_line *shell, char *text) {
    for (char *word = strtok(text, ", "); word; word = strtok(NULL, ", "))
        ADD(shell->results) = word;
}

void read_shell(struct entry *entry, const char *text) {
    struct shell_line *shell = &entry->shell;
    if (starts(text, "no: ") || starts(text, "see ")) {
        shell->kind = starts(text, "no: ") ? SHELL_NO : SHELL_SEE;
        shell->name = copy(text + 4, strlen(text) - 4);
        return;
    }
    shell->kind = SHELL_CALL;
    char *line = copy(text, strlen(text));
    char *arrow = strstr(line, "-> ");
    if (!arrow) {
        complain(entry->place, "@shell does not say '-> WHAT IS PRINTED'");
        return;
    }
    *arrow = '\0';
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) {
        if (!shell->name)
            shell->name = word;
        else
            read_word(entry, word);
    }
    read_results(shell, arrow + 3);
    if (!shell->name)
        complain(entry->place, "@shell names nothing");
}
