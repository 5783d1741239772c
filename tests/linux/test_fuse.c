/* SPDX-License-Identifier: MIT */
/** Files whose size is a lie, as FUSE servers with direct_io have them: whatever reads them, reads to
 *  their end. The server is here, on /dev/fuse itself. */
#include "support.h"

#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

enum { ROOM = 1 << 18, FIRST = 2 /* the number of the first file; 1 is the directory */ };

/* What stat(2) tells, and what is there: the sizes at which copies take another way. */
static struct file {
    char name[64]; /* "" when it was removed */
    uint64_t told, size;
} files[] = {
    {"zero", 0, 300000},         {"little", 100, 50000},      {"medium", 20000, 200000},
    {"large", 1 << 20, 3 << 20}, {"shorter", 1 << 20, 70000},
};
enum { COUNT = sizeof files / sizeof *files };

static char content_at(uint64_t node, uint64_t at) {
    return (char)(at * 7 + at / 4096 + node);
}

/* ------------------------------------------------------------------------ the server */

static int dev;

static void answer(const struct fuse_in_header *in, int error, const void *data, size_t size) {
    struct fuse_out_header out = {
        .len = (uint32_t)(sizeof out + size), .error = -error, .unique = in->unique};
    struct iovec parts[] = {{&out, sizeof out}, {(void *)data, size}};
    if (writev(dev, parts, 2) < 0 && errno != ENOENT) /* ENOENT: who asked has gone */
        _exit(1);
}

static struct fuse_attr attributes_of(uint64_t node) {
    struct fuse_attr attr = {.ino = node, .mode = S_IFDIR | 0755, .nlink = 2, .blksize = 4096};
    if (node >= FIRST) {
        attr.mode = S_IFREG | 0644;
        attr.nlink = 1;
        attr.size = files[node - FIRST].told;
        attr.blocks = (attr.size + 511) / 512;
    }
    return attr;
}

static int find(const char *name) {
    for (int i = 0; i < COUNT; i++)
        if (*name && strcmp(files[i].name, name) == 0)
            return i;
    return -1;
}

static void look_up(const struct fuse_in_header *in, const char *name) {
    int i = find(name);
    uint64_t node = (uint64_t)i + FIRST;
    struct fuse_entry_out entry = {.nodeid = node, .attr = attributes_of(node)};
    answer(in, i < 0 ? ENOENT : 0, &entry, i < 0 ? 0 : sizeof entry);
}

static void read_file(const struct fuse_in_header *in, const struct fuse_read_in *wanted) {
    static char content[ROOM];
    uint64_t left = files[in->nodeid - FIRST].size;
    left = left > wanted->offset ? left - wanted->offset : 0;
    size_t size = wanted->size < left ? wanted->size : (size_t)left;
    for (size_t i = 0; i < size; i++)
        content[i] = content_at(in->nodeid, wanted->offset + i);
    answer(in, 0, content, size);
}

static void read_directory(const struct fuse_in_header *in, const struct fuse_read_in *wanted) {
    _Alignas(8) char list[4096] = "";
    size_t size = 0;
    for (uint64_t i = wanted->offset; i < COUNT; i++) {
        size_t length = strlen(files[i].name);
        struct fuse_dirent *entry = (struct fuse_dirent *)(list + size);
        *entry = (struct fuse_dirent){
            .ino = i + FIRST, .off = i + 1, .namelen = (uint32_t)length, .type = S_IFREG >> 12};
        memcpy(entry->name, files[i].name, length);
        size += length ? FUSE_DIRENT_SIZE(entry) : 0;
    }
    answer(in, 0, list, size);
}

static void rename_file(const struct fuse_in_header *in, const char *names) {
    int from = find(names), to = find(names + strlen(names) + 1);
    if (to >= 0)
        *files[to].name = '\0';
    if (from >= 0)
        strcpy(files[from].name, names + strlen(names) + 1);
    answer(in, from < 0 ? ENOENT : 0, NULL, 0);
}

static void remove_file(const struct fuse_in_header *in, const char *name) {
    int i = find(name);
    if (i >= 0)
        *files[i].name = '\0';
    answer(in, i < 0 ? ENOENT : 0, NULL, 0);
}

