/* SPDX-License-Identifier: MIT */
/** Counts the live blocks of library and tests, linked with --wrap=malloc and its like. */
#include "faults.h"

#include <pthread.h>

/* The addresses of the live blocks, an open hash. free() also gets blocks that libc allocated by
 * itself (strdup, getline): those are not in it and count nothing. */
#define SLOTS (1u << 17)
#define GONE  ((void *)1)
static void *slots[SLOTS];
static long live;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

static size_t slot_of(uintptr_t address) {
    return (address >> 4) * 0x9e3779b1u % SLOTS;
}

static void enter(void *block) {
    if (!block)
        return;
    pthread_mutex_lock(&lock);
    size_t i = slot_of((uintptr_t)block);
    while (slots[i] && slots[i] != GONE)
        i = (i + 1) % SLOTS;
    slots[i] = block;
    live++;
    pthread_mutex_unlock(&lock);
}

static bool take_out(uintptr_t address) {
    bool found = false;
    pthread_mutex_lock(&lock);
    for (size_t i = slot_of(address); slots[i]; i = (i + 1) % SLOTS) {
        if ((uintptr_t)slots[i] != address)
            continue;
        slots[i] = slots[(i + 1) % SLOTS] ? GONE : NULL;
        live--;
        found = true;
        break;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

void *__wrap_malloc(size_t size) {
    void *block = __real_malloc(size);
    enter(block);
    return block;
}

void *__wrap_calloc(size_t count, size_t size) {
    void *block = __real_calloc(count, size);
    enter(block);
    return block;
}

void *__wrap_realloc(void *block, size_t size) {
    bool counted = !block || take_out((uintptr_t)block);
    void *moved = __real_realloc(block, size);
    if (counted)
        enter(moved ? moved : block);
    return moved;
}

void __wrap_free(void *block) {
    if (block)
        take_out((uintptr_t)block);
    __real_free(block);
}

long fault_blocks(void) {
    pthread_mutex_lock(&lock);
    long count = live;
    pthread_mutex_unlock(&lock);
    return count;
}
