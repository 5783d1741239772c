/* SPDX-License-Identifier: MIT */
/** Which journal serves a directory, where journals are found again, and their numbers. */
#include "plan/journal.h"

#include "base/procfile.h"
#include "base/seam.h"
#include "env/environ.h"
#include "fs/dir.h"
#include "fs/getcwd.h"
#include "fs/makedirs.h"
#include "fs/perm.h"
#include "io/contents.h"
#include "io/readwrite.h"
#include "plan/birth.h"
#include <fcntl.h>
#include <osier/files.h>
#include <osier/system.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define KNOWN "journals" /* of the state directory: the uuid and path of every other journal */
#define LAST  "last"     /* the highest number that was drawn */
#define UUID  "uuid"     /* a journal that has one is complete */

enum {
    KEY_SIZE = 32,
    TRIES = 100,
    OVERLAYFS = 0x794c7630, /* OVERLAYFS_SUPER_MAGIC */
};

/* ------------------------------------------------------------------------ one is opened */

static struct journal *journal_close(struct journal *j) {
    if (!j)
        return NULL;
    for (int i = 0; i < JOURNAL_STATES; i++)
        seam_close_quietly(j->states[i]);
    seam_close_quietly(j->lock);
    seam_close_quietly(j->fd);
    free(j->path);
    free(j);
    return NULL;
}

static void end_journal(struct journal **j) {
    *j = journal_close(*j);
}
#define AUTO_JOURNAL __attribute__((cleanup(end_journal))) struct journal

/* Nobody but the caller may enter it. A journal that was made in a directory with set-group-ID has
 * that too. */
static bool is_ours(const struct look *look) {
    return S_ISDIR(look->mode) && look->uid == geteuid() && (look->mode & 05777) == 0700;
}

/* A file of a journal, which is in place with all its content or not at all. */
static int put_file(int dir, const char *name, const void *data, size_t size) {
    const struct os_write_file_options options = {.size = sizeof options, .mode = 0600};
    return contents_replace(dir, name, data, size, &options);
}

