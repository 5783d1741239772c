/* SPDX-License-Identifier: MIT */
/** The manual: osier(1), osier(3), a page for each header, and a link for each function. */
#include "contract.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of one UTF-8 character, and its code point. */
static size_t character(const char *text, unsigned *ret_code) {
    unsigned char first = (unsigned char)*text;
    size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    *ret_code = size == 1 ? first : first & (0x7fu >> size);
    for (size_t i = 1; i < size; i++)
        *ret_code = *ret_code << 6 | ((unsigned char)text[i] & 0x3f);
    return size;
}

/* `size` bytes of text as roff has it; what stands in backticks is bold, over line ends too. */
static void write_marked(FILE *out, const char *text, size_t size, bool *code) {
    for (const char *end = text + size; text < end;) {
        unsigned point;
        size_t step = character(text, &point);
        if (point == '`')
            fputs((*code = !*code) ? "\\fB" : "\\fP", out);
        else if (point == '\\')
            fputs("\\e", out);
        else if (point == '-' || point == 0x2212)
            fputs("\\-", out);
        else if (point == '(' && end - text > 1 && text[1] == ')')
            fputs("\\&(", out);
        else if (point == '\'')
            fputs("\\(aq", out);
        else if (point < 0x80)
            fputc((int)point, out);
        else
            fprintf(out, "\\[u%04X]", point);
        text += step;
    }
}

static void write_part(FILE *out, const char *text, size_t size) {
    bool code = false;
    write_marked(out, text, size, &code);
}

/* Where a line of a paragraph ends: behind a sentence, else before column 80. */
static size_t line_size(const char *text) {
    size_t last = 0;
    for (size_t size = 0;; size++) {
        bool sentence = size && strchr(".!?", text[size - 1]) && text[size] == ' ' &&
                        isupper((unsigned char)text[size + 1]);
        if (!text[size] || sentence)
            return size;
        if (size > 70 && last)
            return last;
        if (text[size] == ' ')
            last = size;
    }
}

/* A paragraph; a line that would be taken for a request gets a zero-width mark. */
static void write_text(FILE *out, const char *text) {
    bool code = false;
    while (text && *text) {
        size_t size = line_size(text);
        if (*text == '.' || *text == '\'')
            fputs("\\&", out);
        write_marked(out, text, size, &code);
        fputc('\n', out);
        text += size;
        text += strspn(text, " ");
    }
}

static void write_paragraphs(FILE *out, const char *text) {
    while (text && *text) {
        const char *end = strstr(text, "\n\n");
        size_t size = end ? (size_t)(end - text) : strlen(text);
        char *paragraph = copy(text, size);
        if (starts(paragraph, "    ")) {
            fputs(".Bd -literal\n", out);
            write_part(out, paragraph, size);
            fputs("\n.Ed\n", out);
        } else {
            fputs(".Pp\n", out);
            write_text(out, paragraph);
        }
        text += size + (end ? 2 : 0);
    }
}

/* An argument of a macro, with spaces and quotes in it. */
static void write_quoted(FILE *out, const char *text) {
    fputs(" \"", out);
    for (; *text; text++) {
        if (*text == '"')
            fputs("\\(dq", out);
        else
            write_part(out, text, 1);
    }
    fputc('"', out);
}

static void write_start(FILE *out, const char *name, int section) {
    fprintf(out,
            ".\\\" Made from the headers by tools/contract.\n.Dd $Mdocdate$\n.Dt %s %d\n.Os\n"
            ".Sh NAME\n",
            upper(name), section);
}

/* A header's sentence without its full stop, as a page's one-line description. */
static void write_brief(FILE *out, const char *text) {
    fputs(".Nd ", out);
    size_t size = strlen(text);
    write_part(out, text, size - (size && text[size - 1] == '.'));
    fputc('\n', out);
}

