/* SPDX-License-Identifier: MIT */
/** The two ways to write paths, that of POSIX and that of Windows, as one table.
 *
 *  A function for both takes the flavour as its first argument and is marked BOTH: it is inlined
 *  where the flavour is a constant, so that each of the two costs what it would cost alone.
 */
#ifndef PATH_FLAVOUR_H
#define PATH_FLAVOUR_H

#include "path/block.h"
#include "path/slice.h"
#include <string.h>

#define BOTH inline __attribute__((always_inline))

/** How much of a path is not names: bytes of its drive, and bytes of its drive and root together. */
struct anchor {
    size_t drive, size;
};

struct flavour {
    char separator;   /* written between names */
    char alternative; /* read as one, too */
    bool has_drives;
    bool ignores_case; /* of ASCII letters, where drives and names are compared */
    struct anchor (*anchor)(const char *path);
    bool (*is_absolute)(const char *path);
};

/* ---- POSIX ---- */

static inline struct anchor posix_anchor(const char *path) {
    if (path[0] != '/')
        return (struct anchor){0, 0};
    /* POSIX leaves the meaning of exactly two slashes to the system */
    return (struct anchor){0, path[1] == '/' && path[2] != '/' ? 2 : 1};
}

static inline bool posix_is_absolute(const char *path) {
    return path[0] == '/';
}

static const struct flavour POSIX = {
    .separator = '/',
    .alternative = '/',
    .anchor = posix_anchor,
    .is_absolute = posix_is_absolute,
};

/* ---- Windows ---- */

/** What a byte means in a path of Windows: bits, found with one look. */
enum { NT_SEPARATOR = 1, NT_NUL = 2, NT_FORBIDDEN = 4 };
extern const unsigned char nt_bytes[256];

static inline unsigned nt_byte(char c) {
    return nt_bytes[(unsigned char)c];
}

static inline bool nt_is_separator(char c) {
    return c == '\\' || c == '/';
}

/* The next separator, or the end. */
static inline const char *nt_name_end(const char *text) {
    while (!(nt_byte(*text) & (NT_SEPARATOR | NT_NUL)))
        text++;
    return text;
}

/* Whether a path of two separators goes on with "?\UNC\": what comes then is server and share. */
static inline bool nt_is_long_unc(const char *path) {
    return path[2] == '?' && nt_is_separator(path[3]) && (path[4] | 0x20) == 'u' &&
           (path[5] | 0x20) == 'n' && (path[6] | 0x20) == 'c' && nt_is_separator(path[7]);
}

/* "\\server\share", "\\?\UNC\server\share", "\\.\device" or "\\?\device": up to the separator
 * behind two names, else all of it. */
static inline struct anchor nt_unc_anchor(const char *path) {
    const char *at = nt_name_end(path + (nt_is_long_unc(path) ? 8 : 2));
    if (*at)
        at = nt_name_end(at + 1);
    size_t drive = (size_t)(at - path);
    return (struct anchor){drive, *at ? drive + 1 : drive};
}

static inline struct anchor nt_anchor(const char *path) {
    if (nt_is_separator(path[0]))
        return nt_is_separator(path[1]) ? nt_unc_anchor(path) : (struct anchor){0, 1};
    if (path[0] && path[1] == ':')
        return (struct anchor){2, nt_is_separator(path[2]) ? 3 : 2};
    return (struct anchor){0, 0};
}

static inline bool nt_is_absolute(const char *path) {
    if (path[0] && path[1] == ':' && nt_is_separator(path[2]))
        return true;
    return nt_is_separator(path[0]) && nt_is_separator(path[1]);
}

static const struct flavour NT = {
    .separator = '\\',
    .alternative = '/',
    .has_drives = true,
    .ignores_case = true,
    .anchor = nt_anchor,
    .is_absolute = nt_is_absolute,
};

/* ---- for both ---- */

