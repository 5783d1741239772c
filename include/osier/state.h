/* SPDX-License-Identifier: MIT */
/**
 * States: how a machine shall be, in one file, and the plan that makes it so.
 *
 * A state is a TOML file, or JSON of the same shape, of tables that are called by a kind and a path.
 * It is compared with the machine every time; nothing is kept of earlier times. What isn't so
 * becomes a plan (plan.h), which is shown, applied as a whole or not at all, and undone.
 *
 *     [vars]
 *     port = 8080
 *     [dir."/srv/app"]
 *     mode = "0750"
 *     [file."/srv/app/app.conf"]
 *     content = "port = {{port}}\n"
 *     [line."/etc/hosts"]
 *     app = "10.0.0.7 app"
 *
 * All that can stand in one is told by docs/STATE.md, which is states.html of the manual as a site
 * (share/doc/osier/html).
 *
 * @since 0.1
 * @shell no: `osier plan STATE.toml` and `osier apply STATE.toml` do it
 */
#ifndef OSIER_STATE_H
#define OSIER_STATE_H

#include <osier/plan.h>
#include <osier/types.h>

OS_BEGIN_DECLS

/** A state; made by os_state(). It is for one thread at a time. */
struct os_state;

/** What is wrong with a state, and where. */
struct os_state_problem {
    const char *path;    /**< the file */
    size_t line;         /**< from 1 on; 0: none in particular */
    size_t column;       /**< likewise, in characters */
    const char *source;  /**< that line as it stands there, or NULL */
    const char *message; /**< what is wrong */
};

/** How a state is read; all zero but `size` is the default. */
struct os_state_options {
    size_t size;             /**< sizeof(struct os_state_options) */
    const char *const *vars; /**< "NAME=VALUE", which go before the file's own; a list that ends
                                  with NULL, or NULL */
    const char *text;  /**< the state itself, as JSON, instead of what is in the file; or NULL */
    const char *title; /**< of its plans; NULL: the path of the file */
    void (*on_problem)(const struct os_state_problem *problem, void *data); /**< told of each */
    void *data;                                                             /**< for it */
};

/**
 * Reads a state, with the files that it includes. `x.conf` is read as a file of tmpfiles.d(5),
 * `x.json` as JSON, any other as TOML.
 *
 * @param path  the file
 * @param options  or NULL for the defaults
 * @return the state, to end with os_state_close(); NULL with errno set
 * @error EBADMSG  it isn't right: `on_problem` was told of all that is wrong
 * @error EINVAL  the options have no size, or a variable has no name
 */
OS_API OS_NONNULL(1) struct os_state *os_state(const char *path,
                                               const struct os_state_options *options);

/**
 * Ends a state. Plans that were made of it stay.
 *
 * @param state  the state, or NULL; errno stays as it is
 * @return NULL
 */
OS_API struct os_state *os_state_close(struct os_state *state);

/**
 * Whether a state is for this machine, as its table [only] says.
 *
 * @param state  the state
 * @return whether; of one that isn't, plans are empty
 */
OS_API OS_NONNULL() bool os_state_fits(const struct os_state *state);

/** A name that stands for a text in a state. */
struct os_state_var {
    const char *name;   /**< "port" */
    const char *value;  /**< what it stands for */
    const char *origin; /**< "state.toml:2", "--var", or "fact" */
};

/**
 * The variables of a state and the facts of the machine, in order.
 *
 * @param state  the state
 * @param ret_list  the variables; the state's
 * @param ret_count  how many
 * @return 0, or −1 with errno set
 */
OS_API OS_NONNULL() int os_state_vars(struct os_state *state, const struct os_state_var **ret_list,
                                      size_t *ret_count);

/**
 * Plans what isn't as a state has it. Commands that say what has to be done, or whether staged
 * files are right, are run; nothing is changed.
 *
 * What is as it shall be is no precondition of the plan. What comes after a command that
 * os_state_commands() tells of isn't in it: nobody knows what that command will do. Assertions are
 * no part of it, see os_state_check().
 *
 * @param state  the state
 * @return the plan, to end with os_plan_close(); NULL with errno set
 * @error EBADMSG  something is in the way: `on_problem` was told of all of it
 */
OS_API OS_NONNULL() struct os_plan *os_state_plan(struct os_state *state);

/** A command that will be run. */
struct os_state_command {
    const char *name;   /**< what the state calls it */
    const char *text;   /**< the command, as a shell takes it */
    const char *origin; /**< "state.toml:12" */
    bool perhaps; /**< its `unless` or `creates` is looked at once more when it is its turn, and
                           what comes before it may decide that */
};

/**
 * The commands that will be run when the plan that os_state_plan() made last has been applied, as far
 * as is known then.
 *
 * @param state  the state
 * @param ret_list  the commands; the state's, until it is planned again
 * @return how many
 */
