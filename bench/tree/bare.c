/* SPDX-License-Identifier: MIT */
/** The yardstick: trees read, removed and copied by the least possible system calls.
 *
 *      bare walk|stat|remove THREADS PATH
 *      bare paths THREADS PATH     a stat of each file by its whole path, as by
 * os.stat(os.path.join(…)) bare copy THREADS PATH NEW bare file 1 PATH NEW        one large file
 *      bare clone 1 PATH NEW       the same as a reflink
 *
 *  THREADS may be "1x100": walked a hundred times over.
 *
 *  It knows nothing of links swapped in, of limits and of failures: the first one ends it. A
 *  directory is opened by name from its parent's descriptor, read into a large buffer, and its
 * types are trusted. Several threads keep what they find to themselves until another has nothing to
 * do.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BUFFER = 256 * 1024, ARENA = 256 * 1024, MOST_THREADS = 64 };
enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static enum { WALK, STAT, PATHS, REMOVE, COPY } job;

struct directory {
    struct directory *parent, *next;
    int fd, copy;
    atomic_uint needed; /* by who reads it, and by those in it */
    char name[];
};

struct worker {
    struct directory *todo;
    unsigned count; /* in `todo` */
    char *buffer, *arena;
    size_t left; /* in the arena */
    unsigned long entries, blocks;
    char path[PATH_MAX], *name; /* of what is read now, and where its name stands there */
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct directory *todo; /* given by who had enough */
    unsigned given;
    unsigned threads;
    atomic_uint idle;
    bool over;
} all = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

struct record {
    uint64_t inode;
    int64_t offset;
    uint16_t size;
    uint8_t type;
    char name[];
};

static _Noreturn void die(const char *what) {
    perror(what);
    exit(1);
}

static int must(long r, const char *what) {
    return r < 0 ? die(what), 0 : (int)r;
}

/* ------------------------------------------------------------------------- directories */

static void add(struct worker *w, struct directory *parent, const char *name) {
    size_t size = (sizeof(struct directory) + strlen(name) + 1 + 15) & ~(size_t)15;
    if (w->left < size) {
        w->left = ARENA;
        if (!(w->arena = malloc(w->left)))
            die("malloc");
    }
    struct directory *d = (struct directory *)(void *)w->arena;
    w->arena += size;
    w->left -= size;
    d->parent = parent;
    d->needed = 1;
    strcpy(d->name, name);
    if (parent)
        atomic_fetch_add_explicit(&parent->needed, 1, memory_order_relaxed);
    d->next = w->todo;
    w->todo = d;
    w->count++;
}

/* The older half, which has more below it. */
static void give(struct worker *w) {
    struct directory *last = w->todo;
    unsigned keep = w->count / 2;
    for (unsigned i = 1; i < keep; i++)
        last = last->next;
    pthread_mutex_lock(&all.lock);
    if (!all.todo) {
        all.todo = last->next;
        all.given = w->count - keep;
        last->next = NULL;
        w->count = keep;
        pthread_cond_signal(&all.changed);
    }
    pthread_mutex_unlock(&all.lock);
}

static void receive(struct worker *w) {
    pthread_mutex_lock(&all.lock);
    all.idle++;
    while (!all.todo && !all.over) {
        if (all.idle == all.threads) {
            all.over = true;
            pthread_cond_broadcast(&all.changed);
        } else {
            pthread_cond_wait(&all.changed, &all.lock);
        }
    }
    all.idle--;
    w->todo = all.todo;
    w->count = all.given;
    all.todo = NULL;
    pthread_mutex_unlock(&all.lock);
}

static struct directory *take(struct worker *w) {
    if (w->count >= 2 && atomic_load_explicit(&all.idle, memory_order_relaxed))
        give(w);
    if (!w->todo && all.threads > 1)
        receive(w);
    struct directory *d = w->todo;
    if (d) {
        w->todo = d->next;
        w->count--;
    }
    return d;
}

/* --------------------------------------------------------------------------------- jobs */

static void copy_bytes(int from, int to, off_t size) {
    while (size > 0) {
        ssize_t n = copy_file_range(from, NULL, to, NULL, (size_t)size, 0);
        if (n <= 0)
            die("copy_file_range");
        size -= n;
    }
}

static void copy_state(int to, const struct stat *st) {
    must(fchmod(to, st->st_mode & 07777), "fchmod");
    must(futimens(to, (struct timespec[2]){st->st_atim, st->st_mtim}), "futimens");
}

static void copy_file(int from_at, const char *from_name, int to_at, const char *to_name) {
    struct stat st;
    int from = must(openat(from_at, from_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), from_name);
    int to = must(openat(to_at, to_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), to_name);
    must(fstat(from, &st), from_name);
    copy_bytes(from, to, st.st_size);
    copy_state(to, &st);
    close(from);
    close(to);
}

static void clone_file(const char *from_name, const char *to_name) {
    int from = must(open(from_name, O_RDONLY | O_CLOEXEC), from_name);
    int to = must(open(to_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), to_name);
    must(ioctl(to, FICLONE, from), "FICLONE");
    close(from);
    close(to);
}

