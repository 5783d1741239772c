/* SPDX-License-Identifier: MIT */
/** Files of tmpfiles.d(5), read as they are: what they have made, written, adjusted and removed. Left
 *  out are ages, as cleaning up is no state; lines for the boot alone ("!"); and the attributes of
 *  chattr(1) and access control lists (h, H, a, A). */
#include "base/procfile.h"
#include "base/utf8.h"
#include "path/norm.h"
#include "state/kinds.h"
#include "state/view.h"
#include "system/machine.h"

#include <ctype.h>
#include <osier/params.h>
#include <osier/plan.h>
#include <osier/tree.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static int plan_made(struct os_state *state, const struct resource *resource);
static int plan_adjusted(struct os_state *state, const struct resource *resource);

/* `to` is the type of the line, as "L+". */
static const struct kind kind_made = {"tmpfiles", NULL, .exclusive = true, .plan = plan_made};
static const struct kind kind_adjusted = {"tmpfiles", NULL, .many = true, .plan = plan_adjusted};

/* ------------------------------------------------------------------------------ words */

enum { WORDS = 7 }; /* type, path, mode, user, group, age, argument */

/* Appends the character behind a backslash, as in C: where it ends. */
static const char *unescape(const char *at, struct str *s) {
    static const char names[] = "abfnrtv", values[] = "\a\b\f\n\r\t\v";
    const char *known = *at ? strchr(names, *at) : NULL;
    if (known) {
        str_append_char(s, values[known - names]);
        return at + 1;
    }
    int64_t byte = *at == 'x' ? utf8_hex(at + 1, at + strnlen(at, 3), 2) : -1;
    if (byte >= 0) {
        str_append_char(s, (char)byte);
        return at + 3;
    }
    if (at[0] >= '0' && at[0] <= '3' && at[1] >= '0' && at[1] <= '7' && at[2] >= '0' &&
        at[2] <= '7') {
        str_append_char(s, (char)((at[0] - '0') << 6 | (at[1] - '0') << 3 | (at[2] - '0')));
        return at + 3;
    }
    str_append(s, at, *at != '\0');
    return at + (*at != '\0');
}

/* A word, or with `all` the rest of the line, each with marks and escapes: where it ends. */
static const char *read_word(const char *at, bool all, struct str *s) {
    char mark = '\0';
    str_append(s, "", 0);
    for (; *at && (all || mark || !isspace((unsigned char)*at));) {
        if (*at == '\\')
            at = unescape(at + 1, s);
        else if (!all && !mark && (*at == '"' || *at == '\''))
            mark = *at++;
        else if (mark && *at == mark)
            mark = *at++ == '\0' ? mark : '\0';
        else
            str_append_char(s, *at++);
    }
    return at;
}

static int specified(char c, struct str *s) {
    static const struct {
        char letter;
        const char *fact, *text;
    } known[] = {
        {'%', NULL, "%"},        {'H', "hostname", NULL}, {'b', "boot_id", NULL},
        {'v', "kernel", NULL},   {'u', "user", NULL},     {'h', "home", NULL},
        {'a', "arch", NULL},     {'o', "os_id", NULL},    {'w', "os_version", NULL},
        {'t', NULL, "/run"},     {'S', NULL, "/var/lib"}, {'C', NULL, "/var/cache"},
        {'L', NULL, "/var/log"}, {'T', NULL, "/tmp"},     {'V', NULL, "/var/tmp"},
    };
    char id[64];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].letter == c) {
            if (known[i].fact)
                return fact(known[i].fact, strlen(known[i].fact), s);
            str_append_text(s, known[i].text);
            return 0;
        }
    if (c != 'm')
        return -EBADMSG;
    ssize_t r = machine_read("/etc/machine-id", id, sizeof id);
    if (r > 0)
        str_append(s, id, strcspn(id, "\n"));
    return r < 0 ? (int)r : 0;
}

/* Puts in what "%H" and its like stand for: the arena's. */
static int specify(struct os_state *state, const struct place *place, const char *text,
                   const char **ret) {
    AUTO_STR s = STR_INIT;
    str_append(&s, "", 0);
    for (; *text; text++) {
        if (*text != '%') {
            str_append_char(&s, *text);
            continue;
        }
        int r = specified(text[1], &s);
        if (r < 0)
            return r == -ENOMEM ? r
                                : problem(state, place, "'%%%c' stands for nothing here", text[1]);
        text++;
    }
    *ret = s.failed ? NULL : arena_text(&state->arena, s.data, s.size);
    return *ret ? 0 : -ENOMEM;
}

/* ------------------------------------------------------------------------------ lines */