static void write_prototype(FILE *out, const struct entry *entry) {
    fputs(".Ft", out);
    write_quoted(out, entry->type);
    fprintf(out, "\n.Fo %s\n", entry->name);
    EACH(variable, entry->variables) {
        fputs(".Fa", out);
        bool space = !ends(variable->type, "*");
        const char *array = variable->array ? format("[%s]", variable->array) : "";
        if (strchr(variable->type, '('))
            write_quoted(out, variable->type);
        else
            write_quoted(
                out, format("%s%s%s%s", variable->type, space ? " " : "", variable->name, array));
        fputc('\n', out);
    }
    if (entry->variadic)
        fputs(".Fa ...\n", out);
    if (!entry->variables.count)
        fputs(".Fa void\n", out);
    fputs(".Fc\n", out);
}

static void write_notes(FILE *out, const char *macro, const notes *list) {
    if (!list->count)
        return;
    fputs(".Bl -tag -width Ds\n", out);
    EACH(note, *list) {
        fprintf(out, ".It %s %s\n", macro, note->name);
        write_text(out, note->text);
    }
    fputs(".El\n", out);
}

static void write_line(FILE *out, const char *title, const char *text) {
    if (!text)
        return;
    fprintf(out, ".Pp\n%s:\n", title);
    write_text(out, text);
}

static void write_shell(FILE *out, const struct contract *contract, const struct entry *entry) {
    const struct entry *from = entry;
    if (entry->shell.kind == SHELL_SEE)
        from = find_function(contract, entry->shell.name);
    if (from && from->shell.kind == SHELL_CALL) {
        fputs(".Pp\nFrom a shell:\n.Ql osier", out);
        fprintf(out, " %s", from->shell.name);
        fputs("\n", out);
    }
}

static void write_function(FILE *out, const struct contract *contract, const struct entry *entry) {
    fprintf(out, ".Ss %s\n", entry->name);
    write_text(out, entry->brief);
    write_paragraphs(out, entry->description);
    write_notes(out, "Fa", &entry->params);
    write_line(out, "Returns", entry->returns);
    if (entry->errors.count)
        fputs(".Pp\nErrors:\n", out);
    write_notes(out, "Er", &entry->errors);
    EACH(python, entry->pythons)
    write_line(out, "Python", *python);
    EACH(source, entry->sources)
    write_line(out, "Source", *source);
    write_shell(out, contract, entry);
}

/* A struct or enum: as the header has it, with its comments. */
static void write_type(FILE *out, const struct entry *entry) {
    fprintf(out, ".Ss %s\n", entry->name);
    write_text(out, entry->brief);
    write_paragraphs(out, entry->description);
    fputs(".Bd -literal\n", out);
    for (const char *line = entry->declaration; *line;) {
        size_t size = strcspn(line, "\n");
        if (*line == '.' || *line == '\'')
            fputs("\\&", out);
        write_part(out, line, size);
        fputc('\n', out);
        line += size + (line[size] == '\n');
    }
    fputs(".Ed\n", out);
}

static size_t count_functions(const struct header *header) {
    size_t count = 0;
    EACH(entry, header->entries)
    count += entry->kind == FUNCTION;
    return count;
}

static void write_names(FILE *out, const struct header *header) {
    size_t left = count_functions(header) + 1;
    fprintf(out, ".Nm osier_%s%s\n", header->topic, --left ? " ," : "");
    EACH(entry, header->entries)
    if (entry->kind == FUNCTION)
        fprintf(out, ".Nm %s%s\n", entry->name, --left ? " ," : "");
}

static void write_page(FILE *out, const struct contract *contract, const struct header *header) {
    write_start(out, format("osier_%s", header->topic), 3);
    write_names(out, header);
    write_brief(out, header->brief);
    fputs(".Sh LIBRARY\nosier\n.Pq \\fB\\-losier\\fP, \\fBpkg\\-config osier\\fP\n.Sh "
          "SYNOPSIS\n.In osier.h\n",
          out);
    EACH(entry, header->entries)
    if (entry->kind == FUNCTION)
        write_prototype(out, entry);
    fputs(".Sh DESCRIPTION\n", out);
    write_text(out, header->brief);
    write_paragraphs(out, header->description);
    EACH(entry, header->entries)
    if (entry->kind == FUNCTION)
        write_function(out, contract, entry);
    else
        write_type(out, entry);
    fputs(".Sh SEE ALSO\n.Xr osier 1 ,\n.Xr osier 3\n", out);
}

