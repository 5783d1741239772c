/* SPDX-License-Identifier: MIT */
/** What every comment has to say; a header that keeps quiet about it does not build. */
#include "contract.h"

#include <string.h>

bool custom(const struct entry *entry) {
    const char *kind = entry->shell.results.count ? entry->shell.results.items[0] : "";
    return strcmp(kind, "custom") == 0 || strcmp(kind, "stream") == 0;
}

char *metavar(const struct entry *entry, const struct argument *argument) {
    if (argument->kind == POSITIONAL)
        return argument->name;
    const char *typed = custom(entry) ? argument->fallback : NULL;
    bool name = typed && strcmp(typed, upper(typed)) == 0 && typed[strspn(typed, "0123456789")];
    return upper(name ? typed : argument->name);
}

char *python_name(const char *signature) {
    return copy(signature, strcspn(signature, "(, :["));
}

const struct entry *find_function(const struct contract *contract, const char *name) {
    EACH(header, contract->headers)
    EACH(entry, header->entries)
    if (entry->kind == FUNCTION && strcmp(entry->name, name) == 0)
        return entry;
    return NULL;
}

const struct entry *find_record(const struct contract *contract, const char *type) {
    const char *at = strstr(type, "struct ");
    if (!at)
        return NULL;
    at += strlen("struct ");
    EACH(header, contract->headers)
    EACH(entry, header->entries)
    if (entry->kind == RECORD && starts(at, entry->name) && !word_char(at[strlen(entry->name)]))
        return entry;
    return NULL;
}

static void add_members(variables *all, const struct entry *record, const char *prefix) {
    EACH(member, record->variables) {
        bool first = member == record->variables.items && strcmp(member->name, "size") == 0;
        if (first || ends(member->type, ")"))
            continue;
        struct variable *copy = &ADD(*all);
        *copy = *member;
        copy->name = format("%s%s", prefix, member->name);
    }
}

variables option_members(const struct contract *contract, const struct entry *record) {
    variables all = {0};
    add_members(&all, record, "");
    const struct entry *control = find_record(contract, "struct os_tree_control");
    EACH(member, record->variables)
    if (control && strcmp(member->type, "struct os_tree_control") == 0)
        add_members(&all, control, format("%s.", member->name));
    return all;
}

const struct entry *find_enum(const struct contract *contract, const char *type) {
    EACH(header, contract->headers)
    EACH(entry, header->entries)
    if (entry->kind == OTHER && starts(entry->declaration, type) &&
        !word_char(entry->declaration[strlen(type)]))
        return entry;
    return NULL;
}

/* What two names have in common, to the last underscore of it. */
static size_t common(const char *a, const char *b) {
    size_t last = 0;
    for (size_t i = 0; a[i] && a[i] == b[i]; i++)
        if (a[i] == '_')
            last = i + 1;
    return last;
}

texts enum_words(const struct entry *entry, char **ret_prefix) {
    texts words = {0};
    size_t prefix = 0;
    for (const char *at = strchr(entry->declaration, '{'); at && (at = strstr(at, "OS_"));) {
        size_t size = 0;
        while (word_char(at[size]))
            size++;
        if (!word_char(at[-1]) && at[size + strspn(at + size, " ")] == '=')
            ADD(words) = copy(at, size);
        at += size;
    }
    EACH(word, words)
    prefix = word == words.items                    ? strlen(*word)
             : prefix < common(*word, *words.items) ? prefix
                                                    : common(*word, *words.items);
    *ret_prefix = words.count ? copy(*words.items, prefix) : "";
    EACH(word, words) *word += prefix;
    return words;
}

const char *find_bit(const struct contract *contract, const char *name) {
    for (const char *at = contract->words; (at = strstr(at, name)); at++) {
        const char *after = at + strlen(name);
        if (word_char(at[-1]) || word_char(*after))
            continue;
        size_t line = strcspn(after, "\n");
        const char *mark = strstr(after, "/**<");
        after += strspn(after, " ");
        if (*after != '=' || !mark || mark > after + line)
            continue;
        const char *end = strstr(mark, "*/");
        struct entry note = {0};
        read_comment(&note, copy(mark + 4, (size_t)(end - mark - 4)));
        return note.brief;
    }
    return NULL;
}

