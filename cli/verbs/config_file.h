/* SPDX-License-Identifier: MIT */
/** Keys of configuration files, for get and set. */
#ifndef CLI_VERBS_CONFIG_FILE_H
#define CLI_VERBS_CONFIG_FILE_H

#include "frame/call.h"

/** Whether a word is a file, and no noun: it has a slash in it. */
bool is_config_file(const char *word);

/** osier get FILE [KEY], osier set FILE KEY=VALUE…, the words in call->rest. */
int get_in_file(struct call *call, const char *file);
int set_in_file(struct call *call, const char *file);

#endif
