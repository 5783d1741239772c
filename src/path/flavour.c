/* SPDX-License-Identifier: MIT */
/** What each byte means in a path of Windows. */
#include "path/flavour.h"

const unsigned char nt_bytes[256] = {
    [0] = NT_NUL,         [1 ... ' ' - 1] = NT_FORBIDDEN, ['"'] = NT_FORBIDDEN,
    ['*'] = NT_FORBIDDEN, [':'] = NT_FORBIDDEN,           ['<'] = NT_FORBIDDEN,
    ['>'] = NT_FORBIDDEN, ['?'] = NT_FORBIDDEN,           ['|'] = NT_FORBIDDEN,
    ['/'] = NT_SEPARATOR, ['\\'] = NT_SEPARATOR,
};
