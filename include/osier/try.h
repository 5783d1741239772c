/* SPDX-License-Identifier: MIT */
/**
 * Rehearsals: a command runs for real, and nothing has changed.
 *
 * **Not rehearsed** are daemons (what a command asks systemd, D-Bus or docker for: their sockets
 * answer ECONNREFUSED, unless `with` names them), the network (there is none, unless `network` is
 * set), and the state of the kernel: devices, sysctls (/sys and /proc/sys are read-only), modules,
 * the clock. What a command has only read is not watched.
 *
 * The command sees the machine as it is; everything that it changes in files and directories goes
 * into layers that cover the file systems (overlayfs), in namespaces of its own. What is in them
 * afterwards becomes a plan: it can be looked at, and then be kept, which applies it with all that
 * os_plan_apply() promises, or dropped.
 *
 *     struct os_try *rehearsal = os_try_run(OS_ARGV("make", "install"), NULL);
 *     struct os_plan *plan = rehearsal ? os_try_plan(rehearsal) : NULL;
 *     if (plan && os_try_returncode(rehearsal) == 0)
 *         os_try_keep(rehearsal, NULL, NULL);
 *     os_try_close(rehearsal);
 *
 * The layers are in the state directory (OSIER_STATE), those of other disks in a directory `.osier-UID` on
 * them, so that what is kept needs no copy.
 *
 * Where the command changes what somebody else has changed meanwhile, theirs stays: keeping is
 * refused. An ordinary user can change in a rehearsal what is in directories that he may write to:
 * his home, the current directory, temporary directories, and those that `in` names. Elsewhere
 * writing fails (EROFS). A rehearsal is no jail: root in one is root.
 *
 * @since 0.1
 * @shell no: a rehearsal is for several calls of one program; `osier try` makes one
 */
#ifndef OSIER_TRY_H
#define OSIER_TRY_H

#include <osier/plan.h>
#include <osier/types.h>

OS_BEGIN_DECLS

/** A rehearsal; made by os_try_run(). */
struct os_try;

/** How a command is rehearsed; all zero but `size` is the default. */
struct os_try_options {
    size_t size;             /**< sizeof(struct os_try_options) */
    bool network;            /**< with the network of the machine; else there is none */
    const char *const *with; /**< sockets and other files that are the real ones, a list that ends
                                   with NULL, or NULL */
    const char *const
        *in; /**< further directories that an ordinary user wants to change, likewise */
    const char *const *ignore; /**< changes of what these patterns match are no part of the plan: of
                                   the name, or with a '/' of the whole path; likewise */
    uint64_t again;            /**< on top of this rehearsal, which was held; or 0 */
    double timeout;            /**< end it after so many seconds; 0: never */
    char *const *env;          /**< the environment, or NULL for that of the caller */
};

/**
 * Runs a command in a rehearsal, to its end; what it leaves running ends with it. It has the standard
 * streams and the current directory of the caller.
 *
 * @param argv  the program, looked for in PATH, and its arguments, then NULL
 * @param options  or NULL for the defaults
 * @return the rehearsal, to end with os_try_close(); NULL with errno set, and the record names what
 *         it is about
 * @error ENOENT  the program isn't there; `again`, likewise
 * @error EOPNOTSUPP  a rehearsal can't be: the record names what is missing
 * @error EBUSY  somebody else uses the rehearsal `again`
 * @source overlayfs, user_namespaces(7), pivot_root(2)
 */
OS_API OS_NONNULL(1) struct os_try *os_try_run(char *const *argv,
                                               const struct os_try_options *options);

/**
 * How the command ended.
 *
 * @param rehearsal  the rehearsal
 * @return its exit status, or −N where signal N ended it
 */
OS_API OS_NONNULL() int os_try_returncode(const struct os_try *rehearsal);

/**
 * Whether its time was over.
 *
 * @param rehearsal  the rehearsal
 * @return whether it was
 */
OS_API OS_NONNULL() bool os_try_timed_out(const struct os_try *rehearsal);

/**
 * The number of the rehearsal, for the option `again`.
 *
 * @param rehearsal  the rehearsal
 * @return its number
 */
OS_API OS_NONNULL() uint64_t os_try_id(const struct os_try *rehearsal);

/**
 * What the command has changed, as a plan.
 *
 * Contents are those in the layers: a plan that is saved, with os_plan_save(), can be applied while the
 * rehearsal is held.
 *
 * @param rehearsal  the rehearsal
 * @return the plan, which stays the rehearsal's; NULL with errno set
 */
OS_API OS_NONNULL() struct os_plan *os_try_plan(struct os_try *rehearsal);

/**
 * Where somebody else has changed, since the rehearsal began, what the command has changed too.
 *
 * @param rehearsal  the rehearsal, whose plan was asked for
 * @param ret_list  the conflicts; the rehearsal's
 * @return how many
 */
OS_API OS_NONNULL() size_t
    os_try_conflicts(struct os_try *rehearsal, const struct os_plan_conflict **ret_list);

/**
 * Makes what the command has changed real: applies the plan, all of it or nothing.
 *
 * Files that it has made on the file system of the layers aren't copied.
 *
 * @param rehearsal  the rehearsal
 * @param options  as for os_plan_apply(), or NULL
 * @param ret_id  the number of the transaction, for os_undo(); 0 when there was nothing to do; or
 *        NULL
 * @return 0, or −1 with errno set as by os_plan_apply()
 * @error ESTALE  somebody else has changed something: os_try_conflicts() tells what
 */
OS_API OS_NONNULL(1) int os_try_keep(struct os_try *rehearsal,
                                     const struct os_plan_apply_options *options, uint64_t *ret_id);

/**
 * Has the layers stay when the rehearsal is closed, for another one on top, or for a plan that was
 * saved. os_forget() with `all` removes them, and so does any after 30 days.
 *
 * @param rehearsal  the rehearsal
 * @return 0, or −1 with errno set
 */
OS_API OS_NONNULL() int os_try_hold(struct os_try *rehearsal);

/**
 * Ends a rehearsal. What the command has changed is gone, unless it was kept or held.
 *
 * @param rehearsal  the rehearsal, or NULL; errno stays as it is
 * @return NULL
 */
OS_API struct os_try *os_try_close(struct os_try *rehearsal);

OS_END_DECLS

#endif
