/* SPDX-License-Identifier: MIT */
/** The line of /proc/PID/stat taken apart: a name of any bytes between the first "(" and the last
 *  ")", and numbers. */
#include "system/process_stat.h"

#include <string.h>

/* A number with or without a sign; what is none is 0 and ends where it began. */
static const char *number(const char *at, uint64_t *ret) {
    bool negative = *at == '-';
    uint64_t value = 0;
    for (at += negative; *at >= '0' && *at <= '9'; at++)
        value = value * 10 + (uint64_t)(*at - '0');
    *ret = negative ? -value : value;
    return at;
}

bool stat_parse(const char *text, size_t size, struct process_stat *ret) {
    const char *open = memchr(text, '(', size);
    const char *close = memrchr(text, ')', size);
    if (!open || !close || close < open || close + 4 > text + size || close[1] != ' ')
        return false;
    number(text, &ret->pid);
    ret->name = open + 1;
    ret->name_size = (size_t)(close - open - 1);
    ret->status = close[2];
    const char *at = close + 3;
    int field = STAT_PPID;
    for (; *at == ' ' && field < STAT_FIELDS; field++)
        at = number(at + 1, &ret->fields[field]);
    int read = field;
    for (; field < STAT_FIELDS; field++)
        ret->fields[field] = 0;
    return read > STAT_RSS;
}
