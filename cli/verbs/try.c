/* SPDX-License-Identifier: MIT */
/** osier try: a command rehearsed. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/interrupt.h"
#include "frame/message.h"
#include "frame/output.h"
#include "verbs/plan_apply.h"
#include "verbs/plan_output.h"
#include "verbs/run_options.h"
#include "verbs/try_checkpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <string.h>

enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

/* What becomes of the changes. */
enum end { ASK, KEEP, DROP, SAVE };

static int cannot(struct call *call) {
    const struct os_error *error = os_last_error();
    int number = errno;
    if (number == EOPNOTSUPP) {
        complain("try", NULL, "no rehearsal can be here; missing: %s",
                 error->filename ? error->filename : "something");
        complain("try", NULL,
                 "--checkpoint=DIR copies a directory first, and runs the command for real");
        return STATUS_UNKNOWN;
    }
    bool program = error->filename && strcmp(error->filename, call->rest[0]) == 0;
    failed();
    if (interrupted() || number == EINTR)
        return STATUS_SIGNAL + 2;
    return !program                                ? STATUS_NO
           : number == ENOENT || number == ENOTDIR ? NOT_FOUND
                                                   : NOT_EXECUTABLE;
}

static int status_of(const struct os_try *rehearsal) {
    int code = os_try_returncode(rehearsal);
    return os_try_timed_out(rehearsal) ? STATUS_TIMED_OUT : code < 0 ? STATUS_SIGNAL - code : code;
}

static int refuse(struct os_try *rehearsal) {
    const struct os_plan_conflict *list;
    size_t count = os_try_conflicts(rehearsal, &list);
    for (size_t i = 0; i < count; i++)
        complain("try", list[i].path, "the command has rested on %s, but there is %s",
                 list[i].expected, list[i].found);
    if (count)
        complain("try", NULL, "somebody else was at it meanwhile; theirs stays");
    return (int)count;
}

static int go_on(const struct os_progress *progress, void *data) {
    (void)progress, (void)data;
    return interrupted();
}

static int keep(struct os_try *rehearsal, struct os_plan *plan, bool open_files) {
    const struct os_plan_apply_options options = {
        .size = sizeof options, .wait = true, .open_files = open_files, .on_progress = go_on};
    uint64_t id = 0;
    interrupt_begin();
    if (os_try_keep(rehearsal, &options, &id) == 0) {
        if (id)
            complain("try", NULL, "kept as %" PRIu64 ": `osier undo %" PRIu64 "` takes it back", id,
                     id);
        return STATUS_YES;
    }
    if (errno == ESTALE) {
        if (refuse(rehearsal) == 0)
            refuse_conflicts("try", plan);
        return STATUS_REFUSED;
    }
    failed();
    complain("try", NULL,
             id ? "it is done, but may not outlive a loss of power" : "nothing was changed");
    return id ? STATUS_NO : STATUS_REFUSED;
}

static int save(struct os_try *rehearsal, struct os_plan *plan, const char *output) {
    if (refuse(rehearsal))
        return STATUS_REFUSED;
    if (os_plan_save(plan, output) < 0 || os_try_hold(rehearsal) < 0)
        return failed();
    complain("try", NULL,
             "saved: `osier apply` makes these changes, `osier try --again=%" PRIu64 "` goes on",
             os_try_id(rehearsal));
    return STATUS_YES;
}

static enum end chosen(struct call *call) {
    return arg_text(call, "output") ? SAVE
           : is_set(call, "keep")   ? KEEP
           : is_set(call, "drop")   ? DROP
                                    : ASK;
}

static int settle(struct call *call, struct os_try *rehearsal) {
    enum end end = chosen(call);
    int command = status_of(rehearsal);
    const struct os_plan_entry *list;
    size_t count;
    if (interrupted()) {
        complain("try", NULL, "interrupted: dropped, nothing was changed");
        return command;
    }
    struct os_plan *plan = os_try_plan(rehearsal);
    if (!plan || os_plan_entries(plan, &list, &count) < 0)
        return failed();
    if (!is_set(call, "quiet") && show_plan(plan, is_set(call, "list"), false) != STATUS_YES)
        return STATUS_NO;
    if (end == SAVE) {
        int status = save(rehearsal, plan, arg_text(call, "output"));
        return status == STATUS_YES ? command : status;
    }
    if (end == KEEP && command != 0) {
        complain("try", NULL, "the command has failed: dropped, nothing was changed");
        return command;
    }
    bool yes = end == KEEP || (end == ASK && count && ask_to_keep());
    if (!yes) {
        if (end == ASK)
            complain("try", NULL, "dropped, nothing was changed");
        return command;
    }
    int status = keep(rehearsal, plan, is_set(call, "open-files"));
    return status == STATUS_YES ? command : status;
}

