/* SPDX-License-Identifier: MIT */
/** Access control lists as people write them, "u:www-data:rx": as setfacl(1) takes them, and the kernel keeps them. */
#include "state/acl.h"

#include "base/seam.h"
#include "fs/acl.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Tags, in the order in which a list has them. */
enum { OWNER = 1, USER_NAMED = 2, GROUP_OWNER = 4, GROUP_NAMED = 8, MASK = 16, OTHER = 32 };
enum { VERSION = 2, NOBODY = -1 };

/* ------------------------------------------------------------------------------ entries */

static int wrong(struct os_state *state, const struct place *place, const char *word) {
    return problem(
        state, place,
        "'%s' is no entry of an access control list; one is \"u:www-data:rx\", \"g:adm:r\" or "
        "\"d:u:app:rwx\" for what is made in a directory",
        word);
}

static bool read_bits(const char *text, uint16_t *ret) {
    *ret = 0;
    if (*text >= '0' && *text <= '7' && !text[1]) {
        *ret = (uint16_t)(*text - '0');
        return true;
    }
    for (const char *c = text; *c; c++)
        if (!strchr("rwx-", *c))
            return false;
        else
            *ret |= *c == 'r' ? 4 : *c == 'w' ? 2 : *c == 'x' ? 1 : 0;
    return *text;
}

/* One of a few words, or its first letter. */
static bool is_word(const char *text, const char *word) {
    return strcmp(text, word) == 0 || (text[0] == word[0] && !text[1]);
}

static int find_holder(struct os_state *state, const struct place *place, const char *name,
                       bool group, uint32_t *ret) {
    char *end;
    unsigned long number = strtoul(name, &end, 10);
    if (*name >= '0' && *name <= '9' && !*end && number < UINT32_MAX) {
        *ret = (uint32_t)number;
        return 0;
    }
    int r = find_owner(state, name, group, ret);
    return r == -ENOENT
               ? problem(state, place, "there is no %s '%s'", group ? "group" : "user", name)
               : r;
}

/* TAG:NAME:BITS, or TAG:BITS of mask and others; in its own memory, which is taken apart. */
static int read_entry(struct os_state *state, const struct place *place, char *word,
                      struct acl_entry *ret) {
    AUTO_FREE char *whole = mem_text(word, strlen(word));
    const char *tag = strsep(&word, ":"), *name = "", *bits;
    *ret = (struct acl_entry){.id = (uint32_t)NOBODY};
    if (!whole)
        return -ENOMEM;
    if (word && is_word(tag, "default")) {
        ret->inherited = true;
        tag = strsep(&word, ":");
    }
    bool two = word && strchr(word, ':');
    if (two)
        name = strsep(&word, ":");
    bits = word;
    bool user = two && is_word(tag, "user"), group = two && is_word(tag, "group");
    ret->tag = user                    ? *name ? USER_NAMED : OWNER
               : group                 ? *name ? GROUP_NAMED : GROUP_OWNER
               : is_word(tag, "mask")  ? MASK
               : is_word(tag, "other") ? OTHER
                                       : 0;
    if (!ret->tag || !bits || !read_bits(bits, &ret->bits) || (*name && !user && !group))
        return wrong(state, place, whole);
    return *name ? find_holder(state, place, name, group, &ret->id) : 0;
}

static int compare(const void *a, const void *b) {
    const struct acl_entry *x = a, *y = b;
    return x->inherited != y->inherited ? x->inherited - y->inherited
           : x->tag != y->tag           ? x->tag - y->tag
                                        : (x->id > y->id) - (x->id < y->id);
}

static int read_entries(struct os_state *state, const struct place *place, const char *text,
                        struct str *list) {
    AUTO_FREE char *copy = mem_text(text, strlen(text));
    char *rest = copy, *word;
    int r = copy ? 0 : -ENOMEM;
    while (r >= 0 && (word = strsep(&rest, ", \t\n"))) {
        struct acl_entry entry;
        if (!*word)
            continue;
        r = read_entry(state, place, word, &entry);
        str_append(list, (const char *)&entry, r < 0 ? 0 : sizeof entry);
    }
    return r < 0 ? r : list->failed ? -ENOMEM : 0;
}

