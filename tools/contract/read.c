/* SPDX-License-Identifier: MIT */
/** A header taken apart: its own comment, and each documented declaration with its comment. */
#include "contract.h"

#include <ctype.h>
#include <string.h>

struct reader {
    const char *at;
    struct place place; /* of `at` */
    struct header *header;
    char *comment; /* the documentation comment that waits for its declaration, or NULL */
    struct place comment_place;
};

static void advance(struct reader *r, size_t size) {
    for (; size && *r->at; size--)
        if (*r->at++ == '\n')
            r->place.line++;
}

/* The end of the piece that starts at `at`: a comment, a literal or one character. */
static size_t piece(const char *at) {
    if (starts(at, "/*")) {
        const char *end = strstr(at + 2, "*/");
        return end ? (size_t)(end + 2 - at) : strlen(at);
    }
    if (starts(at, "//"))
        return strcspn(at, "\n");
    if (*at != '"' && *at != '\'')
        return 1;
    const char *end = at + 1;
    while (*end && *end != *at)
        end += *end == '\\' && end[1] ? 2 : 1;
    return (size_t)(end - at) + (*end != '\0');
}

/* A preprocessor line with its continuations. */
static size_t directive(const char *at) {
    const char *end = at;
    while (*end && *end != '\n')
        end += starts(end, "\\\n") ? 2 : 1;
    return (size_t)(end - at);
}

/* A declaration up to its `;`, or to the `}` that ends the body of an inline function. */
static size_t declaration(const char *at) {
    int depth = 0;
    bool parameters = false, assigned = false;
    const char *end = at;
    while (*end) {
        char c = *end;
        end += piece(end);
        if (c == '{' || c == '(')
            depth++;
        parameters |= c == '(' && depth == 1;
        assigned |= c == '=' && depth == 0;
        if (c == '}' || c == ')')
            depth--;
        if (depth == 0 && (c == ';' || (c == '}' && parameters && !assigned)))
            break;
    }
    return (size_t)(end - at);
}

static void take_comment(struct reader *r, size_t size) {
    if (!starts(r->at, "/**") || starts(r->at, "/**<"))
        return;
    r->comment = copy(r->at + 3, size - 5);
    r->comment_place = r->place;
    if (r->header->brief)
        return;
    struct entry whole = {.place = r->place};
    read_comment(&whole, r->comment);
    r->header->brief = whole.brief;
    r->header->description = whole.description;
    r->comment = NULL;
}

static void take_macro(struct reader *r, size_t size) {
    const char *at = r->at + 1;
    while (*at == ' ')
        at++;
    if (!starts(at, "define") || !r->comment)
        return;
    at += strlen("define");
    while (*at == ' ')
        at++;
    size_t name = 0;
    while (word_char(at[name]))
        name++;
    struct entry *entry = &ADD(r->header->entries);
    entry->kind = MACRO;
    entry->place = r->comment_place;
    entry->name = copy(at, name);
    entry->declaration = copy(r->at, size);
    read_comment(entry, r->comment);
    r->comment = NULL;
}

/* Whether the declaration is one of a function that the contract has to tell of. */
static bool is_function(const struct reader *r, const char *text) {
    if (starts(text, "typedef") || starts(text, "struct os_") || starts(text, "enum"))
        return has_word(text, "OS_API");
    return has_word(text, "OS_API") || starts(text, "static inline") || r->header->verbs;
}

static void take_declaration(struct reader *r, size_t size) {
    char *text = copy(r->at, size);
    bool function = is_function(r, text);
    if (function && !r->comment)
        complain(r->place, "a public function without a /** comment */");
    if (!r->comment)
        return;
    struct entry *entry = &ADD(r->header->entries);
    entry->place = r->comment_place;
    entry->kind = function ? FUNCTION : OTHER;
    read_comment(entry, r->comment);
    entry->place = r->place;
    read_declaration(entry, text);
    r->comment = NULL;
}

static void read_pieces(struct reader *r) {
    while (*r->at) {
        size_t size = 1;
        if (isspace((unsigned char)*r->at)) {
            /* nothing */
        } else if (*r->at == '/') {
            size = piece(r->at);
            take_comment(r, size);
        } else if (*r->at == '#') {
            size = directive(r->at);
            take_macro(r, size);
        } else if (starts(r->at, "OS_BEGIN_DECLS") || starts(r->at, "OS_END_DECLS")) {
            size = strcspn(r->at, "\n");
        } else {
            size = declaration(r->at);
            take_declaration(r, size);
        }
        advance(r, size);
    }
}

void read_header(struct contract *contract, const char *path, bool verbs) {
    char *text = read_text(path);
    contract->words = format("%s\n%s", contract->words, text);
    struct header *header = &ADD(contract->headers);
    const char *inside = strstr(path, "osier/");
    for (const char *next; inside && (next = strstr(inside + 1, "osier/"));)
        inside = next;
    header->path = copy(inside ? inside : path, strlen(path));
    const char *base = strrchr(path, '/');
    base = base ? base + 1 : path;
    header->topic = copy(base, strcspn(base, "."));
    header->verbs = verbs;
    struct reader r = {.at = text, .place = {path, 1}, .header = header};
    read_pieces(&r);
    if (!header->brief)
        complain((struct place){path, 1}, "the header begins with no /** sentence */");
}
