/* SPDX-License-Identifier: MIT */
/** Keys that a user may log in with: lines of ~/.ssh/authorized_keys. */
#include "state/dropins.h"

#include "state/people.h"
#include "state/view.h"

#include <pwd.h>
#include <string.h>

/* ------------------------------------------------------------------------------ keys */

/* The key of a line, without options before and a comment behind: from the type on, "ssh-ed25519 AAAA…". */
static bool find_key(const char *line, size_t size, const char **ret_key, size_t *ret_size) {
    bool quoted = false;
    for (size_t at = 0, word = 0; at <= size; at++) {
        if (at < size && line[at] == '\\' && quoted && at + 1 < size)
            at++;
        else if (at < size && line[at] == '"')
            quoted = !quoted;
        if (at < size && (quoted || !strchr(" \t", line[at])))
            continue;
        const char *type = line + word;
        bool is =
            at - word > 4 && (strncmp(type, "ssh-", 4) == 0 || strncmp(type, "ecdsa-", 6) == 0 ||
                              strncmp(type, "sk-", 3) == 0);
        while (at < size && strchr(" \t", line[at]))
            at++;
        word = at;
        if (is) {
            size_t data = strcspn(line + at, " \t\r\n");
            data = data < size - at ? data : size - at;
            *ret_key = type;
            *ret_size = at + data - (size_t)(type - line);
            return data >= 16 && strspn(line + at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstu"
                                                   "vwxyz0123456789+/=") >= data;
        }
    }
    return false;
}

static bool same_key(const char *line, size_t size, const char *other) {
    const char *a, *b;
    size_t a_size, b_size;
    return find_key(line, size, &a, &a_size) && find_key(other, strlen(other), &b, &b_size) &&
           a_size == b_size && memcmp(a, b, a_size) == 0;
}

static bool is_among(const char *line, size_t size, const char *const *list) {
    for (; *list; list++)
        if (same_key(line, size, *list))
            return true;
    return false;
}

