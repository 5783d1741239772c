/* SPDX-License-Identifier: MIT */
/** How a call from the shell fills a function's parameters. */
#include "contract.h"

#include <string.h>

static struct argument *find(struct shell_line *shell, const char *variable) {
    EACH(argument, shell->arguments)
    if (strcmp(argument->variable, variable) == 0)
        return argument;
    return NULL;
}

/* `--no-follow-symlinks` for the parameter `follow_symlinks`. */
static struct argument *find_negated(struct shell_line *shell, const char *variable) {
    struct argument *argument = find(shell, format("no_%s", variable));
    return argument && argument->kind == SWITCH ? argument : NULL;
}

/* "threads" of "control.threads" */
static const char *plain_name(const struct variable *variable) {
    const char *dot = strchr(variable->name, '.');
    return dot ? dot + 1 : variable->name;
}

static bool from_line(struct shell_line *shell, struct variable *variable) {
    const char *name = plain_name(variable);
    EACH(fixed, shell->fixed) {
        if (strcmp(fixed->name, name) == 0) {
            variable->source = FIXED;
            variable->expression = fixed->expression;
            return true;
        }
    }
    variable->argument = find(shell, name);
    if (!variable->argument)
        variable->argument = find_negated(shell, name);
    if (!variable->argument)
        return false;
    variable->source = ARGUMENT;
    variable->argument->used = true;
    return true;
}

static bool is_options(const struct variable *variable) {
    return starts(variable->type, "const struct ") && ends(variable->type, "_options *");
}

static void plan_variable(struct entry *entry, struct variable *variable) {
    bool first = variable == entry->variables.items;
    struct variable *before = first ? NULL : variable - 1;
    if (from_line(&entry->shell, variable))
        return;
    if (strcmp(variable->name, "flags") == 0)
        variable->source = BITS;
    else if (is_options(variable))
        variable->source = OPTIONS;
    else if (strcmp(variable->type, "size_t") == 0 && before && before->source == ARGUMENT &&
             (strcmp(before->type, "const void *") == 0 || before->argument->many))
        variable->source = DATA_SIZE;
    else if (strcmp(variable->type, "void *") == 0 &&
             strcmp(entry->shell.results.items[0], "bytes") == 0)
        variable->source = BUFFER;
    else if (starts(variable->name, "ret_"))
        variable->source = OUT;
    else
        complain(entry->place, "@shell gives %s() nothing for its parameter '%s'", entry->name,
                 variable->name);
}

static void plan_options(struct contract *contract, struct entry *entry,
                         struct variable *variable) {
    const struct entry *record = find_record(contract, variable->type);
    if (!record) {
        complain(entry->place, "'%s' is declared in no header", variable->type);
        return;
    }
    variables members = option_members(contract, record);
    EACH(member, members) {
        struct variable copy = *member;
        if (strcmp(member->name, "flags") == 0)
            continue;
        if (!from_line(&entry->shell, &copy))
            continue;
        if (!copy.argument->text)
            copy.argument->text = member->text;
    }
}

static bool takes_bits(struct contract *contract, struct entry *entry) {
    EACH(variable, entry->variables) {
        if (variable->source == BITS)
            return true;
        const struct entry *record =
            variable->source == OPTIONS ? find_record(contract, variable->type) : NULL;
        if (record)
            EACH(member, record->variables)
        if (strcmp(member->name, "flags") == 0)
            return true;
    }
    return false;
}

void plan_texts(struct contract *contract, struct entry *entry) {
    EACH(variable, entry->variables)
    if (is_options(variable))
        plan_options(contract, entry, variable);
}

/* A switch that no parameter is named after sets a bit: `--exist-ok` OS_EXIST_OK. */
static void plan_bit(struct contract *contract, struct entry *entry, struct argument *argument) {
    if (!argument->bit)
        argument->bit = format("OS_%s", upper(argument->name));
    const char *text = find_bit(contract, argument->bit);
    if (!text || !takes_bits(contract, entry))
        complain(entry->place,
                 "@shell: '--%s' names no parameter of %s(), and no bit (%s) of its flags",
                 argument->name, entry->name, argument->bit);
    if (!argument->text)
        argument->text = (char *)text;
    argument->used = true;
}

void plan(struct contract *contract, struct entry *entry) {
    if (entry->variadic) {
        complain(entry->place, "@shell: %s() takes '...'; say 'see' the form that takes a list",
                 entry->name);
        return;
    }
    EACH(variable, entry->variables)
    plan_variable(entry, variable);
    EACH(variable, entry->variables)
    if (variable->source == OPTIONS)
        plan_options(contract, entry, variable);
    EACH(argument, entry->shell.arguments) {
        if (argument->used)
            continue;
        if (argument->kind == SWITCH)
            plan_bit(contract, entry, argument);
        else
            complain(entry->place, "@shell: '%s' names no parameter of %s()", argument->name,
                     entry->name);
    }
}
