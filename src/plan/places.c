/* SPDX-License-Identifier: MIT */
/** Places that steps have to do with, found by directory and name. */
#include "plan/places.h"

#include "base/seam.h"

int places_begin(struct places *places, const struct txn *txn) {
    places->size = 16;
    while (places->size < 4 * txn->step_count)
        places->size *= 2;
    places->slots = mem_zalloc(places->size * sizeof *places->slots);
    return places->slots ? 0 : -ENOMEM;
}

void places_end(struct places *places) {
    free(places->slots);
    *places = (struct places){0};
}

struct txn_place *places_find(const struct places *places, unsigned dir, const char *name) {
    uint64_t hash = 0xcbf29ce484222325 ^ dir;
    for (const char *c = name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
    size_t at = (size_t)(hash ^ hash >> 32) & (places->size - 1);
    while (places->slots[at].name &&
           (places->slots[at].dir != dir || strcmp(places->slots[at].name, name) != 0))
        at = (at + 1) & (places->size - 1);
    return &places->slots[at];
}

void places_note(const struct places *places, const struct txn_step *step, bool second) {
    unsigned dir = second ? (unsigned)step->dir2 : step->dir;
    const char *name = second ? step->name2 : step->name;
    *places_find(places, dir, name) = (struct txn_place){dir, name, step, second};
}

const struct txn_mark *step_mark(const struct txn_step *step, bool second, bool made) {
    if (step->kind == TXN_POUR)
        return second != made ? NULL : made ? &step->b : &step->a;
    bool first = step->kind != TXN_RENAME || second == made;
    const struct txn_mark *mark = first ? &step->a : &step->b;
    return mark->id.ino ? mark : NULL;
}