static bool has_exactly(const struct str *text, const char *line) {
    const char *at = text->data, *end = at + text->size;
    for (size_t size; at < end; at += size) {
        size = line_size(at, end);
        if (strlen(line) == size - (at[size - 1] == '\n') && memcmp(at, line, strlen(line)) == 0)
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------------------ resources */

/* What a table says; none of a list is NULL. */
struct keys {
    const char *const *wanted, *const *gone;
    bool exactly;
};

static const struct member keys_members[] = {{"keys", TEXTS, IN_OWN(struct keys, wanted)},
                                             {"absent", TEXTS, IN_OWN(struct keys, gone)},
                                             {"exactly", FLAG, IN_OWN(struct keys, exactly)},
                                             AFTER,
                                             {NULL}};

static int check_keys(struct os_state *state, const struct resource *resource, const char *member,
                      const char *const **list) {
    static const char *const none[] = {NULL};
    struct place place = member_place(resource, member);
    const char *key;
    size_t size;
    *list = *list ? *list : none;
    for (const char *const *line = *list; *line; line++)
        if (strpbrk(*line, "\r\n") || !find_key(*line, strlen(*line), &key, &size))
            return problem(state, &place,
                           "'%.40s' is no public key; one is \"ssh-ed25519 AAAAC3… name\"", *line);
    return 0;
}

static int begin_keys(struct os_state *state, struct resource *resource) {
    struct keys *keys = resource->own;
    int r = check_keys(state, resource, "keys", &keys->wanted);
    if (r >= 0)
        r = check_keys(state, resource, "absent", &keys->gone);
    if (r >= 0 && !*resource->name)
        return problem(state, &resource->place, "this is a user's: [authorized_keys.NAME]");
    if (r >= 0 && !*keys->wanted && !*keys->gone && !keys->exactly)
        return problem(state, &resource->place, "authorized_keys has keys, absent or exactly");
    for (const char *const *key = keys->wanted; r >= 0 && *key; key++)
        if (is_among(*key, strlen(*key), keys->gone))
            r = problem(state, &resource->place, "'%.40s' is in keys and in absent", *key);
    return r;
}

/* The lines that stay, each key once; and behind them those that are missing. */
static void edit_keys(const struct keys *keys, const struct str *old, struct str *text) {
    const char *at = old->data, *end = at + old->size, *key;
    for (size_t size, length; at < end; at += size) {
        size = line_size(at, end);
        size_t bare = size - (at[size - 1] == '\n');
        bool is_key = find_key(at, bare, &key, &length), keep = true;
        if (is_key && is_among(at, bare, keys->gone))
            keep = false;
        else if (is_key && is_among(at, bare, keys->wanted)) { /* with these options, or not */
            keep = false;
            for (const char *const *line = keys->wanted; *line; line++)
                keep = keep || (strlen(*line) == bare && memcmp(*line, at, bare) == 0);
        } else if (is_key && keys->exactly)
            keep = false;
        str_append(text, at, keep ? size : 0);
    }
    str_append(text, "", 0);
    for (const char *const *line = keys->wanted; !text->failed && *line; line++)
        if (!has_exactly(text, *line)) {
            str_append(text, "\n", text->size && text->data[text->size - 1] != '\n');
            str_printf(text, "%s\n", *line);
        }
}

static int write_keys(struct os_state *state, const struct resource *resource,
                      const struct keys *keys, const char *folder, const struct want *want) {
    AUTO_STR path = STR_INIT, old = STR_INIT, text = STR_INIT;
    AUTO_FREE char *data = NULL;
    struct os_stat_result st;
    size_t size = 0;
    str_printf(&path, "%s/authorized_keys", folder);
    int r = path.failed ? -ENOMEM : view_file(state, path.data, SIZE_MAX, &st, &data, &size);
    if (r == AGAIN || r == -ENOMEM)
        return r;
    if (r < 0 && r != -ENOENT)
        return problem_errno(state, resource, NULL);
    str_append(&old, data ? data : "", size);
    edit_keys(keys, &old, &text);
    if (old.failed || text.failed)
        return -ENOMEM;
    if (r == -ENOENT && !text.size)
        return 0;
    return ensure_file(state, resource, path.data,
                       &(struct content){.data = text.data, .size = text.size}, want);
}

/* Where a user's keys are, and whose they are: 0, or −errno. */
static int find_folder(struct os_state *state, const struct resource *resource, struct str *folder,
                       struct want *want) {
    const struct person *person = person_of(state, resource->name, false);
    AUTO_STR room = STR_INIT;
    if (person && person->id != UINT32_MAX) {
        *want =
            (struct want){.mode = 0700, .has_mode = true, .uid = person->id, .gid = person->gid};
        str_printf(folder, "%s/.ssh", person->home);
        return folder->failed ? -ENOMEM : 0;
    }
    struct passwd user, *found = NULL;
    int r = -ERANGE;
    for (size_t size = 1024; r == -ERANGE; size *= 2) {
        if (str_reserve(&room, size) < 0)
            return -ENOMEM;
        r = SYS_NUMBER(getpwnam_r, resource->name, &user, room.data, room.room, &found);
    }
    if (r == -ENOMEM)
        return r;
    if (!found)
        return problem(state, &resource->place, "there is no user '%s'", resource->name);
    *want =
        (struct want){.mode = 0700, .has_mode = true, .uid = found->pw_uid, .gid = found->pw_gid};
    str_printf(folder, "%s/.ssh", found->pw_dir);
    return folder->failed ? -ENOMEM : 0;
}

/* Nobody's home is made by the way. */
static int check_home(struct os_state *state, const struct resource *resource, const char *folder) {
    struct os_stat_result st;
    AUTO_FREE char *home = mem_text(folder, strlen(folder) - strlen("/.ssh"));
    int r = home ? view_lstat(state, home, &st) : -ENOMEM;
    if (r == -ENOENT || r == -ENOTDIR)
        return problem(state, &resource->place,
                       "'%s', the home of '%s', isn't there; create_home of [user.%s] makes it",
                       home, resource->name, resource->name);
    return r < 0 && r != -ENOMEM ? problem_errno(state, resource, NULL) : r;
}

static int plan_keys(struct os_state *state, const struct resource *resource) {
    AUTO_STR folder = STR_INIT;
    struct want want;
    int r = find_folder(state, resource, &folder, &want);
    if (r >= 0 && folder.data)
        r = check_home(state, resource, folder.data);
    if (r == 0)
        r = ensure_dir(state, resource, folder.data, &want);
    want.mode = 0600;
    return r != 0 ? r : write_keys(state, resource, resource->own, folder.data, &want);
}

/* Behind the user, whose home it is in. */
static int keys_need(const struct resource *resource, const struct resource *other) {
    return other->kind == &kind_user && strcmp(resource->name, other->name) == 0;
}

const struct kind kind_authorized_keys = {
    "authorized_keys",   keys_members,       .named = true,    .own_size = sizeof(struct keys),
    .begin = begin_keys, .needs = keys_need, .plan = plan_keys};
