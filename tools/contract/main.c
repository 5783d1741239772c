/* SPDX-License-Identifier: MIT */
/** contract: reads the public headers and writes the command's table, its manuals and completions.
 */
#include "contract.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static int complaints;

void *grow(void *items, size_t count, size_t size) {
    /* Room doubles whenever the count is a power of two. */
    if ((count & (count - 1)) == 0)
        items = realloc(items, (count ? count * 2 : 1) * size);
    if (!items)
        abort();
    memset((char *)items + count * size, 0, size);
    return items;
}

char *copy(const char *text, size_t size) {
    char *block = strndup(text, size);
    if (!block)
        abort();
    return block;
}

char *format(const char *pattern, ...) {
    char *text;
    va_list args;
    va_start(args, pattern);
    if (vasprintf(&text, pattern, args) < 0)
        abort();
    va_end(args);
    return text;
}

void complain(struct place place, const char *pattern, ...) {
    va_list args;
    va_start(args, pattern);
    fprintf(stderr, "%s:%d: error: ", place.file, place.line);
    vfprintf(stderr, pattern, args);
    fputc('\n', stderr);
    va_end(args);
    complaints++;
}

static void give_up(const char *what) {
    fprintf(stderr, "contract: %s: %s\n", what, strerror(errno));
    exit(1);
}

char *read_text(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file)
        give_up(path);
    char *text = NULL;
    size_t size = 0, room = 0;
    do {
        room = room ? room * 2 : 1 << 16;
        text = realloc(text, room + 1);
        if (!text)
            abort();
        size += fread(text + size, 1, room - size, file);
    } while (size == room);
    if (ferror(file))
        give_up(path);
    fclose(file);
    text[size] = '\0';
    return text;
}

FILE *create(const char *folder, const char *name) {
    char *path = folder ? format("%s/%s", folder, name) : format("%s", name);
    FILE *file = fopen(path, "w");
    if (!file)
        give_up(path);
    return file;
}

void finish(FILE *file) {
    if (ferror(file) || fclose(file) != 0)
        give_up("write");
}

bool starts(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool ends(const char *text, const char *suffix) {
    size_t size = strlen(text), tail = strlen(suffix);
    return size >= tail && strcmp(text + size - tail, suffix) == 0;
}

bool word_char(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

bool has_word(const char *text, const char *word) {
    size_t size = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at += size)
        if ((at == text || !word_char(at[-1])) && !word_char(at[size]))
            return true;
    return false;
}

char *c_name(const char *name) {
    char *result = copy(name, strlen(name));
    for (char *c = result; *c; c++)
        *c = *c == '-' ? '_' : (char)tolower((unsigned char)*c);
    return result;
}

char *upper(const char *name) {
    char *result = copy(name, strlen(name));
    for (char *c = result; *c; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    return result;
}

static int usage(void) {
    fputs("usage: contract calls FILE | man FOLDER | links FOLDER | completions FOLDER | parity "
          "FILE\n"
          "                [--source FOLDER] [--verbs HEADER] HEADER...\n",
          stderr);
    return 64;
}

/* Does one job: false where there is none of that name. */
static bool work(struct contract *contract, const char *job, const char *target,
                 const char *source) {
    if (strcmp(job, "man") == 0) {
        write_manuals(contract, target);
    } else if (strcmp(job, "links") == 0) {
        write_links(contract, target);
    } else if (strcmp(job, "completions") == 0) {
        write_completions(contract, target);
    } else {
        bool calls = strcmp(job, "calls") == 0;
        if (!calls && strcmp(job, "parity") != 0)
            return false;
        FILE *out = create(NULL, target);
        if (calls)
            write_calls(contract, out);
        else
            write_parity(contract, source, out);
        finish(out);
        if (calls && complaints)
            remove(target);
    }
    return true;
}

int main(int argc, char **argv) {
    if (argc < 4)
        return usage();
    const char *source = ".";
    struct contract contract = {.words = ""};
    for (char **word = argv + 3; *word; word++) {
        bool verbs = strcmp(*word, "--verbs") == 0;
        bool folder = strcmp(*word, "--source") == 0;
        if ((verbs || folder) && !*++word)
            return usage();
        if (folder)
            source = *word;
        else
            read_header(&contract, *word, verbs);
    }
    check(&contract);
    if (complaints)
        return 1;
    if (!work(&contract, argv[1], argv[2], source))
        return usage();
    return complaints ? 1 : 0;
}
