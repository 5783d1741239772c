/* SPDX-License-Identifier: MIT */
/** The fault loop: runs every row of the table for n = 1, 2, 3 … until the call succeeds. */
#include "faults.h"

#include "base/error.h"
#include "base/fault.h"
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define MAX_ROWS  2000
#define MAX_CALLS 5000

static const struct fault *rows[MAX_ROWS];
static size_t row_count;

/* What is injected. ENOSYS stands for a kernel that lacks the call: falling back is welcome. */
static const int numbers[] = {EIO, EACCES, EPERM, ENOMEM, EMFILE, EINTR, ENOSYS};

int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

void fault_add(const struct fault *row) {
    if (row_count < MAX_ROWS)
        rows[row_count++] = row;
}

/* The call is over: nobody cancels what the row does with its result. */
static void call_is_over(void) {
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
}

long fault_free(void *block) {
    call_is_over();
    int saved = errno;
    free(block);
    errno = saved;
    return block ? 0 : -1;
}

long fault_close(long fd) {
    call_is_over();
    int saved = errno;
    if (fd >= 0)
        close((int)fd);
    errno = saved;
    return fd < 0 ? -1 : 0;
}

bool fault_word(const char *words, const char *word) {
    size_t size = strlen(word);
    if (words && strcmp(words, "*") == 0)
        return true;
    for (const char *at = words; at && size && (at = strstr(at, word)); at += size)
        if ((at == words || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0'))
            return true;
    return false;
}

static void plant_one(char *item) {
    size_t size = strlen(item);
    char *arrow = strstr(item, "->"), *text = strchr(item, '=');
    if (arrow) {
        *arrow = '\0';
        assert_int_equal(symlink(arrow + 2, item), 0);
    } else if (item[size - 1] == '/') {
        assert_int_equal(mkdir(item, 0755), 0);
    } else if (item[size - 1] == '|') {
        item[size - 1] = '\0';
        assert_int_equal(mkfifo(item, 0644), 0);
    } else {
        if (text)
            *text = '\0';
        write_text(item, text ? text + 1 : item);
    }
}

void fault_plant(const char *tree) {
    char *copy = strdup(tree ? tree : ""), *state = NULL;
    assert_non_null(copy);
    for (char *item = strtok_r(copy, " ", &state); item; item = strtok_r(NULL, " ", &state))
        plant_one(item);
    free(copy);
}

static char *disk;

const char *fault_journal(void) {
    static char path[64];
    snprintf(path, sizeof path, "../osier-faults-state-%d", (int)getpid());
    return path;
}

void fault_make_journal(void) {
    fault_clear_journal();
    setenv("OSIER_STATE", fault_journal(), 1);
    assert_int_equal(os_recover(NULL), 0);
}

void fault_clear_journal(void) {
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", fault_journal());
    if (system(command) != 0)
        abort();
}

const char *fault_disk(void) {
    return disk;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Writes names, types, modes, sizes, link targets and small contents of a directory to `out`. */
static void describe(const char *path, FILE *out) {
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, by_name);
    for (int i = 0; i < count; i++) {
        char name[8192], text[512] = "";
        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        bool self = strcmp(entries[i]->d_name, ".") == 0 || strcmp(entries[i]->d_name, "..") == 0;
        struct stat st;
        if (!self && lstat(name, &st) == 0) {
            if (S_ISLNK(st.st_mode) && readlink(name, text, sizeof text - 1) < 0)
                strcpy(text, "?");
            int fd = S_ISREG(st.st_mode) ? open(name, O_RDONLY | O_NOFOLLOW) : -1;
            if (fd >= 0 && read(fd, text, sizeof text - 1) < 0)
                strcpy(text, "?");
            if (fd >= 0)
                close(fd);
            fprintf(out, "%s %o %lld %s\n", name, (unsigned)st.st_mode,
                    S_ISDIR(st.st_mode) ? 0LL : (long long)st.st_size, text);
            if (S_ISDIR(st.st_mode))
                describe(name, out);
        }
        free(entries[i]);
    }
    free(entries);
}

/* What must be the same after a failed call; the text is the tree of the scratch directory. */
struct snapshot {
    char *tree;
    size_t size;
    long blocks;
    int descriptors;
    mode_t mask;
    struct stat cwd;
};

static struct snapshot take_snapshot(const char *scratch) {
    struct snapshot shot = {0};
    FILE *out = open_memstream(&shot.tree, &shot.size);
    assert_non_null(out);
    describe(scratch, out);
    fclose(out);
    shot.descriptors = open_descriptors();
    shot.mask = umask(0);
    umask(shot.mask);
    assert_int_equal(stat(".", &shot.cwd), 0);
    shot.blocks = fault_blocks();
    return shot;
}

/* One run of a row. */
struct run {
    const struct fault *row;
    const char *scratch;
    const char *victim; /* the call that failed, or NULL */
    int injected;
    long n;
    long result;
    int number; /* errno after it */
};

static void complain(const struct run *run, const char *what) {
    print_error("%s%s%s: call %ld (%s) fails with %s: %s; it returned %ld, errno %s\n",
                run->row->function, run->row->variant ? " " : "",
                run->row->variant ? run->row->variant : "", run->n,
                run->victim ? run->victim : "none", strerror(run->injected), what, run->result,
                strerror(run->number));
    fail();
}

static bool same_name(const char *expected, const char *seen) {
    if (expected == ANY_NAME)
        return true;
    return expected && seen ? strcmp(expected, seen) == 0 : expected == seen;
}

/* The record of the failed call, read right after it. */
static const char *wrong_record(const struct run *run, const struct os_error *error) {
    const struct fault *row = run->row;
    const char *operation = row->operation ? row->operation : row->function + strlen("os_");
    static char message[600];
    if (row->no_record)
        return NULL;
    if (!error)
        return "the record was not filled";
    if (operation != ANY_NAME && strcmp(error->operation, operation) != 0) {
        snprintf(message, sizeof message, "the record's operation is '%s'", error->operation);
        return message;
    }
    if (!same_name(row->filename, error->filename) ||
        !same_name(row->filename2, error->filename2)) {
        snprintf(message, sizeof message, "the record's names are '%s' and '%s'",
                 error->filename ? error->filename : "NULL",
                 error->filename2 ? error->filename2 : "NULL");
        return message;
    }
    return NULL;
}

/* The errno that the failure of `victim` has to give; 0: success, −1: any failure. */
static int expected_errno(const struct run *run) {
    if (!run->victim)
        return 0;
    bool allocation = strcmp(run->victim, "malloc") == 0;
    int number = allocation ? ENOMEM : run->injected;
    if (run->injected == EINTR && !allocation)
        return 0;
    return run->row->maps ? run->row->maps(run->victim, number) : number;
}

static void check_result(const struct run *run, const struct os_error *error) {
    int expected = expected_errno(run);
    bool may_succeed =
        run->victim && (run->injected == ENOSYS || fault_word(run->row->absorbs, run->victim));
    if (run->result >= 0) {
        if (expected != 0 && !may_succeed)
            complain(run, "the failure went unnoticed");
        return;
    }
    if (expected == 0)
        complain(run, "the call should have succeeded");
    if (expected > 0 && run->number != expected && run->injected != ENOSYS)
        complain(run, "the errno is another");
    const char *wrong = wrong_record(run, error);
    if (wrong)
        complain(run, wrong);
}

static void check_rest(const struct run *run, const struct snapshot *before) {
    struct snapshot now = take_snapshot(run->scratch);
    const struct fault *row = run->row;
    if (!row->keeps_memory && now.blocks != before->blocks)
        complain(run, "blocks were left behind");
    if (now.descriptors != before->descriptors)
        complain(run, "descriptors were left open, or closed too often");
    if (run->result < 0 && !row->leaves_files && strcmp(now.tree, before->tree) != 0) {
        print_error("before:\n%safter:\n%s", before->tree, now.tree);
        complain(run, "something half-made was left");
    }
    if (!row->keeps_state && (run->result < 0 || !row->after) &&
        (now.mask != before->mask || now.cwd.st_ino != before->cwd.st_ino))
        complain(run, "the umask or the working directory has changed");
    if (!row->keeps_state && (waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD))
        complain(run, "a child was left behind");
    free(now.tree);
}

/* Runs the row with the n-th call failing: whether that call was reached. */
static bool run_once(const struct fault *row, int injected, long n) {
    void *scratch = NULL;
    assert_int_equal(enter_scratch(&scratch), 0);
    fault_plant(row->tree);
    if (row->before)
        row->before();
    struct snapshot before = take_snapshot(scratch);
    struct run run = {.row = row, .scratch = scratch, .injected = injected, .n = n};
    if (row->begin)
        row->begin();
    error_fail(-4095, "before", NULL, NULL); /* so that no record of an earlier run is taken */
    errno = 0;
    fault_arm(n, injected);
    run.result = row->call();
    run.number = errno;
    const struct os_error *error = run.result < 0 ? os_last_error() : NULL;
    run.victim = fault_disarm(NULL);
    if (!fault_word(row->skips, run.victim ? run.victim : "")) {
        check_result(&run, error);
        check_rest(&run, &before);
    }
    free(before.tree);
    if (row->after)
        row->after();
    assert_int_equal(leave_scratch(&scratch), 0);
    return run.victim != NULL;
}

struct thread {
    const struct fault *row;
    long n;
};

static void *call_and_be_cancelled(void *data) {
    const struct thread *thread = data;
    fault_arm_cancel(thread->n);
    thread->row->call();
    call_is_over();
    fault_arm_cancel(0);
    return NULL;
}

static bool interrupts_are_ignored(void) {
    struct sigaction now;
    sigaction(SIGINT, NULL, &now);
    bool ignored = now.sa_handler == SIG_IGN;
    sigaction(SIGQUIT, NULL, &now);
    return ignored || now.sa_handler == SIG_IGN;
}

/* Runs the row in a thread that is cancelled before its n-th call: whether that was reached. */
static bool run_cancelled(const struct fault *row, long n) {
    void *scratch = NULL, *end;
    pthread_t id;
    assert_int_equal(enter_scratch(&scratch), 0);
    fault_plant(row->tree);
    if (row->before)
        row->before();
    struct thread thread = {row, n};
    struct snapshot before = take_snapshot(scratch);
    assert_int_equal(pthread_create(&id, NULL, call_and_be_cancelled, &thread), 0);
    assert_int_equal(pthread_join(id, &end), 0);
    struct run run = {.row = row, .scratch = scratch, .injected = ECANCELED, .n = n};
    run.result = end == PTHREAD_CANCELED ? -1 : 0;
    run.victim = fault_disarm(NULL);
    check_rest(&run, &before);
    if (interrupts_are_ignored())
        complain(&run, "SIGINT or SIGQUIT stayed ignored");
    free(before.tree);
    if (row->after)
        row->after();
    assert_int_equal(leave_scratch(&scratch), 0);
    return run.victim != NULL;
}

static void run_row(void **state) {
    const struct fault *row = *state;
    if (row->root && geteuid() != 0) {
        print_message("%s: only root may make this call\n", row->function);
        skip();
    }
    for (size_t i = 0; i < (row->few ? 1 : sizeof numbers / sizeof *numbers); i++) {
        long n = 1;
        while (run_once(row, numbers[i], n))
            assert_true(++n < MAX_CALLS);
    }
    for (long n = 1; !row->uncancelled && run_cancelled(row, n);)
        assert_true(++n < MAX_CALLS);
    if (__lsan_do_recoverable_leak_check)
        assert_int_equal(__lsan_do_recoverable_leak_check(), 0);
}

/* Lists what the table knows, for the test that it knows everything. */
static int list_rows(void) {
    for (size_t i = 0; i < row_count; i++)
        puts(rows[i]->function);
    return 0;
}

/* Runs all rows, or those whose function is named. */
int main(int argc, char **argv) {
    static struct CMUnitTest tests[MAX_ROWS];
    static char names[MAX_ROWS][80];
    size_t count = 0;
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return list_rows();
    umask(022);
    signal(SIGINT, SIG_DFL); /* a shell ignores them in what it starts in the background */
    signal(SIGQUIT, SIG_DFL);
    disk = strdup(getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    setenv("TMPDIR", memory_place(), true); /* scratch directories by the thousand */
    for (size_t i = 0; i < row_count; i++) {
        const struct fault *row = rows[i];
        bool wanted = argc == 1;
        for (int j = 1; j < argc; j++)
            wanted |= strcmp(argv[j], row->function) == 0;
        if (!row->call || !wanted)
            continue;
        snprintf(names[count], sizeof *names, "%s%s%s", row->function, row->variant ? " " : "",
                 row->variant ? row->variant : "");
        tests[count].name = names[count];
        tests[count].test_func = run_row;
        tests[count++].initial_state = (void *)row;
    }
    return _cmocka_run_group_tests("faults", tests, count, NULL, NULL);
}
