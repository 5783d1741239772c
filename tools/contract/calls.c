/* SPDX-License-Identifier: MIT */
/** The command's table of functions, and for each the C code that calls it. */
#include "contract.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void write_string(FILE *out, const char *text) {
    if (!text) {
        fputs("NULL", out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '\n')
            fputs("\\n", out);
        else if (*text == '"' || *text == '\\')
            fprintf(out, "\\%c", *text);
        else
            fputc(*text, out);
    }
    fputc('"', out);
}

static bool pointer(const char *type) {
    return ends(type, "*");
}

static bool unsigned_type(const char *type) {
    static const char *const names[] = {"uid_t",   "gid_t",  "mode_t", "dev_t", "ino_t",
                                        "nlink_t", "rlim_t", "id_t",   NULL};
    if (starts(type, "uint") || starts(type, "unsigned") || starts(type, "size_t"))
        return true;
    for (size_t i = 0; names[i]; i++)
        if (strcmp(type, names[i]) == 0)
            return true;
    return false;
}

static bool integer_type(const char *type) {
    static const char *const names[] = {
        "int",   "long",  "short",  "long long", "unsigned", "unsigned int", "unsigned long",
        "pid_t", "off_t", "time_t", "ssize_t",   "idtype_t", "clockid_t",    NULL};
    if (starts(type, "int") && ends(type, "_t"))
        return true;
    for (size_t i = 0; names[i]; i++)
        if (strcmp(type, names[i]) == 0)
            return true;
    return starts(type, "enum ") || unsigned_type(type);
}

static bool text_list(const struct variable *variable) {
    bool chars = has_word(variable->type, "char");
    int stars = 0;
    for (const char *c = variable->type; *c; c++)
        stars += *c == '*';
    return chars && stars + (variable->array != NULL) == 2;
}

static bool text_type(const char *type) {
    return strcmp(type, "const char *") == 0 || strcmp(type, "char *") == 0;
}

static size_t number_of(const struct entry *entry, const struct argument *argument) {
    return (size_t)(argument - entry->shell.arguments.items);
}

/* What stands for an argument that was left out. */
static char *fallback(const struct variable *variable) {
    const char *text = variable->argument->fallback;
    if (!text)
        return pointer(variable->type) || variable->array ? "NULL" : "0";
    if (!text_type(variable->type) || strcmp(text, "NULL") == 0)
        return copy(text, strlen(text));
    return format("\"%s\"", text);
}

/* The C expression that a parameter gets. */
static char *value_of(const struct entry *entry, const struct variable *variable) {
    const struct argument *argument = variable->argument;
    size_t i = number_of(entry, argument);
    const char *type = variable->type;
    if (argument->kind == SWITCH) {
        bool negated = strcmp(argument->variable, variable->name) != 0;
        return format("%scall->values[%zu]", negated ? "!" : "!!", i);
    }
    char *given = NULL;
    if (argument->many && text_list(variable) && argument->kind == VALUE_OPTION)
        return format("arg_values(call, \"%s\")", argument->name);
    if (argument->many && text_list(variable))
        return format("(%s%s)call->rest", type, variable->array ? "*" : "");
    if (argument->many)
        return strcmp(type, "const int *") == 0 ? "arg_integers(call)" : "NULL";
    if (text_type(type))
        given = format("call->values[%zu]", i);
    else if (strcmp(type, "const void *") == 0)
        given = format("arg_data(call, %zu)", i);
    else if (strcmp(type, "bool") == 0)
        given = format("arg_bool(call, %zu)", i);
    else if (starts(type, "enum "))
        given = format("(%s)arg_word(call, %zu, words_%s)", type, i, strchr(type, ' ') + 1);
    else if (strcmp(type, "double") == 0)
        given = format("arg_float(call, %zu)", i);
    else if (integer_type(type))
        given = format("ARG_INTEGER(call, %zu, %s, %s)", i, type,
                       strcmp(type, "mode_t") == 0                                ? "ARG_OCTAL"
                       : strcmp(type, "uid_t") == 0 || strcmp(type, "gid_t") == 0 ? "ARG_UNCHANGED"
                                                                                  : "0");
    if (!given) {
        complain(entry->place, "@shell: no text from a shell becomes a '%s' (%s)", type,
                 variable->name);
        return "0";
    }
    if (!argument->optional)
        return given;
    return format("call->values[%zu] ? %s : %s", i, given, fallback(variable));
}

