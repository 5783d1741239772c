/* SPDX-License-Identifier: MIT */
/** Names made safe to show, in the form of a Python string. */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

#include "base/str.h"
#include <stdint.h>

/**
 * One character of UTF-8 text.
 *
 * @param text  where it starts; NUL-terminated
 * @param ret_code  the code point; for a byte that is not UTF-8 the surrogate U+DC80 + byte − 0x80
 *                  that Python's surrogateescape gives it (PEP 383)
 * @return how many bytes it has, 0 at the end
 */
size_t quote_decode(const char *text, uint32_t *ret_code);

/** Whether str.isprintable() leaves the character alone: no control, format or unusual space. */
bool quote_printable(uint32_t code);

/** Appends repr(os.fsdecode(name)): 'a', "it's", 'a\\nb', '\\udcff'. */
void quote_append(struct str *s, const char *name);

#endif
