/* SPDX-License-Identifier: MIT */
/** Where secrets come from, the key that they are known by, and their comparison with a plan's file. */
#include "plan/secret.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/procfile.h"
#include "base/quote.h"
#include "io/contents.h"
#include "plan/journal.h"
#include "plan/net_walk.h"
#include "plan/planread.h"
#include <fcntl.h>
#include <osier/contents.h>
#include <osier/environ.h>
#include <osier/system.h>
#include <stdio.h>

/* --------------------------------------------------------------------------------- the key */

#define KEY "key"

/* −EEXIST where another process has made one meanwhile: a plan that has it would be nobody's if it were replaced. */
static int make_key(int dir, uint8_t *bytes) {
    const struct os_write_file_options options = {
        .size = sizeof options, .mode = 0600, .noreplace = true};
    if (os_urandom(bytes, SHA256_SIZE) < 0)
        return seam_failure();
    return contents_replace(dir, KEY, bytes, SHA256_SIZE, &options);
}

static int read_key(int dir, uint8_t *bytes) {
    AUTO_STR s = STR_INIT;
    AUTO_CLOSE int fd = SYS(openat, dir, KEY, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    int r = fd == -ENOENT ? -ENOKEY : fd < 0 ? fd : procfile_load_fd(fd, &s);
    if (r >= 0 && s.failed)
        r = -ENOMEM;
    if (r >= 0 && s.size != SHA256_SIZE)
        r = -ENOKEY;
    if (r >= 0)
        memcpy(bytes, s.data, SHA256_SIZE);
    secret_wipe(s.data, s.size);
    return r;
}

int secret_key(bool make, struct secret_key *ret) {
    static const char about[] = "osier: which key";
    struct journals js = {0};
    uint8_t mac[SHA256_SIZE];
    int r = journals_begin(&js);
    if (r >= 0)
        r = read_key(js.list[0]->fd, ret->bytes);
    if (r == -ENOKEY && make)
        r = make_key(js.list[0]->fd, ret->bytes);
    if (r == -EEXIST)
        r = read_key(js.list[0]->fd, ret->bytes);
    journals_end(&js);
    if (r < 0)
        return r;
    sha256_hmac(ret->bytes, about, sizeof about, mac);
    for (size_t i = 0; i < SECRET_ID / 2; i++)
        snprintf(ret->id + 2 * i, 3, "%02x", mac[i]);
    return 0;
}

void secret_seal(const struct secret_key *key, const void *data, size_t size,
                 struct plan_digest *ret) {
    sha256_hmac(key->bytes, data ? data : "", size, ret->bytes);
}

void secret_wipe(const void *data, size_t size) {
    if (data)
        explicit_bzero((void *)(uintptr_t)data, size);
}

/* ------------------------------------------------------------------------------ the sources */

bool secret_can_be_had_again(const struct plan_object *object) {
    const struct plan_secret *secret = object->secret;
    return secret->source && object->have == secret->size && object->size == secret->size;
}

static int run_line(const char *line, char **ret_data, size_t *ret_size, struct str *reterr_why,
                    char **reterr_said) {
    int r = driver_secret(line, ret_data, ret_size, reterr_said);
    if (r > 0)
        str_printf(reterr_why, "`%s` has printed no secret, but failed with %d", line, r);
    if (r == -ENODATA)
        str_printf(reterr_why, "`%s` has printed no secret", line);
    return r == -ENODATA ? 1 : r;
}

static int read_environment(const char *name, char **ret_data, size_t *ret_size,
                            struct str *reterr_why) {
    *ret_data = os_getenv(name, NULL);
    if (*ret_data)
        *ret_size = strlen(*ret_data);
    else
        str_printf(reterr_why, "%s is not in the environment", name);
    return *ret_data ? 0 : errno == ENOMEM ? -ENOMEM : 1;
}

int secret_read(const char *source, char **ret_data, size_t *ret_size, struct str *reterr_why,
                char **reterr_said) {
    int r;
    if (strncmp(source, "command:", 8) == 0) {
        r = run_line(source + 8, ret_data, ret_size, reterr_why, reterr_said);
    } else if (strncmp(source, "env:", 4) == 0) {
        r = read_environment(source + 4, ret_data, ret_size, reterr_why);
    } else if (strncmp(source, "file:", 5) == 0) {
        *ret_data = os_read_file(source + 5, ret_size);
        r = *ret_data ? 0 : seam_failure();
    } else {
        return -EINVAL;
    }
    if (r >= 0 || r == -ENOMEM)
        return r > 0 && reterr_why->failed ? -ENOMEM : r;
    quote_append(reterr_why, source + 5);
    str_printf(reterr_why, ": %s", os_strerror(-r));
    return reterr_why->failed ? -ENOMEM : 1;
}

/* -------------------------------------------------------------------------------- a plan's */

typedef int each_secret_of(struct os_plan *plan, const char *path, const struct plan_object *object,
                           void *data);

static bool is_secret(const struct plan_object *object) {
    return object && object->secret && object->content == PLAN_CONTENT_MEMORY;
}

static int each_in_tree(struct os_plan *plan, const struct plan_entry *e, each_secret_of *each,
                        void *data) {
    struct net_walk w = {0};
    const struct plan_child *child;
    int r = 0;
    net_walk_into(&w, &e->is);
    while (r >= 0 && (child = net_walk_next(&w))) {
        AUTO_STR path = STR_INIT;
        if (!is_secret(child->object))
            continue;
        str_printf(&path, "%s/%s", e->path.path, w.path.data ? w.path.data : "");
        r = path.failed ? -ENOMEM : each(plan, path.data, child->object, data);
    }
    int ended = net_walk_end(&w);
    return r < 0 ? r : ended;
}

static int each_secret(struct os_plan *plan, each_secret_of *each, void *data) {
    struct plan_net net;
    int r = plan_net(plan, &net);
    for (size_t i = 0; r >= 0 && i < net.count; i++) {
        const struct plan_entry *e = &net.entries[i];
        if (is_secret(&e->is))
            r = each(plan, e->path.path, &e->is, data);
        if (r >= 0 && e->is.child_count)
            r = each_in_tree(plan, e, each, data);
    }
    return r;
}

/* What a source has is read once, for all that comes from it. */
static int have_source(struct loaded *loaded, const char *source, struct str *why,
                       const struct loaded_secret **ret) {
    struct loaded_secret secret = {.source = source};
    AUTO_FREE char *said = NULL;
    const struct loaded_secret *list = (const void *)loaded->secrets.data;
    for (size_t i = 0; i < loaded->secrets.size / sizeof *list; i++)
        if (strcmp(list[i].source, source) == 0) {
            *ret = &list[i];
            return 0;
        }
    int r = str_reserve(&loaded->secrets, sizeof secret);
    if (r >= 0)
        r = secret_read(source, &secret.data, &secret.size, why, &said);
    if (r != 0)
        return r;
    str_append(&loaded->secrets, (const char *)&secret, sizeof secret);
    *ret = (const void *)(loaded->secrets.data + loaded->secrets.size - sizeof secret);
    return 0;
}

static int tell_other(struct os_plan *plan, const char *path, const char *source, const char *why) {
    AUTO_STR expected = STR_INIT, found = STR_INIT;
    str_printf(&expected, "the secret that %s had when the plan was made", source);
    str_printf(&found, "%s", why);
    return plan_add_conflict(plan, path, &expected, &found);
}

static int check_secret(struct os_plan *plan, const char *path, const struct plan_object *object,
                        void *data) {
    AUTO_STR why = STR_INIT;
    struct plan_digest mac;
    const struct loaded_secret *found = NULL;
    /* What the plan has read is its own memory. */
    struct plan_object *mine = (struct plan_object *)(uintptr_t)object;
    if (object->data)
        return 0;
    int r = have_source(plan->loaded, object->secret->source, &why, &found);
    if (r < 0)
        return r;
    if (r > 0)
        return tell_other(plan, path, object->secret->source, why.data);
    secret_seal(data, found->data, found->size, &mac);
    if (memcmp(&mac, &object->secret->mac, sizeof mac) != 0)
        return tell_other(plan, path, object->secret->source, "another one");
    mine->data = found->data;
    mine->have = mine->size = found->size;
    return 0;
}

/* What a secret takes the place of is compared by the same key. */
static void give_key(struct loaded *loaded) {
    struct plan_entry *entries = (struct plan_entry *)(uintptr_t)loaded->net.entries;
    struct plan_saw *saws = (struct plan_saw *)(uintptr_t)loaded->net.saws;
    for (size_t i = 0; i < loaded->net.count; i++)
        entries[i].was.key = &loaded->key;
    for (size_t i = 0; i < loaded->net.saw_count; i++)
        saws[i].was.key = &loaded->key;
}

static int leave_unread(struct os_plan *plan, const char *path, const struct plan_object *object,
                        void *data) {
    struct plan_object *mine = (struct plan_object *)(uintptr_t)object;
    (void)plan, (void)path, (void)data;
    mine->data = NULL;
    mine->have = mine->size = 0;
    return 0;
}

void secrets_forget(struct loaded *loaded) {
    const struct loaded_secret *list = (const void *)loaded->secrets.data;
    for (size_t i = 0; i < loaded->secrets.size / sizeof *list; i++) {
        secret_wipe(list[i].data, list[i].size);
        free(list[i].data);
    }
    str_free(&loaded->secrets);
}

int secrets_check(struct os_plan *plan) {
    struct loaded *loaded = plan->loaded;
    if (!loaded || !loaded->head.key)
        return 0;
    int r = loaded->key.id[0] ? 0 : secret_key(false, &loaded->key);
    if (r >= 0 && strcmp(loaded->key.id, loaded->head.key) != 0) {
        loaded->key.id[0] = '\0';
        r = -ENOKEY;
    }
    if (r < 0)
        return r;
    give_key(loaded);
    r = each_secret(plan, check_secret, &loaded->key);
    if (r < 0 || plan->conflicts.size) { /* the next look reads anew */
        int saved = r;
        r = each_secret(plan, leave_unread, NULL);
        secrets_forget(loaded);
        r = saved < 0 ? saved : r;
    }
    return r;
}

/* ---------------------------------------------------------------------------------- public */

void secrets_free(struct os_plan *plan) {
    struct os_plan_secret *list = (void *)plan->secrets.data;
    for (size_t i = 0; i < plan->secrets.size / sizeof *list; i++)
        free((void *)(uintptr_t)list[i].path);
    str_free(&plan->secrets);
    plan->secrets_known = false;
}

static int note_secret(struct os_plan *plan, const char *path, const struct plan_object *object,
                       void *data) {
    (void)data;
    struct os_plan_secret secret = {mem_text(path, strlen(path)), object->secret->source};
    int r = secret.path ? str_reserve(&plan->secrets, sizeof secret) : -ENOMEM;
    if (r >= 0)
        str_append(&plan->secrets, (const char *)&secret, sizeof secret);
    else
        free((void *)(uintptr_t)secret.path);
    return r;
}

int os_plan_secrets(struct os_plan *plan, const struct os_plan_secret **ret_list,
                    size_t *ret_count) {
    UNCANCELLED;
    int r = plan->secrets_known ? 0 : each_secret(plan, note_secret, NULL);
    plan->secrets_known = r >= 0;
    if (r < 0) {
        secrets_free(plan);
    } else {
        *ret_list = (const void *)plan->secrets.data;
        *ret_count = plan->secrets.size / sizeof **ret_list;
    }
    return PUBLIC(r, "plan_secrets", plan->failed, NULL);
}
