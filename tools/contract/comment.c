/* SPDX-License-Identifier: MIT */
/** A documentation comment taken apart: what it says, and its @tags. */
#include "contract.h"

#include <ctype.h>
#include <string.h>

/* The comment's text without the ` * ` of its lines; lines that wrap stay lines. */
static char *strip(const char *comment) {
    char *result = copy("", 0);
    while (*comment) {
        size_t size = strcspn(comment, "\n");
        const char *line = comment, *end = comment + size;
        while (line < end && isspace((unsigned char)*line))
            line++;
        if (line < end && *line == '*')
            line++;
        if (line < end && *line == ' ')
            line++;
        while (end > line && isspace((unsigned char)end[-1]))
            end--;
        result = format("%s%.*s\n", result, (int)(end - line), line);
        comment += size + (comment[size] == '\n');
    }
    return result;
}

/* `size` bytes as one line: white space becomes single spaces. */
static char *join(const char *text, size_t size) {
    char *result = copy(text, size);
    char *to = result;
    for (const char *from = result; *from; from++) {
        bool space = isspace((unsigned char)*from);
        if (!space)
            *to++ = *from;
        else if (to > result && to[-1] != ' ')
            *to++ = ' ';
    }
    while (to > result && to[-1] == ' ')
        to--;
    *to = '\0';
    return result;
}

/* The first word of `text`, and what follows it. */
static char *split_word(char *text, char **ret_rest) {
    size_t size = strcspn(text, " ");
    *ret_rest = text + size + strspn(text + size, " ");
    return copy(text, size);
}

static void take_tag(struct entry *entry, const char *tag, char *text) {
    char *rest;
    if (strcmp(tag, "param") == 0) {
        char *name = split_word(text, &rest);
        ADD(entry->params) = (struct note){name, rest};
    } else if (strcmp(tag, "option") == 0) {
        char *name = split_word(text, &rest);
        ADD(entry->options) = (struct note){name, rest};
    } else if (strcmp(tag, "error") == 0) {
        char *name = split_word(text, &rest);
        ADD(entry->errors) = (struct note){name, rest};
    } else if (strcmp(tag, "python") == 0) {
        if (!entry->signature)
            entry->signature = text;
        ADD(entry->pythons) = text;
    } else if (strcmp(tag, "source") == 0) {
        ADD(entry->sources) = text;
    } else if (strcmp(tag, "return") == 0) {
        entry->returns = text;
    } else if (strcmp(tag, "since") == 0) {
        entry->since = text;
    } else if (strcmp(tag, "shell") == 0) {
        read_shell(entry, text);
    } else {
        complain(entry->place, "unknown tag @%s", tag);
    }
}

/* Where the next @tag starts a line, or the end. */
static const char *next_tag(const char *text) {
    for (const char *line = text; *line;) {
        if (*line == '@')
            return line;
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    return text + strlen(text);
}

/* The first paragraph, and the ones after it, each in one line, with an empty line between; one
 * that is indented is an example and stays as it is. */
static void take_paragraphs(struct entry *entry, const char *text, size_t size) {
    char *all = copy(text, size);
    entry->description = copy("", 0);
    for (char *at = all; *at;) {
        char *end = strstr(at, "\n\n");
        size_t length = end ? (size_t)(end - at) : strlen(at);
        char *paragraph = starts(at, "    ") ? copy(at, length) : join(at, length);
        if (!entry->brief)
            entry->brief = paragraph;
        else if (*paragraph)
            entry->description =
                format("%s%s%s", entry->description, *entry->description ? "\n\n" : "", paragraph);
        at += length;
        at += strspn(at, "\n");
    }
}

void read_comment(struct entry *entry, const char *comment) {
    const char *text = strip(comment);
    text += strspn(text, "\n");
    const char *tag = next_tag(text);
    take_paragraphs(entry, text, (size_t)(tag - text));
    if (!entry->brief || !*entry->brief)
        complain(entry->place, "the comment says nothing");
    while (*tag) {
        size_t name = strcspn(tag + 1, " \n");
        const char *next = tag + 1 + name;
        next = next_tag(next + (*next == '\n'));
        const char *start = tag + 1 + name;
        take_tag(entry, copy(tag + 1, name), join(start, (size_t)(next - start)));
        tag = next;
    }
}