static void open_directory(struct directory *d) {
    struct directory *parent = d->parent;
    if (!parent)
        return;
    d->fd = must(openat(parent->fd, d->name, DIRECTORY), d->name);
    if (job != COPY)
        return;
    must(mkdirat(parent->copy, d->name, 0700), d->name);
    d->copy = must(openat(parent->copy, d->name, DIRECTORY), d->name);
}

/* One that needs the directory less: the last one ends it, and then its parent is needed less. */
static void leave(struct directory *d) {
    while (d && atomic_fetch_sub_explicit(&d->needed, 1, memory_order_acq_rel) == 1) {
        struct directory *parent = d->parent;
        struct stat st;
        if (job == COPY) {
            must(fstat(d->fd, &st), d->name);
            copy_state(d->copy, &st);
            close(d->copy);
        }
        close(d->fd);
        if (job == REMOVE)
            must(unlinkat(parent ? parent->fd : AT_FDCWD, d->name, AT_REMOVEDIR), d->name);
        if (job < REMOVE)
            return; /* its parent had been left when it was open */
        d = parent;
    }
}

static char *put_path(char *to, const struct directory *d) {
    if (d->parent) {
        to = put_path(to, d->parent);
        *to++ = '/';
    }
    return stpcpy(to, d->name);
}

static void do_entry(struct worker *w, struct directory *d, struct record *e) {
    struct stat st;
    w->entries++;
    if (job == STAT) {
        must(fstatat(d->fd, e->name, &st, AT_SYMLINK_NOFOLLOW), e->name);
        w->blocks += (unsigned long)st.st_blocks;
    }
    if (job == PATHS && e->type != DT_DIR) {
        strcpy(w->name, e->name);
        must(stat(w->path, &st), w->path);
        w->blocks += (unsigned long)st.st_blocks;
    }
    if (e->type == DT_DIR)
        add(w, d, e->name);
    else if (job == REMOVE)
        must(unlinkat(d->fd, e->name, 0), e->name);
    else if (job == COPY)
        copy_file(d->fd, e->name, d->copy, e->name);
}

static void read_directory(struct worker *w, struct directory *d) {
    open_directory(d);
    if (d->parent && job < REMOVE)
        leave(d->parent);
    if (job == PATHS) {
        w->name = put_path(w->path, d);
        *w->name++ = '/';
    }
    long size;
    while ((size = must(syscall(SYS_getdents64, d->fd, w->buffer, BUFFER), d->name)) > 0)
        for (long i = 0; i < size;) {
            struct record *e = (struct record *)(void *)(w->buffer + i);
            i += e->size;
            const char *n = e->name;
            if (n[0] != '.' || (n[1] && (n[1] != '.' || n[2])))
                do_entry(w, d, e);
        }
    leave(d);
}

static void *work(void *argument) {
    struct worker *w = argument;
    struct directory *d;
    if (!(w->buffer = malloc(BUFFER)))
        die("malloc");
    while ((d = take(w)))
        read_directory(w, d);
    free(w->buffer);
    return NULL;
}

static void run(const char *path, const char *new) {
    static struct worker workers[MOST_THREADS];
    pthread_t ids[MOST_THREADS];
    add(&workers[0], NULL, path);
    workers[0].todo->fd = must(open(path, DIRECTORY), path);
    if (job == COPY) {
        must(mkdir(new, 0700), new);
        workers[0].todo->copy = must(open(new, DIRECTORY), new);
    }
    for (unsigned i = 1; i < all.threads; i++)
        if (pthread_create(&ids[i], NULL, work, &workers[i]) != 0)
            die("pthread_create");
    work(&workers[0]);
    for (unsigned i = 1; i < all.threads; i++) {
        pthread_join(ids[i], NULL);
        workers[0].entries += workers[i].entries;
        workers[0].blocks += workers[i].blocks;
    }
    printf("%lu entries, %lu blocks\n", workers[0].entries, workers[0].blocks);
}

int main(int argc, char **argv) {
    static const char *const jobs[] = {"walk", "stat", "paths", "remove", "copy", "file", "clone"};
    unsigned which = 0, count = sizeof jobs / sizeof *jobs;
    while (which < count && argc > 3 && strcmp(argv[1], jobs[which]) != 0)
        which++;
    if (argc < 4 || which == count || (which >= COPY && argc < 5))
        return fputs("bare walk|stat|paths|remove|copy|file|clone THREADS PATH [NEW]\n", stderr),
               64;
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    all.threads = (unsigned)atoi(argv[2]);
    if (all.threads < 1 || all.threads > MOST_THREADS)
        return 64;
    const char *times = strchr(argv[2], 'x');
    if (which == COPY + 1)
        return copy_file(AT_FDCWD, argv[3], AT_FDCWD, argv[4]), 0;
    if (which == COPY + 2)
        return clone_file(argv[3], argv[4]), 0;
    job = which;
    for (int i = times ? atoi(times + 1) : 1; i > 0; i--)
        run(argv[3], argc > 4 ? argv[4] : NULL);
    return 0;
}
