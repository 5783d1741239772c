/* SPDX-License-Identifier: MIT */
/** Sixteen bytes that are looked at, or changed, at once. */
#ifndef PATH_BLOCK_H
#define PATH_BLOCK_H

typedef unsigned char block16 __attribute__((vector_size(16)));

#endif
