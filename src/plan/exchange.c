/* SPDX-License-Identifier: MIT */
/** What stands at two places, exchanged; also where the file system has no call for it. */
#include "plan/exchange.h"

#include "base/kernel.h"
#include "base/seam.h"
#include "fs/at.h"
#include <stdio.h>
#include <sys/stat.h>

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif

static int move(const struct spot *from, const struct spot *to) {
    return at_rename_new(from->dir, from->name, to->dir, to->name);
}

static int drop(const struct spot *spot) {
    return SYS(unlinkat, spot->dir, spot->name, 0);
}

/* What is at `a` goes aside; as a second name where it can be, so that `a` has a file all the while. */
static int put_aside(const struct exchange *x, bool *ret_linked) {
    struct look b;
    int r = look_at(x->b.dir, x->b.name, &b);
    if (r < 0)
        return r;
    bool plain = b.id.ino && !S_ISDIR(b.mode);
    *ret_linked = plain && SYS(linkat, x->a.dir, x->a.name, x->aside.dir, x->aside.name, 0) >= 0;
    return *ret_linked ? 0 : move(&x->a, &x->aside);
}

static int exchange_by_hand(const struct exchange *x) {
    bool linked;
    int r = put_aside(x, &linked);
    if (r < 0)
        return r;
    r = linked ? SYS(renameat, x->b.dir, x->b.name, x->a.dir, x->a.name) : move(&x->b, &x->a);
    if (r < 0) {
        if (linked)
            drop(&x->aside);
        else
            move(&x->aside, &x->a);
        return r;
    }
    r = move(&x->aside, &x->b);
    if (r < 0 && move(&x->a, &x->b) >= 0)
        move(&x->aside, &x->a);
    return r;
}

int exchange(const struct exchange *x, bool has_a, bool has_b) {
    if (!has_a || !has_b)
        return has_a ? move(&x->a, &x->b) : move(&x->b, &x->a);
    int r = SYS(kernel_renameat2, x->a.dir, x->a.name, x->b.dir, x->b.name, RENAME_EXCHANGE);
    return r == -EINVAL || r == -ENOSYS || r == -EPERM ? exchange_by_hand(x) : r;
}

/* A file with both names was to lose one: that of the place where nothing shall be. */
static int settle_names(const struct exchange *x, const struct look *a, const struct look *b,
                        bool has_a, bool has_b) {
    if (!a->id.ino || !look_same(&a->id, &b->id) || has_a == has_b)
        return 0;
    return drop(has_a ? &x->b : &x->a);
}

int exchange_settle(const struct exchange *x, bool has_a, bool has_b) {
    struct look a, b, aside = {0};
    int r = look_at(x->a.dir, x->a.name, &a);
    if (r >= 0)
        r = look_at(x->b.dir, x->b.name, &b);
    if (r >= 0 && x->aside.dir >= 0)
        r = look_at(x->aside.dir, x->aside.name, &aside);
    if (r < 0)
        return r;
    if (!aside.id.ino)
        return settle_names(x, &a, &b, has_a, has_b);
    if (look_same(&aside.id, &a.id) || look_same(&aside.id, &b.id)) /* it has its other name yet */
        return drop(&x->aside);
    if (a.id.ino && look_same(&a.id, &b.id)) { /* the new one has both */
        r = drop(&x->b);
        return r < 0 ? r : move(&x->aside, &x->b);
    }
    if (!a.id.ino || !b.id.ino)
        return move(&x->aside, a.id.ino ? &x->b : &x->a);
    return -ESTALE;
}
