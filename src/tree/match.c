/* SPDX-License-Identifier: MIT */
/** Names against patterns. */
#include "tree/match.h"

#include "base/utf8.h"
#include <string.h>

/* Where the set after a '[' ends: at its ']', or NULL if there is none, so the '[' is itself. */
static const char *set_end(const char *set) {
    const char *p = set;
    if (*p == '!')
        p++;
    if (*p == ']')
        p++;
    return strchr(p, ']');
}

/* Whether a set, from behind its '[' to `end`, has the character. */
static bool set_has(const char *set, const char *end, uint32_t code) {
    bool negated = *set == '!';
    bool found = false;
    for (const char *p = set + negated; p < end;) {
        uint32_t low = 0, high;
        p += utf8_next(p, &low);
        high = low;
        if (*p == '-' && p + 1 < end) {
            p++;
            p += utf8_next(p, &high);
        }
        if (low <= code && code <= high)
            found = true;
    }
    return found != negated;
}

/* Matches one character: how many bytes of the pattern that took, or 0 if it doesn't. */
static size_t match_one(const char *pattern, uint32_t code) {
    if (*pattern == '?')
        return 1;
    const char *end = *pattern == '[' ? set_end(pattern + 1) : NULL;
    if (end)
        return set_has(pattern + 1, end, code) ? (size_t)(end + 1 - pattern) : 0;
    uint32_t expected;
    size_t size = utf8_next(pattern, &expected);
    return size && expected == code ? size : 0;
}

/* A '*' is first taken to match nothing; a mismatch lets the last one take a character more. */
bool match_name(const char *pattern, const char *name) {
    const char *star = NULL, *resume = NULL;
    while (*name) {
        uint32_t code;
        size_t size = utf8_next(name, &code);
        size_t taken = *pattern == '*' ? 0 : match_one(pattern, code);
        if (*pattern == '*') {
            star = ++pattern;
            resume = name;
        } else if (taken) {
            pattern += taken;
            name += size;
        } else if (star) {
            pattern = star;
            resume += utf8_next(resume, &code);
            name = resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

bool match_has_magic(const char *pattern) {
    return strpbrk(pattern, "*?[") != NULL;
}
