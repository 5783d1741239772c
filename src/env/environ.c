/* SPDX-License-Identifier: MIT */
/** The store of the environment: locked writers, lock-free readers, nothing published ever freed.
 *
 *  A reader walks `environ` while a writer changes it. What it meets on the way are whole strings
 *  that last for ever, so it cannot crash; and it cannot miss a variable that stays set, except
 *  while entries move down to close a gap. `moves` is odd during that; who finds nothing looks
 *  at `moves` and walks again.
 */
#include "env/environ.h"

#include "base/seam.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* A string that was published once; equal ones are used again, so that a variable which changes
 * to and fro does not grow the store. */
struct interned {
    struct interned *next;
    size_t hash;
    char text[];
};

static struct {
    pthread_mutex_t lock;
    char **array; /* the array of ours that was published last */
    size_t room;  /* its slots, that of the final NULL included */
    struct interned **buckets;
    size_t bucket_count; /* a power of two */
    size_t string_count;
    _Atomic size_t retained;
    _Atomic unsigned moves;
} store = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* All access to what readers share: acquire and release, and so clean for ThreadSanitizer. */
static char **shared_environ(void) {
    return __atomic_load_n(&environ, __ATOMIC_ACQUIRE);
}

static char *shared_get(char **slot) {
    return __atomic_load_n(slot, __ATOMIC_ACQUIRE);
}

static void shared_put(char **slot, char *text) {
    __atomic_store_n(slot, text, __ATOMIC_RELEASE);
}

static void publish(char **array) {
    __atomic_store_n(&environ, array, __ATOMIC_RELEASE);
}

static void lock(void) {
    pthread_mutex_lock(&store.lock);
}

static void unlock(void) {
    pthread_mutex_unlock(&store.lock);
}

static void renew_lock(void) {
    pthread_mutex_init(&store.lock, NULL);
}

/* A child of fork gets the store whole. Registered before anybody else's handlers, so that the lock
 * is taken after theirs ran and is free again before theirs run: they may use the environment. */
__attribute__((constructor(101))) static void prepare_for_fork(void) {
    pthread_atfork(lock, unlock, renew_lock);
}

/* Walking. */

static bool names(const char *entry, const char *name, size_t size) {
    return strncmp(entry, name, size) == 0 && entry[size] == '=';
}

/* The slot of the variable; if there is none, that of the final NULL, or NULL without an array. */
static char **find_slot(char **array, const char *name, size_t size, char **ret_entry) {
    char *entry = NULL;
    char **slot = array;
    char first = size ? *name : '=';
    for (; slot && (entry = shared_get(slot)); slot++)
        if (*entry == first && names(entry, name, size))
            break;
    *ret_entry = entry;
    return slot;
}

static size_t count_entries(char **array) {
    size_t count = 0;
    while (array && shared_get(&array[count]))
        count++;
    return count;
}

/* Finding nothing is final if nothing moved meanwhile. While one and the same move goes on, each
 * entry moves once: the second walk finds what the first one missed. So this needs no lock, and
 * ends even in a signal handler that interrupted the move. */
static char *find_entry(const char *name, size_t size) {
    unsigned before = atomic_load_explicit(&store.moves, memory_order_acquire);
    for (bool again = false;;) {
        char *entry;
        find_slot(shared_environ(), name, size, &entry);
        if (entry)
            return entry;
        unsigned after = atomic_load_explicit(&store.moves, memory_order_acquire);
        if (after == before && (again || after % 2 == 0))
            return NULL;
        again = after == before;
        before = after;
    }
}

const char *env_find(const char *name, size_t size) {
    if (memchr(name, '=', size))
        return NULL;
    const char *entry = find_entry(name, size);
    return entry ? entry + size + 1 : NULL;
}

int env_get(const char *name, size_t size, char **ret_value) {
    const char *value = env_find(name, size);
    char *copy = NULL;
    if (value && !(copy = mem_text(value, strlen(value))))
        return -ENOMEM;
    *ret_value = copy;
    return value != NULL;
}

/* Strings. */

static size_t hash_bytes(size_t hash, const char *text, size_t size) {
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x9e3779b1u;
    return hash ^ hash >> 15;
}

static int grow_buckets(void) {
    size_t count = store.bucket_count ? store.bucket_count * 2 : 64;
    struct interned **buckets = mem_zalloc(count * sizeof(struct interned *));
    if (!buckets)
        return -ENOMEM;
    for (size_t i = 0; i < store.bucket_count; i++)
        for (struct interned *s = store.buckets[i], *next; s; s = next) {
            next = s->next;
            struct interned **bucket = &buckets[s->hash & (count - 1)];
            s->next = *bucket;
            *bucket = s;
        }
    free(store.buckets); /* readers never see it */
    store.buckets = buckets;
    store.bucket_count = count;
    return 0;
}

static bool spells(const char *text, const char *name, size_t size, const char *value) {
    return names(text, name, size) && strcmp(text + size + 1, value) == 0;
}

