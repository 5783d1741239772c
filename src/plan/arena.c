/* SPDX-License-Identifier: MIT */
/** Memory in chunks, all of which is freed at once. */
#include "plan/arena.h"

#include "base/seam.h"

#include <string.h>

enum { CHUNK = 64 * 1024 };

struct chunk {
    struct chunk *next;
    size_t used, size;
    max_align_t data[];
};

static struct chunk *add_chunk(struct arena *arena, size_t size) {
    struct chunk *chunk = mem_zalloc(sizeof *chunk + size);
    if (!chunk)
        return NULL;
    chunk->size = size;
    if (arena->chunks &&
        size > CHUNK) { /* a large block of its own: the one that is filled stays */
        chunk->next = arena->chunks->next;
        arena->chunks->next = chunk;
    } else {
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size) {
    struct chunk *chunk = arena->chunks;
    size = (size + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
    if (!chunk || chunk->size - chunk->used < size)
        chunk = add_chunk(arena, size > CHUNK / 4 ? size + (size < CHUNK ? CHUNK : 1) : CHUNK);
    if (!chunk)
        return NULL;
    void *block = (char *)chunk->data + chunk->used;
    chunk->used += size;
    return block;
}

char *arena_text(struct arena *arena, const char *text, size_t size) {
    char *copy = arena_alloc(arena, size + 1);
    return copy && size ? memcpy(copy, text, size) : copy;
}

void arena_free(struct arena *arena) {
    struct chunk *chunk = arena->chunks;
    while (chunk) {
        struct chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    arena->chunks = NULL;
}
