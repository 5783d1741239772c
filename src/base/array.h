/* SPDX-License-Identifier: MIT */
/** Arrays that grow: a pointer to items, and how many there is room for. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

/**
 * Makes room for at least `need` items, of twice as many as before: 0, or −ENOMEM where the array
 * stays as it was. `first` is the room of one that is empty.
 *
 *     r = ARRAY_ROOM(list->items, list->room, list->count + 1, 16);
 */
#define ARRAY_ROOM(items, room, need, first)                                                       \
    ((need) <= (room) ? 0 : array_grow(&(items), sizeof *(items), &(room), need, first))

/** What ARRAY_ROOM() calls; `items` is where the pointer stands. */
int array_grow(void *items, size_t size, size_t *room, size_t need, size_t first);

#endif
