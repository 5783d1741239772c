/* SPDX-License-Identifier: MIT */
/** Tables on a terminal: lines of cells under each other, aligned and cut at its edge. */
#ifndef CLI_FRAME_TABLE_H
#define CLI_FRAME_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/** The cells of all lines, one line after the other. */
struct table {
    char **cells;
    size_t columns, lines;
    const bool *right; /* of each column, whether it is one of numbers */
    bool heads;        /* the first line has the names of the columns */
};

/** Prints it, aligned, and cut after so many columns of the terminal. */
void table_print(const struct table *table, size_t width);

#endif