static void write_bits(FILE *out, const struct entry *entry) {
    fputc('0', out);
    EACH(argument, entry->shell.arguments)
    if (argument->bit)
        fprintf(out, " | (call->values[%zu] ? %s : 0)", number_of(entry, argument), argument->bit);
}

static void write_options(FILE *out, const struct contract *contract, const struct entry *entry,
                          const struct variable *variable) {
    const struct entry *record = find_record(contract, variable->type);
    if (!record)
        return;
    fprintf(out, "    struct %s v_%s = {.size = sizeof v_%s", record->name, variable->name,
            variable->name);
    variables members = option_members(contract, record);
    EACH(member, members) {
        struct variable filled = *member;
        const char *dot = strchr(member->name, '.'), *name = dot ? dot + 1 : member->name;
        bool flags = strcmp(name, "flags") == 0;
        filled.argument = NULL;
        EACH(argument, entry->shell.arguments)
        if (strcmp(argument->variable, name) == 0 ||
            (argument->kind == SWITCH && strcmp(argument->variable, format("no_%s", name)) == 0))
            filled.argument = argument;
        EACH(fixed, entry->shell.fixed)
        if (strcmp(fixed->name, name) == 0)
            fprintf(out, ", .%s = %s", member->name, fixed->expression);
        filled.name = (char *)name;
        if (filled.argument)
            fprintf(out, ", .%s = %s", member->name, value_of(entry, &filled));
        if (flags && !filled.argument) {
            fputs(", .flags = ", out);
            write_bits(out, entry);
        }
    }
    fputs("};\n", out);
}

/* The type that an out-parameter points to. */
static char *pointed(const struct variable *variable) {
    if (variable->array)
        return variable->type;
    size_t size = strlen(variable->type) - (pointer(variable->type) ? 1 : 0);
    while (size && variable->type[size - 1] == ' ')
        size--;
    return copy(variable->type, size);
}

static void write_variable(FILE *out, const struct contract *contract, const struct entry *entry,
                           const struct variable *variable) {
    const char *type = variable->type, *name = variable->name;
    const char *space = pointer(type) ? "" : " ";
    switch (variable->source) {
    case FIXED:
        fprintf(out, "    %s%s%sv_%s = %s;\n", type, space, variable->array ? "*" : "", name,
                variable->expression);
        break;
    case ARGUMENT:
        fprintf(out, "    %s%s%sv_%s = %s;\n", type, space,
                text_list(variable) && variable->array ? "*" : "", name, value_of(entry, variable));
        break;
    case BITS:
        fprintf(out, "    %s v_%s = ", type, name);
        write_bits(out, entry);
        fputs(";\n", out);
        break;
    case OPTIONS:
        write_options(out, contract, entry, variable);
        break;
    case DATA_SIZE:
        fprintf(out, "    size_t v_%s = call->data_size;\n", name);
        break;
    case BUFFER:
        fprintf(out, "    void *v_%s = arg_buffer(call, (size_t)v_%s);\n", name,
                (variable + 1)->name);
        break;
    case OUT:
        type = pointed(variable);
        fprintf(out, "    %s%sv_%s%s%s%s = {0};\n", type, pointer(type) ? "" : " ", name,
                variable->array ? "[" : "", variable->array ? variable->array : "",
                variable->array ? "]" : "");
        break;
    case UNFILLED:
        break;
    }
}

static bool kind_is(const char *kind, const char *name) {
    return strcmp(kind, name) == 0;
}

/* Whether the results come with a number of items beside them. */
static bool counted(const char *kind) {
    return kind_is(kind, "ints") || kind_is(kind, "map") || kind_is(kind, "bytes") ||
           kind_is(kind, "content");
}

static bool is_count(const struct variable *variable) {
    return strcmp(variable->name, "ret_count") == 0 || strcmp(variable->name, "ret_size") == 0;
}

