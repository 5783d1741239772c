/* SPDX-License-Identifier: MIT */
/** Formats of configuration files: what a line, or a document, of each is made of. */
#ifndef CONFIG_FORMAT_H
#define CONFIG_FORMAT_H

#include "base/str.h"

#include <osier/config.h>

/** A part of a text. */
struct span {
    size_t begin, end;
};

/** How a line is divided. */
struct line {
    struct span whole; /* with its end, and the lines that continue it */
    struct span key, value;
    enum {
        LINE_OTHER,
        LINE_BLANK,
        LINE_SECTION,
        LINE_ENTRY,
        LINE_SHOWN
    } kind;        /* a comment shows it */
    size_t indent; /* how many blanks it begins with */
};

struct format {
    const char *name;
    const char *comments; /* characters that begin one */
    const char *marks; /* that may stand between key and value; a blank may always, if it is one */
    const char *usual; /* what is written between them, where no neighbour shows it */
    bool brackets;     /* [sections] */
    bool blocks;       /* Match … and Host … begin sections */
    bool first;        /* of several values the first one counts */
    bool anycase;      /* in keys and sections capitals are as others */
    bool several;      /* a key may have several values */
    bool backslash;    /* at the end of a line: it goes on */
    bool indented;     /* lines that are indented more go on with a value */
    bool quoted;       /* values as a shell has them */
    bool words;        /* a key may have several, with blanks between them */
};

/** The line format of that name, or NULL. */
const struct format *line_format(const char *name);

/** What an edit changes: `value` NULL removes the key. */
struct edit {
    const char *key, *value;
    int flags;
};

/** Is told of each entry: 0, or what ends the search. */
typedef int each_entry(const struct os_config_entry *entry, void *data);

/** These read and write the formats of lines, of documents, and of columns, `format` being one of theirs;
 *  `ret` is appended to. */
int lines_each(const char *format, const char *text, size_t size, each_entry *each, void *data);
int lines_edit(const char *format, const char *text, size_t size, const struct edit *edit,
               struct str *ret);
int documents_each(const char *format, const char *text, size_t size, each_entry *each, void *data);
int documents_edit(const char *format, const char *text, size_t size, const struct edit *edit,
                   struct str *ret);
int yaml_each(const char *format, const char *text, size_t size, each_entry *each, void *data);
int yaml_edit(const char *format, const char *text, size_t size, const struct edit *edit,
              struct str *ret);
int columns_each(const char *format, const char *text, size_t size, each_entry *each, void *data);
int columns_edit(const char *format, const char *text, size_t size, const struct edit *edit,
                 struct str *ret);

int crontab_each(const char *format, const char *text, size_t size, each_entry *each, void *data);
int crontab_edit(const char *format, const char *text, size_t size, const struct edit *edit,
                 struct str *ret);

/** The line that begins at `at`, with its end. */
size_t whole_line(const char *text, size_t size, size_t at);
/** Where its content ends, before "\n" or "\r\n". */
size_t content_end(const char *text, struct span whole);

/** Appends a text with a part of it replaced. */
void put_spliced(struct str *s, const char *text, size_t size, struct span part, const char *with,
                 size_t with_size);

/** Appends a text with a line put in at `at`, with the ends of lines that the text has; one at the end of
 *  a text without a last one gets none either. */
void put_line(struct str *s, const char *text, size_t size, size_t at, const char *line,
              size_t line_size);

/** Appends a text without some of its lines; with the last one goes the end of the one before, where
 *  itself has none. */
void drop_lines(struct str *s, const char *text, size_t size, struct span lines);

/** Says why a key can't be set or unset in a document, where that is known: its value, or what it leads through,
 *  and the line. 0 or −ENOMEM. */
int config_why(const char *format, const char *text, size_t size, const char *key, struct str *ret);
int documents_why(const char *format, const char *text, size_t size, const char *key,
                  struct str *ret);
int yaml_why(const char *format, const char *text, size_t size, const char *key, struct str *ret);

/** The value of a key in a document that leads into a list: 0 with it, to free(), −ENOENT or −errno. */
int documents_get(const char *format, const char *text, size_t size, const char *key, char **ret);

/** Takes "[N]" at the beginning of what is left of a key, the number of an item: its size with the point behind it,
 *  or 0. */
size_t key_index(const char *key, size_t *ret);

/** Takes the next part of a key a.b."c.d": its size with the point, 0 for one that isn't right; the part
 *  itself goes to `part`, or nowhere. */
size_t key_part(const char *key, struct str *part);

/** Appends a part of such a key, in quotation marks where it needs them. */
void append_part(struct str *s, const char *part, size_t size);

#endif
