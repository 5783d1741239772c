/* SPDX-License-Identifier: MIT */
/** What osier get prints with --prometheus: the metrics of node_exporter, in its names. */
#ifndef CLI_VERBS_METRICS_H
#define CLI_VERBS_METRICS_H

#include <stdbool.h>

/** Whether something has metrics. */
bool has_metrics(const char *what);

/** Prints those of `what`, of "all" everything that has some: the exit status. */
int print_metrics(const char *what);

#endif
