/* SPDX-License-Identifier: MIT */
/** The log of a program: what it prints, each line with the time it came. */
#ifndef CLI_VERBS_RUN_LOG_H
#define CLI_VERBS_RUN_LOG_H

/** A file that lines are added to, by a thread that reads them from a pipe. */
struct run_log;

/** Opens it: NULL with errno set. `ret_fd` is where the program prints to. */
struct run_log *run_log_open(const char *path, int *ret_fd);

/** Writes what is still in the pipe, and closes everything; NULL is fine. */
void run_log_close(struct run_log *log);

#endif
