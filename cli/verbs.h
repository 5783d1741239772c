/* SPDX-License-Identifier: MIT */
/**
 * Commands of osier's own.
 *
 * A verb is declared like a function of the library: the comment is what --help, the manual and the
 * completions are made of. Its @shell line names the words it takes, and each has a @param.
 */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "call.h"

#endif
