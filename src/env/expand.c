/* SPDX-License-Identifier: MIT */
/** expandvars and expanduser: the calls of os.path that read the environment. */
#include "base/error.h"
#include "base/seam.h"
#include "base/str.h"
#include "env/environ.h"
#include "path/slice.h"

#include <osier/ntpath.h>
#include <osier/path.h>
#include <osier/posixpath.h>
#include <pwd.h>
#include <unistd.h>

#define FIRST_ENTRY 1024

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The end of what follows a "$" and looks like a variable, and its name; NULL if it isn't one.
 * A "{" without its "}" takes the rest of the text. */
static const char *read_variable(const char *text, struct os_slice *ret_name) {
    const char *end = text;
    if (*text == '{') {
        end = strchrnul(text, '}');
        *ret_name = slice_of(text + 1, end);
        return *end ? end + 1 : end;
    }
    while (is_word(*end))
        end++;
    *ret_name = slice_of(text, end);
    return end > text ? end : NULL;
}

static void append_variable(struct str *s, struct os_slice whole, struct os_slice name) {
    bool closed = whole.data[1] != '{' || whole.data[whole.size - 1] == '}';
    const char *value = closed ? env_find(name.data, name.size) : NULL;
    if (value)
        str_append_text(s, value);
    else
        str_append(s, whole.data, whole.size);
}

static int expand_variables(const char *path, char **ret_text) {
    AUTO_STR s = STR_INIT;
    struct os_slice name;
    str_reserve(&s, strlen(path));
    for (const char *dollar; (dollar = strchr(path, '$'));) {
        const char *end = read_variable(dollar + 1, &name);
        str_append(&s, path, (size_t)(dollar - path));
        path = end ? end : dollar + 1;
        append_variable(&s, slice_of(dollar, path), end ? name : slice_of(dollar, dollar));
    }
    str_append_text(&s, path);
    return str_take(&s, ret_text);
}

char *os_path_expandvars(const char *path) {
    char *text = NULL;
    int r = expand_variables(path, &text);
    return PUBLIC_POINTER(r, text, "path_expandvars", path, NULL);
}
ALSO(os_posixpath_expandvars, os_path_expandvars);

/* A piece of a text of Windows: what stands there, the variable that it names, and where it ends. */
struct piece {
    struct os_slice text, name;
    const char *end;
};

static struct piece literal(const char *start, const char *end) {
    return (struct piece){.text = slice_of(start, end), .end = end};
}

/* A name up to `closing`; without that the rest of the text is none. */
static struct piece enclosed(const char *start, const char *name, char closing) {
    const char *end = strchrnul(name, closing);
    struct piece piece = literal(start, *end ? end + 1 : end);
    if (*end)
        piece.name = slice_of(name, end);
    return piece;
}

/* What begins with a single quote, a "%" or a "$". */
static struct piece read_piece(const char *text) {
    struct piece piece;
    if (*text == '\'') {
        const char *end = strchrnul(text + 1, '\'');
        return literal(text, *end ? end + 1 : end);
    }
    if (text[1] == *text) {
        piece = literal(text, text + 1);
        piece.end++;
        return piece;
    }
    if (*text == '%')
        return enclosed(text, text + 1, '%');
    if (text[1] == '{')
        return enclosed(text, text + 2, '}');
    const char *end = text + 1;
    while (is_word(*end) || *end == '-')
        end++;
    piece = literal(text, end);
    piece.name = slice_of(text + 1, end);
    return piece;
}

static int nt_expand_variables(const char *path, char **ret_text) {
    AUTO_STR s = STR_INIT;
    str_reserve(&s, strlen(path));
    for (;;) {
        const char *plain = path;
        while (*path && *path != '$' && *path != '%' && *path != '\'')
            path++;
        str_append(&s, plain, (size_t)(path - plain));
        if (!*path)
            return str_take(&s, ret_text);
        struct piece piece = read_piece(path);
        const char *value = piece.name.size ? env_find(piece.name.data, piece.name.size) : NULL;
        if (value)
            str_append_text(&s, value);
        else
            str_append(&s, piece.text.data, piece.text.size);
        path = piece.end;
    }
}

char *os_ntpath_expandvars(const char *path) {
    char *text = NULL;
    int r = nt_expand_variables(path, &text);
    return PUBLIC_POINTER(r, text, "ntpath_expandvars", path, NULL);
}

/* Looks a user up, by name or (where it is NULL) by who runs the process: `*ret_home` lies in
 * `room`, and is NULL where there is none. 0 or −ENOMEM, as other errors count as "no such user".
 */
static int find_home(const char *name, struct str *room, const char **ret_home) {
    struct passwd entry, *found = NULL;
    *ret_home = NULL;
    for (size_t size = FIRST_ENTRY;; size *= 2) {
        if (str_reserve(room, size) < 0)
            return -ENOMEM;
        int r = name ? SYS_NUMBER(getpwnam_r, name, &entry, room->data, room->room, &found)
                     : SYS_NUMBER(getpwuid_r, getuid(), &entry, room->data, room->room, &found);
        if (r == -ERANGE)
            continue;
        if (r == 0 && found)
            *ret_home = found->pw_dir;
        return r == -ENOMEM ? -ENOMEM : 0;
    }
}

/* The home directory that "~" or "~user" stands for, or NULL. */
static int find_start(const char *user, size_t size, struct str *room, const char **ret_home) {
    if (size == 0) {
        *ret_home = env_find("HOME", 4);
        return *ret_home ? 0 : find_home(NULL, room, ret_home);
    }
    AUTO_FREE char *name = mem_text(user, size);
    return name ? find_home(name, room, ret_home) : -ENOMEM;
}

static int expand_user(const char *path, char **ret_text) {
    AUTO_STR room = STR_INIT;
    AUTO_STR s = STR_INIT;
    if (path[0] == '~') {
        const char *rest = strchrnul(path, '/');
        const char *home;
        int r = find_start(path + 1, (size_t)(rest - path - 1), &room, &home);
        if (r < 0)
            return r;
        if (home) {
            size_t size = strlen(home);
            while (size > 0 && home[size - 1] == '/')
                size--;
            str_append(&s, home, size);
            path = size > 0 || *rest ? rest : "/";
        }
    }
    str_append_text(&s, path);
    return str_take(&s, ret_text);
}

char *os_path_expanduser(const char *path) {
    char *text = NULL;
    int r = expand_user(path, &text);
    return PUBLIC_POINTER(r, text, "path_expanduser", path, NULL);
}