static BOTH bool is_separator(const struct flavour *flavour, char c) {
    return c == flavour->separator || c == flavour->alternative;
}

/** Whether a name ends before this byte. */
static BOTH bool ends_name(const struct flavour *flavour, char c) {
    if (flavour->has_drives)
        return nt_byte(c) & (NT_SEPARATOR | NT_NUL);
    return c == flavour->separator || c == '\0';
}

/* ---- eight bytes at once ---- */

enum { WORD = sizeof(uint64_t) };

/* The bytes of a word that are `byte`: the high bit of each. */
static inline uint64_t bytes_of(uint64_t word, char byte) {
    const uint64_t ones = UINT64_C(0x0101010101010101), low = 0x7f * ones;
    word ^= ones * (unsigned char)byte;
    return ~(((word & low) + low) | word | low);
}

/** How many bytes both begin with, of at least `size`: whole words of them, a few less. */
static inline size_t same_words(const char *a, const char *b, size_t size) {
    size_t at = 0;
    for (uint64_t one, other; size - at >= WORD; at += WORD) {
        memcpy(&one, a + at, sizeof one);
        memcpy(&other, b + at, sizeof other);
        if (one != other)
            break;
    }
    return at;
}

/** Of what was found, the first and the last in memory. */
static inline size_t first_found(uint64_t found) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return (size_t)__builtin_clzll(found) / 8;
#else
    return (size_t)__builtin_ctzll(found) / 8;
#endif
}

static inline size_t last_found(uint64_t found) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return 7 - (size_t)__builtin_ctzll(found) / 8;
#else
    return 7 - (size_t)__builtin_clzll(found) / 8;
#endif
}

/* ---- sixteen bytes at once ---- */

/** The bits of a block as two words, as they stand in memory: no vector is passed or returned, which is done in
 *  several ways on processors of 32 bits. */
struct block_bits {
    uint64_t words[2];
};

/** Which of the bytes at `text` are separators, as all bits of each. */
static BOTH struct block_bits separators_at(const struct flavour *flavour, const char *text) {
    block16 bytes;
    struct block_bits bits;
    memcpy(&bytes, text, sizeof bytes);
    block16 found = (block16)(bytes == (unsigned char)flavour->separator);
    if (flavour->alternative != flavour->separator)
        found |= (block16)(bytes == (unsigned char)flavour->alternative);
    memcpy(&bits, &found, sizeof bits);
    return bits;
}

/** Copies bytes with the flavour's own separator for the other one: the end. */
static BOTH char *put_separated(const struct flavour *flavour, char *to, const char *from,
                                size_t size) {
    for (size_t i = 0; i < size; i++)
        to[i] = from[i] == flavour->alternative ? flavour->separator : from[i];
    return to + size;
}

static inline char lower_letter(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/** Whether two drives or names are the same. */
static BOTH bool is_same(const struct flavour *flavour, struct os_slice a, struct os_slice b) {
    if (a.size != b.size)
        return false;
    bool same = memcmp(a.data, b.data, a.size) == 0;
    if (same || !flavour->ignores_case)
        return same;
    for (size_t i = 0; i < a.size; i++)
        if (a.data[i] != b.data[i] && lower_letter(a.data[i]) != lower_letter(b.data[i]))
            return false;
    return true;
}

/**
 * The next name of a path.
 *
 * @param position  where to go on; moves behind the name
 * @param ret_name  one that is neither empty nor "."
 * @return false at the end
 */
static BOTH bool next_name(const struct flavour *flavour, const char **position,
                           struct os_slice *ret_name) {
    const char *start = *position;
    for (;;) {
        while (is_separator(flavour, *start))
            start++;
        const char *end = start;
        while (!ends_name(flavour, *end))
            end++;
        *position = end;
        *ret_name = slice_of(start, end);
        if (end == start)
            return false;
        if (end - start > 1 || *start != '.')
            return true;
        start = end;
    }
}

#endif