/* The string "name=value" that lasts for ever, made if there is none yet. */
static int intern(const char *name, size_t size, const char *value, char **ret_text) {
    size_t value_size = strlen(value);
    size_t hash = hash_bytes(hash_bytes(5381, name, size), value, value_size);
    if (store.string_count >= store.bucket_count && grow_buckets() < 0)
        return -ENOMEM;
    struct interned **bucket = &store.buckets[hash & (store.bucket_count - 1)];
    for (struct interned *s = *bucket; s; s = s->next)
        if (s->hash == hash && spells(s->text, name, size, value)) {
            *ret_text = s->text;
            return 0;
        }
    size_t bytes = sizeof(struct interned) + size + 1 + value_size + 1;
    struct interned *s = mem_alloc(bytes);
    if (!s)
        return -ENOMEM;
    memcpy(s->text, name, size);
    s->text[size] = '=';
    memcpy(s->text + size + 1, value, value_size + 1);
    s->hash = hash;
    s->next = *bucket;
    *bucket = s;
    store.string_count++;
    atomic_fetch_add(&store.retained, bytes);
    *ret_text = s->text;
    return 0;
}

/* Arrays. */

static void begin_move(void) {
    atomic_fetch_add_explicit(&store.moves, 1, memory_order_relaxed);
}

static void end_move(void) {
    atomic_fetch_add_explicit(&store.moves, 1, memory_order_release);
}

/* Copies `count` entries into an array of ours and empties what lies behind them. In this order, as
 * `from` may be a later part of the same array. */
static void fill(char **array, size_t room, char **from, size_t count) {
    for (size_t i = 0; i < count; i++)
        shared_put(&array[i], shared_get(&from[i]));
    for (size_t i = count; i < room; i++)
        shared_put(&array[i], NULL);
}

/* Makes `environ` an array of ours with space for `extra` more. Each new one is twice the size, so
 * all that were left behind take no more than the last. */
static int own_array(size_t extra) {
    char **now = shared_environ();
    size_t count = count_entries(now);
    if (store.array && count + extra < store.room) {
        if (now != store.array) {
            begin_move();
            fill(store.array, store.room, now, count);
            publish(store.array);
            end_move();
        }
        return 0;
    }
    size_t room = 2 * store.room < 64 ? 64 : 2 * store.room;
    while (room <= count + extra)
        room *= 2;
    char **block = mem_zalloc((room + 1) * sizeof *block);
    if (!block)
        return -ENOMEM;
    block[0] = (char *)store.array; /* the one before stays in reach: it is kept, not leaked */
    char **array = block + 1;
    fill(array, room, now, count);
    atomic_fetch_add(&store.retained, room * sizeof *array);
    store.array = array;
    store.room = room;
    publish(array);
    return 0;
}

/* Puts "name=…" into our array, which has a slot to spare. */
static void put_entry(const char *name, size_t size, char *text) {
    char *entry;
    char **slot = find_slot(store.array, name, size, &entry);
    if (!entry)
        shared_put(slot + 1, NULL);
    shared_put(slot, text);
}

static int set_locked(const char *name, size_t size, const char *value, bool overwrite) {
    char *entry, *text;
    find_slot(shared_environ(), name, size, &entry);
    if (entry && (!overwrite || strcmp(entry + size + 1, value) == 0))
        return 0;
    int r = intern(name, size, value, &text);
    if (r >= 0)
        r = own_array(1);
    if (r >= 0)
        put_entry(name, size, text);
    return r;
}

int env_set(const char *name, size_t size, const char *value, bool overwrite) {
    lock();
    int r = set_locked(name, size, value, overwrite);
    unlock();
    return r;
}

int env_set_default(const char *name, size_t size, const char *value, char **ret_value) {
    char *entry;
    lock();
    find_slot(shared_environ(), name, size, &entry);
    const char *now = entry ? entry + size + 1 : value;
    char *copy = mem_text(now, strlen(now));
    int r = copy ? 1 : -ENOMEM;
    if (copy && !entry)
        r = set_locked(name, size, value, /* overwrite= */ false);
    unlock();
    if (r < 0)
        free(copy);
    else
        *ret_value = copy;
    return r < 0 ? r : 1;
}

/* Whatever can fail comes first, so that a failure changes nothing. */
static int set_all_locked(const char *const *list, char **texts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        size_t size = (size_t)(strchr(list[i], '=') - list[i]);
        int r = intern(list[i], size, list[i] + size + 1, &texts[i]);
        if (r < 0)
            return r;
    }
    int r = own_array(count);
    for (size_t i = 0; r >= 0 && i < count; i++)
        put_entry(texts[i], (size_t)(strchr(texts[i], '=') - texts[i]), texts[i]);
    return r;
}

int env_set_all(const char *const *list) {
    size_t count = 0;
    while (list[count])
        count++;
    AUTO_FREE char **texts = mem_alloc(count * sizeof *texts);
    if (!texts)
        return -ENOMEM;
    lock();
    int r = set_all_locked(list, texts, count);
    unlock();
    return r;
}