static int take_mode(struct os_state *state, struct resource *resource, const char *word) {
    bool only_new = false;
    for (; *word == ':' || *word == '~'; word++)
        only_new = only_new || *word == ':';
    if (strcmp(word, "-") == 0 || !*word)
        return 0;
    char *end;
    unsigned long mode = strtoul(word, &end, 8);
    if (*end || mode > 07777)
        return problem(state, &resource->place, "'%s' is no mode", word);
    resource->want.new_mode = (mode_t)mode;
    resource->want.mode = (mode_t)mode;
    resource->want.has_mode = !only_new;
    return 0;
}

static int take_owner(struct os_state *state, struct resource *resource, const char *word,
                      bool group) {
    uint32_t id, *to = group ? &resource->want.gid : &resource->want.uid;
    word += *word == ':';
    if (strcmp(word, "-") == 0 || !*word)
        return 0;
    if (strspn(word, "0123456789") == strlen(word)) {
        *to = (uint32_t)strtoul(word, NULL, 10);
        return 0;
    }
    int r = find_owner(state, word, group, &id);
    if (r == -ENOENT)
        return problem(state, &resource->place, "there is no %s '%s'", group ? "group" : "user",
                       word);
    *to = r < 0 ? *to : id;
    return r;
}

static int take_argument(struct os_state *state, struct resource *resource, const char *word) {
    if (!*word || strcmp(word, "-") == 0)
        return 0;
    int r = specify(state, &resource->place, word, &resource->content);
    resource->content_size = r < 0 ? 0 : strlen(resource->content);
    return r;
}

static int take_line(struct os_state *state, struct resource *resource, struct str *words) {
    const char *path = "";
    AUTO_FREE char *normal = NULL;
    int r = specify(state, &resource->place, words[1].data, &path);
    if (r >= 0 && *path != '/')
        r = problem(state, &resource->place, "'%s' is no absolute path", path);
    if (r >= 0)
        r = path_normal(path, &normal);
    if (r >= 0) {
        resource->name = arena_text(&state->arena, normal, strlen(normal));
        resource->to = arena_text(&state->arena, words[0].data, words[0].size);
        r = resource->name && resource->to ? 0 : -ENOMEM;
    }
    resource->want.new_mode = strchr("fFpcb", words[0].data[0]) ? 0644 : 0755;
    if (r >= 0)
        r = take_mode(state, resource, words[2].data);
    if (r >= 0)
        r = take_owner(state, resource, words[3].data, false);
    if (r >= 0)
        r = take_owner(state, resource, words[4].data, true);
    if (r >= 0)
        r = take_argument(state, resource, words[6].data);
    return r < 0 ? r : add_resource(state, resource);
}

/* A letter and modifiers; of these "+" counts. */
static int read_line(struct os_state *state, const struct source *source, const char *line) {
    struct str words[WORDS] = {0};
    struct place place = {source, (size_t)(line - source->text)};
    struct resource resource = {.place = place, .want = {.uid = (uid_t)-1, .gid = (gid_t)-1}};
    AUTO_FREE char *copy = mem_text(line, strcspn(line, "\n"));
    int r = copy ? 0 : -ENOMEM;
    const char *at = copy;
    for (int i = 0; r >= 0 && i < WORDS; i++) {
        while (isspace((unsigned char)*at))
            at++;
        at = read_word(at, i == WORDS - 1, &words[i]);
        r = words[i].failed ? -ENOMEM : 0;
    }
    char type = r < 0 ? '\0' : words[0].data[0];
    if (r >= 0 && (!type || !strchr("fFwdDevqQpLcbCxXrRzZtThHaA", type)))
        r = problem(state, &place, "'%s' is no type of tmpfiles.d", words[0].data);
    else if (r >= 0 && !words[1].size)
        r = problem(state, &place, "a path is missing");
    resource.kind = type && strchr("fFdDvqQpLcbC", type) ? &kind_made : &kind_adjusted;
    if (r >= 0 && !strchr(words[0].data, '!') && !strchr("xXhHaA", type))
        r = take_line(state, &resource, words);
    for (int i = 0; i < WORDS; i++)
        str_free(&words[i]);
    return r;
}

