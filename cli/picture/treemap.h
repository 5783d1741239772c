/* SPDX-License-Identifier: MIT */
/** A picture of what takes the space in a tree. */
#ifndef CLI_PICTURE_TREEMAP_H
#define CLI_PICTURE_TREEMAP_H

#include <osier.h>
#include <stdio.h>

/** Writes the treemap of a list in which the directory above each entry is listed too: as an SVG
 *  picture, or as an HTML page to walk through. 0 or −ENOMEM; the file knows of failed writes. */
int treemap_write(FILE *file, const struct os_tree_usage *usage, bool apparent, bool html);

#endif
