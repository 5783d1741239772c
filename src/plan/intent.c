/* SPDX-License-Identifier: MIT */
/** The intent: a transaction as its journals have it, JSON Lines that end with their digest. */
#include "plan/txn.h"

#include "base/array.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "base/sha256.h"
#include "io/readwrite.h"
#include "plan/fields.h"
#include "plan/sync.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define INTENT "intent"

enum {
    MOST = 100 * 1000 * 1000, /* of steps and directories: what is more is damage */
    HEAD = 16 * 1024,         /* most first lines are shorter */
};

static void free_step(struct txn_step *s) {
    free(s->name);
    free(s->name2);
    vector_free(&s->before);
    vector_free(&s->after);
}

void txn_free(struct txn *txn) {
    for (size_t i = 0; i < txn->part_count; i++) {
        free(txn->parts[i].path);
        free(txn->parts[i].uuid);
        if (txn->parts[i].kept != txn->parts[i].at)
            seam_close_quietly(txn->parts[i].kept);
        seam_close_quietly(txn->parts[i].at);
    }
    for (size_t i = 0; i < txn->dir_count; i++) {
        free(txn->dirs[i].before);
        free(txn->dirs[i].after);
        free(txn->dirs[i].below);
        seam_close_quietly(txn->dirs[i].fd);
    }
    for (size_t i = 0; i < txn->step_count; i++)
        free_step(&txn->steps[i]);
    free(txn->parts);
    free(txn->dirs);
    free(txn->steps);
    free(txn->acts.list);
    free(txn->begun);
    arena_free(&txn->memory);
    free(txn->user);
    free(txn->title);
    free(txn->argv);
    *txn = (struct txn){0};
}

/* ------------------------------------------------------------------------------ writing */

static void append_id(struct str *s, const struct look_id *id) {
    str_printf(s, "\"ino\":\"%llu\",\"birth\":\"%lld\"", (unsigned long long)id->ino,
               (long long)id->birth);
}

static void append_mark(struct str *s, const char *key, const struct txn_mark *m) {
    str_printf(s, ",\"%s\":{", key);
    append_id(s, &m->id);
    str_printf(
        s, ",\"mode\":%u,\"uid\":%u,\"gid\":%u,\"size\":\"%llu\",\"mtime\":\"%lld\",\"ns\":%ld}",
        (unsigned)m->mode, (unsigned)m->uid, (unsigned)m->gid, (unsigned long long)m->size,
        (long long)m->mtime.tv_sec, m->mtime.tv_nsec);
}

static void append_head(struct str *s, const struct txn *txn, unsigned part) {
    str_printf(s,
               "{\"osier\":\"intent\",\"version\":1,\"id\":%llu,\"kept\":%llu,\"undoes\":%llu,"
               "\"forward\":%s,\"time\":\"%lld\",\"uid\":%llu,\"part\":%u",
               (unsigned long long)txn->id, (unsigned long long)txn->kept,
               (unsigned long long)txn->undoes, txn->forward ? "true" : "false",
               (long long)txn->time, (unsigned long long)txn->uid, part);
    if (txn->with)
        str_printf(s, ",\"with\":%llu", (unsigned long long)txn->with);
    if (txn->user)
        json_append_name(s, "user", txn->user);
    if (txn->title)
        json_append_name(s, "title", txn->title);
    str_append_text(s, ",\"argv\":[");
    for (char **arg = txn->argv; arg && *arg; arg++) {
        str_append_text(s, arg > txn->argv ? ",{\"is\":1" : "{\"is\":1");
        json_append_name(s, "arg", *arg);
        str_append_char(s, '}');
    }
    str_append_text(s, "],\"parts\":[");
    for (size_t i = 0; i < txn->part_count; i++) {
        str_printf(s, "%s{\"uuid\":\"%s\"", i ? "," : "", txn->parts[i].uuid);
        json_append_name(s, "path", txn->parts[i].path);
        str_append_char(s, '}');
    }
    str_append_text(s, "]}\n");
}

static void append_dir(struct str *s, const struct txn_dir *d, size_t number) {
    str_printf(s, "{\"dir\":%zu,", number);
    append_id(s, &d->id);
    str_printf(s, ",\"part\":%u,\"made_in\":%ld", d->part, d->made_in);
    if (d->before)
        json_append_name(s, "before", d->before);
    if (d->after)
        json_append_name(s, "after", d->after);
    if (d->below)
        json_append_name(s, "below", d->below);
    str_append_text(s, "}\n");
}

