/* SPDX-License-Identifier: MIT */
/** osier.extra and osier.system: what tools/contract/python.py makes of the headers, and what that calls. */
#ifndef PYTHON_EXTRA_H
#define PYTHON_EXTRA_H

#include "door.h"

#include <stdlib.h>

/** The word of an enum's value. */
struct extra_word {
    const char *word;
    int value;
};

/** The type of a record. */
struct extra_type {
    PyStructSequence_Desc description;
};

/** Those of all records; ends with one that has no name. */
extern struct extra_type extra_types[];

/** A str, None for NULL. */
PyObject *extra_text(const char *text);

/** The text of an array of `size`, which may have no NUL. */
PyObject *extra_chars(const char *text, size_t size);

/** The texts of a list that ends with NULL; None for NULL. */
PyObject *extra_list(char *const *texts);

/** Names and numbers as a dict. */
PyObject *extra_map(const struct os_named_number *list, size_t count);

/** "NAME=value" texts, then NULL, as a dict. */
PyObject *extra_dict(char *const *texts);

/** Numbers as a list. */
PyObject *extra_ints(const int *list, size_t count);

/** Objects, which are taken, as a tuple; NULL if one of them is NULL. */
PyObject *extra_tuple(int count, ...);

/** A handle, which `end` is called with when nobody has it any more. */
PyObject *extra_capsule(void *handle, const char *name, void (*end)(PyObject *));

/** The handle in such an object; NULL with an exception for any other, and for None, one that was closed. */
void *extra_handle(PyObject *capsule, const char *name);

/** A member of a record, and the bit by which it is read; 0: always. */
struct extra_field {
    const char *name;
    uint64_t bit;
};

/** The bits of the members that are named, `all` for None: 0, or −1 with an exception. */
int extra_fields(PyObject *names, const struct extra_field *fields, uint64_t all,
                 uint64_t *ret_bits);

/** The module of this extension. */
PyObject *extra_module(const char *name, const char *doc);

/** A time in nanoseconds, however far away. */
PyObject *extra_moment(int64_t seconds, int64_t nanoseconds);

/** The word of a value, its number where it has none. */
PyObject *extra_word_of(int value, const struct extra_word *words);

/** The value of a word: 0, or −1 with a ValueError that names them all. */
int extra_word(const char *text, const struct extra_word *words, int *ret_value);

/** A record of the type `index` of these objects, which are taken; NULL if one of them is NULL. */
PyObject *extra_record(PyObject *module, int index, PyObject **items, int count);

/** The records of an array as a list, by the function that makes one. */
#define EXTRA_RECORDS(make, records, count)                                                        \
    ({                                                                                             \
        size_t count_ = (count);                                                                   \
        PyObject *list_ = PyList_New((Py_ssize_t)count_);                                          \
        for (size_t i_ = 0; list_ && i_ < count_; i_++) {                                          \
            PyObject *one_ = make(module, &(records)[i_]);                                         \
            if (one_)                                                                              \
                PyList_SET_ITEM(list_, (Py_ssize_t)i_, one_);                                      \
            else                                                                                   \
                Py_CLEAR(list_);                                                                   \
        }                                                                                          \
        list_;                                                                                     \
    })

/** The texts of a list that was passed, until the end of the block. */
struct extra_texts {
    PyObject *owner;
    char **list; /* NULL for None */
};
#define EXTRA_TEXTS __attribute__((cleanup(extra_free_texts))) struct extra_texts

int extra_texts(PyObject *list, struct extra_texts *ret);
void extra_free_texts(struct extra_texts *texts);

#endif
