/* SPDX-License-Identifier: MIT */
/** Lists and handles of processes: live ones, ones that end, ones of a recorded machine. */
#include "pids.h"
#include "trees.h"

#include "system/process_stat.h"
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define ALL 0x3fffu

static struct os_process_info *find(struct os_process_info *list, size_t count, pid_t pid) {
    for (size_t i = 0; i < count; i++)
        if (list[i].pid == pid)
            return &list[i];
    return NULL;
}

/* A child that sleeps until it is killed. */
static pid_t sleeper(const char *name) {
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (name)
            prctl(PR_SET_NAME, name);
        close(ready[0]);
        if (write(ready[1], "", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

static void end(pid_t pid) {
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void takes_a_line_apart(void **state) {
    (void)state;
    struct process_stat stat;
    const char *line = "7 (a) b\n(c) R 1 7 7 0 -1 4194304 10 0 2 0 5 6 -7 8 20 -5 3 0 99 4096 12 "
                       "18446744073709551615";
    assert_true(stat_parse(line, strlen(line), &stat));
    assert_int_equal(stat.pid, 7);
    assert_int_equal(stat.name_size, strlen("a) b\n(c"));
    assert_memory_equal(stat.name, "a) b\n(c", stat.name_size);
    assert_int_equal(stat.status, 'R');
    assert_int_equal((int)stat.fields[STAT_NICE], -5);
    assert_int_equal((int64_t)stat.fields[STAT_CHILDREN_USER], -7);
    assert_int_equal(stat.fields[STAT_START], 99);
    assert_int_equal(stat.fields[STAT_RSS], 12);
    assert_int_equal(stat.fields[STAT_CPU], 0);
}

/* Every beginning of the line, and the line with any byte changed, is read without harm. */
static void takes_broken_lines(void **state) {
    (void)state;
    struct process_stat stat;
    const char *line = "7 (name) R 1 7 7 0 -1 4194304 10 0 2 0 5 6 7 8 20 0 3 0 99 4096 12 1 2 3";
    size_t size = strlen(line), least = (size_t)(strstr(line, "12 1") - line);
    for (size_t i = 0; i <= size; i++) {
        char *copy = strndup(line, i);
        assert_int_equal(stat_parse(copy, i, &stat), i >= least);
        free(copy);
    }
    for (size_t i = 0; i < size; i++) {
        char *copy = strdup(line);
        for (int byte = 1; byte < 256; byte++) {
            copy[i] = (char)byte;
            stat_parse(copy, size, &stat);
        }
        free(copy);
    }
}

static void lists_this_process(void **state) {
    (void)state;
    size_t count = 0;
    struct os_processes_options alone = {.size = sizeof alone,
                                         .threads = 1}; /* others open files */
    struct os_process_info *list = os_processes(ALL, &alone, &count);
    assert_non_null(list);
    struct os_process_info *own = find(list, count, getpid());
    assert_non_null(own);
    assert_int_equal(own->valid, ALL);
    assert_int_equal(own->refused, 0);
    assert_int_equal(own->ppid, getppid());
    assert_int_equal(own->pgrp, getpgrp());
    assert_int_equal(own->session, getsid(0));
    assert_int_equal(own->uids.real, getuid());
    assert_int_equal(own->gids.effective, getegid());
    assert_int_equal(own->euid, geteuid());
    assert_int_equal(own->num_fds, open_descriptors() + 2); /* of the list: /proc and its own */
    assert_true(own->num_threads >= 1);
    assert_true(own->memory_info.rss > 0 && own->memory_info.vms >= own->memory_info.rss);
    assert_true(own->memory_footprint.uss <= own->memory_footprint.pss);
    assert_true(own->create_time > 0 && own->create_time / 1000000000 <= time(NULL));
    assert_true(own->cmdline_count >= 1 && own->cmdline[own->cmdline_count] == NULL);
    char *cwd = os_getcwd(), *exe = os_readlink("/proc/self/exe");
    assert_string_equal(own->cwd, cwd);
    assert_string_equal(own->exe, exe);
    free(cwd);
    free(exe);
    for (size_t i = 1; i < count; i++)
        assert_true(list[i].pid > list[i - 1].pid);
    free(list);
}

static void lists_numbers(void **state) {
    (void)state;
    size_t count = 0, again = 0;
    pid_t child = sleeper(NULL);
    pid_t *pids = os_pids(&count);
    assert_non_null(pids);
    bool found = false;
    for (size_t i = 0; i < count; i++)
        found |= pids[i] == child;
    assert_true(found);
    assert_true(os_pid_exists(child));
    kill(child, SIGKILL);
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
    assert_true(os_pid_exists(child)); /* as a zombie */
    end(child);
    assert_false(os_pid_exists(child));
    assert_false(os_pid_exists(0));
    assert_false(os_pid_exists(-1));
    struct os_processes_options some = {
        .size = sizeof some, .pids = (pid_t[]){getpid(), child, 1, getpid(), -4}, .pids_count = 5};
    struct os_process_info *list = os_processes(0, &some, &again);
    assert_non_null(list);
    assert_int_equal(again, 2);
    assert_int_equal(list[0].pid, 1);
    assert_int_equal(list[1].pid, getpid());
    free(list);
    free(pids);
}

static void *idle(void *argument) {
    (void)argument;
    for (;;)
        pause();
    return NULL;
}

static void *own_number(void *ret) {
    *(_Atomic pid_t *)ret = gettid();
    return idle(NULL);
}

static void a_thread_is_no_process(void **state) {
    (void)state;
    pthread_t thread;
    _Atomic pid_t number = 0;
    assert_int_equal(pthread_create(&thread, NULL, own_number, (void *)&number), 0);
    while (!number)
        sched_yield();
    assert_false(os_pid_exists(number));
    struct os_process *self = os_process_open(getpid());
    size_t count = 0;
    struct os_process_thread *threads = os_process_threads(self, &count);
    assert_non_null(threads);
    bool found = false;
    for (size_t i = 0; i < count; i++)
        found |= threads[i].id == number;
    assert_true(found && count >= 2 && threads[0].id == getpid());
    free(threads);
    os_process_close(self);
    pthread_cancel(thread);
    pthread_join(thread, NULL);
}

/* The same whoever reads: one thread, several, more than there are processes. */
static void threads_read_the_same(void **state) {
    (void)state;
    pid_t children[60];
    for (size_t i = 0; i < 60; i++)
        children[i] = sleeper(NULL);
    for (int threads = 0; threads <= 20; threads += 5) {
        size_t count = 0;
        struct os_processes_options options = {.size = sizeof options, .threads = threads};
        struct os_process_info *list =
            os_processes(OS_PROCESS_CMDLINE | OS_PROCESS_USERNAME, &options, &count);
        assert_non_null(list);
        for (size_t i = 0; i < 60; i++) {
            struct os_process_info *child = find(list, count, children[i]);
            assert_non_null(child);
            assert_int_equal(child->ppid, getpid());
            assert_non_null(child->username);
            assert_non_null(child->cmdline[0]);
        }
        for (size_t i = 1; i < count; i++)
            assert_true(list[i].pid > list[i - 1].pid);
        free(list);
    }
    for (size_t i = 0; i < 60; i++)
        end(children[i]);
}

static void names_of_any_bytes(void **state) {
    (void)state;
    static const char *const names[] = {") R 1 (", "a\nb",           "(", ")", " ",
                                        "\377\1",  "fifteen bytes !"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        pid_t child = sleeper(names[i]);
        struct os_process *process = os_process_open(child);
        struct os_process_info *info = os_process_read(process, OS_PROCESS_NAME);
        assert_non_null(info);
        assert_string_equal(info->name, names[i]);
        assert_int_equal(info->ppid, getpid());
        free(info);
        os_process_close(process);
        end(child);
    }
}

/* A name that was cut to 15 bytes is as long as the command line has it. */
static void long_names(void **state) {
    (void)state;
    assert_int_equal(symlink("/bin/sleep", "a-name-of-many-more-bytes"), 0);
    pid_t child = fork();
    if (child == 0) {
        execl("./a-name-of-many-more-bytes", "./a-name-of-many-more-bytes", "100", (char *)NULL);
        _exit(127);
    }
    struct os_process *process = os_process_open(child);
    for (bool there = false; !there; sched_yield()) { /* until it has its new command line */
        struct os_process_info *now = os_process_read(process, OS_PROCESS_CMDLINE);
        assert_non_null(now);
        there = now->cmdline_count == 2;
        free(now);
    }
    struct os_process_info *long_name = os_process_read(process, OS_PROCESS_NAME);
    assert_string_equal(long_name->name, "a-name-of-many-more-bytes");
    assert_false(long_name->valid & OS_PROCESS_CMDLINE);
    free(long_name);
    struct os_process_info *info = os_process_read(process, 0);
    assert_string_equal(info->name, "a-name-of-many-");
    free(info);
    info = os_process_read(process, OS_PROCESS_CMDLINE | OS_PROCESS_NAME);
    assert_string_equal(info->name, "a-name-of-many-more-bytes");
    assert_int_equal(info->cmdline_count, 2);
    assert_string_equal(info->cmdline[1], "100");
    free(info);
    os_process_close(process);
    end(child);
}

static void a_handle_outlives_its_process(void **state) {
    (void)state;
    int descriptors = open_descriptors();
    pid_t child = sleeper(NULL);
    struct os_process *process = os_process_open(child);
    assert_non_null(process);
    assert_true(os_process_is_running(process));
    assert_int_equal(os_process_send_signal(process, 0), 0);
    assert_true(fcntl(os_process_fileno(process), F_GETFD) & FD_CLOEXEC);
    assert_int_equal(os_process_wait(process, 0, NULL), 0);
    assert_int_equal(os_process_wait(process, 0.01, NULL), 0);
    assert_int_equal(os_process_send_signal(process, SIGTERM), 0);
    int status = 0;
    assert_int_equal(os_process_wait(process, -1, &status), 1);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    assert_int_equal(waitpid(child, NULL, 0), -1); /* it was collected */
    assert_false(os_process_is_running(process));
    assert_int_equal(os_process_send_signal(process, 0), -1);
    assert_error(ESRCH, "process_send_signal", NULL, NULL);
    assert_null(os_process_read(process, 0));
    assert_error(ESRCH, "process_read", NULL, NULL);
    size_t count;
    assert_null(os_process_environ(process));
    assert_error(ESRCH, "process_environ", NULL, NULL);
    assert_null(os_process_threads(process, &count));
    assert_error(ESRCH, "process_threads", NULL, NULL);
    assert_null(os_process_open_files(process, &count));
    assert_error(ESRCH, "process_open_files", NULL, NULL);
    assert_null(os_process_memory_maps(process, &count));
    assert_error(ESRCH, "process_memory_maps", NULL, NULL);
    assert_int_equal(os_process_wait(process, -1, &status), 1);
    assert_int_equal(status, -1);
    assert_null(os_process_close(process));
    assert_null(os_process_close(NULL));
    assert_int_equal(open_descriptors(), descriptors);
    assert_null(os_process_open(child));
    assert_error(ESRCH, "process_open", NULL, NULL);
    assert_null(os_process_open(-1));
    assert_error(ESRCH, "process_open", NULL, NULL);
}

static void exit_statuses(void **state) {
    (void)state;
    pid_t child = fork();
    if (child == 0)
        _exit(42);
    int status = 0;
    struct os_process *process = os_process_open(child);
    assert_int_equal(os_process_wait(process, 60, &status), 1);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 42);
    os_process_close(process);
}

static void zombies_are_listed(void **state) {
    (void)state;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
    size_t count = 0;
    struct os_processes_options one = {.size = sizeof one, .pids = &child, .pids_count = 1};
    struct os_process_info *list = os_processes(ALL, &one, &count);
    assert_non_null(list);
    assert_int_equal(count, 1);
    assert_string_equal(list->status, "Z");
    assert_false(list->valid & (OS_PROCESS_CMDLINE | OS_PROCESS_EXE | OS_PROCESS_FOOTPRINT));
    assert_true((list->valid & OS_PROCESS_IDS) && (list->valid & OS_PROCESS_MEMORY));
    assert_int_equal(list->memory_info.rss, 0);
    assert_null(list->cmdline);
    free(list);
    end(child);
}

/* A file that can't be read, here a directory beyond PATH_MAX, takes nothing from the rest. */
static void a_directory_too_deep(void **state) {
    (void)state;
    make_chain("deep", "d", 3000, 0);
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        int r = chdir("deep");
        while (r == 0)
            r = chdir("d");
        if (open(".", O_RDONLY | O_DIRECTORY) >= 0 && write(ready[1], "", 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    struct os_process *process = os_process_open(child);
    struct os_process_info *info = os_process_read(process, OS_PROCESS_CWD | OS_PROCESS_EXE);
    assert_non_null(info);
    assert_int_equal(info->valid & (OS_PROCESS_CWD | OS_PROCESS_EXE), OS_PROCESS_EXE);
    assert_null(info->cwd);
    free(info);
    size_t count;
    struct os_open_file *files = os_process_open_files(process, &count);
    assert_non_null(files);
    bool nameless = false;
    for (size_t i = 0; i < count; i++)
        nameless |= files[i].path[0] == '\0';
    assert_true(nameless);
    free(files);
    os_process_close(process);
    end(child);
    close(ready[0]);
    close(ready[1]);
}

/* An ordinary user is refused what is another's, and told so. */
static int nobody_asks(void) {
    size_t count = 0;
    struct os_processes_options one = {
        .size = sizeof one, .pids = (pid_t[]){1}, .pids_count = 1, .threads = 1};
    struct os_process_info *list = os_processes(ALL, &one, &count);
    unsigned refused = OS_PROCESS_EXE | OS_PROCESS_CWD | OS_PROCESS_IO | OS_PROCESS_FOOTPRINT;
    bool fine = list && count == 1 && (list->refused & refused) == refused &&
                (list->valid & OS_PROCESS_IDS) && !list->exe && !(list->valid & refused);
    free(list);
    struct os_process *process = os_process_open(1);
    fine = fine && !os_process_environ(process) && errno == EACCES;
    fine = fine && !os_process_open_files(process, &count) && errno == EACCES;
    fine = fine && os_process_send_signal(process, 0) == -1 && errno == EPERM;
    os_process_close(process);
    return fine ? 0 : 1;
}

static void an_ordinary_user_is_refused(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(as_nobody(nobody_asks), 0);
}

static void variables_files_and_mappings(void **state) {
    (void)state;
    size_t count = 0;
    struct os_process *self = os_process_open(getpid());
    assert_non_null(self);
    write_text("a file", "0123456789");
    int fd = open("a file", O_RDWR | O_APPEND | O_CLOEXEC);
    assert_int_equal(lseek(fd, 4, SEEK_SET), 4);
    struct os_open_file *files = os_process_open_files(self, &count);
    assert_non_null(files);
    struct os_open_file *found = NULL;
    for (size_t i = 0; i < count; i++) {
        found = files[i].fd == fd ? &files[i] : found;
        assert_true(i == 0 || files[i].fd > files[i - 1].fd);
    }
    assert_non_null(found);
    assert_int_equal(found->position, 4);
    assert_int_equal(found->flags & (O_ACCMODE | O_APPEND | O_CLOEXEC),
                     O_RDWR | O_APPEND | O_CLOEXEC);
    assert_non_null(strstr(found->path, "/a file"));
    free(files);
    close(fd);
    char **variables = os_process_environ(self);
    assert_non_null(variables);
    assert_true(!variables[0] || strchr(variables[0], '='));
    free(variables);
    struct os_memory_map *maps = os_process_memory_maps(self, &count);
    assert_non_null(maps);
    bool stack = false, code = false;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(maps[i].size, maps[i].end - maps[i].start);
        assert_int_equal(strlen(maps[i].perms), 4);
        assert_true(maps[i].rss <= maps[i].size);
        stack |= strcmp(maps[i].path, "[stack]") == 0;
        code |= maps[i].perms[2] == 'x' && maps[i].path[0] == '/' && maps[i].rss > 0;
    }
    assert_true(stack && code);
    free(maps);
    os_process_close(self);
}

static void percent_of_a_cpu(void **state) {
    (void)state;
    struct os_process_info a = {.pid = 1, .start_ticks = 5, .cpu_times = {100, 200, 0, 0, 0}};
    struct os_process_info b = a;
    b.cpu_times.user += 500000000;
    b.cpu_times.system += 250000000;
    assert_true(os_process_cpu_percent(&a, &b, 1000000000) == 75.0);
    assert_true(os_process_cpu_percent(&b, &a, 1000000000) == 0);
    assert_true(isnan(os_process_cpu_percent(&a, &b, 9999999)));
    b.start_ticks = 6;
    assert_true(isnan(os_process_cpu_percent(&a, &b, 1000000000)));
}

static pid_t spinner(void) {
    pid_t pid = fork();
    if (pid)
        return pid;
    for (volatile unsigned i = 0;; i = i + 1)
        ;
}

static const struct os_process_info *read_again(struct os_process_watch *watch,
                                                struct os_process_news *news,
                                                struct os_process_info **list, pid_t pid) {
    size_t count = 0;
    free(*list);
    *list = os_process_watch_read(watch, news, &count);
    assert_non_null(*list);
    return find(*list, count, pid);
}

/* A process is found at both readings, with what it used in between; one that came later has none. */
static void a_list_that_is_read_again(void **state) {
    (void)state;
    int descriptors = open_descriptors();
    struct os_process_news news = {.started = 7};
    struct os_process_info *list = NULL;
    const struct os_process_info *one;
    pid_t busy = spinner(), idle_one = sleeper("idle"), late;
    struct os_process_watch *watch = os_process_watch_open(
        OS_PROCESS_NAME | OS_PROCESS_MEMORY | OS_PROCESS_IDS | OS_PROCESS_FDS, NULL);
    assert_non_null(watch);
    one = read_again(watch, &news, &list, busy);
    assert_true(one && !(one->valid & OS_PROCESS_CPU_PERCENT));
    assert_true(news.started == 0 && news.ended == 0 && news.unseen == 0 && news.elapsed == 0);
    assert_true(open_descriptors() > descriptors + 4);
    do { /* until it had its turn, in some tick of the clock */
        usleep(20000);
        one = read_again(watch, &news, &list, busy);
        assert_non_null(one);
    } while (!(one->valid & OS_PROCESS_CPU_PERCENT) || !(one->cpu_percent > 0));
    assert_true(one->cpu_percent < 250 && news.elapsed >= 20000000);
    assert_true(one->uids.real == getuid() && one->memory_info.vms > 0 && one->num_fds >= 3);
    late = sleeper("late");
    end(idle_one);
    usleep(20000);
    one = read_again(watch, &news, &list, late);
    assert_true(one && !(one->valid & OS_PROCESS_CPU_PERCENT));
    assert_true(news.started >= 1 && news.ended >= 1);
    assert_null(read_again(watch, NULL, &list, idle_one));
    one = read_again(watch, NULL, &list, late);
    assert_string_equal(one->name, "late");
    free(list);
    end(busy);
    end(late);
    assert_null(os_process_watch_close(watch));
    assert_null(os_process_watch_close(NULL));
    assert_int_equal(open_descriptors(), descriptors);
    assert_null(os_process_watch_open(1u << 31, NULL));
    assert_int_equal(errno, EINVAL);
}

/* Where few descriptors may be open, few stay open, and the list is the same. */
static int watch_with_few_descriptors(void) {
    const struct rlimit few = {40, 40};
    struct os_process_info *list = NULL;
    size_t count;
    int descriptors = open_descriptors();
    pid_t children[30];
    for (size_t i = 0; i < 30; i++)
        children[i] = sleeper("few");
    if (setrlimit(RLIMIT_NOFILE, &few) < 0)
        return 2;
    struct os_process_watch *watch = os_process_watch_open(OS_PROCESS_IDS, NULL);
    bool fine = watch != NULL;
    for (int i = 0; fine && i < 3; i++) {
        free(list);
        list = os_process_watch_read(watch, NULL, &count);
        for (size_t k = 0; k < 30; k++)
            fine = fine && list && find(list, count, children[k]) &&
                   find(list, count, children[k])->uids.real == getuid();
        fine = fine && open_descriptors() <= descriptors + 1 + 40 / 2;
    }
    free(list);
    os_process_watch_close(watch);
    for (size_t i = 0; i < 30; i++)
        end(children[i]);
    return fine ? 0 : 1;
}

static void few_descriptors(void **state) {
    (void)state;
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(watch_with_few_descriptors());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void since_it_was_started(void **state) {
    (void)state;
    pid_t busy = spinner();
    struct os_process *process = os_process_open(busy);
    struct os_process_info *info = NULL;
    do {
        usleep(20000);
        free(info);
        info = os_process_read(process, OS_PROCESS_CPU_LIFETIME | OS_PROCESS_CPU_PERCENT);
        assert_non_null(info);
    } while (!(info->valid & OS_PROCESS_CPU_LIFETIME) || !(info->cpu_percent_lifetime > 0));
    assert_true(info->cpu_percent_lifetime < 250 && !(info->valid & OS_PROCESS_CPU_PERCENT));
    free(info);
    os_process_close(process);
    end(busy);
}

/* Whose memory is more than the limit has no footprint read: that would stop it for long. */
static void a_footprint_that_costs_too_much(void **state) {
    (void)state;
    pid_t self = getpid();
    size_t count;
    struct os_processes_options options = {
        .size = sizeof options, .threads = 1, .pids = &self, .pids_count = 1};
    struct os_process_info *list = os_processes(OS_PROCESS_FOOTPRINT, &options, &count);
    assert_true(list && list->valid & OS_PROCESS_FOOTPRINT && list->memory_footprint.pss > 0);
    options.footprint_limit = list->rss / 2;
    free(list);
    list = os_processes(OS_PROCESS_FOOTPRINT, &options, &count);
    assert_true(list && !((list->valid | list->refused) & OS_PROCESS_FOOTPRINT));
    free(list);
}

static void options_that_are_none(void **state) {
    (void)state;
    size_t count;
    struct os_processes_options options = {.size = sizeof options, .threads = -1};
    assert_null(os_processes(0, &options, &count));
    assert_error(EINVAL, "processes", NULL, NULL);
    options = (struct os_processes_options){.size = sizeof options, .pids_count = 1};
    assert_null(os_processes(0, &options, &count));
    assert_error(EINVAL, "processes", NULL, NULL);
    assert_null(os_processes(1u << 20, NULL, &count));
    assert_error(EINVAL, "processes", NULL, NULL);
}

/* ------------------------------------------------------------------- a recorded machine */

static void plant(const char *path, const char *text) {
    for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
        char *directory = strndup(path, (size_t)(slash - path));
        mkdir(directory, 0777);
        free(directory);
    }
    write_text(path, text);
}

static void a_recorded_machine(void **state) {
    (void)state;
    plant("root/proc/stat", "cpu 1 2 3 4\nbtime 1000\nprocesses 5\n");
    plant("root/proc/12/stat",
          "12 (old) S 1 12 12 34816 12 4194560 7 0 8 0 100 50 0 0 20 0 2 0 300 "
          "8192 3 0 0 0 0 0 0 0 0 0 0 0 0 0 17 1 0 0 9");
    plant("root/proc/12/statm", "4 3 2 1 0 1 0\n");
    plant("root/proc/12/status", "Name:\told\nUid:\t1000\t1001\t1002\t1003\nGid:\t5\t6\t7\t8\n"
                                 "voluntary_ctxt_switches:\t44\nnonvoluntary_ctxt_switches:\t4\n");
    plant("root/proc/12/cgroup", "4:memory:/docker/id\n0::/\n");
    plant("root/proc/12/fd/0", "");
    plant("root/proc/12/fd/7", "");
    plant("root/proc/12/schedstat", "100 2000 3\n");
    assert_int_equal(symlink("/usr/bin/old (deleted)", "root/proc/12/exe"), 0);
    plant("root/proc/12/cmdline", "written over it");
    plant("root/proc/9/stat", "9 (broken");
    plant("root/proc/8/comm", "no stat");
    plant("root/etc/passwd", "root:x:0:0::/:/bin/sh\nsomebody:x:1000:5::/:/bin/sh\n");
    size_t count = 0;
    assert_int_equal(os_set_root("root"), 0);
    assert_true(os_root_is_set());
    struct os_process_info *list = os_processes(ALL, NULL, &count);
    struct os_process *process = os_process_open(12);
    int64_t missing = os_pid_exists(8), there = os_pid_exists(12);
    assert_int_equal(os_set_root(NULL), 0);
    assert_false(os_root_is_set());
    assert_non_null(list);
    assert_int_equal(count, 1);
    assert_string_equal(list->name, "old");
    assert_string_equal(list->username, "somebody");
    assert_string_equal(list->exe, "/usr/bin/old (deleted)");
    assert_string_equal(list->cgroup, "/docker/id");
    assert_int_equal(list->cmdline_count, 3);
    assert_string_equal(list->cmdline[2], "it");
    assert_int_equal(list->create_time, 1003000000000);
    assert_int_equal(list->num_fds, 2);
    assert_int_equal(list->euid, 1001);
    assert_int_equal(list->gids.saved, 7);
    assert_int_equal(list->num_ctx_switches.involuntary, 4);
    assert_int_equal(list->cpu_times.user, 1000000000);
    assert_int_equal(list->run_delay, 2000);
    assert_int_equal(list->memory_info.shared, 2 * (uint64_t)sysconf(_SC_PAGESIZE));
    assert_int_equal(list->terminal, 34816);
    assert_int_equal(list->cpu_num, 1);
    assert_false(list->valid & (OS_PROCESS_IO | OS_PROCESS_CWD));
    assert_int_equal(list->refused, 0);
    assert_false(missing);
    assert_true(there);
    assert_int_equal(os_process_send_signal(process, 0), -1);
    assert_error(ENOTSUP, "process_send_signal", NULL, NULL);
    assert_int_equal(os_process_wait(process, 0, NULL), -1);
    assert_error(ENOTSUP, "process_wait", NULL, NULL);
    os_process_close(process);
    free(list);
    assert_int_equal(os_set_root("nowhere"), -1);
    assert_error(ENOENT, "set_root", "nowhere", NULL);
}

static void another_proc(void **state) {
    (void)state;
    plant("elsewhere/5/stat", "5 (five) S 1 5 5 0 0 0 7 0 8 0 1 5 0 0 20 0 2 0 300 8192 3");
    size_t count = 0;
    char *path = os_path_abspath("elsewhere");
    assert_int_equal(os_set_procfs_path(path), 0);
    struct os_process_info *list = os_processes(0, NULL, &count);
    assert_int_equal(os_set_procfs_path(NULL), 0);
    assert_non_null(list);
    assert_int_equal(count, 1);
    assert_string_equal(list->name, "five");
    free(list);
    free(path);
}

/* ------------------------------------------------------------------- numbers used again */

#ifdef SLOW
#define REUSES 10000
#else
#define REUSES 300
#endif

static pid_t fork_as(int last_pid, pid_t wanted) {
    char text[16];
    int size = snprintf(text, sizeof text, "%d", wanted - 1);
    if (pwrite(last_pid, text, (size_t)size, 0) != size)
        _exit(3);
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    return pid;
}

/* In a pid namespace with its own /proc: the handle of a process whose number another has. */
/* Read again, a list has the process whose number that is now, and knows that it is another one. */
static bool watch_again(struct os_process_watch *watch, size_t changes) {
    struct os_process_news news = {0};
    size_t count = 0;
    struct os_process_info *list = os_process_watch_read(watch, &news, &count);
    bool fine = list && count == 1 && list[0].pid == 100 && news.started == changes &&
                news.ended == changes && !(changes && list[0].valid & OS_PROCESS_CPU_PERCENT);
    free(list);
    return fine;
}

static int reuse_in_namespace(void) {
    const pid_t watched = 100;
    const struct os_processes_options options = {
        .size = sizeof options, .threads = 1, .pids = &watched, .pids_count = 1};
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("proc", "/proc", "proc", 0, NULL) < 0)
        return 77;
    int last_pid = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
    if (last_pid < 0)
        return 77;
    for (int i = 0; i < REUSES; i++) {
        pid_t first = fork_as(last_pid, 100);
        struct os_process *handle = os_process_open(first);
        struct os_process_watch *watch =
            os_process_watch_open(i % 2 ? OS_PROCESS_STAT : OS_PROCESS_IDS, &options);
        if (!watch || !watch_again(watch, 0))
            return 5;
        kill(first, SIGKILL);
        waitpid(first, NULL, 0);
        pid_t second = fork_as(last_pid, 100);
        if (!handle || first != 100 || second != 100)
            return 2;
        bool fine = os_process_send_signal(handle, SIGKILL) == -1 && errno == ESRCH;
        fine = fine && !os_process_read(handle, ALL) && errno == ESRCH;
        size_t count;
        fine = fine && !os_process_environ(handle) && errno == ESRCH;
        fine = fine && !os_process_threads(handle, &count) && errno == ESRCH;
        fine = fine && !os_process_open_files(handle, &count) && errno == ESRCH;
        fine = fine && !os_process_memory_maps(handle, &count) && errno == ESRCH;
        fine = fine && os_process_wait(handle, 0, NULL) == 1;
        fine = fine && !os_process_is_running(handle);
        fine = fine && watch_again(watch, 1) && watch_again(watch, 0);
        fine = fine && kill(second, 0) == 0 && waitpid(second, NULL, WNOHANG) == 0;
        kill(second, SIGKILL);
        waitpid(second, NULL, 0);
        os_process_close(handle);
        os_process_watch_close(watch);
        if (!fine)
            return 1;
    }
    return 0;
}

static void numbers_used_again(void **state) {
    (void)state;
    in_own_pids(reuse_in_namespace);
}

static void details_of_one(void **state) {
    (void)state;
    struct os_process_info *info = os_process_details(getpid(), OS_PROCESS_IDS | OS_PROCESS_CWD);
    assert_non_null(info);
    assert_int_equal(info->pid, getpid());
    assert_int_equal(info->ppid, getppid());
    assert_int_equal(info->uids.real, getuid());
    assert_int_equal(info->valid & (OS_PROCESS_CWD | OS_PROCESS_FDS), OS_PROCESS_CWD);
    free(info);
    pid_t child = sleeper(NULL);
    end(child);
    assert_null(os_process_details(child, 0));
    assert_error(ESRCH, "process_details", NULL, NULL);
    assert_null(os_process_details(0, 0));
    assert_error(ESRCH, "process_details", NULL, NULL);
    assert_null(os_process_details(getpid(), 1u << 31));
    assert_error(EINVAL, "process_details", NULL, NULL);
}

static void a_tree_of_this_process(void **state) {
    (void)state;
    pid_t one = sleeper("one"), two = sleeper("two");
    size_t count = 0, all = 0;
    struct os_process_branch *tree = os_process_tree(getpid(), &count);
    assert_non_null(tree);
    assert_int_equal(count, 3);
    assert_int_equal(tree[0].pid, getpid());
    assert_int_equal(tree[0].depth, 0);
    assert_string_equal(tree[0].branch, tree[0].name);
    bool in_order = one < two; /* numbers may begin again */
    assert_int_equal(tree[1].pid, in_order ? one : two);
    assert_int_equal(tree[1].ppid, getpid());
    assert_int_equal(tree[2].depth, 1);
    assert_string_equal(tree[1].branch, in_order ? "├─ one" : "├─ two");
    assert_string_equal(tree[2].branch, in_order ? "└─ two" : "└─ one");
    free(tree);
    tree = os_process_tree(0, &all);
    assert_non_null(tree);
    assert_true(all >= 3);
    size_t found = 0, parent = 0;
    for (size_t i = 0; i < all; i++) {
        parent = tree[i].pid == getpid() ? i : parent;
        found += tree[i].ppid == getpid() && tree[i].depth == tree[parent].depth + 1;
    }
    assert_int_equal(found, 2);
    free(tree);
    end(one);
    end(two);
    assert_null(os_process_tree(one, &count));
    assert_error(ESRCH, "process_tree", NULL, NULL);
}

static void record_process(pid_t pid, pid_t ppid) {
    char path[64], text[200];
    snprintf(path, sizeof path, "root/proc/%d/stat", (int)pid);
    snprintf(text, sizeof text, "%d (p%d) S %d 1 1 0 -1 0 7 0 8 0 1 5 0 0 20 0 1 0 300 8192 3\n",
             (int)pid, (int)pid, (int)ppid);
    plant(path, text);
}

static void a_recorded_tree(void **state) {
    (void)state;
    enum { CHAIN = 200 };
    static const struct {
        pid_t pid, ppid, depth;
        const char *branch;
    } rows[] = {{1, 0, 0, "p1"},          {3, 1, 1, "├─ p3"},    {4, 3, 2, "│  ├─ p4"},
                {2, 4, 3, "│  │  └─ p2"}, {9, 3, 2, "│  └─ p9"}, {8, 1, 1, "└─ p8"},
                {10, 8, 2, "   └─ p10"},  {7, 555, 0, "p7"},   /* whose parent isn't there */
                {5, 6, 0, "p5"},                               /* a circle */
                {6, 5, 1, "└─ p6"},       {11, 11, 0, "p11"}}; /* its own parent */
    plant("root/proc/stat", "cpu 1 2 3 4\nbtime 1000\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        record_process(rows[i].pid, rows[i].ppid);
    for (pid_t pid = 1000; pid < 1000 + CHAIN; pid++)
        record_process(pid, pid - 1);
    size_t count = 0, below = 0;
    assert_int_equal(os_set_root("root"), 0);
    struct os_process_branch *tree = os_process_tree(0, &count);
    struct os_process_branch *part = os_process_tree(3, &below);
    assert_int_equal(os_set_root(NULL), 0);
    assert_non_null(tree);
    assert_int_equal(count, sizeof rows / sizeof *rows + CHAIN);
    for (size_t i = 0, row = 0; i < count; i++) {
        if (tree[i].pid >= 1000)
            continue;
        assert_int_equal(tree[i].pid, rows[row].pid);
        assert_int_equal(tree[i].depth, rows[row].depth);
        assert_string_equal(tree[i].branch, rows[row++].branch);
    }
    const struct os_process_branch *deepest = &tree[7 + CHAIN];
    assert_int_equal(deepest->pid, 1000 + CHAIN - 1);
    assert_int_equal(deepest->depth, CHAIN - 1);
    assert_true(strlen(deepest->branch) < 300);
    assert_non_null(part);
    assert_int_equal(below, 4);
    assert_string_equal(part[3].branch, "└─ p9");
    free(tree);
    free(part);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_a_line_apart),
        cmocka_unit_test(takes_broken_lines),
        cmocka_unit_test(lists_this_process),
        cmocka_unit_test(lists_numbers),
        cmocka_unit_test(a_thread_is_no_process),
        cmocka_unit_test(threads_read_the_same),
        cmocka_unit_test(names_of_any_bytes),
        IN_SCRATCH(long_names),
        cmocka_unit_test(a_handle_outlives_its_process),
        cmocka_unit_test(exit_statuses),
        cmocka_unit_test(zombies_are_listed),
        IN_TREES(a_directory_too_deep),
        cmocka_unit_test(an_ordinary_user_is_refused),
        IN_SCRATCH(variables_files_and_mappings),
        cmocka_unit_test(percent_of_a_cpu),
        cmocka_unit_test(a_list_that_is_read_again),
        cmocka_unit_test(few_descriptors),
        cmocka_unit_test(since_it_was_started),
        cmocka_unit_test(a_footprint_that_costs_too_much),
        cmocka_unit_test(options_that_are_none),
        IN_SCRATCH(a_recorded_machine),
        IN_SCRATCH(another_proc),
        cmocka_unit_test(details_of_one),
        cmocka_unit_test(a_tree_of_this_process),
        IN_SCRATCH(a_recorded_tree),
        cmocka_unit_test(numbers_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
