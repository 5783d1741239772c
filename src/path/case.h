/* SPDX-License-Identifier: MIT */
/** Names in lower case, as paths of Windows are compared. */
#ifndef PATH_CASE_H
#define PATH_CASE_H

#include <osier/types.h>

/**
 * A text in lower case, with "\" in place of each "/": os.path.normcase() of Windows, as CPython
 * has it elsewhere. The text is UTF-8; bytes that are not stay as they are.
 *
 * @param text  ends at a NUL or before an ASCII character
 * @param ret_text  NUL-terminated, to free()
 * @return 0 or −ENOMEM
 */
int case_lower(struct os_slice text, char **ret_text);

#endif
