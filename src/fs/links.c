/* SPDX-License-Identifier: MIT */
/** The symbolic links that a realpath has met, in a hash table. */
#include "fs/links.h"

#include "base/seam.h"

struct link {
    uint64_t hash;
    size_t path, path_size; /* in `texts` */
    size_t target, target_size;
    enum link_state state;
};

static struct link *link_at(const struct links *links, size_t number) {
    return (struct link *)(void *)links->entries.data + number;
}

static uint64_t hash_of(const char *path, size_t size) {
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)path[i]) * 0x100000001b3u;
    return hash ^ hash >> 32;
}

static bool is_path(const struct links *links, const struct link *link, uint64_t hash,
                    const char *path, size_t size) {
    return link->hash == hash && link->path_size == size &&
           memcmp(links->texts.data + link->path, path, size) == 0;
}

/* The slot of a path: empty, or with its number in it. */
static uint32_t *find_slot(const struct links *links, uint64_t hash, const char *path,
                           size_t size) {
    size_t mask = links->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &links->slots[i];
        if (*slot == 0 || is_path(links, link_at(links, *slot - 1), hash, path, size))
            return slot;
    }
}

/* Keeps the table at most half full. */
static int grow(struct links *links) {
    if (links->count * 2 < links->slot_count)
        return 0;
    size_t slot_count = links->slot_count ? links->slot_count * 2 : 16;
    uint32_t *slots = mem_zalloc(slot_count * sizeof *slots);
    if (!slots)
        return -ENOMEM;
    free(links->slots);
    links->slots = slots;
    links->slot_count = slot_count;
    for (size_t i = 0; i < links->count; i++) {
        const struct link *link = link_at(links, i);
        const char *path = links->texts.data + link->path;
        *find_slot(links, link->hash, path, link->path_size) = (uint32_t)i + 1;
    }
    return 0;
}

int links_enter(struct links *links, const char *path, size_t size, size_t *ret_number) {
    if (grow(links) < 0)
        return -ENOMEM;
    struct link link = {.hash = hash_of(path, size), .state = LINK_FOLLOWING};
    uint32_t *slot = find_slot(links, link.hash, path, size);
    if (*slot) {
        *ret_number = *slot - 1;
        return (int)link_at(links, *slot - 1)->state;
    }
    link.path = links->texts.size;
    link.path_size = size;
    str_append(&links->texts, path, size);
    str_append(&links->entries, (const char *)&link, sizeof link);
    if (links->texts.failed || links->entries.failed)
        return -ENOMEM;
    *ret_number = links->count++;
    *slot = (uint32_t)links->count;
    return LINK_NEW;
}

int links_resolve(struct links *links, size_t number, const char *target, size_t size) {
    struct link *link = link_at(links, number);
    link->target = links->texts.size;
    link->target_size = size;
    link->state = LINK_RESOLVED;
    str_append(&links->texts, target, size);
    return links->texts.failed ? -ENOMEM : 0;
}

const char *links_target(const struct links *links, size_t number, size_t *ret_size) {
    const struct link *link = link_at(links, number);
    *ret_size = link->target_size;
    return links->texts.data + link->target;
}

void links_free(struct links *links) {
    str_free(&links->entries);
    str_free(&links->texts);
    free(links->slots);
    links->slots = NULL;
}
