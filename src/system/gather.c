/* SPDX-License-Identifier: MIT */
/** What several readers have gathered of processes, made into one block. */
#include "system/gather.h"

#include "base/seam.h"
#include "system/users.h"
#include <stdint.h>

static const struct os_process_info *next(const struct gather *g, size_t at) {
    return at < g->count ? &g->items[at] : NULL;
}

/* Which of the readers has the lowest number that is not taken yet. */
static size_t lowest(const struct gather *gathers, size_t count, const size_t *at) {
    size_t best = 0;
    for (size_t i = 1; i < count; i++) {
        const struct os_process_info *a = next(&gathers[best], at[best]);
        const struct os_process_info *b = next(&gathers[i], at[i]);
        if (b && (!a || b->pid < a->pid))
            best = i;
    }
    return best;
}

static void move_text(const char **member, const char *base) {
    if (*member)
        *member = base + (uintptr_t)*member - 1;
}

/* Turns the places of a record's texts into pointers; its words into a list at `*words`. */
static void settle_texts(struct os_process_info *info, char *base, char ***words) {
    move_text(&info->name, base);
    move_text(&info->exe, base);
    move_text(&info->cwd, base);
    move_text(&info->username, base);
    move_text(&info->cgroup, base);
    if (!info->cmdline || !base)
        return;
    char *word = base + (uintptr_t)info->cmdline - 1;
    info->cmdline = *words;
    for (size_t i = 0; i < info->cmdline_count; i++) {
        *(*words)++ = word;
        word += strlen(word) + 1;
    }
    *(*words)++ = NULL;
}

/* Where each part of the block begins. */
struct block {
    struct os_process_info *items;
    char **words;
    char *text;
};

static int block_make(const struct gather *gathers, size_t count, struct block *b) {
    size_t items = 0, words = 0, text = 0;
    for (size_t i = 0; i < count; i++) {
        if (gathers[i].text.failed)
            return -ENOMEM;
        items += gathers[i].count;
        words += gathers[i].words;
        text += gathers[i].text.size;
    }
    size_t items_size = items * sizeof *b->items, words_size = words * sizeof *b->words;
    char *block = mem_alloc(items_size + words_size + text);
    if (!block)
        return -ENOMEM;
    b->items = (struct os_process_info *)(void *)block;
    b->words = (char **)(void *)(block + items_size);
    b->text = block + items_size + words_size;
    return 0;
}

static void free_all(struct gather *gathers, size_t count) {
    for (size_t i = 0; i < count; i++)
        gather_free(&gathers[i]);
}

/* Moves all texts into the block: `bases` is set to where each reader's begin. */
static void move_texts(const struct gather *gathers, size_t count, char *text, char **bases) {
    for (size_t i = 0; i < count; i++) {
        bases[i] = text;
        if (gathers[i].text.size)
            memcpy(text, gathers[i].text.data, gathers[i].text.size);
        text += gathers[i].text.size;
    }
}

int gather_take(struct gather *gathers, size_t count, struct os_process_info **ret_items,
                size_t *ret_count) {
    struct block b;
    AUTO_FREE size_t *at = mem_zalloc(count * sizeof *at);
    AUTO_FREE char **bases = mem_zalloc(count * sizeof *bases);
    int r = at && bases ? block_make(gathers, count, &b) : -ENOMEM;
    if (r == 0) {
        move_texts(gathers, count, b.text, bases);
        size_t total = 0;
        for (;;) {
            size_t i = lowest(gathers, count, at);
            const struct os_process_info *item = next(&gathers[i], at[i]);
            if (!item)
                break;
            b.items[total] = *item;
            settle_texts(&b.items[total++], bases[i], &b.words);
            at[i]++;
        }
        *ret_items = b.items;
        *ret_count = total;
    }
    free_all(gathers, count);
    return r;
}

/* One user's name, wherever the first of its processes was found. */
struct known {
    int64_t uid;
    struct str name;
};

static const struct known *find(const struct known *known, size_t count, int64_t uid) {
    for (size_t i = 0; i < count; i++)
        if (known[i].uid == uid)
            return &known[i];
    return NULL;
}

struct names {
    struct known *known;
    size_t count;
};

static int learn(struct names *names, int64_t uid, const struct known **ret) {
    *ret = find(names->known, names->count, uid);
    if (*ret)
        return 0;
    struct known *more = mem_realloc(names->known, (names->count + 1) * sizeof *more);
    if (!more)
        return -ENOMEM;
    names->known = more;
    more[names->count] = (struct known){.uid = uid};
    int r = user_name(uid, &more[names->count].name);
    if (r < 0)
        return r;
    *ret = &more[names->count++];
    return 0;
}

static int name_user(struct gather *g, struct os_process_info *info, struct names *names) {
    const struct known *known;
    if (!(info->valid & OS_PROCESS_USERNAME))
        return 0;
    int r = learn(names, info->uids.real, &known);
    if (r < 0)
        return r;
    info->username = (const char *)(uintptr_t)(g->text.size + 1);
    str_append(&g->text, known->name.data, known->name.size + 1);
    return 0;
}

int gather_users(struct gather *gathers, size_t count) {
    struct names names = {0};
    int r = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; r == 0 && k < gathers[i].count; k++)
            r = name_user(&gathers[i], &gathers[i].items[k], &names);
    for (size_t i = 0; i < names.count; i++)
        str_free(&names.known[i].name);
    free(names.known);
    return r;
}
