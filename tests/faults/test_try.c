/* SPDX-License-Identifier: MIT */
/** Faults in rehearsals: whatever fails, nothing has changed, and nothing is left. */
#include "faults.h"

/* The journal is on the disk, where most of the layers then are, too: no other journal is made. */
static char place[4096];

static void clear_journal(void) {
    char command[sizeof "rm -rf " + sizeof place];
    snprintf(command, sizeof command, "rm -rf %s", place);
    if (system(command) != 0)
        abort();
}

static void make_journal(void) {
    snprintf(place, sizeof place, "%s/osier-faults-try-%d", fault_disk(), (int)getpid());
    clear_journal();
    setenv("OSIER_STATE", place, 1);
    assert_int_equal(os_recover(NULL), 0);
}

static int any(const char *call, int number) {
    (void)call;
    (void)number;
    return -1;
}

static struct os_try *rehearsal;

static struct os_try *rehearse(void) {
    return os_try_run(OS_ARGV("/bin/sh", "-c", "echo new > f; mkdir d; echo x > d/x; mv g h"),
                      NULL);
}

static struct os_try *rehearsal;

static void end(void) {
    rehearsal = os_try_close(rehearsal);
    clear_journal();
}

static void rehearse_before(void) {
    make_journal();
    rehearsal = rehearse();
    assert_non_null(rehearsal);
}

#define REHEARSED                                                                                  \
    .operation = ANY_NAME, .filename = ANY_NAME, .tree = "f=old g", .absorbs = "*", .maps = any,   \
    .few = true, .uncancelled = true, .root = true, .before = make_journal, .after = clear_journal

FAULT(os_try_run, REHEARSED) {
    struct os_try *made = rehearse();
    return made ? (os_try_close(made), 0) : -1;
}

static long done(int r) {
    int saved = errno;
    rehearsal = os_try_close(rehearsal);
    errno = saved;
    return r;
}

FAULT(os_try_plan, REHEARSED) {
    rehearsal = rehearse();
    return done(rehearsal && os_try_plan(rehearsal) ? 0 : -1);
}

FAULT(os_try_keep, REHEARSED) {
    uint64_t id = 0;
    rehearsal = rehearse();
    int r = rehearsal ? os_try_keep(rehearsal, NULL, &id) : -1;
    return done(r < 0 && id ? 0 : r); /* it stands, though a sync behind it has failed */
}

FAULT(os_try_hold, .tree = "f=old g", .root = true, .uncancelled = true, .before = rehearse_before,
      .after = end) {
    return os_try_hold(rehearsal);
}

NO_FAULT(os_try_close)
NO_FAULT(os_try_conflicts)
NO_FAULT(os_try_id)
NO_FAULT(os_try_returncode)
NO_FAULT(os_try_timed_out)