/* Writes the statement that prints one value; `count` is the C expression of how many it has. */
static void write_value(FILE *out, const struct contract *contract, const struct entry *entry,
                        const char *kind, const char *type, const char *value, const char *count) {
    if (kind_is(kind, "str") || kind_is(kind, "list") || kind_is(kind, "dict"))
        fprintf(out, "    emit_%s(%s);\n", kind_is(kind, "str") ? "text" : kind, value);
    else if ((kind_is(kind, "int") || kind_is(kind, "status") || kind_is(kind, "ints")) &&
             integer_type(type))
        fprintf(out, "    emit_%s(%s);\n", unsigned_type(type) ? "unsigned" : "integer", value);
    else if (kind_is(kind, "octal"))
        fprintf(out, "    emit_octal(%s);\n", value);
    else if (kind_is(kind, "float") || kind_is(kind, "floats"))
        fprintf(out, "    emit_float(%s);\n", value);
    else if (kind_is(kind, "bool"))
        fprintf(out, "    status = emit_bool(%s);\n", value);
    else if (kind_is(kind, "bytes") || kind_is(kind, "content"))
        fprintf(out, "    emit_%s(%s, (size_t)%s);\n", kind, value, count);
    else if (kind_is(kind, "ints"))
        fprintf(out,
                "    emit_begin_list();\n    for (size_t i = 0; i < (size_t)%s; i++)\n"
                "        emit_integer(%s[i]);\n    emit_end_list();\n",
                count, value);
    else if (kind_is(kind, "map"))
        fprintf(out,
                "    emit_begin_record();\n    for (size_t i = 0; i < (size_t)%s; i++) {\n"
                "        emit_key(%s[i].name);\n        emit_integer(%s[i].number);\n    }\n"
                "    emit_end_record();\n",
                count, value, value);
    else if (find_record(contract, type))
        fprintf(out, "    emit_%s(%s%s);\n", find_record(contract, type)->name,
                pointer(type) ? "" : "&", value);
    else
        complain(entry->place, "@shell: '%s' can't print a '%s'", kind, type);
}

static void write_release(FILE *out, const char *type, const char *value) {
    bool block = pointer(type) && !starts(type, "const ");
    if (block)
        fprintf(out, "    free(%s);\n", value);
}

static const char *kind_of(const struct entry *entry, size_t i) {
    return entry->shell.results.items[i < entry->shell.results.count ? i : 0];
}

static char *count_of(const struct entry *entry) {
    EACH(variable, entry->variables) {
        if (variable->source == OUT && is_count(variable))
            return format("v_%s", variable->name);
        if (variable->source == BUFFER && strcmp(entry->type, "int") == 0)
            return format("v_%s", (variable + 1)->name);
    }
    return "result";
}

/* Prints what came out of parameters; how many there were. */
static size_t write_outs(FILE *out, const struct contract *contract, const struct entry *entry) {
    size_t total = 0, i = 0;
    EACH(variable, entry->variables)
    total += (variable->source == OUT && !(is_count(variable) && counted(kind_of(entry, 0)))) ||
             variable->source == BUFFER;
    if (total > 1)
        fputs("    emit_begin_list();\n", out);
    EACH(variable, entry->variables) {
        bool shown =
            variable->source == BUFFER ||
            (variable->source == OUT && !(is_count(variable) && counted(kind_of(entry, 0))));
        if (!shown)
            continue;
        const char *kind = kind_of(entry, i++);
        char *type = variable->source == BUFFER ? "void *" : pointed(variable);
        char *name = format("v_%s", variable->name);
        if (!variable->array) {
            write_value(out, contract, entry, kind, type, name, count_of(entry));
            write_release(out, type, name);
            continue;
        }
        fputs("    emit_begin_list();\n", out);
        for (int item = 0; item < atoi(variable->array); item++)
            write_value(out, contract, entry, kind, type, format("%s[%d]", name, item), "0");
        fputs("    emit_end_list();\n", out);
    }
    if (total > 1)
        fputs("    emit_end_list();\n", out);
    return total;
}

/* What the function gives back: whether it failed, and what there is to print of it. */
static void write_result(FILE *out, const struct contract *contract, const struct entry *entry) {
    const char *kind = kind_of(entry, 0), *type = entry->type;
    bool none = kind_is(kind, "none"), ok = kind_is(kind, "ok");
    bool outs = false;
    EACH(variable, entry->variables)
    outs |= variable->source == BUFFER ||
            (variable->source == OUT && !(is_count(variable) && counted(kind)));
    if (strcmp(type, "void") == 0) {
        write_outs(out, contract, entry);
    } else if (pointer(type)) {
        fputs("    if (!result)\n        return missing();\n", out);
        write_value(out, contract, entry, kind, type, "result", count_of(entry));
        write_release(out, type, "result");
    } else if (ok) {
        fputs("    status = emit_bool(result == 0);\n", out);
    } else if (none || outs) {
        if (strcmp(type, "bool") == 0 || !unsigned_type(type))
            fprintf(out, "    if (%s)\n        return failed();\n",
                    strcmp(type, "bool") == 0 ? "!result" : "result < 0");
        write_outs(out, contract, entry);
    } else {
        if (kind_is(kind, "bool") && strcmp(type, "bool") != 0)
            fputs("    if (result < 0)\n        return failed();\n", out);
        else if (integer_type(type) && !unsigned_type(type))
            fputs("    if (result == -1 && errno)\n        return failed();\n", out);
        write_value(out, contract, entry, kind, type, "result", "result");
    }
}

