/* SPDX-License-Identifier: MIT */
/** osier set: settings of the machine, in force and configured, both or neither. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"
#include "verbs/config_file.h"

#include <errno.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What can be set. */
static const struct noun {
    const char *name;
    enum os_settings_kind kind;
    bool pairs; /* takes NAME=VALUE, as there are several; else one value */
} nouns[] = {
    {"sysctl", OS_SETTINGS_SYSCTL, true},
    {"hostname", OS_SETTINGS_HOSTNAME, false},
    {"timezone", OS_SETTINGS_TIMEZONE, false},
    {"locale", OS_SETTINGS_LOCALE, true},
};

static const struct noun *find_noun(const char *name) {
    for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++)
        if (strcmp(nouns[i].name, name) == 0)
            return &nouns[i];
    return NULL;
}

/* A word of the command line: what is called how, and what it shall be. */
struct change {
    const struct noun *noun;
    char *name, *value; /* in one block, `name` */
    char *before;       /* what was in force, where there is such a thing; or NULL */
    char *now;          /* what is in force since; or NULL */
    uint64_t id;        /* the transaction that has changed a file, or 0 */
};

static bool read_word(struct call *call, const struct noun *noun, const char *word,
                      struct change *change) {
    char *copy = call_own(call, strdup(word));
    char *equals = copy && noun->pairs ? strchr(copy, '=') : NULL;
    if (!copy)
        return false;
    if (noun->pairs && (!equals || equals == copy)) {
        misuse_word(call->function, "no NAME=VALUE is", word, "");
        return false;
    }
    *change = (struct change){.noun = noun, .name = copy, .value = equals ? equals + 1 : copy};
    if (equals)
        *equals = '\0';
    else
        change->name = (char *)"";
    return true;
}

static const char *shown_name(const struct change *change) {
    return change->noun->pairs ? change->name : change->noun->name;
}

static int tell(const struct change *change) {
    const char *now = change->now, *value = now && *now ? now : change->value;
    uint64_t id = change->id;
    if (output_style.json) {
        emit_begin_record();
        emit_key("name");
        emit_text(shown_name(change));
        emit_key("value");
        emit_text(value);
        emit_key("id");
        emit_unsigned(id);
        emit_end_record();
        return STATUS_YES;
    }
    printf("%s = %s%c", shown_name(change), value, output_style.null ? '\0' : '\n');
    if (id && output_terminal())
        printf("`osier undo %" PRIu64 "` takes the file back\n", id);
    return STATUS_YES;
}

static bool same(const char *a, const char *b) {
    for (;; a++, b++) {
        size_t left = strspn(a, " \t\n"), right = strspn(b, " \t\n");
        a += left;
        b += right;
        if ((left != 0) != (right != 0) && *a && *b)
            return false;
        if (*a != *b || !*a)
            return *a == *b;
    }
}

static int refuse(const struct change *change) {
    const struct os_error *error = os_last_error();
    if (errno == EEXIST && error && error->filename)
        return complain("set", error->filename, "a later file says otherwise; see --force");
    if (errno == EINVAL)
        return complain("set", change->value, "no value of %s", shown_name(change));
    return failed();
}

/* Only parameters of the kernel are in force apart from what is configured. */
static void remember(struct call *call, struct change *change) {
    size_t count = 0;
    struct os_setting *now =
        change->noun->kind == OS_SETTINGS_SYSCTL
            ? os_settings(OS_SETTINGS_SYSCTL, change->name, OS_SETTINGS_VALUE, &count)
            : NULL;
    if (now && count == 1 && now->value)
        change->before = call_own(call, strdup(now->value));
    free(now);
}

static int set(struct call *call, struct change *change, int flags) {
    remember(call, change);
    int r = os_set_setting(change->noun->kind, change->name, change->value, flags, &change->now,
                           &change->id);
    call_own(call, change->now);
    return r < 0 ? refuse(change) : STATUS_YES;
}

/* What was set before one that is refused: all of them are set, or none. */
static void take_back(const struct change *changes, size_t count, int flags) {
    while (count-- > 0) {
        const struct change *c = &changes[count];
        if (c->id && os_undo(c->id, NULL, NULL) < 0)
            failed();
        if (c->before && !(flags & OS_SETTING_PERSISTENT) && !os_root_is_set() &&
            os_set_setting(c->noun->kind, c->name, c->before, OS_SETTING_RUNTIME, NULL, NULL) < 0)
            failed();
    }
}

