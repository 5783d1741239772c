/* SPDX-License-Identifier: MIT */
/** Two texts compared line by line: Myers' greedy algorithm, with a limit to what it may cost.
 *
 *  E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986. Where the texts differ in
 *  more lines than is worth finding out, the middle of the one replaces that of the other.
 */
#include "plan/diff.h"

#include "base/seam.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { MOST_EDITS = 1000 }; /* its trace takes this squared, twice four bytes */

struct line {
    const char *text;
    size_t size;
    uint32_t hash;
    bool whole; /* it ends with a line feed */
};

struct lines {
    struct line *list;
    size_t count;
    bool *changed; /* it is removed, or added */
};

static int split(const char *text, size_t size, struct lines *ret) {
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += text[i] == '\n';
    count += size && text[size - 1] != '\n';
    ret->list = mem_alloc(count * sizeof *ret->list);
    ret->changed = mem_zalloc(count + 1);
    if (!ret->list || !ret->changed)
        return -ENOMEM;
    const char *end = text + size;
    while (text < end) {
        const char *feed = memchr(text, '\n', (size_t)(end - text));
        struct line line = {.text = text, .whole = feed != NULL};
        line.size = (size_t)((feed ? feed : end) - text);
        line.hash = 0x811c9dc5u; /* FNV-1a */
        for (size_t i = 0; i < line.size; i++)
            line.hash = (line.hash ^ (unsigned char)text[i]) * 0x01000193u;
        ret->list[ret->count++] = line;
        text = feed ? feed + 1 : end;
    }
    return 0;
}

static bool same(const struct line *a, const struct line *b) {
    return a->hash == b->hash && a->size == b->size && a->whole == b->whole &&
           memcmp(a->text, b->text, a->size) == 0;
}

/* The part of both texts that is looked at. */
struct middle {
    const struct line *a, *b;
    long a_count, b_count;
    bool *a_changed, *b_changed;
};

static void change_all(struct middle *m) {
    memset(m->a_changed, true, (size_t)m->a_count);
    memset(m->b_changed, true, (size_t)m->b_count);
}

/* How far the diagonals were come, before each round: trace[round * width + diagonal]. */
static void walk_back(struct middle *m, const int32_t *trace, long width, long rounds) {
    long x = m->a_count, y = m->b_count;
    for (long d = rounds; d > 0; d--) {
        const int32_t *v = trace + (d - 1) * width + width / 2;
        long k = x - y;
        bool down = k == -d || (k != d && v[k - 1] < v[k + 1]);
        long before = down ? k + 1 : k - 1;
        long from_x = v[before], from_y = from_x - before;
        if (down)
            m->b_changed[from_y] = true;
        else
            m->a_changed[from_x] = true;
        x = from_x;
        y = from_y;
    }
}

static long come(const struct middle *m, long x, long y) {
    while (x < m->a_count && y < m->b_count && same(&m->a[x], &m->b[y])) {
        x++;
        y++;
    }
    return x;
}

/* One round: whether the end was come to. */
static bool advance(const struct middle *m, int32_t *v, long d) {
    for (long k = -d; k <= d; k += 2) {
        bool down = k == -d || (k != d && v[k - 1] < v[k + 1]);
        long x = down ? v[k + 1] : v[k - 1] + 1;
        x = come(m, x, x - k);
        v[k] = (int32_t)x;
        if (x >= m->a_count && x - k >= m->b_count)
            return true;
    }
    return false;
}

static int compare(struct middle *m) {
    long most = m->a_count + m->b_count;
    if (most > MOST_EDITS)
        most = MOST_EDITS;
    if (!m->a_count || !m->b_count) {
        change_all(m);
        return 0;
    }
    long width = 2 * most + 3;
    AUTO_STR trace = STR_INIT;
    AUTO_FREE int32_t *rows = mem_zalloc((size_t)width * sizeof *rows);
    if (!rows)
        return -ENOMEM;
    int32_t *v = rows + width / 2;
    for (long d = 0; d <= most; d++) {
        bool done = advance(m, v, d);
        if (done) {
            walk_back(m, (const int32_t *)(const void *)trace.data, width, d);
            return 0;
        }
        str_append(&trace, (const char *)rows, (size_t)width * sizeof *rows);
        if (trace.failed)
            return -ENOMEM;
    }
    change_all(m);
    return 0;
}

