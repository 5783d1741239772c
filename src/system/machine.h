/* SPDX-License-Identifier: MIT */
/** The one way to the files of /proc, /sys, /etc and /run: of this machine or of a recorded one. */
#ifndef SYSTEM_MACHINE_H
#define SYSTEM_MACHINE_H

#include "base/str.h"
#include <stdint.h>
#include <sys/types.h>

/** Opens an absolute path of the machine that is looked at: a descriptor, or −errno. */
int machine_open(const char *path, int flags);

/** Reads the first `size` − 1 bytes in one read(2), with a NUL behind them: how many, or −errno. */
ssize_t machine_read(const char *path, char *buffer, size_t size);

/** Appends the whole file: 0, or −errno. */
int machine_load(const char *path, struct str *s);

/** The same three of a name in a directory of it that is open. */
int machine_open_at(int dir, const char *name, int flags);
ssize_t machine_read_at(int dir, const char *name, char *buffer, size_t size);
int machine_load_at(int dir, const char *name, struct str *s);

/** A file that holds one number: 0, or −errno (−EINVAL: it holds none). */
int machine_number(const char *path, uint64_t *ret_number);

/** The path of the recorded machine's root, to free(), or NULL for this machine: 0, or −errno. */
int machine_root(char **ret_root);

/** −ENOTSUP where a recorded machine is looked at, which can't be asked: else 0. */
int machine_is_live(void);

/** Whether processes are those of the usual /proc, so that their numbers mean something here. */
bool machine_proc_is_own(void);

/** Nanoseconds from the epoch to when the machine started, as its clock is set now. */
int machine_boot_time(int64_t *ret_nanoseconds);

/** How long it has been up, in nanoseconds: 0, or −errno. */
int machine_uptime(int64_t *ret_nanoseconds);

/** How long a tick of the clock in /proc is, in nanoseconds; and the bytes of a page. */
int64_t machine_tick(void);
uint64_t machine_page(void);

#endif