static void append_digest(struct str *s, const char *key, bool known, const uint8_t *digest) {
    if (!known)
        return;
    str_printf(s, ",\"%s\":\"", key);
    for (int i = 0; i < SHA256_SIZE; i++)
        str_printf(s, "%02x", digest[i]);
    str_append_char(s, '"');
}

static void append_step(struct str *s, const struct txn_step *step) {
    static const char *const kinds[] = {"rename", "meta", "inplace", "pour"};
    str_printf(s, "{\"step\":%u,\"kind\":\"%s\",\"sign\":\"%c\",\"dir\":%u", step->number,
               kinds[step->kind], step->sign, step->dir);
    json_append_name(s, "name", step->name);
    str_printf(s, ",\"dir2\":%ld", step->dir2);
    if (step->name2)
        json_append_name(s, "name2", step->name2);
    append_mark(s, "a", &step->a);
    append_mark(s, "b", &step->b);
    append_digest(s, "a_content", step->a_content.known, step->a_content.digest);
    append_digest(s, "b_content", step->b_content.known, step->b_content.digest);
    append_digest(s, "list", step->listed, step->list);
    if (step_sets_values(step)) {
        str_append_text(s, ",\"before\":");
        vector_append(&step->before, s);
        str_append_text(s, ",\"after\":");
        vector_append(&step->after, s);
    }
    str_append_text(s, "}\n");
}

static void append_end(struct str *s) {
    struct sha256 sha;
    uint8_t digest[SHA256_SIZE];
    if (s->failed)
        return;
    sha256_begin(&sha);
    sha256_add(&sha, s->data, s->size);
    sha256_end(&sha, digest);
    str_append_text(s, "{\"end\":\"");
    for (int i = 0; i < SHA256_SIZE; i++)
        str_printf(s, "%02x", digest[i]);
    str_append_text(s, "\"}\n");
}

static int append_part(struct str *s, const struct txn *txn, unsigned part) {
    AUTO_FREE bool *used = mem_zalloc(txn->dir_count * sizeof *used);
    if (!used)
        return -ENOMEM;
    for (size_t i = 0; i < txn->step_count; i++) {
        const struct txn_step *step = &txn->steps[i];
        if (step->part != part)
            continue;
        used[step->dir] = true;
        if (!step_sets_values(step) && step->dir2 != TXN_KEPT)
            used[step->dir2] = true;
    }
    append_head(s, txn, part);
    for (size_t i = 0; i < txn->dir_count; i++)
        if (used[i])
            append_dir(s, &txn->dirs[i], i);
    for (size_t i = 0; i < txn->step_count; i++)
        if (txn->steps[i].part == part)
            append_step(s, &txn->steps[i]);
    for (size_t i = 0; part == 0 && i < txn->acts.count; i++)
        act_append(s, &txn->acts.list[i], i);
    append_end(s);
    return s->failed ? -ENOMEM : 0;
}

