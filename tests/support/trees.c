/* SPDX-License-Identifier: MIT */
/** Trees to test on: deep, wide. */
#include "trees.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

int enter_trees(void **state) {
    /* In memory, where there is such a place: ext4 takes seconds for a few thousand directories. */
    char *path;
    if (asprintf(&path, "%s/osier-test-XXXXXX", memory_place()) < 0)
        return -1;
    if (!mkdtemp(path) || chdir(path) < 0)
        return -1;
    *state = path;
    return 0;
}

int leave_trees(void **state) {
    char command[100];
    snprintf(command, sizeof command, "chmod -R u+rwx %s 2>/dev/null; rm -rf %s", (char *)*state,
             (char *)*state);
    free(*state);
    return chdir("/") < 0 || system(command) != 0;
}

static void make_file(int dir, const char *name) {
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL, 0666);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "text", 4), 4);
    close(fd);
}

static int make_dir(int dir, const char *name) {
    assert_int_equal(mkdirat(dir, name, 0777), 0);
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY);
    assert_true(fd >= 0);
    return fd;
}

void make_chain(const char *top, const char *name, int depth, int siblings) {
    int fd = make_dir(AT_FDCWD, top);
    make_file(fd, "f");
    for (int i = 0; i < depth; i++) {
        for (int s = 0; s < siblings; s++) {
            char sibling[16];
            snprintf(sibling, sizeof sibling, "s%d", s);
            close(make_dir(fd, sibling));
        }
        int next = make_dir(fd, name);
        make_file(next, "f");
        close(fd);
        fd = next;
    }
    close(fd);
}

void make_bush(const char *top, int wide) {
    int fd = make_dir(AT_FDCWD, top);
    for (int i = 0; i < wide; i++) {
        char name[16];
        snprintf(name, sizeof name, "d%d", i);
        int outer = make_dir(fd, name);
        for (int j = 0; j < wide; j++) {
            snprintf(name, sizeof name, "f%d", j);
            make_file(outer, name);
        }
        int inner = make_dir(outer, "inner");
        make_file(inner, "f");
        close(inner);
        close(outer);
    }
    close(fd);
}

struct census count_tree(const char *top) {
    char command[200];
    struct census census = {0};
    snprintf(command, sizeof command, "find %s -printf '%%y\\n'", top);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    for (int c; (c = getc(pipe)) != EOF;)
        if (c != '\n')
            *(c == 'd' ? &census.directories : &census.others) += 1;
    pclose(pipe);
    return census;
}

long limit_descriptors(long most) {
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    long old = (long)limit.rlim_cur;
    limit.rlim_cur = (rlim_t)most;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return old;
}

int as_nobody(int (*test)(void)) {
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        _exit((getuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0)) ? 99 : test());
    int status = -1;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
