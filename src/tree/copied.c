/* SPDX-License-Identifier: MIT */
/** The set of what a move has copied: nothing else is removed afterwards. */
#include "tree/copied.h"

#include "base/seam.h"

void copied_begin(struct copied *set) {
    *set = (struct copied){0};
    pthread_mutex_init(&set->lock, NULL);
}

void copied_end(struct copied *set) {
    free(set->prints);
    pthread_mutex_destroy(&set->lock);
}

static uint64_t mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value) * UINT64_C(0x9E3779B97F4A7C15);
    hash = (hash ^ hash >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    hash = (hash ^ hash >> 27) * UINT64_C(0x94D049BB133111EB);
    return hash ^ hash >> 31;
}

static uint64_t mix_time(uint64_t hash, struct timespec time) {
    return mix(mix(hash, (uint64_t)time.tv_sec), (uint64_t)time.tv_nsec);
}

/* A change of the attributes shows in the ctime; but that of a file with several names changes also
 * when one of these is removed, as they are one after the other. No print is 0. */
static uint64_t print_of(const struct stat *st, bool several_names) {
    uint64_t hash = mix(mix(1, (uint64_t)st->st_dev), (uint64_t)st->st_ino);
    if (S_ISDIR(st->st_mode))
        return hash | 1;
    hash = mix(mix(hash, st->st_mode), (uint64_t)st->st_size);
    hash = mix_time(hash, st->st_mtim);
    return (several_names ? mix(hash, 1) : mix_time(hash, st->st_ctim)) | 1;
}

/* Where the print is, or would be. */
static uint64_t *find(uint64_t *prints, size_t room, uint64_t print) {
    for (size_t i = (size_t)(print >> 1) & (room - 1);; i = (i + 1) & (room - 1))
        if (prints[i] == 0 || prints[i] == print)
            return &prints[i];
}

static int grow(struct copied *set) {
    size_t room = set->room ? 2 * set->room : 256;
    uint64_t *prints = mem_zalloc(room * sizeof *prints);
    if (!prints)
        return -ENOMEM;
    for (size_t i = 0; i < set->room; i++)
        if (set->prints[i])
            *find(prints, room, set->prints[i]) = set->prints[i];
    free(set->prints);
    set->prints = prints;
    set->room = room;
    return 0;
}

static int add_print(struct copied *set, uint64_t print) {
    if (set->room < 2 * (set->count + 1) && grow(set) < 0)
        return -ENOMEM;
    uint64_t *place = find(set->prints, set->room, print);
    set->count += *place == 0;
    *place = print;
    return 0;
}

int copied_add(struct copied *set, const struct stat *st) {
    pthread_mutex_lock(&set->lock);
    int r = add_print(set, print_of(st, st->st_nlink > 1));
    pthread_mutex_unlock(&set->lock);
    return r;
}

bool copied_has(const struct copied *set, const struct stat *st) {
    for (int several = 0; several < 2 && set->room; several++)
        if (*find(set->prints, set->room, print_of(st, several)))
            return true;
    return false;
}

static bool same_time(struct timespec a, struct timespec b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool copied_same(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_mode == b->st_mode &&
           a->st_uid == b->st_uid && a->st_gid == b->st_gid &&
           (S_ISDIR(a->st_mode) || (a->st_size == b->st_size && same_time(a->st_mtim, b->st_mtim)));
}
