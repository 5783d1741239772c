/* SPDX-License-Identifier: MIT */
/** Lower case as Python's str.lower() has it, in UTF-8. */
#include "path/case.h"

#include "base/error.h"
#include "base/seam.h"
#include "base/utf8.h"
#include "path/block.h"
#include "path/case_table.h"
#include "path/slice.h"
#include <osier/ntpath.h>
#include <osier/path.h>
#include <osier/posixpath.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

enum { DOTTED_I = 0x130, COMBINING_DOT = 0x307, SIGMA = 0x3a3, FINAL_SIGMA = 0x3c2 };

/* ---- ASCII, sixteen characters at once ---- */

typedef signed char signed_block __attribute__((vector_size(16)));

/* Lowers a block; bytes beyond ASCII stay. All that were met gather in `met`. */
static inline void lower_block(char *to, const char *text, block16 *met) {
    block16 b;
    memcpy(&b, text, sizeof b);
    *met |= b;
    signed_block moved =
        (signed_block)(b - ('A' + 128)); /* signed, they are compared with one instruction */
    block16 letters = (block16)(moved < -128 + 26), slashes = (block16)(b == '/');
    b ^= (letters & 0x20) | (slashes & ('/' ^ '\\'));
    memcpy(to, &b, sizeof b);
}

/* Lowers a text of ASCII: false where it is none. */
static bool lower_ascii(char *to, const char *text, size_t size) {
    block16 met = {0};
    uint64_t words[2];
    if (size >= sizeof(block16)) {
        size_t last = size - sizeof(block16); /* of a block that ends where the text does */
        for (size_t done = 0; done < last; done += sizeof(block16))
            lower_block(to + done, text + done, &met);
        lower_block(to + last, text + last, &met);
    } else {
        char few[sizeof(block16)] = {0};
        memcpy(few, text, size);
        lower_block(few, few, &met);
        memcpy(to, few, size);
    }
    memcpy(words, &met, sizeof words);
    return !((words[0] | words[1]) & UINT64_C(0x8080808080808080));
}

/* ---- all of Unicode ---- */

/* Each range of a table begins with its first and its last character. */
static int compare_range(const void *code, const void *range) {
    const uint32_t *c = code, *ends = range;
    return *c < ends[0] ? -1 : *c > ends[1];
}

static uint32_t lower_of(uint32_t code) {
    const struct case_range *range =
        bsearch(&code, lower_table, LENGTH(lower_table), sizeof *lower_table, compare_range);
    bool has_lower = range && (code - range->first) % range->step == 0;
    return has_lower ? code + (uint32_t)range->delta : code;
}

static bool is_in(const struct char_range *ranges, size_t count, uint32_t code) {
    return bsearch(&code, ranges, count, sizeof *ranges, compare_range) != NULL;
}

/* Whether a letter is next, apart from what is ignored between letters. */
static bool letter_follows(const char *text, const char *end) {
    uint32_t code;
    while (text < end) {
        text += utf8_read(text, (size_t)(end - text), &code);
        if (!is_in(ignorable_table, LENGTH(ignorable_table), code))
            return is_in(cased_table, LENGTH(cased_table), code);
    }
    return false;
}

/* One character, which a letter stands before or not. */
static char *put_lower(char *to, uint32_t code, bool behind_letter, const char *next,
                       const char *end) {
    if (code == SIGMA && behind_letter && !letter_follows(next, end))
        return utf8_write(to, FINAL_SIGMA);
    if (code == '/')
        return utf8_write(to, '\\');
    to = utf8_write(to, lower_of(code));
    return code == DOTTED_I ? utf8_write(to, COMBINING_DOT) : to;
}

static size_t lower_unicode(char *to, const char *text, size_t size) {
    char *start = to;
    const char *end = text + size;
    bool behind_letter = false;
    while (text < end) {
        uint32_t code;
        const char *next = text + utf8_read(text, (size_t)(end - text), &code);
        if (utf8_is_byte(code))
            *to++ = *text;
        else
            to = put_lower(to, code, behind_letter, next, end);
        if (!is_in(ignorable_table, LENGTH(ignorable_table), code))
            behind_letter = is_in(cased_table, LENGTH(cased_table), code);
        text = next;
    }
    return (size_t)(to - start);
}

int case_lower(struct os_slice text, char **ret_text) {
    char *lower = mem_alloc(text.size + 1);
    if (!lower)
        return -ENOMEM;
    size_t size = text.size;
    if (!lower_ascii(lower, text.data, size)) {
        free(lower);
        lower = mem_alloc(text.size + text.size / 2 + 1); /* two bytes may become three */
        if (!lower)
            return -ENOMEM;
        size = lower_unicode(lower, text.data, text.size);
    }
    lower[size] = '\0';
    *ret_text = lower;
    return 0;
}

/* ---- normcase ---- */

char *os_path_normcase(const char *path) {
    char *text = NULL;
    int r = slice_copy(slice_of(path, path + strlen(path)), &text);
    return PUBLIC_POINTER(r, text, "path_normcase", path, NULL);
}
ALSO(os_posixpath_normcase, os_path_normcase);

char *os_ntpath_normcase(const char *path) {
    char *text = NULL;
    int r = case_lower(slice_of(path, path + strlen(path)), &text);
    return PUBLIC_POINTER(r, text, "ntpath_normcase", path, NULL);
}