static int set_each(struct call *call, struct change *changes, int flags) {
    int status = STATUS_YES;
    size_t done = 0;
    while (status == STATUS_YES && done < call->rest_count) {
        status = set(call, &changes[done], flags);
        done += status == STATUS_YES;
    }
    if (status != STATUS_YES) {
        take_back(changes, done + (changes[done].id != 0), flags);
        if (done)
            complain("set", NULL, "nothing was changed");
    }
    return status;
}

static void tell_all(const struct change *changes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct change *c = &changes[i];
        if (*c->now && !same(c->now, c->value))
            complain("set", c->now, "the kernel has made something else of %s", c->value);
        tell(c);
    }
}

/* What is there now, and what would be. */
static int show(const struct change *change) {
    size_t count = 0;
    const char *pattern = change->noun->pairs ? change->name : NULL;
    struct os_setting *now = os_settings(change->noun->kind, pattern,
                                         OS_SETTINGS_VALUE | OS_SETTINGS_CONFIGURED, &count);
    if (!now && errno != ENOENT)
        return failed();
    printf("%s: %s -> %s\n", shown_name(change),
           now && count && now->value ? now->value : "nothing", change->value);
    free(now);
    return STATUS_YES;
}

static int set_all(struct call *call, const struct noun *noun, int flags) {
    struct change *changes = call_alloc(call, call->rest_count, sizeof *changes);
    for (size_t i = 0; changes && i < call->rest_count; i++)
        if (!read_word(call, noun, call->rest[i], &changes[i]))
            return STATUS_USAGE;
    if (!changes)
        return STATUS_NO;
    bool dry = is_set(call, "dry-run");
    int status = dry ? STATUS_YES : set_each(call, changes, flags);
    for (size_t i = 0; dry && status == STATUS_YES && i < call->rest_count; i++)
        status = show(&changes[i]);
    if (!dry && status == STATUS_YES)
        tell_all(changes, call->rest_count);
    return status;
}

/**
 * Sets settings of the machine, in force and configured.
 *
 * WHAT is sysctl NAME=VALUE…, hostname NAME, timezone ZONE or locale NAME=VALUE…. A parameter of the
 * kernel is written to /etc/sysctl.d/60-osier.conf, and refused where a later file says otherwise.
 * Of several all are set, or none. Files are changed by a plan: `osier undo` brings them back. The next start, or login, has what is
 * configured; `osier get WHAT` shows both.
 *
 * A word with a slash in it is a configuration file: `osier set /etc/ssh/sshd_config
 * PasswordAuthentication=no`. Its keys get these values, and every other byte stays as it is; what is
 * known to check such a file is asked before. Keys of a section are SECTION.KEY.
 *
 * @param what  one of sysctl, hostname, timezone, locale; or a file
 * @param words  what shall be what
 * @param format  of a file: one of ini, unit, env, ssh, sysctl, hosts, fstab, json, toml, yaml
 * @param unset  the words are keys of a file, to be removed
 * @param runtime  what is in force alone, until the next start
 * @param persistent  what is configured alone
 * @param force  where a later file says otherwise, write one that is later still
 * @param root  configure the machine whose /etc is below this directory
 * @param dry_run  tell what is and what would be, and set nothing
 * @group change
 * @since 0.1
 * @shell set WHAT WORDS... [--runtime] [--persistent] [--force] [--root=DIR] [--dry-run]
 *        [--format=NAME] [--unset] -> custom
 */
int verb_set(struct call *call) {
    const char *root = arg_text(call, "root"), *what = arg_text(call, "WHAT");
    const struct noun *noun = find_noun(what);
    bool runtime = is_set(call, "runtime"), persistent = is_set(call, "persistent");
    if (is_config_file(what))
        return set_in_file(call, what);
    if (!noun)
        return misuse_word(call->function, "nothing that can be set is called", what,
                           "; known are sysctl, hostname, timezone, locale");
    if (runtime && persistent)
        return misuse(call->function, "--runtime and --persistent exclude each other");
    if (!noun->pairs && call->rest_count != 1)
        return misuse(call->function, "%s takes one value", noun->name);
    if (root && os_set_root(root) < 0)
        return failed();
    return set_all(call, noun,
                   (runtime ? OS_SETTING_RUNTIME : 0) | (persistent ? OS_SETTING_PERSISTENT : 0) |
                       (is_set(call, "force") ? OS_SETTING_FORCE : 0));
}