static void write_library_page(FILE *out, const struct contract *contract) {
    write_start(out, "osier", 3);
    fputs(".Nm osier\n.Nd Python\\(aqs os module, natively in C\n"
          ".Sh LIBRARY\nosier\n.Pq \\fB\\-losier\\fP, \\fBpkg\\-config osier\\fP\n"
          ".Sh SYNOPSIS\n.In osier.h\n.Sh DESCRIPTION\n"
          "What is os.NAME in Python is\n.Fn os_NAME\nin C, what is os.path.NAME is\n.Fn "
          "os_path_NAME .\n"
          "A function fails as its POSIX namesake does: with \\-1 or NULL, and\n.Va errno\nset; "
          "the rest of "
          "what Python\\(aqs OSError carries is in the record of\n.Fn os_last_error .\n"
          "What is returned in a \\fBchar *\\fP or a list is one block, to be given to\n.Xr free 3 "
          ".\n"
          ".Pp\nThe headers, each with a page of its own:\n.Bl -tag -width Ds\n",
          out);
    EACH(header, contract->headers) {
        if (header->verbs)
            continue;
        fprintf(out, ".It Xr osier_%s 3\n", header->topic);
        write_text(out, header->brief);
    }
    fputs(".El\n.Sh SEE ALSO\n.Xr osier 1\n", out);
}

static void write_argument(FILE *out, const struct entry *entry, const struct argument *argument) {
    const char *open = argument->optional ? "Op " : "";
    if (argument->kind == POSITIONAL)
        fprintf(out, " %sAr %s%s", open, argument->name, argument->many ? " ..." : "");
    else if (argument->letter)
        fprintf(out, " %sFl %c", open, argument->letter);
    else if (argument->kind == SWITCH)
        fprintf(out, " %sFl \\-%s", open, argument->name);
    else
        fprintf(out, " %sFl \\-%s Ns = Ns Ar %s", open, argument->name, metavar(entry, argument));
}

static void write_command(FILE *out, const struct entry *entry) {
    fprintf(out, ".It Ic %s", entry->shell.name);
    fputc('\n', out);
    write_text(out, entry->brief);
    if (!entry->shell.arguments.count)
        return;
    fprintf(out, ".Pp\n.D1 Ic %s", entry->shell.name);
    EACH(argument, entry->shell.arguments) {
        if (argument->optional)
            fputs(" Oo", out);
        struct argument bare = *argument;
        bare.optional = false;
        write_argument(out, entry, &bare);
        if (argument->optional)
            fputs(" Oc", out);
    }
    fputs("\n.Pp\n", out);
    fputs(".Bl -tag -width Ds -compact\n", out);
    EACH(argument, entry->shell.arguments) {
        if (!argument->text)
            continue;
        struct argument bare = *argument;
        bare.optional = bare.many = false;
        fputs(".It", out);
        write_argument(out, entry, &bare);
        fputc('\n', out);
        write_text(out, argument->text);
    }
    fputs(".El\n", out);
}

static void write_commands(FILE *out, const struct header *header) {
    bool any = false;
    EACH(entry, header->entries) {
        if (entry->shell.kind != SHELL_CALL)
            continue;
        if (!any) {
            fputs(".Ss ", out);
            write_part(out, header->topic, strlen(header->topic));
            fputc('\n', out);
            write_text(out, header->brief);
            fputs(".Bl -tag -width Ds\n", out);
        }
        any = true;
        write_command(out, entry);
    }
    if (any)
        fputs(".El\n", out);
}

