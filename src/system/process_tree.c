/* SPDX-License-Identifier: MIT */
/** Processes in the order of their descent, each with the lines that lead to it. */
#include "base/cancel.h"
#include "base/error.h"
#include "base/seam.h"
#include "system/process_list.h"
#include "system/rows.h"

#define NONE SIZE_MAX
#define LINES                                                                                      \
    64 /* levels that lines are drawn for: a chain of all processes would be their number squared */

/* What is where in the tree: numbers of the list, or NONE. */
struct node {
    size_t parent, child, sibling; /* the first child; the next one of the same parent */
    bool seen;
};

struct tree {
    const struct os_process_info *list;
    size_t count;
    struct node *nodes;
    bool more[LINES]; /* at each level, whether another one follows below the same parent */
    struct rows rows;
};

static int compare_pid(const void *pid, const void *process) {
    pid_t a = *(const pid_t *)pid, b = ((const struct os_process_info *)process)->pid;
    return (a > b) - (a < b);
}

/* The list is in the order of the numbers. */
static size_t find(const struct tree *t, pid_t pid) {
    const struct os_process_info *found =
        bsearch(&pid, t->list, t->count, sizeof *t->list, compare_pid);
    return found ? (size_t)(found - t->list) : NONE;
}

static void link_nodes(struct tree *t) {
    for (size_t i = 0; i < t->count; i++)
        t->nodes[i] = (struct node){find(t, t->list[i].ppid), NONE, NONE, false};
    for (size_t i = t->count;
         i-- > 0;) { /* the last one first, so that the first one is in front */
        size_t parent = t->nodes[i].parent;
        if (parent == NONE)
            continue;
        t->nodes[i].sibling = t->nodes[parent].child;
        t->nodes[parent].child = i;
    }
}

/* The first of them that isn't in the list yet, as one is that descends from itself: of a recorded machine, or as a
 * number was used again meanwhile. */
static size_t unseen(const struct tree *t, size_t i) {
    while (i != NONE && t->nodes[i].seen)
        i = t->nodes[i].sibling;
    return i;
}

static void draw(const struct tree *t, size_t depth, const char *name, struct str *text) {
    for (size_t level = 1; level < depth && level < LINES; level++)
        str_append_text(text, t->more[level] ? "│  " : "   ");
    if (depth)
        str_append_text(text, depth < LINES && t->more[depth] ? "├─ " : "└─ ");
    str_append_text(text, name);
}

static int add(struct tree *t, size_t i, size_t depth) {
    const struct os_process_info *info = &t->list[i];
    struct os_process_branch *branch = rows_add(&t->rows);
    AUTO_STR text = STR_INIT;
    if (!branch)
        return -ENOMEM;
    t->nodes[i].seen = true;
    if (depth && depth < LINES)
        t->more[depth] = unseen(t, t->nodes[i].sibling) != NONE;
    draw(t, depth, info->name, &text);
    if (text.failed)
        return -ENOMEM;
    *branch = (struct os_process_branch){.pid = info->pid,
                                         .ppid = info->ppid,
                                         .depth = depth,
                                         .num_threads = info->num_threads,
                                         .start_ticks = info->start_ticks,
                                         .create_time = info->create_time,
                                         .rss = info->rss};
    memcpy(branch->status, info->status, sizeof branch->status);
    if (info->username)
        rows_text(&t->rows, info->username, strlen(info->username), &branch->username);
    rows_text(&t->rows, info->name, strlen(info->name), &branch->name);
    rows_text(&t->rows, text.data, text.size, &branch->branch);
    return 0;
}

/* It and all that descend from it; without recursion, as whoever starts processes decides how deep it is. */
static int add_all(struct tree *t, size_t top) {
    size_t at = top, depth = 0;
    int r = add(t, at, depth);
    while (r == 0) {
        size_t next = unseen(t, t->nodes[at].child);
        depth += next != NONE;
        while (next == NONE && at != top) {
            next = unseen(t, t->nodes[at].sibling);
            if (next == NONE) {
                at = t->nodes[at].parent;
                depth--;
            }
        }
        if (next == NONE)
            break;
        at = next;
        r = add(t, at, depth);
    }
    return r;
}

/* Those without a parent here, and then whoever is left, as all of a circle are. */
static int add_everyone(struct tree *t) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < t->count; i++)
        if (t->nodes[i].parent == NONE)
            r = add_all(t, i);
    for (size_t i = 0; r == 0 && i < t->count; i++)
        if (!t->nodes[i].seen)
            r = add_all(t, i);
    return r;
}

static int read_tree(pid_t pid, struct os_process_branch **ret_items, size_t *ret_count) {
    AUTO_FREE struct os_process_info *list = NULL;
    struct tree t = {.rows = {.size = sizeof(struct os_process_branch)}};
    int r = processes_read(OS_PROCESS_NAME | OS_PROCESS_USERNAME, NULL, &list, &t.count);
    if (r < 0)
        return r;
    AUTO_FREE struct node *nodes = mem_alloc(t.count * sizeof *nodes);
    if (!nodes)
        return -ENOMEM;
    t.list = list;
    t.nodes = nodes;
    link_nodes(&t);
    size_t top = find(&t, pid);
    if (pid)
        r = top == NONE ? -ESRCH : add_all(&t, top);
    else
        r = add_everyone(&t);
    if (r == 0) {
        static const size_t texts[] = {offsetof(struct os_process_branch, username),
                                       offsetof(struct os_process_branch, name),
                                       offsetof(struct os_process_branch, branch), SIZE_MAX};
        return rows_take(&t.rows, texts, ret_items, ret_count);
    }
    rows_free(&t.rows);
    return r;
}

struct os_process_branch *os_process_tree(pid_t pid, size_t *ret_count) {
    UNCANCELLED;
    struct os_process_branch *items = NULL;
    int r = read_tree(pid, &items, ret_count);
    return PUBLIC_POINTER(r, items, "process_tree", NULL, NULL);
}
