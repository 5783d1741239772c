/* SPDX-License-Identifier: MIT */
/** A set of files by device and inode. */
#include "tree/seen.h"

#include "base/seam.h"

void seen_begin(struct seen *s) {
    *s = (struct seen){0};
    pthread_mutex_init(&s->lock, NULL);
}

void seen_end(struct seen *s) {
    for (size_t i = 0; i < s->room; i++)
        free(s->files[i].path);
    free(s->files);
    pthread_mutex_destroy(&s->lock);
}

/* Where the file is, or would be. No file has the inode number 0. */
static struct seen_file *find(struct seen_file *files, size_t room, uint64_t dev, uint64_t ino) {
    uint64_t hash = (ino ^ dev << 20) * UINT64_C(0x9E3779B97F4A7C15);
    for (size_t i = (size_t)(hash >> 20) & (room - 1);; i = (i + 1) & (room - 1))
        if (files[i].ino == 0 || (files[i].ino == ino && files[i].dev == dev))
            return &files[i];
}

static int grow(struct seen *s) {
    size_t room = s->room ? 2 * s->room : 256;
    struct seen_file *files = mem_zalloc(room * sizeof *files);
    if (!files)
        return -ENOMEM;
    for (size_t i = 0; i < s->room; i++)
        if (s->files[i].ino)
            *find(files, room, s->files[i].dev, s->files[i].ino) = s->files[i];
    free(s->files);
    s->files = files;
    s->room = room;
    return 0;
}

struct seen_file *seen_place(struct seen *s, uint64_t dev, uint64_t ino) {
    if (s->room < 2 * (s->count + 1) && grow(s) < 0)
        return NULL;
    struct seen_file *file = find(s->files, s->room, dev, ino);
    if (file->ino == 0) {
        *file = (struct seen_file){.dev = dev, .ino = ino};
        s->count++;
    }
    return file;
}

int seen_add(struct seen *s, uint64_t dev, uint64_t ino) {
    pthread_mutex_lock(&s->lock);
    size_t before = s->count;
    int r = seen_place(s, dev, ino) ? s->count > before : -ENOMEM;
    pthread_mutex_unlock(&s->lock);
    return r;
}
