/* SPDX-License-Identifier: MIT */
/** Growing strings and lists of strings. */
#include "base/str.h"

#include "base/seam.h"
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

int str_reserve(struct str *s, size_t extra) {
    if (s->failed)
        return -ENOMEM;
    if (extra < s->room - s->size && s->room > s->size)
        return 0;
    size_t need = s->size + extra + 1;
    size_t room = s->room + s->room / 2;
    if (room < need)
        room = need < 64 ? 64 : need;
    char *data = need > extra && need <= PTRDIFF_MAX ? mem_realloc(s->data, room) : NULL;
    if (!data) {
        s->failed = true;
        return -ENOMEM;
    }
    s->data = data;
    s->room = room;
    s->data[s->size] = '\0';
    return 0;
}

void str_append(struct str *s, const char *text, size_t size) {
    if (str_reserve(s, size) < 0)
        return;
    if (size) /* of nothing there may be no address */
        memcpy(s->data + s->size, text, size);
    s->size += size;
    s->data[s->size] = '\0';
}

void str_append_char(struct str *s, char c) {
    str_append(s, &c, 1);
}

void str_printf(struct str *s, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (size < 0 || str_reserve(s, (size_t)size) < 0) {
        s->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf(s->data + s->size, (size_t)size + 1, format, args);
    va_end(args);
    s->size += (size_t)size;
}

void str_append_number(struct str *s, uint64_t number, unsigned base, unsigned width) {
    char text[64], *at = text + sizeof text;
    do
        *--at = (char)('0' + number % base);
    while ((number /= base) || at > text + sizeof text - width);
    str_append(s, at, (size_t)(text + sizeof text - at));
}

void str_truncate(struct str *s, size_t size) {
    if (size < s->size) {
        s->size = size;
        s->data[size] = '\0';
    }
}

bool str_equal(const struct str *a, const struct str *b) {
    return a->size == b->size && (!a->size || memcmp(a->data, b->data, a->size) == 0);
}

int str_take(struct str *s, char **ret_text) {
    if (str_reserve(s, 0) < 0) {
        str_free(s);
        return -ENOMEM;
    }
    *ret_text = s->data;
    *s = STR_INIT;
    return 0;
}

void str_replace(struct str *s, char *text, size_t size) {
    str_free(s);
    s->data = text;
    s->size = size;
    s->room = size + 1;
}

void str_free(struct str *s) {
    int saved = errno;
    free(s->data);
    *s = STR_INIT;
    errno = saved;
}

void list_add(struct list *l, const char *text, size_t size) {
    str_append(&l->text, text, size);
    str_append(&l->text, "", 1);
    l->count++;
}

int list_take(struct list *l, char ***ret_list) {
    char **list = NULL;
    size_t pointers = (l->count + 1) * sizeof *list;
    if (!l->text.failed)
        list = mem_alloc(pointers + l->text.size);
    if (!list) {
        list_free(l);
        return -ENOMEM;
    }
    char *text = (char *)list + pointers;
    if (l->text.size)
        memcpy(text, l->text.data, l->text.size);
    for (size_t i = 0; i < l->count; i++) {
        list[i] = text;
        text += strlen(text) + 1;
    }
    list[l->count] = NULL;
    list_free(l);
    *ret_list = list;
    return 0;
}

void list_free(struct list *l) {
    str_free(&l->text);
    l->count = 0;
}
