/* SPDX-License-Identifier: MIT */
/** Faults in rehearsals: whatever fails, nothing has changed, and nothing is left. */
#include "faults.h"

#include "base/kernel.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

/* In a mount namespace in which only the place in memory can be written to, a mount of its own with the scratch
 * directory in it: no layer waits for a disk, and a journal that has to be another one (where a call fails) lies there. */
static int machine = -1;
static char place[4096], scratch[4096];

static void clear_journal(void) {
    char command[sizeof "rm -rf " + sizeof place];
    snprintf(command, sizeof command, "rm -rf %s", place);
    assert_int_equal(system(command), 0);
    assert_return_code(setns(machine, CLONE_NEWNS), errno);
    assert_return_code(chdir(scratch), errno);
    close(machine);
}

static void make_journal(void) {
    assert_non_null(getcwd(scratch, sizeof scratch));
    machine = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    assert_return_code(machine, errno);
    assert_return_code(unshare(CLONE_NEWNS), errno);
    assert_return_code(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), errno);
    assert_return_code(mount(memory_place(), memory_place(), NULL, MS_BIND, NULL), errno);
    assert_return_code(kernel_mount_read_only("/"), errno);
    assert_return_code(mount(NULL, memory_place(), NULL, MS_REMOUNT | MS_BIND, NULL), errno);
    assert_return_code(chdir(scratch), errno);
    snprintf(place, sizeof place, "%s/osier-faults-try-%d", memory_place(), (int)getpid());
    setenv("OSIER_STATE", place, 1);
    assert_int_equal(os_recover(NULL), 0);
}

static int any(const char *call, int number) {
    (void)call;
    (void)number;
    return -1;
}

static struct os_try *rehearse(void) {
    return os_try_run(OS_ARGV("/bin/sh", "-c", "echo new > f; mkdir d; echo x > d/x; mv g h"),
                      NULL);
}

static struct os_try *rehearsal;

/* What a rehearsal owns goes with it. */
static long done(long r) {
    int saved = errno;
    rehearsal = os_try_close(rehearsal);
    errno = saved;
    return r;
}

static void end(void) {
    rehearsal = os_try_close(rehearsal);
    clear_journal();
}

static void begin(void) {
    rehearsal = rehearse();
    assert_non_null(rehearsal);
}

static void rehearse_before(void) {
    make_journal();
    begin();
}

#define REHEARSAL                                                                                  \
    .operation = ANY_NAME, .filename = ANY_NAME, .tree = "f=old g", .absorbs = "*", .maps = any,   \
    .few = true, .uncancelled = true, .root = true

FAULT(os_try_run, REHEARSAL, .before = make_journal, .after = clear_journal) {
    struct os_try *made = rehearse();
    return made ? (os_try_close(made), 0) : -1;
}

FAULT(os_try_plan, REHEARSAL, .before = make_journal, .begin = begin, .after = clear_journal) {
    return done(os_try_plan(rehearsal) ? 0 : -1);
}

FAULT(os_try_keep, REHEARSAL, .before = make_journal, .begin = begin, .after = clear_journal) {
    uint64_t id = 0;
    int r = os_try_keep(rehearsal, NULL, &id);
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