/* What both begin and end with needs no looking for. */
static int mark(struct lines *a, struct lines *b) {
    size_t front = 0, back = 0;
    while (front < a->count && front < b->count && same(&a->list[front], &b->list[front]))
        front++;
    while (back < a->count - front && back < b->count - front &&
           same(&a->list[a->count - 1 - back], &b->list[b->count - 1 - back]))
        back++;
    struct middle m = {a->list + front,
                       b->list + front,
                       (long)(a->count - front - back),
                       (long)(b->count - front - back),
                       a->changed + front,
                       b->changed + front};
    return compare(&m);
}

/* --------------------------------------------------------------------------------- writing */

struct writer {
    const struct lines *a, *b;
    size_t context;
    int (*put)(void *data, char sign, const char *line, size_t size);
    void *data;
};

/* Where the next change begins, from a pair of lines that are the same on. */
static bool next_change(const struct writer *w, size_t *x, size_t *y) {
    while (*x < w->a->count && *y < w->b->count && !w->a->changed[*x] && !w->b->changed[*y]) {
        ++*x;
        ++*y;
    }
    return *x < w->a->count || *y < w->b->count;
}

static void skip_change(const struct writer *w, size_t *x, size_t *y) {
    while (*x < w->a->count && w->a->changed[*x])
        ++*x;
    while (*y < w->b->count && w->b->changed[*y])
        ++*y;
}

static int put_one(const struct writer *w, char sign, const struct line *line) {
    static const char note[] = "\\ No newline at end of file";
    int r = w->put(w->data, sign, line->text, line->size);
    if (r >= 0 && !line->whole)
        r = w->put(w->data, '@', note, sizeof note - 1);
    return r;
}

static int put_head(const struct writer *w, size_t x, size_t x_end, size_t y, size_t y_end) {
    AUTO_STR head = STR_INIT;
    str_printf(&head, "@@ -%zu,%zu +%zu,%zu @@", x_end > x ? x + 1 : x, x_end - x,
               y_end > y ? y + 1 : y, y_end - y);
    return head.failed ? -ENOMEM : w->put(w->data, '@', head.data, head.size);
}

static int put_hunk(const struct writer *w, size_t x, size_t x_end, size_t y, size_t y_end) {
    int r = put_head(w, x, x_end, y, y_end);
    while (r >= 0 && (x < x_end || y < y_end)) {
        if (x < x_end && w->a->changed[x])
            r = put_one(w, '-', &w->a->list[x++]);
        else if (y < y_end && w->b->changed[y])
            r = put_one(w, '+', &w->b->list[y++]);
        else {
            r = put_one(w, ' ', &w->a->list[x++]);
            y++;
        }
    }
    return r;
}

/* Changes that are no further from each other than both their contexts are one hunk. */
static int put_all(const struct writer *w) {
    size_t x = 0, y = 0;
    int r = 0;
    while (r >= 0 && next_change(w, &x, &y)) {
        size_t before = x < y ? x : y;
        before = before < w->context ? before : w->context;
        size_t start_x = x - before, start_y = y - before;
        for (;;) {
            skip_change(w, &x, &y);
            size_t next_x = x, next_y = y;
            if (!next_change(w, &next_x, &next_y) || next_x - x > 2 * w->context)
                break;
            x = next_x;
            y = next_y;
        }
        size_t after = w->a->count - x;
        after = after < w->context ? after : w->context;
        x += after;
        y += after;
        r = put_hunk(w, start_x, x, start_y, y);
    }
    return r;
}

int text_diff(const char *a, size_t a_size, const char *b, size_t b_size, size_t context,
              int (*put)(void *data, char sign, const char *line, size_t size), void *data) {
    struct lines old = {0}, new = {0};
    const struct writer w = {&old, &new, context, put, data};
    int r = split(a, a_size, &old);
    if (r >= 0)
        r = split(b, b_size, &new);
    if (r >= 0)
        r = mark(&old, &new);
    if (r >= 0)
        r = put_all(&w);
    free(old.list);
    free(old.changed);
    free(new.list);
    free(new.changed);
    return r;
}
