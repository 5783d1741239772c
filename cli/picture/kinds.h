/* SPDX-License-Identifier: MIT */
/** What sort of file a name stands for, for the colours of a picture. */
#ifndef CLI_PICTURE_KINDS_H
#define CLI_PICTURE_KINDS_H

enum { KINDS = 8 };

struct kind {
    const char *name;
    const char *light, *dark; /* its colour on a light page, and on a dark one */
    const char *endings;      /* with a space around each */
};

/** The first is of all other files. */
extern const struct kind kinds[KINDS];

/** The number of a file's kind; of one without an ending the first bytes are read. */
int kind_of_path(const char *path);

#endif
