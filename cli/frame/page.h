/* SPDX-License-Identifier: MIT */
/** The pages of the manual that are installed beside the command. */
#ifndef CLI_FRAME_PAGE_H
#define CLI_FRAME_PAGE_H

/** Executes man(1) for the page of a function, "os_mkdir", on a terminal; returns where there is no
 *  page, or no man(1). */
void show_page(const char *function);

#endif