static void serve_one(const struct fuse_in_header *in) {
    const void *rest = in + 1;
    struct fuse_attr_out attributes = {.attr = attributes_of(in->nodeid)};
    const struct fuse_init_out init = {
        .major = 7, .minor = 31, .max_readahead = ROOM, .max_write = 1 << 17};
    const struct fuse_open_out opened = {.open_flags = FOPEN_DIRECT_IO};
    switch (in->opcode) {
    case FUSE_INIT:
        return answer(in, 0, &init, sizeof init);
    case FUSE_LOOKUP:
        return look_up(in, rest);
    case FUSE_GETATTR:
    case FUSE_SETATTR:
        return answer(in, 0, &attributes, sizeof attributes);
    case FUSE_OPEN:
    case FUSE_OPENDIR:
        return answer(in, 0, &opened, sizeof opened);
    case FUSE_READ:
        return read_file(in, rest);
    case FUSE_READDIR:
        return read_directory(in, rest);
    case FUSE_RENAME:
        return rename_file(in, (const char *)rest + sizeof(struct fuse_rename_in));
    case FUSE_RENAME2:
        return rename_file(in, (const char *)rest + sizeof(struct fuse_rename2_in));
    case FUSE_UNLINK:
        return remove_file(in, rest);
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
        return answer(in, 0, NULL, 0);
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT:
        return;
    default:
        return answer(in, ENOSYS, NULL, 0);
    }
}

static void serve(void) {
    static _Alignas(8) char request[ROOM + 4096];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;)
        if (read(dev, request, sizeof request) > 0)
            serve_one((const struct fuse_in_header *)request);
        else if (errno != EINTR && errno != ENOENT)
            _exit(errno != ENODEV); /* unmounted */
}

/* ------------------------------------------------------------------------- the tests */

static pid_t server;

/* "src" is the server's; where there can be none, the test is skipped. */
static bool begin(void) {
    char options[100];
    dev = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", dev);
    if (dev < 0 || unshare(CLONE_NEWNS) < 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mkdir("src", 0777) < 0 ||
        mount("osier", "src", "fuse", MS_NOSUID | MS_NODEV, options) < 0) {
        print_message("no /dev/fuse that may be mounted: %s\n", strerror(errno));
        return false;
    }
    server = fork();
    if (server == 0)
        serve();
    return true;
}

static void end(void) {
    int status = -1;
    assert_int_equal(umount("src"), 0);
    close(dev);
    assert_int_equal(waitpid(server, &status, 0), server);
    assert_int_equal(status, 0);
}

/* That all of the file is there, and nothing else. */
static void check(const char *path, int i) {
    size_t size;
    os_autofree char *content = os_read_file(path, &size);
    assert_non_null(content);
    assert_int_equal(size, files[i].size);
    for (size_t at = 0; at < size; at++)
        if (content[at] != content_at((uint64_t)i + FIRST, at))
            fail_msg("%s: byte %zu", path, at);
}

static int move(const char *src, const char *dst, const struct os_copy_options *options) {
    (void)options;
    return os_move(src, dst, NULL);
}

static void read_to_their_end(void **state) {
    (void)state;
    int (*const calls[])(const char *, const char *, const struct os_copy_options *) = {
        os_copyfile, os_copy, os_copy2, move /* the last: nothing is left then */};
    if (!begin())
        skip();
    assert_int_equal(os_copytree("src", "dst", NULL), 0);
    for (int i = 0; i < COUNT; i++) {
        char src[80], dst[80];
        snprintf(src, sizeof src, "src/%.63s", files[i].name);
        snprintf(dst, sizeof dst, "dst/%.63s", files[i].name);
        check(dst, i);
        for (size_t c = 0; c < sizeof calls / sizeof *calls; c++) {
            assert_int_equal(unlink(dst), 0);
            assert_int_equal(calls[c](src, dst, NULL), 0);
            check(dst, i);
        }
        assert_int_equal(access(src, F_OK), -1);
    }
    end();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(read_to_their_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