static int read_file(int dir, const char *name, struct str *s) {
    AUTO_CLOSE int fd = SYS(openat, dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? fd : procfile_load_fd(fd, s);
}

static int random_bytes(void *bytes, size_t size) {
    return os_urandom(bytes, size) < 0 ? seam_failure() : 0;
}

static void to_hex(const uint8_t *bytes, size_t size, char *ret_text) {
    for (size_t i = 0; i < size; i++)
        snprintf(ret_text + 2 * i, 3, "%02x", bytes[i]);
}

/* Makes what a new journal consists of, the uuid last. */
static int furnish(struct journal *j) {
    uint8_t key[KEY_SIZE], uuid[JOURNAL_UUID / 2];
    int r = 0;
    for (int i = 0; i < JOURNAL_STATES && r >= 0; i++) {
        r = SYS(mkdirat, j->fd, journal_names[i], 0700);
        r = r == -EEXIST ? 0 : r;
    }
    if (r >= 0)
        r = random_bytes(key, sizeof key);
    if (r >= 0)
        r = put_file(j->fd, "key", key, sizeof key);
    if (r >= 0)
        r = random_bytes(uuid, sizeof uuid);
    if (r < 0)
        return r;
    journal_take_reserve(j);
    to_hex(uuid, sizeof uuid, j->uuid);
    return put_file(j->fd, UUID, j->uuid, JOURNAL_UUID - 1); /* which syncs the directory */
}

static int read_uuid(struct journal *j) {
    AUTO_STR s = STR_INIT;
    int r = read_file(j->fd, UUID, &s);
    if (r < 0 || s.failed)
        return r < 0 ? r : -ENOMEM;
    if (s.size != JOURNAL_UUID - 1)
        return -EBADMSG;
    memcpy(j->uuid, s.data, JOURNAL_UUID);
    return 0;
}

int journal_open_lock(const struct journal *j) {
    return SYS(openat, j->fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* Who comes while another makes it waits for that one. */
static int complete(struct journal *j, bool make) {
    int r = read_uuid(j);
    if (r != -ENOENT || !make)
        return r;
    AUTO_CLOSE int lock = journal_open_lock(j);
    r = lock < 0 ? lock : SYS(flock, lock, LOCK_EX);
    if (r >= 0)
        r = read_uuid(j);
    return r == -ENOENT ? furnish(j) : r;
}

static int open_states(struct journal *j) {
    struct statfs fs;
    int r = SYS(fstatfs, j->fd, &fs);
    /* A file that is copied up from a lower layer is born again. */
    j->births = r >= 0 && (unsigned long)fs.f_type != OVERLAYFS;
    for (int i = 0; i < JOURNAL_STATES && r >= 0; i++)
        r = j->states[i] = SYS(openat, j->fd, journal_names[i], DIR_OPEN | O_NOFOLLOW);
    return r < 0 ? r : 0;
}

/* Takes `fd` over in any case. −EPERM: it is not ours, or others may enter it. */
static int open_journal(int fd, const char *path, bool make, struct journal **ret_journal) {
    AUTO_JOURNAL *j = mem_zalloc(sizeof *j);
    struct look look;
    if (!j) {
        seam_close_quietly(fd);
        return -ENOMEM;
    }
    j->fd = fd;
    j->lock = -1;
    for (int i = 0; i < JOURNAL_STATES; i++)
        j->states[i] = -1;
    j->path = mem_text(path, strlen(path));
    int r = j->path ? look_at(fd, "", &look) : -ENOMEM;
    if (r >= 0 && !is_ours(&look))
        r = -EPERM;
    if (r < 0)
        return r;
    j->mount = look.mount;
    j->device = look.device;
    j->ino = look.id.ino;
    r = complete(j, make);
    if (r >= 0)
        r = open_states(j);
    if (r >= 0)
        *ret_journal = TAKE_POINTER(j);
    return r < 0 ? r : 0;
}

/* ------------------------------------------------------------------- those of one call */

int journals_fail(struct journals *js, const char *path, int r) {
    if (!js->failed_path)
        js->failed = js->failed_path = mem_text(path, strlen(path));
    return r;
}

/* Takes `j` over in any case. */
static int add(struct journals *js, struct journal *j) {
    struct journal **more = mem_realloc(js->list, (js->count + 1) * sizeof *more);
    if (!more) {
        journal_close(j);
        return -ENOMEM;
    }
    js->list = more;
    js->list[js->count++] = j;
    return 0;
}

void journals_end(struct journals *js) {
    for (size_t i = 0; i < js->count; i++)
        journal_close(js->list[i]);
    free(js->list);
    free(js->failed_path);
    *js = (struct journals){0};
}

void journals_close_unused(struct journals *js) {
    size_t kept = 0;
    for (size_t i = 0; i < js->count; i++)
        if (js->list[i]->used)
            js->list[kept++] = js->list[i];
        else
            journal_close(js->list[i]);
    js->count = kept;
}

static struct journal *find_open(const struct journals *js, const struct look *look) {
    for (size_t i = 0; i < js->count; i++)
        if (js->list[i]->ino == look->id.ino && js->list[i]->device == look->device)
            return js->list[i];
    return NULL;
}

static void append_home(struct str *path) {
    const char *home = env_find("HOME", 4);
    struct passwd entry, *found = NULL;
    char room[1024];
    if (!home || home[0] != '/')
        home = SYS_NUMBER(getpwuid_r, geteuid(), &entry, room, sizeof room, &found) >= 0 && found
                   ? found->pw_dir
                   : "";
    str_append_text(path, home);
}

/* $OSIER_STATE, /var/lib/osier for root, else osier in $XDG_STATE_HOME or ~/.local/state. */
static int state_path(struct str *path) {
    const char *given = env_find("OSIER_STATE", 11), *base = env_find("XDG_STATE_HOME", 14);
    if (given && given[0]) {
        int r = given[0] == '/' ? 0 : cwd_append(path);
        if (r < 0)
            return r;
        if (given[0] != '/')
            str_append_char(path, '/');
        str_append_text(path, given);
    } else if (geteuid() == 0) {
        str_append_text(path, "/var/lib/osier");
    } else if (base && base[0] == '/') {
        str_append_text(path, base);
        str_append_text(path, "/osier");
    } else {
        append_home(path);
        str_append_text(path, "/.local/state/osier");
    }
    return path->failed ? -ENOMEM : 0;
}

int journals_begin(struct journals *js) {
    AUTO_STR path = STR_INIT;
    struct journal *j;
    *js = (struct journals){0};
    int r = state_path(&path);
    if (r < 0)
        return r;
    int fd = SYS(open, path.data, DIR_OPEN | O_NOFOLLOW);
    if (fd == -ENOENT) {
        r = makedirs_at(AT_FDCWD, path.data, 0700, 0700, OS_EXIST_OK, NULL);
        fd = r < 0 ? r : SYS(open, path.data, DIR_OPEN | O_NOFOLLOW);
    }
    r = fd < 0 ? fd : open_journal(fd, path.data, true, &j);
    if (r >= 0)
        r = add(js, j);
    if (r < 0)
        return journals_fail(js, path.data, r);
    js->list[0]->used = true; /* it has the numbers */
    return 0;
}

/* ---------------------------------------------------------------- where others are found */

/* As in mountinfo: what would end a word is an octal number. */
static void append_escaped(struct str *s, const char *text) {
    for (; *text; text++)
        if (strchr(" \t\n\\", *text))
            str_printf(s, "\\%03o", (unsigned char)*text);
        else
            str_append_char(s, *text);
}

/* One complete line of the list, from `*at` on: false at the end. */
static bool next_known(struct str *known, size_t *at, char **ret_uuid, char **ret_path) {
    while (*at < known->size) {
        char *line = known->data + *at, *end = strchr(line, '\n');
        if (!end)
            return false; /* the power went while it was written */
        *at = (size_t)(end - known->data) + 1;
        *end = '\0';
        if (end - line < JOURNAL_UUID || line[JOURNAL_UUID - 1] != ' ' || *line == '!' ||
            line[JOURNAL_UUID] != '/')
            continue;
        line[JOURNAL_UUID - 1] = '\0';
        *ret_uuid = line;
        *ret_path = line + JOURNAL_UUID;
        procfile_unescape(*ret_path);
        return true;
    }
    return false;
}

/* A line whose path is "-" takes back those before it that have its uuid. */
static void drop_unknown(struct str *known) {
    static const char gone[] = " -\n";
    char *at = known->data;
    while (at && (at = strstr(at, gone))) {
        char *line = at - (JOURNAL_UUID - 1);
        at += sizeof gone - 1;
        if (line < known->data || (line > known->data && line[-1] != '\n'))
            continue;
        for (char *other = known->data; other < line; other = strchr(other, '\n') + 1)
            if (strncmp(other, line, JOURNAL_UUID) == 0)
                *other = '!';
    }
}

static int read_known(const struct journals *js, struct str *known) {
    int r = read_file(js->list[0]->fd, KNOWN, known);
    r = r == -ENOENT ? 0 : r;
    if (r >= 0 && !known->failed)
        drop_unknown(known);
    return r >= 0 && known->failed ? -ENOMEM : r;
}

static int append_known(const struct journals *js, struct str *line) {
    str_append_char(line, '\n');
    if (line->failed)
        return -ENOMEM;
    AUTO_CLOSE int fd = SYS(openat, js->list[0]->fd, KNOWN,
                            O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    int r = fd < 0 ? fd : write_all(fd, line->data, line->size);
    if (r >= 0)
        r = SYS(fsync, fd);
    return r < 0 ? r : SYS(fsync, js->list[0]->fd);
}

/* Before a journal is used for the first time it is in the list, for recovery to find it. */
static int make_known(const struct journals *js, const struct journal *j) {
    AUTO_STR known = STR_INIT, line = STR_INIT;
    char *uuid, *path;
    int r = read_known(js, &known);
    if (r < 0)
        return r;
    if (known.size && known.data[known.size - 1] != '\n')
        str_append_char(&line, '\n');
    for (size_t at = 0; next_known(&known, &at, &uuid, &path);)
        if (strcmp(uuid, j->uuid) == 0 && strcmp(path, j->path) == 0)
            return 0;
    str_printf(&line, "%s ", j->uuid);
    append_escaped(&line, j->path);
    return append_known(js, &line);
}

int journals_make_unknown(const struct journals *js, const struct journal *j) {
    AUTO_STR line = STR_INIT;
    str_printf(&line, "%s -", j->uuid);
    return append_known(js, &line);
}

/* Opens what the path leads to, unless it is open already: 0, or −ENOENT where it isn't that
 * journal. */
static int open_known(struct journals *js, const char *path, const char *uuid,
                      struct journal **ret_journal) {
    struct look look;
    struct journal *j;
    int fd = look_open_directory(path), r = fd;
    if (r >= 0)
        r = look_at(fd, "", &look);
    j = r < 0 ? NULL : find_open(js, &look);
    if (r < 0 || j) {
        seam_close_quietly(fd);
    } else {
        r = open_journal(fd, path, false, &j);
        if (r >= 0)
            r = add(js, j);
    }
    if (r < 0)
        return r == -ENOTDIR || r == -ELOOP || r == -EPERM ? -ENOENT : r;
    if (strcmp(j->uuid, uuid) != 0)
        return -ENOENT;
    *ret_journal = j;
    return 0;
}

int journals_find(struct journals *js, const char *path, const char *uuid,
                  struct journal **ret_journal) {
    *ret_journal = NULL;
    for (size_t i = 0; i < js->count; i++)
        if (strcmp(js->list[i]->uuid, uuid) == 0) {
            *ret_journal = js->list[i];
            return 0;
        }
    int r = open_known(js, path, uuid, ret_journal);
    return r == -ENOENT ? 0 : r;
}

int journals_open_all(struct journals *js, int (*missing)(void *data, const char *path),
                      void *data) {
    AUTO_STR known = STR_INIT;
    char *uuid, *path;
    int r = read_known(js, &known);
    for (size_t at = 0; r >= 0 && next_known(&known, &at, &uuid, &path);) {
        struct journal *j;
        r = journals_find(js, path, uuid, &j);
        if (r >= 0 && !j && missing)
            r = missing(data, path);
        if (r < 0)
            return journals_fail(js, path, r);
    }
    return r;
}

/* -------------------------------------------------------------------------- placement */

/* The journal `name` in a directory, made where nothing is: 0, or −EPERM where it isn't ours. */
static int enter(struct journals *js, int dir, const char *path, const char *name,
                 struct journal **ret_journal) {
    AUTO_STR full = STR_INIT;
    struct look look;
    str_append_text(&full, strcmp(path, "/") == 0 ? "" : path);
    str_printf(&full, "/%s", name);
    if (full.failed)
        return -ENOMEM;
    int fd = SYS(openat, dir, name, DIR_OPEN | O_NOFOLLOW);
    bool made = false;
    if (fd == -ENOENT) {
        int r = SYS(mkdirat, dir, name, 0700);
        if (r < 0 && r != -EEXIST)
            return r;
        made = r >= 0;
        fd = SYS(openat, dir, name, DIR_OPEN | O_NOFOLLOW);
    }
    if (fd < 0)
        return fd == -ENOTDIR || fd == -ELOOP || fd == -EACCES ? -EPERM : fd;
    int r = look_at(fd, "", &look);
    if (r >= 0 && (*ret_journal = find_open(js, &look))) {
        seam_close_quietly(fd);
        return 0;
    }
    struct journal *j = NULL;
    if (r < 0)
        seam_close_quietly(fd);
    else
        r = open_journal(fd, full.data, true, &j);
    if (!j)
        return r;
    j->made = made;
    if (r >= 0 && made)
        r = look_sync(dir, j->fd);
    if (r >= 0)
        r = make_known(js, j);
    if (r < 0) {
        journal_close(j);
        return r;
    }
    *ret_journal = j;
    return add(js, j);
}

/* A journal that this directory has under another name, since somebody else took the usual one. */
static int enter_known(struct journals *js, const char *path, struct journal **ret_journal) {
    AUTO_STR known = STR_INIT;
    char *uuid, *at_path;
    size_t size = strcmp(path, "/") == 0 ? 0 : strlen(path);
    int r = read_known(js, &known);
    for (size_t at = 0; r >= 0 && next_known(&known, &at, &uuid, &at_path);)
        if (strncmp(at_path, path, size) == 0 && at_path[size] == '/' &&
            dir_is_journal(at_path + size + 1)) {
            r = journals_find(js, at_path, uuid, ret_journal);
            if (r < 0 || *ret_journal)
                return r;
        }
    return r < 0 ? r : -ENOENT;
}

static int enter_in(struct journals *js, int dir, const char *path, struct journal **ret_journal) {
    char name[64];
    snprintf(name, sizeof name, ".osier-%u", (unsigned)geteuid());
    int r = enter(js, dir, path, name, ret_journal);
    for (int i = 0; i < TRIES && r == -ENOENT; i++) /* somebody has removed it this moment */
        r = enter(js, dir, path, name, ret_journal);
    if (r != -EPERM)
        return r;
    r = enter_known(js, path, ret_journal);
    for (int i = 0; i < TRIES && (r == -ENOENT || r == -EPERM); i++) {
        uint32_t number;
        r = random_bytes(&number, sizeof number);
        if (r < 0)
            return r;
        snprintf(name, sizeof name, ".osier-%u-%08u", (unsigned)geteuid(), number % 100000000);
        r = enter(js, dir, path, name, ret_journal);
    }
    return r;
}

static bool same_mount(const struct look *a, uint64_t mount, uint64_t device) {
    return a->mount == mount && a->device == device;
}

/* The highest directory above `fd` on its mount that may be written to: a descriptor, and how much
 * of the path is its own. −ENOENT where there is none. */
static int climb(int fd, const char *path, const struct look *look, size_t *ret_size) {
    AUTO_CLOSE int best = -1;
    AUTO_CLOSE int at = SYS(openat, fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    size_t size = strlen(path);
    while (at >= 0) {
        if (perm_access(at, ".", W_OK | X_OK) >= 0) {
            seam_close_quietly(best);
            best = look_reopen_directory(at);
            *ret_size = size > 0 ? size : 1;
        }
        if (size <= 1)
            break;
        struct look above;
        int up = SYS(openat, at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        int r = up < 0 ? up : look_at(up, "", &above);
        seam_close_quietly(at);
        at = up;
        if (r < 0)
            return r;
        if (!same_mount(&above, look->mount, look->device))
            break;
        while (size > 0 && path[size - 1] != '/')
            size--;
        while (size > 0 && path[size - 1] == '/')
            size--;
    }
    return best >= 0 ? TAKE_FD(best) : at < 0 ? at : -ENOENT;
}

/* 1 when there, 0 when it is to be looked for elsewhere, or −errno. */
static int try_state(struct journals *js, int fd, const struct look *look,
                     struct journal **ret_journal) {
    struct journal *j = js->list[0];
    if (!same_mount(look, j->mount, j->device))
        return 0;
    int r = birth_is_same(fd, j->fd);
    if (r > 0)
        *ret_journal = j;
    return r;
}

static int try_above(struct journals *js, int fd, const char *path, const struct look *look,
                     struct journal **ret_journal) {
    size_t size = 0;
    AUTO_CLOSE int top = climb(fd, path, look, &size);
    if (top < 0)
        return top == -ENOENT || top == -EACCES ? 0 : top;
    int r = birth_is_same(fd, top);
    if (r <= 0)
        return r;
    AUTO_FREE char *at = mem_text(path, size);
    if (!at)
        return -ENOMEM;
    r = enter_in(js, top, at, ret_journal);
    if (r >= 0 && !same_mount(look, (*ret_journal)->mount, (*ret_journal)->device))
        return 0; /* something is mounted on it */
    return r < 0 ? r : 1;
}

int journals_for(struct journals *js, int fd, const char *path, bool within,
                 struct journal **ret_journal) {
    struct look look;
    int r = look_at(fd, "", &look);
    if (r >= 0 && !within)
        r = try_state(js, fd, &look, ret_journal);
    if (r == 0 && !within)
        r = try_above(js, fd, path, &look, ret_journal);
    if (r == 0)
        r = enter_in(js, fd, path, ret_journal);
    if (r < 0)
        return journals_fail(js, path, r);
    (*ret_journal)->used = true;
    return 0;
}

/* ---------------------------------------------------------------------------- numbers */

static int highest(const struct journal *j, uint64_t *highest_id) {
    AUTO_STR s = STR_INIT;
    int r = read_file(j->fd, LAST, &s);
    if (r < 0 && r != -ENOENT)
        return r;
    uint64_t last = s.data ? strtoull(s.data, NULL, 10) : 0;
    for (int state = 0; state < JOURNAL_STATES; state++) {
        AUTO_FREE uint64_t *ids = NULL;
        long count = journal_list(j, (enum journal_state)state, &ids);
        if (count < 0)
            return (int)count;
        if (count && ids[count - 1] > last)
            last = ids[count - 1];
    }
    if (last > *highest_id)
        *highest_id = last;
    return s.failed ? -ENOMEM : 0;
}

int journals_next(struct journals *js, uint64_t *ret_id) {
    uint64_t id = 0;
    char text[32];
    for (size_t i = 0; i < js->count; i++) {
        int r = js->list[i]->used ? highest(js->list[i], &id) : 0;
        if (r < 0)
            return r;
    }
    if (++id > 99999999)
        return -EOVERFLOW;
    int size = snprintf(text, sizeof text, "%llu\n", (unsigned long long)id);
    const struct os_write_file_options options = {
        .size = sizeof options, .mode = 0600, .nosync = true};
    int r = contents_replace(js->list[0]->fd, LAST, text, (size_t)size, &options);
    if (r >= 0)
        *ret_id = id;
    return r;
}