static int wants_end(void) {
    return interrupted();
}

/* A shell or an editor goes on after a Ctrl-C, and what it has changed is not lost; what dies by it is dropped. */
static struct os_try *run(char *const *argv, const struct os_try_options *options) {
    interrupt_share();
    struct os_try *rehearsal = os_try_run(argv, options);
    int saved = errno;
    interrupt_unshare(rehearsal ? os_try_returncode(rehearsal) : 0);
    errno = saved;
    return rehearsal;
}

/**
 * Runs a command, and shows what it would change.
 *
 * NOT rehearsed are daemons (the sockets of systemd, D-Bus, docker refuse connections), the network (there is none
 * without --net) and the state of the kernel (devices, sysctls, modules, the clock). What the command only reads is
 * not watched.
 *
 * The command runs for real, with a layer over every file system: only the command sees its changes. Afterwards they
 * are shown as a plan, and a terminal asks whether to keep them; --keep, --drop and -o answer that, and without a
 * terminal they are dropped. All changes are kept or none. What they replace stays in the journal for `osier
 * undo`. If somebody else has changed the same files meanwhile, nothing is kept, and the exit status is 3.
 *
 * Ctrl-C goes to the command. If it ends the command, the changes are dropped; a command that handles it, such as a
 * shell, continues.
 *
 * Ordinary users can change files in their home, the current directory, temporary directories and those given with
 * --in; writing elsewhere fails. The exit status is that of the command; 124 if it has timed out, 127 if it is not
 * found, 126 if it can't be executed, 4 if no rehearsal is possible.
 *
 * @param argv  the command and its arguments
 * @param keep  keep the changes if the command succeeds
 * @param drop  drop the changes
 * @param output  save the changes as a plan in this file, for `osier apply`
 * @param again  start from the changes that -o saved under this number
 * @param net  use the network of the machine
 * @param with  use the real socket or file at this path; may be repeated
 * @param in  allow an ordinary user to change this directory too; may be repeated
 * @param ignore  leave out of the plan what matches: *.log by its name, '/var/log/a*' with a '/' by its whole path; may be repeated
 * @param checkpoint  if no rehearsal is possible: copy this directory, run the command for real, show the differences, and
 *                    restore the directory unless the changes are kept; may be repeated
 * @param timeout  end the command after this time
 * @param list  only list the places, without the changes of text files
 * @param quiet  don't show the plan
 * @param open_files  also replace and remove files that programs have open for writing
 * @group change
 * @since 0.1
 * @shell try [--keep] [--drop] [-o|--output=FILE] [--again=NUMBER] [--net] [--with=PATH...]
 * [--in=DIR...] [--ignore=PATTERN...] [--checkpoint=DIR...] [--timeout=TIME] [--list] [-q|--quiet] [--open-files]
 * + ARGV... -> custom
 */
int verb_try(struct call *call) {
    struct os_try_options options = {
        .size = sizeof options,
        .network = is_set(call, "net"),
        .with = arg_values(call, "with"),
        .in = arg_values(call, "in"),
        .ignore = arg_values(call, "ignore"),
    };
    if (arg_text(call, "again"))
        options.again = ARG_INTEGER(call, arg_index(call, "again"), uint64_t, 0);
    int status = read_time(call, "timeout", &options.timeout);
    if (status || call->misused)
        return STATUS_USAGE;
    interrupt_begin();
    os_set_interrupt_handler(wants_end);
    const char *const *directories = arg_values(call, "checkpoint");
    if (directories && *directories)
        return try_with_checkpoint(call, directories,
                                   is_set(call, "keep")   ? CHECKPOINT_KEEP
                                   : is_set(call, "drop") ? CHECKPOINT_DROP
                                                          : CHECKPOINT_ASK,
                                   options.timeout);
    struct os_try *rehearsal = run(call->rest, &options);
    if (!rehearsal)
        return cannot(call);
    status = settle(call, rehearsal);
    os_try_close(rehearsal);
    return status;
}