static void write_command_page(FILE *out, const struct contract *contract) {
    write_start(out, "osier", 1);
    fputs(
        ".Nm osier\n.Nd call Python\\(aqs os module from a shell\n.Sh SYNOPSIS\n"
        ".Nm\n.Ar os.NAME\n.Op Ar argument ...\n.Op Ar option ...\n"
        ".Nm\n.Ar os.NAME\n.Fl \\-help\n.Nm\n.Fl \\-help | \\-version\n.Sh DESCRIPTION\n.Nm\n"
        "calls a function of Python\\(aqs os module, or prints one of its constants.\n"
        "Options may stand anywhere; after\n.Fl \\-\nnothing is an option.\n"
        "Modes are octal; numbers may be names of constants with | between, as in O_RDWR|O_CREAT.\n"
        ".Bl -tag -width Ds\n.It Fl \\-json\nPrint JSON: records are objects, lists arrays.\n"
        "A text that is not UTF\\-8 is an object of its readable form and its exact bytes in "
        "base64:\n"
        ".Ql {\\(dqpath\\(dq: \\(dq...\\(dq, \\(dqpath_b64\\(dq: \\(dq...\\(dq} ;\n"
        "within a record, the bytes are a second member whose name ends in _b64.\n"
        ".It Fl 0 , Fl \\-null\nEnd each value with a NUL instead of a newline.\n"
        ".It Fl h , Fl \\-help\nPrint a summary, or what a function does.\n"
        ".It Fl \\-version\nPrint the version.\n.El\n.Pp\n"
        "Results are printed a line each.\n"
        "On a terminal, a name with control characters is shown as Python shows it; anywhere else "
        "its "
        "bytes are printed as they are.\n"
        ".Sh COMMANDS\n",
        out);
    EACH(header, contract->headers)
    if (header->verbs)
        write_commands(out, header);
    EACH(header, contract->headers)
    if (!header->verbs)
        write_commands(out, header);
    fputs(".Sh EXIT STATUS\n.Bl -tag -width Ds\n.It 0\nIt worked; of a question, the answer is "
          "True.\n"
          ".It 1\nAn error, which is told on standard error in Python\\(aqs words; the answer is "
          "False; "
          "there is no value\n.Pq None .\n.It 64\nThe command line is wrong.\n.El\n.Pp\n"
          ".Ic os.popen\nends with the exit status of its line, 128 + N where signal N ended it;\n"
          ".Ic os.system\nprints the wait status, as Python returns it.\n"
          ".Sh EXAMPLES\n.Bd -literal\nosier os.makedirs srv/app \\-\\-exist\\-ok \\-\\-mode 750\n"
          "osier os.stat srv/app \\-\\-json\nosier os.listdir srv \\-0 | xargs \\-0 ls \\-d\n.Ed\n"
          ".Sh SEE ALSO\n.Xr osier 3\n",
          out);
}

void write_manuals(struct contract *contract, const char *folder) {
    FILE *out = create(folder, "osier.1");
    write_command_page(out, contract);
    finish(out);
    out = create(folder, "osier.3");
    write_library_page(out, contract);
    finish(out);
    EACH(header, contract->headers) {
        if (header->verbs)
            continue;
        out = create(folder, format("osier_%s.3", header->topic));
        write_page(out, contract, header);
        finish(out);
    }
}

/* Where meson installs: its prefix with $DESTDIR in front, for a folder that is relative to it. */
static char *installed(const char *folder) {
    const char *prefix = getenv("MESON_INSTALL_DESTDIR_PREFIX");
    const char *destination = getenv("DESTDIR");
    if (*folder == '/')
        return format("%s%s", destination ? destination : "", folder);
    return prefix ? format("%s/%s", prefix, folder) : format("%s", folder);
}

void write_links(struct contract *contract, const char *folder) {
    folder = installed(folder);
    EACH(header, contract->headers) {
        EACH(entry, header->entries) {
            if (entry->kind != FUNCTION)
                continue;
            FILE *out = create(folder, format("%s.3", entry->name));
            fprintf(out, ".so man3/osier_%s.3\n", header->topic);
            finish(out);
        }
    }
}
