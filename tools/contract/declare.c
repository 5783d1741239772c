/* SPDX-License-Identifier: MIT */
/** C declarations taken apart, as far as the public headers use the language. */
#include "contract.h"

#include <ctype.h>
#include <string.h>

/* The text without comments, in one line, white space single. */
static char *flatten(const char *text) {
    char *result = copy(text, strlen(text));
    char *to = result;
    for (const char *from = text; *from;) {
        if (starts(from, "/*")) {
            const char *end = strstr(from, "*/");
            from = end ? end + 2 : from + strlen(from);
        } else if (isspace((unsigned char)*from)) {
            if (to > result && to[-1] != ' ')
                *to++ = ' ';
            from++;
        } else {
            *to++ = *from++;
        }
    }
    while (to > result && to[-1] == ' ')
        to--;
    *to = '\0';
    return result;
}

/* Past the parenthesis that closes the one at `at`. */
static char *closing(char *at) {
    int depth = 0;
    for (; *at; at++) {
        depth += *at == '(';
        depth -= *at == ')';
        if (depth == 0)
            return at + 1;
    }
    return at;
}

/* Takes the attributes off the front: OS_API, OS_MUST_FREE, OS_NONNULL(1, 2) … */
static char *skip_attributes(struct entry *entry, char *at) {
    for (;;) {
        at += strspn(at, " ");
        size_t size = 0;
        while (word_char(at[size]))
            size++;
        bool attribute = starts(at, "OS_") || starts(at, "__attribute__");
        bool storage = (size == 6 && starts(at, "static")) || (size == 6 && starts(at, "inline"));
        if (!attribute && !storage)
            return at;
        entry->must_free |= size == strlen("OS_MUST_FREE") && starts(at, "OS_MUST_FREE");
        at += size;
        if (attribute && *at == '(')
            at = closing(at);
        else if (attribute && at[0] == ' ' && at[1] == '(' && at[2] != '*')
            at = closing(at + 1);
    }
}

/* Where the name of what is declared starts: `int (*NAME(void))`, `char *NAME[3]`, `int NAME`. */
static char *name_start(char *text) {
    char *pointer = strstr(text, "(*");
    char *end = pointer ? pointer + 2 : text + strcspn(text, "[(");
    if (pointer) {
        while (word_char(*end))
            end++;
    }
    while (end > text && end[-1] == ' ')
        end--;
    while (end > text && word_char(end[-1]))
        end--;
    return end;
}

static struct variable read_variable(char *text) {
    text += strspn(text, " ");
    char *name = name_start(text);
    size_t size = 0;
    while (word_char(name[size]))
        size++;
    struct variable variable = {.name = copy(name, size)};
    size_t before = (size_t)(name - text);
    while (before && text[before - 1] == ' ')
        before--;
    char *after = name + size;
    after += strspn(after, " ");
    if (*after == '[')
        variable.array = copy(after + 1, strcspn(after + 1, "]"));
    bool function = *after && *after != '[';
    variable.type =
        format("%.*s%s%s", (int)before, text, function ? " " : "", function ? after : "");
    if (!function && before && text[before - 1] != '*')
        variable.type = copy(text, before);
    return variable;
}

/* The pieces between the commas that stand in no parentheses. */
static void read_parameters(struct entry *entry, char *text) {
    while (*text) {
        int depth = 0;
        char *end = text;
        for (; *end && (depth || *end != ','); end++) {
            depth += *end == '(';
            depth -= *end == ')';
        }
        char *one = copy(text, (size_t)(end - text));
        one += strspn(one, " ");
        if (strcmp(one, "...") == 0)
            entry->variadic = true;
        else if (*one && strcmp(one, "void") != 0)
            ADD(entry->variables) = read_variable(one);
        text = end + (*end == ',');
    }
}

static void read_function(struct entry *entry, const char *text) {
    char *line = flatten(text);
    char *body = strchr(line, '{');
    if (body)
        *body = '\0';
    line = skip_attributes(entry, line);
    char *open = NULL;
    for (char *at = line; *at && !open; at++) {
        char *end = at;
        while (word_char(*end))
            end++;
        bool name = end > at && (at == line || !word_char(at[-1])) && *end == '(';
        if (name)
            open = end;
    }
    if (!open) {
        complain(entry->place, "no function is declared here");
        entry->name = "?";
        return;
    }
    char *name = open;
    while (name > line && word_char(name[-1]))
        name--;
    char *close = closing(open);
    entry->name = copy(name, (size_t)(open - name));
    char *after = close;
    if (*after != ')') /* attributes may follow, as __attribute__ does */
        after = "";
    after = copy(after, strcspn(after, ";"));
    size_t before = (size_t)(name - line);
    while (before && line[before - 1] == ' ')
        before--;
    entry->type = format("%.*s%s", (int)before, line, after);
    read_parameters(entry, copy(open + 1, (size_t)(close - open - 2)));
    size_t size = (size_t)(close - line) + strlen(after);
    entry->declaration = format("%.*s;", (int)size, line);
}

/* The members of a struct, with the comments that trail them. */
static void read_members(struct entry *entry, const char *text) {
    const char *at = strchr(text, '{') + 1;
    while (*at && *at != '}') {
        size_t size = strcspn(at, ";}");
        if (at[size] != ';')
            return;
        struct variable *member = &ADD(entry->variables);
        *member = read_variable(flatten(copy(at, size)));
        at += size + 1;
        const char *mark = at + strspn(at, " \t\n");
        if (!starts(mark, "/**<"))
            continue;
        const char *end = strstr(mark, "*/");
        struct entry note = {.place = entry->place};
        read_comment(&note, copy(mark + 4, (size_t)(end - mark - 4)));
        member->text = note.brief;
        at = end + 2;
    }
}

void read_declaration(struct entry *entry, const char *text) {
    if (entry->kind == FUNCTION) {
        read_function(entry, text);
        return;
    }
    const char *word = text + strcspn(text, " ");
    word += strspn(word, " ");
    size_t size = 0;
    while (word_char(word[size]))
        size++;
    entry->name = copy(word, size);
    entry->declaration = copy(text, strlen(text));
    if (starts(text, "struct ") && strchr(text, '{')) {
        entry->kind = RECORD;
        read_members(entry, text);
    }
}
