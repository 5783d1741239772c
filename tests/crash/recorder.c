/* SPDX-License-Identifier: MIT */
/* recorder IMAGE LOG MOUNTPOINT: a disk whose every write and flush is written down.
 *
 * Serves MOUNTPOINT/disk (the bytes of IMAGE) and MOUNTPOINT/mark over /dev/fuse, nothing else and without libfuse.
 * A loop device over `disk` turns each bio into a FUSE write and each cache flush (or FUA) into a FUSE fsync;
 * the server is one thread, so that the log is the one order in which the kernel issued them and waited for them.
 * Writing to `mark` puts the text into the log: "from here on the program was told that it is durable".
 *
 * Log: records {u32 magic, u32 kind, u64 offset, u64 size} and, for W and M, `size` bytes.
 *   W write   F flush   D discard or zeroes   M mark
 * Ends when MOUNTPOINT is unmounted. */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { DISK = 2, MARK = 3, WRITE_MAX = 1 << 20 };
static int fuse, image, logfd;
static uint64_t disk_size;

static void die(const char *what) {
    perror(what);
    exit(1);
}
static void record(char kind, uint64_t offset, uint64_t size, const void *data) {
    struct {
        uint32_t magic, kind;
        uint64_t offset, size;
    } h = {0x3147424c, (uint32_t)kind, offset, size};
    struct iovec v[2] = {{&h, sizeof h}, {(void *)data, data ? size : 0}};
    if (writev(logfd, v, 2) != (ssize_t)(sizeof h + v[1].iov_len))
        die("log");
}
static void reply(uint64_t unique, int error, const void *data, size_t size) {
    struct fuse_out_header h = {
        .len = (uint32_t)(sizeof h + size), .error = error, .unique = unique};
    struct iovec v[2] = {{&h, sizeof h}, {(void *)data, size}};
    if (writev(fuse, v, 2) < 0 && errno != ENOENT)
        die("reply");
}
static struct fuse_attr attr(uint64_t node) {
    return (struct fuse_attr){.ino = node,
                              .nlink = 1,
                              .mode = node == FUSE_ROOT_ID ? S_IFDIR | 0700 : S_IFREG | 0600,
                              .size = node == DISK ? disk_size : 0,
                              .blocks = node == DISK ? disk_size / 512 : 0,
                              .blksize = 4096};
}
static void serve(char *in, char *out) {
    struct fuse_in_header *h = (void *)in;
    void *arg = in + sizeof *h;
    switch (h->opcode) {
    case FUSE_INIT: {
        struct fuse_init_in *i = arg;
        struct fuse_init_out o = {.major = 7,
                                  .minor = 31,
                                  .max_readahead = i->max_readahead,
                                  .max_write = WRITE_MAX,
                                  .flags = FUSE_BIG_WRITES | FUSE_MAX_PAGES,
                                  .max_pages = WRITE_MAX / 4096,
                                  .max_background = 16,
                                  .congestion_threshold = 12};
        return reply(h->unique, 0, &o, sizeof o);
    }
    case FUSE_LOOKUP: {
        uint64_t node = !strcmp(arg, "disk") ? DISK : !strcmp(arg, "mark") ? MARK : 0;
        struct fuse_entry_out o = {
            .nodeid = node, .attr = attr(node), .entry_valid = 3600, .attr_valid = 3600};
        return node ? reply(h->unique, 0, &o, sizeof o) : reply(h->unique, -ENOENT, NULL, 0);
    }
    case FUSE_GETATTR:
    case FUSE_SETATTR: {
        struct fuse_attr_out o = {.attr = attr(h->nodeid), .attr_valid = 3600};
        return reply(h->unique, 0, &o, sizeof o);
    }
    case FUSE_OPEN:
    case FUSE_OPENDIR: {
        struct fuse_open_out o = {.open_flags = h->opcode == FUSE_OPEN ? FOPEN_DIRECT_IO : 0};
        return reply(h->unique, 0, &o, sizeof o);
    }
    case FUSE_READ: {
        struct fuse_read_in *r = arg;
        ssize_t n = h->nodeid == DISK ? pread(image, out, r->size, (off_t)r->offset) : 0;
        return n < 0 ? reply(h->unique, -errno, NULL, 0) : reply(h->unique, 0, out, (size_t)n);
    }
    case FUSE_WRITE: {
        struct fuse_write_in *w = arg;
        char *data = (char *)(w + 1);
        struct fuse_write_out o = {.size = w->size};
        if (h->nodeid == MARK)
            record('M', 0, w->size, data);
        else {
            record('W', w->offset, w->size, data);
            if (pwrite(image, data, w->size, (off_t)w->offset) != (ssize_t)w->size)
                die("image");
        }
        return reply(h->unique, 0, &o, sizeof o);
    }
    case FUSE_FSYNC:
        record('F', 0, 0, NULL);
        return reply(h->unique, 0, NULL, 0);
    case FUSE_FALLOCATE: {
        struct fuse_fallocate_in *f = arg;
        if (!(f->mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)))
            return reply(h->unique, -EOPNOTSUPP, NULL, 0);
        record('D', f->offset, f->length, NULL);
        if (fallocate(image, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)f->offset,
                      (off_t)f->length) < 0)
            die("punch");
        return reply(h->unique, 0, NULL, 0);
    }
    case FUSE_FLUSH:
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
    case FUSE_ACCESS:
        return reply(h->unique, 0, NULL, 0);
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT:
        return;
    case FUSE_DESTROY:
        return reply(h->unique, 0, NULL, 0);
    default:
        return reply(h->unique, -ENOSYS, NULL, 0);
    }
}
int main(int argc, char **argv) {
    if (argc != 4)
        return fprintf(stderr, "usage: recorder IMAGE LOG MOUNTPOINT\n"), 64;
    struct stat st;
    char options[128];
    image = open(argv[1], O_RDWR | O_CLOEXEC);
    logfd = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (image < 0 || logfd < 0 || fuse < 0 || fstat(image, &st) < 0)
        die("open");
    disk_size = (uint64_t)st.st_size;
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,max_read=%d", fuse,
             WRITE_MAX);
    if (mount("recorder", argv[3], "fuse.recorder", MS_NOSUID | MS_NODEV, options) < 0)
        die("mount");
    if (fork() > 0)
        _exit(0); /* the parent returns when the mount stands */
    setsid();
    size_t room = WRITE_MAX + 65536;
    char *in = malloc(room), *out = malloc(room);
    for (;;) {
        ssize_t n = read(fuse, in, room);
        if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == ENOENT))
            continue;
        if (n < 0)
            return errno == ENODEV ? 0 : 1;
        serve(in, out);
    }
}
