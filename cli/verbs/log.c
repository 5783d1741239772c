/* SPDX-License-Identifier: MIT */
/** osier log: transactions of the past. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"
#include "verbs/plan_output.h"

#include <errno.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void print_state(const struct os_history_entry *e) {
    if (e->forgotten)
        printf("forgotten");
    else if (e->undone_by)
        printf("undone by %" PRIu64, e->undone_by);
    else if (e->undoes)
        printf("undo of %" PRIu64, e->undoes);
    else
        printf("done");
    if (e->orphaned)
        printf(", orphaned");
    if (e->not_durable)
        printf(", not durable");
}

/* As a shell reads it; what a terminal would mistake stands as Python writes it. */
static void print_word(const char *word) {
    char *safe = text_made_safe(word), *quoted = os_shell_quote(word);
    if (safe && quoted)
        printf(" %s", strcmp(safe, word) == 0 ? quoted : safe);
    free(safe);
    free(quoted);
}

static void print_title(const struct os_history_entry *e) {
    char *safe = e->title ? text_made_safe(e->title) : NULL;
    if (e->title || e->argv)
        putchar(' ');
    if (e->title)
        printf(" %s", safe ? safe : e->title);
    free(safe);
    for (char *const *word = e->title ? NULL : e->argv; word && *word; word++)
        print_word(*word);
}

static void print_entry(const struct os_history_entry *e) {
    time_t seconds = (time_t)(e->time_ns / 1000000000);
    char when[32] = "";
    struct tm tm;
    if (localtime_r(&seconds, &tm))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm);
    printf("%6" PRIu64 "  %s  %-8s  %4" PRIu64 " place%s  ", e->id, when, e->user ? e->user : "",
           e->steps, e->steps == 1 ? " " : "s");
    if (e->acts)
        printf("%" PRIu64 " program%s  ", e->acts, e->acts == 1 ? "" : "s");
    print_state(e);
    if (e->with)
        printf(", with %" PRIu64, e->with);
    print_title(e);
    putchar('\n');
}

static void emit_entry(const struct os_history_entry *e) {
    emit_begin_record();
    emit_key("id");
    emit_unsigned(e->id);
    emit_key("time_ns");
    emit_integer(e->time_ns);
    emit_key("uid");
    emit_unsigned(e->uid);
    emit_key("user");
    emit_text(e->user);
    emit_key("title");
    emit_text(e->title);
    emit_key("argv");
    emit_list(e->argv);
    emit_key("undoes");
    emit_unsigned(e->undoes);
    emit_key("undone_by");
    emit_unsigned(e->undone_by);
    emit_key("orphaned");
    emit_bool(e->orphaned);
    emit_key("not_durable");
    emit_bool(e->not_durable);
    emit_key("forgotten");
    emit_bool(e->forgotten);
    emit_key("places");
    emit_unsigned(e->steps);
    emit_key("programs");
    emit_unsigned(e->acts);
    emit_key("with");
    emit_unsigned(e->with);
    emit_key("held");
    emit_unsigned(e->held);
    emit_key("journal");
    emit_text(e->journal);
    emit_end_record();
}

static int log_all(void) {
    struct os_history *history = os_history();
    const struct os_history_entry *entry;
    if (!history)
        return failed();
    emit_begin_list();
    while ((entry = os_history_next(history)))
        if (output_style.json)
            emit_entry(entry);
        else
            print_entry(entry);
    int status = errno ? failed() : STATUS_YES;
    emit_end_list();
    os_history_close(history);
    return status;
}

/**
 * Lists transactions, or the changes of one.
 *
 * The latest comes first.
 *
 * @param id  show the changes of this transaction
 * @group change
 * @since 0.1
 * @shell log [ID] -> custom
 */
int verb_log(struct call *call) {
    if (!arg_text(call, "ID"))
        return log_all();
    uint64_t id = ARG_INTEGER(call, arg_index(call, "ID"), uint64_t, 0);
    if (call->misused)
        return STATUS_USAGE;
    struct os_plan *plan = os_history_plan(id);
    if (!plan)
        return failed();
    int status = show_plan(plan, /* list_only= */ true, /* detailed= */ false);
    os_plan_close(plan);
    return status;
}
