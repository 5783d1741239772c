/* SPDX-License-Identifier: MIT */
/** Access control lists, as the kernel keeps them in extended attributes (acl(5)). */
#include "fs/acl.h"

#include "base/seam.h"
#include <endian.h>
#include <stdint.h>
#include <string.h>

/* Tags of entries. */
enum { GROUP_OWNER = 4, MASK = 16 };

struct entry {
    uint16_t tag, bits; /* little-endian */
    uint32_t id;
};

bool acl_is_name(const char *name) {
    return strcmp(name, XATTR_ACL) == 0 || strcmp(name, XATTR_DEFAULT_ACL) == 0;
}

/* What a list lets the group itself do. */
static mode_t group_bits(const struct str *list) {
    unsigned group = 0, mask = 7;
    struct entry entry;
    for (size_t i = sizeof(uint32_t); i + sizeof entry <= list->size; i += sizeof entry) {
        memcpy(&entry, list->data + i, sizeof entry);
        unsigned bits = le16toh(entry.bits) & 7u;
        if (le16toh(entry.tag) == GROUP_OWNER)
            group = bits;
        else if (le16toh(entry.tag) == MASK)
            mask = bits;
    }
    return group & mask;
}

mode_t acl_mode_without(const char *path, int fd, mode_t mode) {
    AUTO_STR list = STR_INIT;
    int r = xattr_load(path, fd, XATTR_ACL, &list);
    if (r == -ENODATA || r == -ENOTSUP || r == -ENOSYS)
        return mode;
    return (mode & ~(mode_t)070) | (r < 0 ? 0 : group_bits(&list) << 3);
}
