/* SPDX-License-Identifier: MIT */
/** Names made safe to show, in the form of a Python string. */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

#include "base/str.h"
#include <stdint.h>

/** Whether str.isprintable() leaves the character alone: no control, format or unusual space. */
bool quote_printable(uint32_t code);

/** Appends repr(os.fsdecode(name)): 'a', "it's", 'a\\nb', '\\udcff'. */
void quote_append(struct str *s, const char *name);

#endif