/* The call itself: `TYPE result = NAME(v_path, &v_ret_size);`. */
static void write_call(FILE *out, const struct entry *entry) {
    bool nothing = strcmp(entry->type, "void") == 0;
    fputs("    errno = 0;\n    ", out);
    if (!nothing)
        fprintf(out, "%s%sresult = ", entry->type, pointer(entry->type) ? "" : " ");
    fprintf(out, "%s(", entry->name);
    EACH(variable, entry->variables) {
        bool address = (variable->source == OUT && !variable->array) || variable->source == OPTIONS;
        fprintf(out, "%s%sv_%s", variable == entry->variables.items ? "" : ", ", address ? "&" : "",
                variable->name);
    }
    fputs(");\n", out);
}

/* A list of words for each enum that some call takes. */
static void write_words(FILE *out, const struct contract *contract, const struct entry *record) {
    bool taken = false;
    EACH(header, contract->headers)
    EACH(entry, header->entries)
    EACH(variable, entry->variables)
    taken |= variable->source == ARGUMENT && find_enum(contract, variable->type) == record;
    if (!taken)
        return;
    char *prefix;
    texts words = enum_words(record, &prefix);
    fprintf(out, "\nstatic const struct word words_%s[] = {\n", record->name);
    EACH(word, words) fprintf(out, "    {\"%s\", %s%s},\n", *word, prefix, *word);
    fputs("    {0},\n};\n", out);
}

static void write_stub(FILE *out, const struct contract *contract, const struct entry *entry) {
    fprintf(out,
            "\nstatic int call_%s(struct call *call) {\n    (void)call;\n    int status = 0;\n",
            entry->name);
    EACH(variable, entry->variables)
    if (variable->source != BUFFER)
        write_variable(out, contract, entry, variable);
    EACH(variable, entry->variables)
    if (variable->source == BUFFER)
        write_variable(out, contract, entry, variable);
    if (entry->shell.arguments.count)
        fputs("    if (call->misused)\n        return EX_USAGE;\n", out);
    if (entry->kind == MACRO) {
        write_value(out, contract, entry, kind_of(entry, 0),
                    kind_is(kind_of(entry, 0), "str") ? "const char *" : "int", entry->name, "0");
    } else {
        write_call(out, entry);
        write_result(out, contract, entry);
    }
    fputs("    return status;\n}\n", out);
}

static void write_member(FILE *out, const struct contract *contract, const struct entry *entry,
                         const struct variable *member) {
    const char *type = member->type;
    const char *kind = NULL;
    if (text_type(type) || (strcmp(type, "char") == 0 && member->array))
        kind = "text";
    else if (text_list(member))
        kind = "list";
    else if (strcmp(type, "double") == 0)
        kind = "float";
    else if (strcmp(type, "bool") == 0)
        kind = "bool";
    else if (integer_type(type))
        kind = ends(member->name, "_mode") ? "octal" : unsigned_type(type) ? "unsigned" : "integer";
    fprintf(out, "    emit_key(\"%s\");\n", member->name);
    if (kind)
        fprintf(out, "    emit_%s(record->%s);\n", kind, member->name);
    else if (find_record(contract, type) && !pointer(type))
        fprintf(out, "    emit_%s(&record->%s);\n", find_record(contract, type)->name,
                member->name);
    else
        complain(entry->place, "@shell can't print the member '%s' of struct %s", member->name,
                 entry->name);
}

/* A printer for each struct that some call prints. */
static void write_record(FILE *out, const struct contract *contract, const struct entry *entry) {
    fprintf(out, "\nstatic void emit_%s(const struct %s *record) {\n    emit_begin_record();\n",
            entry->name, entry->name);
    EACH(member, entry->variables)
    if (strcmp(member->name, "size") != 0 || member != entry->variables.items)
        write_member(out, contract, entry, member);
    fputs("    emit_end_record();\n}\n", out);
}

/* Whether some call prints this struct. */
static bool printed(const struct contract *contract, const struct entry *record) {
    EACH(header, contract->headers) {
        EACH(entry, header->entries) {
            if (entry->shell.kind != SHELL_CALL || custom(entry) ||
                kind_is(kind_of(entry, 0), "map"))
                continue;
            if (entry->kind == FUNCTION && find_record(contract, entry->type) == record)
                return true;
            EACH(variable, entry->variables)
            if (entry->kind == FUNCTION && variable->source == OUT &&
                find_record(contract, variable->type) == record)
                return true;
        }
    }
    return false;
}

