/* SPDX-License-Identifier: MIT */
/** Names made safe to show, in the form of a Python string, and words made safe for a shell. */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

#include "base/str.h"
#include <stdint.h>

/** Whether str.isprintable() leaves the character alone: no control, format or unusual space. */
bool quote_printable(uint32_t code);

/** Appends repr(os.fsdecode(name)): 'a', "it's", 'a\\nb', '\\udcff'. */
void quote_append(struct str *s, const char *name);

/** Appends one word for a shell, as shlex.quote() writes it: a, 'a b', 'it'"'"'s'. */
void quote_append_word(struct str *s, const char *text);

#endif
