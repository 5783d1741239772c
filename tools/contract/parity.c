/* SPDX-License-Identifier: MIT */
/** docs/PARITY.md: each public name of Python's os, what it is in C, and the test that shows it. */
#include "contract.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

struct file {
    char *name; /* "tests/posix/test_files.c" */
    char *text;
};

struct parity {
    const struct contract *contract;
    ARRAY(struct file) tests;
    char *constants;   /* the source of the table of constants */
    char *differences; /* docs/DIFFERENCES.md */
};

/* A line of docs/python-names.tsv. */
struct name {
    char *python, *kind, *since, *c, *note;
};

static int compare(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_tests(struct parity *parity, const char *source) {
    static const char *const folders[] = {"cpython", "posix", "linux", "osier", "differential"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        struct dirent **entries;
        char *folder = format("%s/tests/%s", source, folders[i]);
        int count = scandir(folder, &entries, NULL, compare);
        for (int entry = 0; entry < count; entry++) {
            const char *name = entries[entry]->d_name;
            if (!ends(name, ".c") && !ends(name, ".py"))
                continue;
            struct file *file = &ADD(parity->tests);
            file->name = format("tests/%s/%s", folders[i], name);
            file->text = read_text(format("%s/%s", folder, name));
        }
    }
}

static const char *find_test(const struct parity *parity, const char *c_name) {
    EACH(file, parity->tests)
    if (has_word(file->text, c_name))
        return file->name;
    return NULL;
}

/* Cuts the next field off a line. */
static char *field(char **line) {
    char *start = *line;
    size_t size = strcspn(start, "\t");
    *line = start + size + (start[size] != '\0');
    return copy(start, size);
}

static bool stands_for(const struct entry *entry, const char *python) {
    EACH(name, entry->pythons)
    if (strcmp(python_name(*name), python) == 0)
        return true;
    return false;
}

/* Whether the table of constants has `python`: "INT(O_CREAT,", "TEXT(path.sep,". */
static bool is_constant(const struct parity *parity, const char *python) {
    static const char *const kinds[] = {"INT", "BOOL", "TEXT"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strstr(parity->constants, format("%s(%s,", kinds[i], python + strlen("os."))))
            return true;
    return false;
}

static const char *difference(const struct parity *parity, const struct name *name) {
    const char *dot = strrchr(name->python, '.');
    if (strstr(parity->differences, format("`%s`", dot + 1)) ||
        strstr(parity->differences, format("`%s`", name->python)))
        return format("%s%s[yes](DIFFERENCES.md)", name->note, *name->note ? "; " : "");
    return name->note;
}

static void write_cells(FILE *out, const struct parity *parity, const struct name *name,
                        const char *c, const char *header, const char *test) {
    fprintf(out, "| %s | %s | %s | %s | %s | %s |\n", name->python, name->since, c, header,
            test ? format("[%s](../%s)", strrchr(test, '/') + 1, test) : "",
            difference(parity, name));
}

/* A row for a name that functions stand for; false where none does. */
static bool write_functions(FILE *out, const struct parity *parity, const struct name *name) {
    char *c = "", *header_name = "";
    const char *test = NULL;
    EACH(header, parity->contract->headers) {
        EACH(entry, header->entries) {
            bool this = *name->c ? strcmp(entry->name, name->c) == 0
                                 : entry->kind == FUNCTION && stands_for(entry, name->python);
            if (!this)
                continue;
            c = format("%s%s`%s`", c, *c ? ", " : "", entry->name);
            header_name = copy(header->path, strlen(header->path));
            test = test ? test : find_test(parity, entry->name);
        }
    }
    if (*c)
        write_cells(out, parity, name, c, header_name, test);
    return *c != '\0';
}

static bool write_record(FILE *out, const struct parity *parity, const struct name *name) {
    EACH(header, parity->contract->headers) {
        EACH(entry, header->entries) {
            if (entry->kind != RECORD || strcmp(name->c, format("struct %s", entry->name)) != 0)
                continue;
            write_cells(out, parity, name, format("`%s`", name->c), header->path,
                        find_test(parity, entry->name));
            return true;
        }
    }
    return false;
}

static void write_row(FILE *out, const struct parity *parity, const struct name *name,
                      struct place place) {
    if (strcmp(name->c, "-") == 0)
        write_cells(out, parity, name, "–", "", NULL);
    else if (is_constant(parity, name->python))
        write_cells(out, parity, name,
                    format("`os_constant(\"%s\")`", name->python + strlen("os.")),
                    "osier/constants.h", "tests/differential/test_constants.py");
    else if (starts(name->c, "OS_") && has_word(parity->contract->words, name->c))
        write_cells(out, parity, name, format("`%s`", name->c), "osier/path.h",
                    find_test(parity, name->c));
    else if (!write_functions(out, parity, name) && !write_record(out, parity, name))
        complain(place, "nothing in C stands for %s", name->python);
}

static void write_names(FILE *out, const struct parity *parity, const char *path) {
    struct place place = {path, 0};
    char *text = read_text(path);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        place.line++;
        if (*line == '#')
            continue;
        struct name name;
        name.python = field(&line);
        name.kind = field(&line);
        name.since = field(&line);
        name.c = field(&line);
        name.note = field(&line);
        write_row(out, parity, &name, place);
    }
}

/* Every function is called by some test. */
static void check_tests(const struct parity *parity) {
    EACH(header, parity->contract->headers)
    EACH(entry, header->entries)
    if (entry->kind == FUNCTION && !header->verbs && !find_test(parity, entry->name))
        complain(entry->place, "no test calls %s()", entry->name);
}

void write_parity(const struct contract *contract, const char *source, FILE *out) {
    struct parity parity = {.contract = contract};
    read_tests(&parity, source);
    parity.constants = read_text(format("%s/src/system/constants.c", source));
    parity.differences = read_text(format("%s/docs/DIFFERENCES.md", source));
    fputs("# Python's os in C, name by name\n\n"
          "Every public name of `os` and `os.path` on Linux, CPython 3.11 to 3.15 and what is "
          "known of "
          "3.16.\nMade by `ninja -C build parity` from the headers, docs/python-names.tsv and the "
          "tests.\n\n"
          "| Python | since | C | header | test | note, difference |\n|---|---|---|---|---|---|\n",
          out);
    write_names(out, &parity, format("%s/docs/python-names.tsv", source));
    check_tests(&parity);
}