int acl_take(struct os_state *state, const struct place *place, const char *text,
             const struct acl **ret) {
    AUTO_STR list = STR_INIT;
    int r = read_entries(state, place, text, &list);
    size_t count = list.size / sizeof(struct acl_entry);
    struct acl *acl = r < 0 ? NULL : arena_alloc(&state->arena, sizeof *acl + list.size);
    if (!acl)
        return r < 0 ? r : -ENOMEM;
    acl->count = count;
    if (count)
        memcpy(acl->entries, list.data, list.size);
    qsort(acl->entries, count, sizeof *acl->entries, compare);
    for (size_t i = 1; i < count; i++)
        if (compare(&acl->entries[i - 1], &acl->entries[i]) == 0)
            return problem(state, place, "the access control list has one entry twice");
    *ret = acl;
    return 0;
}

/* ------------------------------------------------------------------------------ the kernel's */

struct kernel_entry {
    uint16_t tag, bits;
    uint32_t id;
};

static void put(struct str *s, uint16_t tag, uint16_t bits, uint32_t id) {
    const struct kernel_entry entry = {htole16(tag), htole16(bits), htole32(id)};
    str_append(s, (const char *)&entry, sizeof entry);
}

static const struct acl_entry *find(const struct acl *acl, bool inherited, uint16_t tag) {
    for (size_t i = 0; i < acl->count; i++)
        if (acl->entries[i].inherited == inherited && acl->entries[i].tag == tag)
            return &acl->entries[i];
    return NULL;
}

static void put_named(struct str *s, const struct acl *acl, bool inherited, uint16_t tag) {
    for (size_t i = 0; i < acl->count; i++)
        if (acl->entries[i].inherited == inherited && acl->entries[i].tag == tag)
            put(s, tag, acl->entries[i].bits, acl->entries[i].id);
}

/* What the mask lets through: all that is given to somebody by name, and to the group, unless it is said. */
static uint16_t mask_of(const struct acl *acl, bool inherited, uint16_t group) {
    const struct acl_entry *said = find(acl, inherited, MASK);
    uint16_t bits = group;
    for (size_t i = 0; i < acl->count; i++)
        if (acl->entries[i].inherited == inherited &&
            acl->entries[i].tag & (USER_NAMED | GROUP_NAMED))
            bits |= acl->entries[i].bits;
    return said ? said->bits : bits;
}

int acl_encode(const struct acl *acl, bool inherited, mode_t mode, struct str *ret,
               mode_t *ret_mode) {
    const struct acl_entry *owner = find(acl, inherited, OWNER);
    const struct acl_entry *group = find(acl, inherited, GROUP_OWNER);
    const struct acl_entry *other = find(acl, inherited, OTHER);
    uint16_t owner_bits = owner ? owner->bits : mode >> 6 & 7;
    uint16_t group_bits = group ? group->bits : mode >> 3 & 7;
    uint16_t other_bits = other ? other->bits : mode & 7;
    uint16_t mask = mask_of(acl, inherited, group_bits);
    bool named = false, any = false;
    for (size_t i = 0; i < acl->count; i++) {
        any = any || acl->entries[i].inherited == inherited;
        named = named || (acl->entries[i].inherited == inherited &&
                          acl->entries[i].tag & (USER_NAMED | GROUP_NAMED | MASK));
    }
    const uint32_t version = htole32(VERSION);
    *ret_mode = (mode & ~(mode_t)0777) | (mode_t)owner_bits << 6 |
                (mode_t)(named ? mask : group_bits) << 3 | other_bits;
    if (!(inherited ? any : named))
        return 0; /* permission bits say all of it */
    str_append(ret, (const char *)&version, sizeof version);
    put(ret, OWNER, owner_bits, (uint32_t)NOBODY);
    put_named(ret, acl, inherited, USER_NAMED);
    put(ret, GROUP_OWNER, group_bits, (uint32_t)NOBODY);
    put_named(ret, acl, inherited, GROUP_NAMED);
    if (named)
        put(ret, MASK, mask, (uint32_t)NOBODY);
    put(ret, OTHER, other_bits, (uint32_t)NOBODY);
    return ret->failed ? -ENOMEM : 1;
}

mode_t acl_group_mode(const struct str *list, mode_t mode) {
    struct kernel_entry entry;
    for (size_t i = sizeof(uint32_t); i + sizeof entry <= list->size; i += sizeof entry) {
        memcpy(&entry, list->data + i, sizeof entry);
        if (le16toh(entry.tag) == GROUP_OWNER)
            return (mode & ~(mode_t)070) | (mode_t)(le16toh(entry.bits) & 7) << 3;
    }
    return mode;
}