OS_API OS_NONNULL() size_t
    os_state_commands(struct os_state *state, const struct os_state_command **ret_list);

/**
 * Whether something comes after what os_state_plan() has planned last, and can only be planned when that
 * has been done: it is behind a command, or behind a package whose files nobody knows.
 *
 * @param state  the state
 * @return whether; os_state_apply() plans and applies that, too
 */
OS_API OS_NONNULL() bool os_state_goes_on(const struct os_state *state);

/** What happens while a state is applied. */
enum os_state_event_kind {
    OS_STATE_DONE,   /**< a plan was applied, as `id` */
    OS_STATE_RUNS,   /**< the command `name` is run now, or this program of a plan */
    OS_STATE_FAILED, /**< it has failed; `text` is the end of what it said */
    OS_STATE_UNDONE, /**< and so `id` was taken back, or could not be: see `error` */
};

/** Something that happens while a state is applied. */
struct os_state_event {
    enum os_state_event_kind kind; /**< what */
    uint64_t id;      /**< the transaction, for os_undo(); 0: there was nothing to do */
    const char *name; /**< of a command */
    const char *text; /**< what it said, or NULL */
    int error;        /**< of OS_STATE_UNDONE: 0, or why it could not be */
};

/** How a state is applied; all zero but `size` is the default. */
struct os_state_apply_options {
    size_t size;     /**< sizeof(struct os_state_apply_options) */
    bool wait;       /**< wait while another transaction is under way; else fail with EBUSY */
    bool open_files; /**< also replace and remove what somebody has open for writing */
    int (*on_progress)(const struct os_progress *progress, void *data); /**< as in
                          os_plan_apply_options, for each plan */
    void (*on_event)(const struct os_state_event *event, void *data);   /**< told of all */
    void *data;                                                         /**< for both */
};

/**
 * Applies the plan of a state, runs its commands, and does so again while something comes after
 * these. Where a command fails, all is taken back that was applied, but for what commands did and
 * unless its table has `undo_on_failure = false`.
 *
 * @param state  the state
 * @param plan  from the last os_state_plan()
 * @param options  how, or NULL for the defaults
 * @return 0, or −1 with errno set as os_plan_apply() would set it
 * @error ECANCELED  a command has failed
 * @error EBADMSG  what comes after a command can't be planned: `on_problem` was told why
 */
OS_API OS_NONNULL(1, 2) int os_state_apply(struct os_state *state, struct os_plan *plan,
                                           const struct os_state_apply_options *options);

/** Whether a resource is as a state has it. */
struct os_state_verdict {
    const char *kind;   /**< "file" */
    const char *name;   /**< its path, or what a command is called */
    const char *origin; /**< "state.toml:12" */
    bool right;         /**< it is */
    bool unknown; /**< nobody can tell, as a program is missing or doesn't answer: not `right` */
    bool warns;   /**< it is, but not by as much as the state asks for: `what` says so */
    const char *what;     /**< what would be done about it, "write_file /etc/x", or why it isn't so;
                           NULL: it is */
    const char *perfdata; /**< what was measured, as monitoring plug-ins tell it, without a name:
                               VALUE;WARN;CRITICAL;MIN;MAX; or NULL */
};

/**
 * Looks at whether all is as a state has it, each resource by itself, and changes nothing. A
 * command is right where it need not be run. Assertions ([port], [http] …) are looked at here
 * alone: no plan has anything of them.
 *
 * @param state  the state
 * @param on_verdict  told of each resource, in the order of the state; or NULL
 * @param data  for it, or NULL
 * @return how many are not right, or −1 with errno set
 */
OS_API OS_NONNULL(1) int os_state_check(struct os_state *state,
                                        void (*on_verdict)(const struct os_state_verdict *verdict,
                                                           void *data),
                                        void *data);

/** Something that an earlier state had, and this one lacks. */
struct os_state_lack {
    const char *what;   /**< the path; or whose value it is, "user app" */
    const char *origin; /**< where the earlier state said so, "site.toml:12" */
    uint64_t id;        /**< the transaction that made it so */
};

/**
 * Looks at what earlier applies have made that is still there, and this state says nothing of. It stays
 * as it is: what shall be gone is to be said, as `absent`.
 *
 * Earlier are a transaction and those before it that have its title, the path of the state, and weren't
 * undone.
 *
 * @param state  the state
 * @param id  the transaction
 * @param on_lack  told of each path and value, the latest first; or NULL
 * @param data  for it, or NULL
 * @return how many, or −1 with errno set
 * @error ENOENT  there is no such transaction, or it takes another one back
 */
OS_API OS_NONNULL(1) int os_state_against(struct os_state *state, uint64_t id,
                                          void (*on_lack)(const struct os_state_lack *lack,
                                                          void *data),
                                          void *data);

OS_END_DECLS

#endif