/* The names a function answers to besides its own: every Python name of it. */
static void write_names(FILE *out, const struct entry *entry) {
    fputs("(const char *const[]){", out);
    EACH(python, entry->pythons)
    if (!starts(*python, "none") && !starts(*python, "no:")) {
        write_string(out, python_name(*python));
        fputs(", ", out);
    }
    fputs("NULL}", out);
}

static void write_arguments(FILE *out, const struct entry *entry) {
    static const char *const kinds[] = {"POSITIONAL", "VALUE_OPTION", "SWITCH"};
    fputs("(const struct argument[]){", out);
    EACH(argument, entry->shell.arguments) {
        fprintf(out, "\n        {%s, ", kinds[argument->kind]);
        write_string(out, argument->name);
        fputs(", ", out);
        write_string(out, metavar(entry, argument));
        fprintf(out, ", %d, %s, %s, ", argument->letter, argument->optional ? "true" : "false",
                argument->many ? "true" : "false");
        write_string(out, argument->text);
        fputs("},", out);
    }
    fputs("{0}}", out);
}

static void write_errors(FILE *out, const struct entry *entry) {
    fputs("(const struct error_note[]){", out);
    EACH(error, entry->errors) {
        fputc('{', out);
        write_string(out, error->name);
        fputs(", ", out);
        write_string(out, error->text);
        fputs("}, ", out);
    }
    fputs("{0}}", out);
}

static char *caller_of(const struct header *header, const struct entry *entry) {
    if (entry->shell.kind != SHELL_CALL)
        return "NULL";
    if (header->verbs)
        return entry->name;
    return format("%s_%s", custom(entry) ? "custom" : "call", entry->name);
}

static void write_row(FILE *out, const struct header *header, const struct entry *entry) {
    const char *name = entry->shell.kind == SHELL_CALL ? entry->shell.name
                       : entry->signature && !starts(entry->signature, "none")
                           ? python_name(entry->signature)
                           : entry->name;
    const char *columns[] = {
        name,           header->topic,    entry->brief, entry->description, entry->declaration,
        entry->returns, entry->signature, entry->since};
    fputs("    {", out);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        write_string(out, columns[i]);
        fputs(", ", out);
    }
    write_string(out, entry->name);
    fputs(",\n     ", out);
    write_names(out, entry);
    fputs(",\n     ", out);
    write_arguments(out, entry);
    fputs(",\n     ", out);
    write_errors(out, entry);
    fprintf(out, ",\n     %s, %s, ", caller_of(header, entry),
            entry->shell.command ? "true" : "false");
    write_string(out, entry->shell.kind == SHELL_NO ? entry->shell.name : NULL);
    fputs("},\n", out);
}

static void write_table(FILE *out, const struct contract *contract) {
    fputs("\nconst struct function functions[] = {\n", out);
    EACH(header, contract->headers)
    EACH(entry, header->entries)
    if (entry->shell.kind == SHELL_CALL || entry->shell.kind == SHELL_NO)
        write_row(out, header, entry);
    fputs("    {0},\n};\n\nconst struct topic topics[] = {\n", out);
    EACH(header, contract->headers) {
        fputs("    {", out);
        write_string(out, header->topic);
        fputs(", ", out);
        write_string(out, header->brief);
        fprintf(out, ", %s},\n", header->verbs ? "true" : "false");
    }
    fputs("    {0},\n};\n", out);
}

void write_calls(struct contract *contract, FILE *out) {
    fputs("/* Made from the headers by tools/contract. */\n#include \"call.h\"\n#include "
          "\"custom.h\"\n"
          "#include \"output.h\"\n#include \"verbs.h\"\n\n#include <errno.h>\n#include "
          "<fcntl.h>\n#include <osier.h>\n"
          "#include <stdlib.h>\n#include <sysexits.h>\n#include <unistd.h>\n",
          out);
    EACH(header, contract->headers)
    EACH(entry, header->entries)
    if (entry->kind == RECORD && printed(contract, entry))
        write_record(out, contract, entry);
    else if (entry->kind == OTHER && starts(entry->declaration, "enum "))
        write_words(out, contract, entry);
    EACH(header, contract->headers)
    EACH(entry, header->entries)
    if (entry->shell.kind == SHELL_CALL && !header->verbs && !custom(entry))
        write_stub(out, contract, entry);
    write_table(out, contract);
}
