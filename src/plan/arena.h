/* SPDX-License-Identifier: MIT */
/** Memory in chunks, all of which is freed at once. */
#ifndef PLAN_ARENA_H
#define PLAN_ARENA_H

#include <stddef.h>

struct arena {
    struct chunk *chunks;
};

/** A zeroed block, or NULL with errno ENOMEM. */
void *arena_alloc(struct arena *arena, size_t size);

/** A copy of `size` bytes with a NUL behind them, likewise. */
char *arena_text(struct arena *arena, const char *text, size_t size);

void arena_free(struct arena *arena);

#endif