int intent_write(const struct txn *txn, unsigned part, bool sync) {
    AUTO_STR s = STR_INIT;
    int at = txn->parts[part].at;
    int r = append_part(&s, txn, part);
    if (r < 0)
        return r;
    AUTO_CLOSE int fd =
        SYS(openat, at, INTENT, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    r = fd < 0 ? fd : write_all(fd, s.data, s.size);
    if (r >= 0 && sync)
        r = SYNC(SYNC_INTENT, SYS(fsync, fd));
    else if (r >= 0 && !txn->bulk) /* on its way with all else that is then waited for */
        (void)SYNC(SYNC_INTENT, SYS(sync_file_range, fd, 0, 0, SYNC_FILE_RANGE_WRITE));
    return r;
}

/* ------------------------------------------------------------------------------ reading */

static int parse_id(const struct json *json, const struct json_value *v, struct look_id *id) {
    int r = json_unsigned(json, v, "ino", UINT64_MAX, &id->ino);
    return r < 0 ? r : json_signed(json, v, "birth", &id->birth);
}

static int parse_mark(const struct json *json, const struct json_value *object, const char *key,
                      struct txn_mark *m) {
    const struct json_value *v = json_member(json, object, key);
    uint64_t mode, uid, gid, ns;
    int64_t mtime;
    if (!v || parse_id(json, v, &m->id) < 0 ||
        json_unsigned(json, v, "mode", UINT32_MAX, &mode) < 0 ||
        json_unsigned(json, v, "uid", UINT32_MAX, &uid) < 0 ||
        json_unsigned(json, v, "gid", UINT32_MAX, &gid) < 0 ||
        json_unsigned(json, v, "size", UINT64_MAX, &m->size) < 0 ||
        json_signed(json, v, "mtime", &mtime) < 0 ||
        json_unsigned(json, v, "ns", 999999999, &ns) < 0)
        return -EBADMSG;
    m->mode = (mode_t)mode;
    m->uid = (uid_t)uid;
    m->gid = (gid_t)gid;
    m->mtime = (struct timespec){.tv_sec = (time_t)mtime, .tv_nsec = (long)ns};
    return 0;
}

/* Makes an array longer, what is new in it zero: 0 or −ENOMEM. */
static int lengthen(void *array, size_t *count, size_t to, size_t size) {
    void *old, *new;
    memcpy(&old, array, sizeof old);
    if (to <= *count)
        return 0;
    if (!(new = mem_realloc(old, to * size)))
        return -ENOMEM;
    memset((char *)new + *count *size, 0, (to - *count) * size);
    memcpy(array, &new, sizeof new);
    *count = to;
    return 0;
}

/* An optional name. */
static int parse_name(const struct json *json, const struct json_value *v, const char *key,
                      char **ret) {
    int r = json_name(json, v, key, ret);
    return r == -ENOENT ? 0 : r;
}

static int parse_part(struct txn *txn, size_t i, const struct json *json,
                      const struct json_value *v) {
    const char *uuid = json_text(json, v, "uuid");
    struct txn_part *part = &txn->parts[i];
    part->at = part->kept = -1;
    if (!uuid)
        return -EBADMSG;
    part->uuid = mem_text(uuid, strlen(uuid));
    return part->uuid ? json_name(json, v, "path", &part->path) : -ENOMEM;
}

static int parse_argv(struct txn *txn, const struct json *json, const struct json_value *v) {
    AUTO_LIST list = {0};
    if (!v || v->type != JSON_LIST)
        return -EBADMSG;
    for (size_t i = (size_t)(v - json->values) + 1; i < v->after; i = json->values[i].after) {
        AUTO_FREE char *arg = NULL;
        int r = json_name(json, &json->values[i], "arg", &arg);
        if (r < 0)
            return r;
        list_add_text(&list, arg);
    }
    return list_take(&list, &txn->argv);
}

static int parse_head(struct txn *txn, const struct json *json, unsigned *ret_part) {
    const struct json_value *top = json->values, *parts = json_member(json, top, "parts"),
                            *forward = json_member(json, top, "forward");
    const char *what = json_text(json, top, "osier");
    uint64_t version, part;
    if (!what || strcmp(what, INTENT) != 0 || !forward || forward->type != JSON_BOOL || !parts ||
        parts->type != JSON_LIST || !parts->count ||
        json_unsigned(json, top, "version", 1, &version) < 0 || version != 1 ||
        json_unsigned(json, top, "id", MOST, &txn->id) < 0 ||
        json_unsigned(json, top, "kept", MOST, &txn->kept) < 0 ||
        json_unsigned(json, top, "undoes", MOST, &txn->undoes) < 0 ||
        json_signed(json, top, "time", &txn->time) < 0 ||
        json_unsigned(json, top, "uid", UINT32_MAX, &txn->uid) < 0 ||
        json_unsigned(json, top, "part", parts->count - 1, &part) < 0)
        return -EBADMSG;
    if (json_member(json, top, "with") && json_unsigned(json, top, "with", MOST, &txn->with) < 0)
        return -EBADMSG;
    *ret_part = (unsigned)part;
    if (txn->part_count) /* another part has told it */
        return parts->count == txn->part_count ? 0 : -EBADMSG;
    txn->forward = forward->text[0] == 't';
    int r = lengthen(&txn->parts, &txn->part_count, parts->count, sizeof *txn->parts);
    size_t n = 0;
    for (size_t i = (size_t)(parts - json->values) + 1; i < parts->after && r >= 0;
         i = json->values[i].after)
        r = parse_part(txn, n++, json, &json->values[i]);
    for (; n < txn->part_count; n++)
        txn->parts[n].at = txn->parts[n].kept = -1;
    if (r >= 0)
        r = parse_name(json, top, "user", &txn->user);
    if (r >= 0)
        r = parse_name(json, top, "title", &txn->title);
    return r < 0 ? r : parse_argv(txn, json, json_member(json, top, "argv"));
}

static int parse_dir(struct txn *txn, const struct json *json, size_t number) {
    const struct json_value *v = json->values;
    size_t had = txn->dir_count;
    uint64_t part;
    int64_t made_in;
    int r = lengthen(&txn->dirs, &txn->dir_count, number + 1, sizeof *txn->dirs);
    for (; had < txn->dir_count; had++)
        txn->dirs[had].fd = -1;
    if (r < 0)
        return r;
    struct txn_dir *d = &txn->dirs[number];
    if (d->id.ino) /* another part has it too */
        return 0;
    if (parse_id(json, v, &d->id) < 0 || !d->id.ino ||
        json_unsigned(json, v, "part", txn->part_count - 1, &part) < 0 ||
        json_signed(json, v, "made_in", &made_in) < 0 || made_in > MOST)
        return -EBADMSG;
    d->part = (unsigned)part;
    d->made_in = (long)made_in;
    r = parse_name(json, v, "before", &d->before);
    if (r >= 0)
        r = parse_name(json, v, "after", &d->after);
    return r < 0 ? r : parse_name(json, v, "below", &d->below);
}

static int parse_kind(const char *kind, enum txn_kind *ret) {
    static const char *const kinds[] = {"rename", "meta", "inplace", "pour"};
    for (int i = 0; kind && i < 4; i++)
        if (strcmp(kind, kinds[i]) == 0) {
            *ret = (enum txn_kind)i;
            return 0;
        }
    return -EBADMSG;
}

static int parse_digest(const char *hex, bool *ret_known, uint8_t *ret_digest) {
    struct plan_digest digest;
    if (!hex)
        return 0;
    if (!field_read_digest(hex, strlen(hex), &digest))
        return -EBADMSG;
    memcpy(ret_digest, digest.bytes, SHA256_SIZE);
    *ret_known = true;
    return 0;
}

static int parse_step(struct txn *txn, const struct json *json, unsigned part, size_t number) {
    const struct json_value *v = json->values;
    const char *sign = json_text(json, v, "sign");
    uint64_t dir;
    int64_t dir2;
    int r = lengthen(&txn->steps, &txn->step_count, txn->step_count + 1, sizeof *txn->steps);
    if (r < 0)
        return r;
    struct txn_step *s = &txn->steps[txn->step_count - 1];
    s->number = (unsigned)number;
    s->part = part;
    if (parse_kind(json_text(json, v, "kind"), &s->kind) < 0 || !sign || !sign[0] ||
        json_unsigned(json, v, "dir", MOST, &dir) < 0 || json_signed(json, v, "dir2", &dir2) < 0 ||
        dir >= txn->dir_count || dir2 >= (int64_t)txn->dir_count || dir2 < TXN_KEPT ||
        parse_mark(json, v, "a", &s->a) < 0 || parse_mark(json, v, "b", &s->b) < 0 ||
        parse_digest(json_text(json, v, "list"), &s->listed, s->list) < 0 ||
        parse_digest(json_text(json, v, "a_content"), &s->a_content.known, s->a_content.digest) <
            0 ||
        parse_digest(json_text(json, v, "b_content"), &s->b_content.known, s->b_content.digest) < 0)
        return -EBADMSG;
    s->sign = sign[0];
    s->dir = (unsigned)dir;
    s->dir2 = (long)dir2;
    r = json_name(json, v, "name", &s->name);
    if (r >= 0)
        r = parse_name(json, v, "name2", &s->name2);
    if (r < 0)
        return r == -ENOENT ? -EBADMSG : r;
    if (strchr(s->name, '/') || (s->name2 && strchr(s->name2, '/')) ||
        (!step_sets_values(s) && s->dir2 != TXN_KEPT && !s->name2))
        return -EBADMSG;
    if (step_sets_values(s))
        r = vector_parse(&s->before, json, json_member(json, v, "before"));
    if (r >= 0 && step_sets_values(s))
        r = vector_parse(&s->after, json, json_member(json, v, "after"));
    if (r >= 0 && s->before.count != s->after.count)
        r = -EBADMSG;
    return r;
}

static int parse_act(struct txn *txn, const struct json *json) {
    struct acts *acts = &txn->acts;
    bool *begun = mem_realloc(txn->begun, (acts->count + 1) * sizeof *begun);
    if (!begun)
        return -ENOMEM;
    txn->begun = begun;
    begun[acts->count] = false;
    int r = ARRAY_ROOM(acts->list, acts->room, acts->count + 1, 8);
    if (r >= 0)
        r = act_parse(json, &txn->memory, acts->count, &acts->list[acts->count]);
    acts->count += r >= 0;
    return r == -EPROTONOSUPPORT ? -EBADMSG : r;
}

static int parse_line(struct txn *txn, const char *line, size_t size, bool first, unsigned *part) {
    AUTO_JSON json = {0};
    uint64_t number;
    int r = json_read(line, size, &json);
    if (r < 0)
        return r;
    if (first)
        return parse_head(txn, &json, part);
    if (json_member(&json, json.values, "act"))
        return parse_act(txn, &json);
    if (json_unsigned(&json, json.values, "dir", MOST, &number) >= 0 &&
        !json_member(&json, json.values, "step"))
        return parse_dir(txn, &json, (size_t)number);
    if (json_unsigned(&json, json.values, "step", MOST, &number) >= 0)
        return parse_step(txn, &json, *part, (size_t)number);
    return -EBADMSG;
}

static int by_number(const void *a, const void *b) {
    const struct txn_step *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* The last line has to be the digest of all before it. */
static int check_end(const struct str *s, size_t *ret_size) {
    AUTO_STR again = STR_INIT;
    const size_t end = strlen("{\"end\":\"\"}\n") + 2 * SHA256_SIZE;
    if (s->size <= end)
        return -EBADMSG;
    *ret_size = s->size - end;
    str_append(&again, s->data, *ret_size);
    append_end(&again);
    if (again.failed)
        return -ENOMEM;
    return again.size == s->size && memcmp(again.data, s->data, s->size) == 0 ? 0 : -EBADMSG;
}

int intent_read(struct txn *txn, struct journal *j, int at) {
    AUTO_STR s = STR_INIT;
    AUTO_CLOSE int fd = SYS(openat, at, INTENT, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    size_t size = 0;
    unsigned part = 0;
    if (fd < 0)
        return fd == -ENOENT ? -EBADMSG : fd;
    int r = procfile_load_fd(fd, &s);
    if (r >= 0)
        r = s.failed ? -ENOMEM : check_end(&s, &size);
    for (size_t line = 0; line < size && r >= 0;) {
        const char *end = memchr(s.data + line, '\n', size - line);
        if (!end)
            return -EBADMSG;
        r = parse_line(txn, s.data + line, (size_t)(end - s.data) - line, line == 0, &part);
        line = (size_t)(end - s.data) + 1;
    }
    if (r < 0)
        return r;
    if (strcmp(txn->parts[part].uuid, j->uuid) != 0) /* a copy of another journal's */
        return -EBADMSG;
    txn->parts[part].journal = j;
    if (txn->step_count)
        qsort(txn->steps, txn->step_count, sizeof *txn->steps, by_number);
    return 0;
}

int intent_read_head(struct txn *txn, int at, unsigned *ret_part) {
    AUTO_CLOSE int fd = SYS(openat, at, INTENT, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    AUTO_STR s = STR_INIT;
    AUTO_JSON json = {0};
    char *end = NULL;
    if (fd < 0)
        return fd == -ENOENT ? -EBADMSG : fd;
    while (!end) {
        if (str_reserve(&s, HEAD) < 0)
            return -ENOMEM;
        ssize_t n = SYS(read, fd, s.data + s.size, HEAD);
        if (n <= 0)
            return n < 0 ? (int)n : -EBADMSG;
        end = memchr(s.data + s.size, '\n', (size_t)n);
        s.size += (size_t)n;
    }
    int r = json_read(s.data, (size_t)(end - s.data), &json);
    return r < 0 ? r : parse_head(txn, &json, ret_part);
}

/* ------------------------------------------------------------------------------ opening */

/* Opens the directories of the part that `j` is, and reads its intent. */
static int open_part(struct txn *txn, struct journal *j, uint64_t id, enum journal_state state) {
    AUTO_CLOSE int at = journal_open(j, state, id);
    int r = at < 0 ? at : intent_read(txn, j, at);
    for (size_t i = 0; i < txn->part_count && r >= 0; i++) {
        struct txn_part *part = &txn->parts[i];
        if (part->journal != j)
            continue;
        j->used = true;
        part->at = TAKE_FD(at);
        part->kept = txn->kept == txn->id ? part->at : journal_open(j, JOURNAL_LOG, txn->kept);
        r = part->kept < 0 ? part->kept : 0;
    }
    return r;
}

int txn_open(struct txn *txn, struct journals *js, uint64_t id, enum journal_state state) {
    struct journal *first = NULL;
    for (size_t i = 0; i < js->count && !first; i++)
        if (journal_has(js->list[i], state, id) > 0)
            first = js->list[i];
    if (!first)
        return -ENOENT;
    int r = open_part(txn, first, id, state);
    for (size_t i = 0; i < txn->part_count && r >= 0; i++) {
        struct journal *j = txn->parts[i].journal;
        if (!j)
            r = journals_find(js, txn->parts[i].path, txn->parts[i].uuid, &j);
        if (r >= 0 && j && !txn->parts[i].journal)
            r = open_part(txn, j, id, state);
    }
    return r;
}
