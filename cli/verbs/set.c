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
    char *word;         /* "NAME=VALUE" */
    char *name, *value; /* in one block, `name` */
    char *before;       /* what was in force, where there is such a thing; or NULL */
    const char *now;    /* what is in force since; "" where there is no such thing */
    uint64_t id;        /* the transaction that has changed a file, or 0 */
};

static bool read_word(struct call *call, const struct noun *noun, const char *word,
                      struct change *change) {
    size_t name = noun->pairs ? strcspn(word, "=") : 0, size = strlen(word) + 2;
    *change = (struct change){
        .noun = noun, .word = call_alloc(call, size, 1), .name = call_alloc(call, size, 1)};
    if (!change->word || !change->name)
        return false;
    if (noun->pairs && (name == 0 || !word[name])) {
        misuse_word(call->function, "invalid argument", word, ": not NAME=VALUE");
        return false;
    }
    memcpy(change->name, word, name);
    change->value = strcpy(change->name + name + 1, word + name + noun->pairs);
    snprintf(change->word, size, "%s=%s", change->name, change->value);
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

/* The change that a failure is about, which the record names. */
static const struct change *find_change(const struct change *changes, size_t count,
                                        const char *name) {
    for (size_t i = 0; name && i < count; i++)
        if (strcmp(changes[i].name, name) == 0)
            return &changes[i];
    return changes;
}

static int refuse(const struct change *changes, size_t count) {
    const struct os_error *error = os_last_error();
    const char *name = error ? error->filename : NULL;
    const struct change *change = find_change(changes, count, name);
    if (errno == EEXIST && name)
        return complain("set", name, "a later file says otherwise; see --force");
    if (errno == EINVAL)
        return complain("set", change->value, "no value of %s", shown_name(change));
    return failed();
}

/* Only parameters of the kernel are in force apart from what is configured. */
static void remember(struct call *call, struct change *change, int flags) {
    size_t count = 0;
    bool live = change->noun->kind == OS_SETTINGS_SYSCTL && !(flags & OS_SETTING_PERSISTENT) &&
                !os_root_is_set();
    struct os_setting *now =
        live ? os_settings(OS_SETTINGS_SYSCTL, change->name, OS_SETTINGS_VALUE, &count) : NULL;
    if (now && count == 1 && now->value)
        change->before = call_own(call, strdup(now->value));
    free(now);
}

/* A sync that failed behind the change: it is taken back, as nobody knows whether the disk has it. Whether all
 * is as it was. */
static bool take_back(const struct change *changes, size_t count, uint64_t id) {
    bool fine = os_undo(id, NULL, NULL) == 0;
    if (!fine) {
        failed();
        complain("set", NULL, "the files are changed; `osier undo %" PRIu64 "` takes that back",
                 id);
        return false;
    }
    for (size_t i = count; i-- > 0;)
        if (changes[i].before &&
            os_set_setting(changes[i].noun->kind, changes[i].name, changes[i].before,
                           OS_SETTING_RUNTIME, NULL, NULL) < 0) {
            failed();
            fine = false;
        }
    return fine;
}

/* All of them in one call: they are set, or none is. */
static int set_each(struct call *call, struct change *changes, int flags) {
    size_t count = call->rest_count;
    char **words = call_alloc(call, count + 1, sizeof *words), **now = NULL;
    uint64_t id = 0;
    for (size_t i = 0; words && i < count; i++)
        words[i] = changes[i].word, remember(call, &changes[i], flags);
    if (!words)
        return STATUS_NO;
    if (os_set_settings(changes->noun->kind, words, flags, &now, &id) < 0) {
        refuse(changes, count);
        if ((!id || take_back(changes, count, id)) && count > 1)
            complain("set", NULL, "nothing was changed");
        return STATUS_NO;
    }
    call_own(call, now);
    for (size_t i = 0; i < count; i++) {
        changes[i].now = now[i];
        changes[i].id = id;
    }
    return STATUS_YES;
}

static void tell_all(const struct change *changes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct change *c = &changes[i];
        if (c->now && *c->now && !same(c->now, c->value))
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
 * Changes settings, now and for the next start.
 *
 * WHAT is sysctl NAME=VALUE…, hostname NAME, timezone ZONE or locale NAME=VALUE…. Kernel parameters are
 * written to /etc/sysctl.d/60-osier.conf; a parameter that a later file overrides is refused. Several settings are
 * all changed, or none. A plan changes the files: `osier undo` takes the change back. The configuration takes
 * effect at the next start or login; `osier get WHAT` shows both values.
 *
 * A word with a slash in it is a configuration file: `osier set /etc/ssh/sshd_config PasswordAuthentication=no`.
 * Its keys get these values, and every other byte stays as it is. A program that can check such a file checks
 * the new one first. Keys in a section are SECTION.KEY.
 *
 * @param what  one of sysctl, hostname, timezone, locale; or a file
 * @param words  the values: NAME=VALUE, or one value
 * @param format  of a file: one of ini, unit, env, ssh, sysctl, hosts, fstab, json, toml, yaml
 * @param unset  the words are keys of a file; remove them
 * @param runtime  change the running system only, until the next start
 * @param persistent  change the configuration only
 * @param force  if a later file overrides the value, write a file that comes after it
 * @param root  configure the machine whose /etc is below this directory
 * @param dry_run  show the old and the new values, and change nothing
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
        return misuse_word(call->function, "unknown setting", what,
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