static struct note *find_note(notes *notes, const char *name) {
    EACH(note, *notes)
    if (strcmp(note->name, name) == 0)
        return note;
    return NULL;
}

/* Each parameter has its @param, and each @param its parameter. */
static void check_params(struct entry *entry) {
    EACH(variable, entry->variables) {
        struct note *param = find_note(&entry->params, variable->name);
        if (!param || !*param->text)
            complain(entry->place, "%s(): no @param says what '%s' is", entry->name,
                     variable->name);
        else
            variable->text = param->text;
    }
    EACH(param, entry->params) {
        bool found = entry->variadic && strcmp(param->name, "...") == 0;
        EACH(variable, entry->variables)
        found |= strcmp(param->name, variable->name) == 0;
        EACH(argument, entry->shell.arguments)
        found |= custom(entry) && strcmp(param->name, argument->variable) == 0;
        if (!found)
            complain(entry->place, "@param %s is no parameter of %s()", param->name, entry->name);
    }
    EACH(option, entry->options) {
        bool found = false;
        EACH(argument, entry->shell.arguments)
        found |= strcmp(option->name, argument->variable) == 0;
        if (!found)
            complain(entry->place, "@option %s is no word of the @shell line of %s()", option->name,
                     entry->name);
    }
}

/* "what has to exist: False, True, ALLOW_MISSING …" */
static void tell_words(const struct entry *entry, struct argument *argument) {
    char *prefix;
    texts words = enum_words(entry, &prefix);
    argument->text = format("%s: False, True", argument->text);
    EACH(word, words)
    if (word > words.items + 1) /* the first two are these */
        argument->text = format("%s, %s", argument->text, *word);
}

static void fill_arguments(struct contract *contract, struct entry *entry, bool verbs) {
    if (entry->shell.kind != SHELL_CALL)
        return;
    EACH(argument, entry->shell.arguments) {
        struct note *param = find_note(&entry->options, argument->variable);
        param = param ? param : find_note(&entry->params, argument->variable);
        if (param)
            argument->text = param->text;
        else if (verbs)
            complain(entry->place, "no @param says what '%s' is", argument->name);
    }
    if (!custom(entry))
        plan(contract, entry);
    else
        plan_texts(contract, entry);
    EACH(argument, entry->shell.arguments)
    if (!argument->text && find_bit(contract, format("OS_%s", upper(argument->name))))
        argument->text = (char *)find_bit(contract, format("OS_%s", upper(argument->name)));
    EACH(argument, entry->shell.arguments)
    if (argument->text)
        argument->text = shell_text(argument->text);
    EACH(variable, entry->variables)
    if (variable->argument && find_enum(contract, variable->type))
        tell_words(find_enum(contract, variable->type), variable->argument);
}

static void check_function(struct contract *contract, struct header *header, struct entry *entry) {
    if (!entry->since)
        complain(entry->place, "%s(): no @since", entry->name);
    if (entry->shell.kind == SHELL_NONE)
        complain(entry->place, "%s(): no @shell (or '@shell no: WHY', '@shell see NAME')",
                 entry->name);
    if (!header->verbs) {
        if (!entry->returns && strcmp(entry->type, "void") != 0)
            complain(entry->place, "%s(): no @return", entry->name);
        check_params(entry);
    }
    if (entry->shell.kind == SHELL_SEE) {
        const struct entry *other = find_function(contract, entry->shell.name);
        if (!other || other->shell.kind == SHELL_SEE)
            complain(entry->place,
                     "@shell see %s: that is no function with a @shell line of its own",
                     entry->shell.name);
    }
    fill_arguments(contract, entry, header->verbs);
}

/* No two functions may be called by the same name. */
static void check_name(struct contract *contract, struct entry *entry) {
    EACH(header, contract->headers) {
        EACH(other, header->entries) {
            if (other == entry)
                return;
            if (other->shell.kind == SHELL_CALL &&
                strcmp(other->shell.name, entry->shell.name) == 0)
                complain(entry->place, "@shell %s is %s() already", entry->shell.name, other->name);
        }
    }
}

void check(struct contract *contract) {
    EACH(header, contract->headers) {
        EACH(entry, header->entries) {
            if (entry->kind == FUNCTION)
                check_function(contract, header, entry);
            if (entry->shell.kind == SHELL_CALL)
                check_name(contract, entry);
        }
    }
}
