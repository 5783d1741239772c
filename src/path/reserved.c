/* SPDX-License-Identifier: MIT */
/** Names that Windows keeps for itself: isreserved. */
#include "path/flavour.h"

#include <osier/ntpath.h>

/* COM and LPT are followed by a digit: 1 to 9, or one of ¹, ² and ³. */
static const char *const devices[] = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"};
static const char *const numbered[] = {"COM", "LPT"};
static const char *const superscripts[] = {"\u00b9", "\u00b2", "\u00b3"};

/* How many bytes of a text spell `name` in either case, as str.upper() has it: "ı" is an "I", too.
 * 0 where they don't. */
static size_t spells(struct os_slice text, const char *name) {
    size_t at = 0;
    for (; *name; name++) {
        if (at >= text.size)
            return 0;
        bool dotless =
            *name == 'I' && text.size - at >= 2 && memcmp(text.data + at, "\u0131", 2) == 0;
        if (!dotless && lower_letter(text.data[at]) != lower_letter(*name))
            return 0;
        at += dotless ? 2 : 1;
    }
    return at;
}

static bool is_number(struct os_slice text) {
    if (text.size == 1)
        return *text.data >= '1' && *text.data <= '9';
    for (size_t i = 0; i < sizeof superscripts / sizeof *superscripts; i++)
        if (text.size == 2 && memcmp(text.data, superscripts[i], 2) == 0)
            return true;
    return false;
}

static bool is_device(struct os_slice stem) {
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        if (stem.size > 0 && spells(stem, devices[i]) == stem.size)
            return true;
    for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++) {
        size_t size = spells(stem, numbered[i]);
        if (size > 0 && is_number(slice_of(stem.data + size, stem.data + stem.size)))
            return true;
    }
    return false;
}

/* The part before the first dot, without the spaces at its end. */
static struct os_slice stem_of(struct os_slice name) {
    const char *dot = memchr(name.data, '.', name.size);
    const char *end = dot ? dot : name.data + name.size;
    while (end > name.data && end[-1] == ' ')
        end--;
    return slice_of(name.data, end);
}

static bool is_reserved(struct os_slice name) {
    char last = name.data[name.size - 1];
    if (last == '.' || last == ' ')
        return !slice_is_parent(name) && !(name.size == 1 && last == '.');
    for (size_t i = 0; i < name.size; i++)
        if (nt_byte(name.data[i]) & NT_FORBIDDEN)
            return true;
    return is_device(stem_of(name));
}

bool os_ntpath_isreserved(const char *path) {
    const char *at = path + nt_anchor(path).size;
    struct os_slice name;
    while (next_name(&NT, &at, &name)) /* "." is none */
        if (is_reserved(name))
            return true;
    return false;
}
