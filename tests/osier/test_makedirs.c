/* SPDX-License-Identifier: MIT */
/** makedirs and removedirs where CPython gives up: depth, length, and others at work beside them.
 */
#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* `count` components of `size` bytes with their slashes. */
static char *chain(size_t count, size_t size) {
    char *path = malloc(count * (size + 1) + 1);
    assert_non_null(path);
    for (size_t i = 0; i < count; i++) {
        memset(path + i * (size + 1), 'c', size);
        path[i * (size + 1) + size] = '/';
    }
    path[count * (size + 1) - 1] = '\0';
    return path;
}

/* How deep the chain of components like `name` is, counted apart from the library. */
static size_t depth(const char *name) {
    size_t levels = 0;
    int fd = open(".", O_RDONLY | O_CLOEXEC), next;
    while ((next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0) {
        close(fd);
        fd = next;
        levels++;
    }
    close(fd);
    return levels;
}

static void long_chain(size_t count, size_t size) {
    char *path = chain(count, size), *name = chain(1, size);
    int descriptors = open_descriptors();
    assert_int_equal(os_makedirs(path, 0777, 0), 0);
    assert_int_equal(depth(name), count);
    assert_int_equal(os_makedirs(path, 0777, 0), -1);
    assert_error(EEXIST, "makedirs", path, NULL);
    assert_int_equal(os_makedirs(path, 0777, OS_EXIST_OK), 0);
    assert_int_equal(os_removedirs(path), 0);
    assert_int_equal(depth(name), 0);
    assert_int_equal(os_removedirs(path), -1);
    assert_error(ENOENT, "removedirs", path, NULL);
    assert_int_equal(open_descriptors(), descriptors);
    free(path);
    free(name);
}

static void five_thousand_components(void **state) {
    (void)state;
    struct rlimit old, few = {16, 16};
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    few.rlim_max = old.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    long_chain(5000, 1);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
}

static void long_components(void **state) {
    (void)state;
    long_chain(100, 255);
    long_chain(17, 254); /* around PATH_MAX */
    long_chain(16, 255);
    long_chain(2048, 1);
    long_chain(2047, 1);
}

static void names_a_component_beyond_path_max(void **state) {
    (void)state;
    char *path = chain(3000, 2);
    assert_int_equal(os_makedirs(path, 0777, 0), 0);
    char *longer = malloc(10000);
    assert_non_null(longer);
    int size = sprintf(longer, "%s/", path);
    memset(longer + size, 'n', 300);
    strcpy(longer + size + 300, "/x/y");
    assert_int_equal(os_makedirs(longer, 0777, 0), -1);
    longer[size + 300] = '\0';
    assert_error(ENAMETOOLONG, "makedirs", longer, NULL);
    assert_int_equal(os_removedirs(path), 0);
    free(longer);
    free(path);
}

/* Runs `work` over and over in a process of its own until it is killed. */
static pid_t beside(void (*work)(void)) {
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        for (;;)
            work();
    return pid;
}

static void end(pid_t pid) {
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void make_beside(void) {
    os_makedirs("r/a/b/c/d/e", 0777, OS_EXIST_OK);
}

static void remove_beside(void) {
    os_removedirs("r/a/b/c/d/e");
}

static void others_create(void **state) {
    (void)state;
    pid_t maker = beside(make_beside), remover = beside(remove_beside);
    int failed = 0;
    for (int i = 0; i < 3000 && !failed; i++)
        if (os_makedirs("r/a/b/c/d/e", 0777, OS_EXIST_OK) < 0) {
            os_perror("makedirs");
            failed = 1;
        }
    end(maker);
    end(remover);
    assert_false(failed);
}

static void others_delete(void **state) {
    (void)state;
    pid_t remover = beside(remove_beside);
    int failed = 0;
    for (int i = 0; i < 5000 && !failed; i++)
        if (os_makedirs("r/a/b/c/d/e", 0777, 0) < 0 && errno != EEXIST) {
            os_perror("makedirs");
            failed = 1;
        }
    end(remover);
    assert_false(failed);
}

static void removed_directory(void **state) {
    assert_int_equal(mkdir("gone", 0777), 0);
    assert_int_equal(chdir("gone"), 0);
    assert_int_equal(rmdir("../gone"), 0);
    assert_int_equal(os_makedirs("a/b", 0777, OS_EXIST_OK), -1);
    assert_error(ENOENT, "makedirs", "a", NULL);
    assert_int_equal(os_makedirs("./a/b", 0777, OS_EXIST_OK), -1);
    assert_error(ENOENT, "makedirs", "./a", NULL);
    assert_int_equal(chdir(*state), 0);
    /* CPython says that it worked, and nothing is there. */
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    assert_int_equal(os_makedirs("dangling/.", 0777, 0), -1);
    assert_error(ENOENT, "makedirs", "dangling/.", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(five_thousand_components),
        IN_SCRATCH(long_components),
        IN_SCRATCH(names_a_component_beyond_path_max),
        IN_SCRATCH(others_create),
        IN_SCRATCH(others_delete),
        IN_SCRATCH(removed_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
