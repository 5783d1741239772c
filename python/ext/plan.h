/* SPDX-License-Identifier: MIT */
/** What plans and rehearsals share in the door. */
#ifndef PYTHON_PLAN_H
#define PYTHON_PLAN_H

#include "door.h"

/** The capsule of a plan is called so. */
#define PLAN_CAPSULE "osier.plan"

/** A plan as a capsule; NULL with an exception where it is NULL: that of the record. */
PyObject *plan_capsule(struct os_plan *plan);

/** Conflicts as a list of (path, expected, found). */
PyObject *plan_conflicts(const struct os_plan_conflict *list, size_t count);

/** The number of a transaction, or an exception: that of a signal's handler, or of the call. */
PyObject *plan_transaction(int r, uint64_t id);

/** Runs Python's signal handlers between two steps; for `on_progress`. */
int plan_look_for_signals(const struct os_progress *progress, void *data);

#endif
