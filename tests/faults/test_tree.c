/* SPDX-License-Identifier: MIT */
/** Faults in the calls for whole trees. */
#include "faults.h"

/* The record tells which call of the removal failed: "open", "unlink", "rmdir". */
#define TREE "d/ d/a d/l->a d/d/ d/d/b d/d/d/ d/d/d/c"

FAULT(os_rmtree, .operation = ANY_NAME, .tree = TREE, .filename = ANY_NAME, .leaves_files = true) {
    return os_rmtree("d", NULL);
}
FAULT(os_rmtreeat, .operation = ANY_NAME, .tree = TREE, .filename = ANY_NAME,
      .leaves_files = true) {
    return os_rmtreeat(OS_CWD, "d", NULL);
}
FAULT_CASE(os_rmtree, ignoring_errors, .operation = ANY_NAME, .tree = TREE, .filename = ANY_NAME,
           .absorbs = "*", .leaves_files = true) {
    return os_rmtree("d",
                     &(struct os_rmtree_options){.size = sizeof(struct os_rmtree_options),
                                                 .control = {.ignore_errors = true, .threads = 1}});
}
FAULT_CASE(os_rmtree, threads, .operation = ANY_NAME, .tree = TREE, .filename = ANY_NAME,
           .absorbs = "pthread_create", .leaves_files = true) {
    return os_rmtree("d", &(struct os_rmtree_options){.size = sizeof(struct os_rmtree_options),
                                                      .control = {.threads = 2}});
}