/* Closes the gaps that all entries of that name leave; every other one is in the array throughout.
 */
static void remove_entries(const char *name, size_t size) {
    char **to = store.array, *entry;
    begin_move();
    for (char **from = to; (entry = shared_get(from)); from++)
        if (!names(entry, name, size))
            shared_put(to++, entry);
    while (shared_get(to))
        shared_put(to++, NULL);
    end_move();
}

/* Removes the variable; if `ret_value` is not NULL, copies its value first. */
static int remove_locked(const char *name, size_t size, char **ret_value) {
    char *entry;
    find_slot(shared_environ(), name, size, &entry);
    if (!entry)
        return 0;
    AUTO_FREE char *copy = NULL;
    if (ret_value && !(copy = mem_text(entry + size + 1, strlen(entry + size + 1))))
        return -ENOMEM;
    int r = own_array(0);
    if (r < 0)
        return r;
    remove_entries(name, size);
    if (ret_value)
        *ret_value = TAKE_POINTER(copy);
    return 1;
}

int env_unset(const char *name, size_t size) {
    return env_pop(name, size, NULL);
}

int env_pop(const char *name, size_t size, char **ret_value) {
    lock();
    int r = remove_locked(name, size, ret_value);
    unlock();
    return r;
}

void env_clear(void) {
    static char *empty[1];
    lock();
    if (store.array) {
        begin_move();
        fill(store.array, store.room, NULL, 0);
        end_move();
    }
    publish(store.array ? store.array : empty);
    unlock();
}

int env_adopt(void) {
    lock();
    int r = own_array(0);
    unlock();
    return r;
}

size_t env_retained(void) {
    return atomic_load(&store.retained);
}

/* Snapshots. */

/* Whether a name was not seen before; `seen` has twice as many slots as there are names. */
static bool first_of_name(const char **seen, size_t mask, const char *entry, size_t size) {
    size_t i = hash_bytes(5381, entry, size) & mask;
    for (; seen[i]; i = (i + 1) & mask)
        if (names(seen[i], entry, size))
            return false;
    seen[i] = entry;
    return true;
}

/* Drops from `entries` what Python's os.environ would not hold: how many are left, or −ENOMEM. */
static long sift(const char **entries, size_t count) {
    size_t room = 8, kept = 0;
    while (room < 2 * count)
        room *= 2;
    AUTO_FREE const char **seen = mem_zalloc(room * sizeof *seen);
    if (!seen)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const char *equals = strchr(entries[i], '=');
        if (equals && first_of_name(seen, room - 1, entries[i], (size_t)(equals - entries[i])))
            entries[kept++] = entries[i];
    }
    return (long)kept;
}

/* The entries as of now, which stay valid while the lock is held. */
static long gather(const char ***ret_entries) {
    char **now = shared_environ();
    size_t count = count_entries(now);
    AUTO_FREE const char **entries = mem_alloc(count * sizeof *entries);
    if (!entries)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        entries[i] = shared_get(&now[i]);
    long kept = sift(entries, count);
    if (kept >= 0)
        *ret_entries = TAKE_POINTER(entries);
    return kept;
}

/* One block with copies of `count` texts. */
static char **copy_texts(const char *const *texts, size_t count) {
    size_t pointers = (count + 1) * sizeof(char *), bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += strlen(texts[i]) + 1;
    char **list = mem_alloc(pointers + bytes);
    if (!list)
        return NULL;
    char *to = (char *)list + pointers;
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(texts[i]) + 1;
        list[i] = memcpy(to, texts[i], size);
        to += size;
    }
    list[count] = NULL;
    return list;
}

int env_snapshot(char ***ret_list) {
    AUTO_FREE const char **entries = NULL;
    lock();
    long count = gather(&entries);
    char **list = count >= 0 ? copy_texts(entries, (size_t)count) : NULL;
    unlock();
    if (!list)
        return -ENOMEM;
    *ret_list = list;
    return 0;
}

/* A hundred texts copied cost more than all else that is done before a program is started. */
int env_for_program(char ***ret_list) {
    lock();
    char **now = shared_environ();
    size_t room = count_entries(now), count = 0;
    AUTO_FREE char **list = mem_alloc((room + 1) * sizeof *list);
    for (; list && count < room && (list[count] = shared_get(&now[count])); count++)
        ;
    if (list)
        list[count] = NULL;
#ifndef __GLIBC__
    AUTO_FREE char **pointers = TAKE_POINTER(list);
    list = pointers ? copy_texts((const char *const *)pointers, count) : NULL;
#endif
    unlock();
    if (!list)
        return -ENOMEM;
    *ret_list = TAKE_POINTER(list);
    return 0;
}

long env_count(void) {
    AUTO_FREE const char **entries = NULL;
    lock();
    long count = gather(&entries);
    unlock();
    return count;
}