int read_tmpfiles(struct os_state *state, const struct source *source) {
    int result = 0;
    for (const char *line = source->text; line && *line && result != -ENOMEM;) {
        size_t blank = strspn(line, " \t");
        int r = line[blank] && !strchr("#;\n", line[blank]) ? read_line(state, source, line + blank)
                                                            : 0;
        result = r < 0 ? r : result;
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return result;
}

/* ------------------------------------------------------------------------------ what is made */

static bool has_plus(const struct resource *resource) {
    return strchr(resource->to, '+') != NULL;
}

/* What a line makes belongs to whoever has it made, where it doesn't say otherwise: tmpfiles.d(5). */
static struct want new_want(const struct resource *resource) {
    struct want want = resource->want;
    want.has_mode = true;
    want.mode = want.new_mode;
    want.uid = want.uid == (uid_t)-1 ? geteuid() : want.uid;
    want.gid = want.gid == (gid_t)-1 ? getegid() : want.gid;
    return want;
}

enum { THERE = 2 };

/* THERE, 0, AGAIN or −errno. */
static int is_there(struct os_state *state, const char *path) {
    struct os_stat_result st;
    int r = view_lstat(state, path, &st);
    return r == 0 ? THERE : r == -ENOENT ? 0 : r;
}

static int make_node(struct os_state *state, const struct resource *resource) {
    unsigned major = 0, minor = 0;
    struct os_stat_result st;
    struct want want = new_want(resource);
    char type = resource->to[0];
    mode_t of_type = type == 'p' ? S_IFIFO : type == 'c' ? S_IFCHR : S_IFBLK;
    bool there;
    int r = clear_place(state, resource, resource->name, of_type,
                        &(struct want){.replace = has_plus(resource)}, &st, &there);
    if (r != 0 || there)
        return r ? r : give_values(state, resource, resource->name, &st, &resource->want);
    if (state->from_disk)
        return AGAIN;
    if (type != 'p' &&
        (!resource->content || sscanf(resource->content, "%u:%u", &major, &minor) != 2))
        return problem(state, &resource->place, "a device has an argument as 1:3");
    r = type == 'p' ? os_plan_mkfifo(state->plan, resource->name, want.mode)
                    : os_plan_mknod(state->plan, resource->name, want.mode | of_type,
                                    makedev(major, minor));
    if (r >= 0)
        r = view_lstat(state, resource->name, &st) < 0 ? -1 : 0;
    return r < 0 ? problem_errno(state, resource, NULL)
                 : give_values(state, resource, resource->name, &st, &want);
}

static int make_copy(struct os_state *state, const struct resource *resource, const char *from) {
    struct stat st;
    int there = is_there(state, resource->name);
    if (there != 0)
        return there == THERE ? 0 : there;
    if (state->from_disk)
        return AGAIN;
    int r = SYS(stat, from, &st);
    if (r == -ENOENT)
        return 0; /* as systemd-tmpfiles has it */
    if (r >= 0)
        r = S_ISDIR(st.st_mode) ? os_plan_copytree(state->plan, from, resource->name,
                                                   &(struct os_copytree_options){
                                                       .size = sizeof(struct os_copytree_options),
                                                       .symlinks = true})
                                : os_plan_copy2(state->plan, from, resource->name, NULL);
    return r < 0 ? r == -ENOMEM ? r : problem_errno(state, resource, NULL) : 0;
}

/* A link, or a copy, of what the argument says, or of the file that was shipped. */
static int make_from(struct os_state *state, const struct resource *resource) {
    AUTO_STR factory = STR_INIT;
    const char *from = resource->content;
    if (!from) {
        str_printf(&factory, "/usr/share/factory%s", resource->name);
        from = factory.data;
    }
    if (factory.failed)
        return -ENOMEM;
    if (resource->to[0] == 'C')
        return make_copy(state, resource, from);
    struct want want = {.uid = resource->want.uid, .gid = resource->want.gid, .replace = true};
    int there = has_plus(resource) ? 0 : is_there(state, resource->name);
    return there == THERE ? 0
           : there != 0   ? there
                          : ensure_link(state, resource, resource->name, from, &want);
}

static int plan_made(struct os_state *state, const struct resource *resource) {
    char type = resource->to[0];
    if (strchr("pcb", type))
        return make_node(state, resource);
    if (strchr("LC", type))
        return make_from(state, resource);
    int there = is_there(state, resource->name);
    if (there == AGAIN || there < 0)
        return there < 0 && there != -ENOMEM
                   ? problem(state, &resource->place, "'%s': %s", resource->name, strerror(-there))
                   : there;
    struct want want = there == THERE ? resource->want : new_want(resource);
    if (strchr("dDvqQ", type))
        return ensure_dir(state, resource, resource->name, &want);
    struct content content = {.data = resource->content ? resource->content : "",
                              .size = resource->content_size,
                              .once = type == 'f' && !has_plus(resource)};
    return ensure_file(state, resource, resource->name, &content, &want);
}

/* ------------------------------------------------------------------------------ what is adjusted */

/* Takes the last of texts that stand one behind another, each with its NUL. */
static char *pop(struct str *stack) {
    size_t begin = stack->size - 1;
    while (begin > 0 && stack->data[begin - 1])
        begin--;
    char *text = mem_text(stack->data + begin, stack->size - 1 - begin);
    str_truncate(stack, begin);
    return text;
}

static int adjust_one(struct os_state *state, const struct resource *resource, const char *path,
                      bool whole, struct str *stack) {
    struct os_stat_result st;
    AUTO_FREE char **names = NULL;
    int r = view_lstat(state, path, &st);
    if (r == 0)
        r = give_values(state, resource, path, &st, &resource->want);
    if (r == 0 && whole && S_ISDIR(st.st_mode))
        r = view_names(state, path, &names);
    for (size_t i = 0; r == 0 && names && names[i]; i++) {
        str_printf(stack, "%s/%s", path, names[i]);
        str_append(stack, "", 1);
    }
    return stack->failed ? -ENOMEM : r;
}

/* What is there, and with `whole` everything in it. */
static int adjust(struct os_state *state, const struct resource *resource, const char *path,
                  bool whole) {
    AUTO_STR stack = STR_INIT;
    int r = adjust_one(state, resource, path, whole, &stack);
    while (r == 0 && stack.size) {
        AUTO_FREE char *next = pop(&stack);
        r = next ? adjust_one(state, resource, next, whole, &stack) : -ENOMEM;
    }
    return r;
}

/* "user.name=value", one or more. */
static int set_attributes(struct os_state *state, const struct resource *resource,
                          const char *path) {
    AUTO_FREE char *copy =
        mem_text(resource->content ? resource->content : "", resource->content_size);
    if (!copy)
        return -ENOMEM;
    if (state->from_disk)
        return AGAIN;
    char *rest = copy;
    for (char *word; (word = strsep(&rest, " \t"));) {
        size_t size;
        char *value = strchr(word, '=');
        if (!value)
            continue;
        *value++ = '\0';
        os_autofree char *old = os_plan_getxattr(state->plan, path, word, OS_NOFOLLOW, &size);
        if (!old && errno == ENOMEM)
            return -ENOMEM;
        if ((!old || size != strlen(value) || memcmp(old, value, size) != 0) &&
            os_plan_setxattr(state->plan, path, word, value, strlen(value), 0, OS_NOFOLLOW) < 0)
            return problem_errno(state, resource, NULL);
    }
    return 0;
}

/* Whether it is a directory with names in it. */
static bool holds_something(struct os_state *state, const char *path) {
    AUTO_FREE char **names = NULL;
    struct os_stat_result st;
    return view_lstat(state, path, &st) == 0 && S_ISDIR(st.st_mode) &&
           (view_names(state, path, &names) != 0 || names[0]);
}

static int adjust_path(struct os_state *state, const struct resource *resource, const char *path) {
    struct content content = {.data = resource->content ? resource->content : "",
                              .size = resource->content_size,
                              .follow = true};
    switch (resource->to[0]) {
    case 'r':
        return holds_something(state, path) ? 0 : ensure_absent(state, resource, path);
    case 'R':
        return ensure_absent(state, resource, path);
    case 'w':
        return ensure_file(state, resource, path, &content, &resource->want);
    case 't':
    case 'T':
        return set_attributes(state, resource, path);
    default:
        return adjust(state, resource, path, resource->to[0] == 'Z');
    }
}

/* A path without a pattern is looked at as such: a pattern has every directory on the way listed. */
static int adjust_named(struct os_state *state, const struct resource *resource) {
    struct os_stat_result st;
    int r = view_lstat(state, resource->name, &st);
    return r == 0                          ? adjust_path(state, resource, resource->name)
           : r == -ENOENT || r == -ENOTDIR ? 0
           : r < 0 && r != -ENOMEM         ? problem_errno(state, resource, NULL)
                                           : r;
}

static int plan_adjusted(struct os_state *state, const struct resource *resource) {
    if (!strpbrk(resource->name, "*?["))
        return adjust_named(state, resource);
    if (state->from_disk && os_plan_count(state->plan))
        return AGAIN; /* the pattern may match what the plan makes */
    os_autofree char **list = state->from_disk ? os_glob(resource->name, 0)
                                               : os_plan_glob(state->plan, resource->name, 0);
    if (!list)
        return errno == ENOMEM ? -ENOMEM : problem_errno(state, resource, NULL);
    int r = 0;
    for (size_t i = 0; r == 0 && list[i]; i++)
        r = adjust_path(state, resource, list[i]);
    return r;
}
