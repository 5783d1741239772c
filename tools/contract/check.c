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

static struct note *find_param(struct entry *entry, const char *name) {
    EACH(param, entry->params)
    if (strcmp(param->name, name) == 0)
        return param;
    return NULL;
}

/* Each parameter has its @param, and each @param its parameter. */
static void check_params(struct entry *entry) {
    EACH(variable, entry->variables) {
        struct note *param = find_param(entry, variable->name);
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
}

static void fill_arguments(struct contract *contract, struct entry *entry, bool verbs) {
    if (entry->shell.kind != SHELL_CALL)
        return;
    EACH(argument, entry->shell.arguments) {
        struct note *param = find_param(entry, argument->variable);
        if (param)
            argument->text = param->text;
        else if (verbs)
            complain(entry->place, "no @param says what '%s' is", argument->name);
    }
    if (!custom(entry))
        plan(contract, entry);
    EACH(argument, entry->shell.arguments)
    if (!argument->text && find_bit(contract, format("OS_%s", upper(argument->name))))
        argument->text = (char *)find_bit(contract, format("OS_%s", upper(argument->name)));
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
