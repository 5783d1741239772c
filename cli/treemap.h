/* SPDX-License-Identifier: MIT */
/** A picture of what takes the space in a tree. */
#ifndef CLI_TREEMAP_H
#define CLI_TREEMAP_H

#include <osier.h>
#include <stdio.h>

/** Writes the treemap of a list with all levels down to some depth; `html` around it or not. */
void treemap_write(FILE *file, const struct os_usage *usage, bool apparent, bool html);

#endif
