/* SPDX-License-Identifier: MIT */
/** Names for what comes into being beside the name that it is to get. */
#ifndef FS_BESIDE_H
#define FS_BESIDE_H

enum {
    BESIDE_SIZE = 32,  /* of a name, with its NUL */
    BESIDE_TRIES = 100 /* until one is found that nobody has */
};

/** Draws a name that nobody else has, ".osier-" and 16 hexadecimal digits. */
void beside_name(char name[static BESIDE_SIZE]);

#endif
