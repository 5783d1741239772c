/* SPDX-License-Identifier: MIT */
/** Words of a shell, by the rules of Python's shlex. */
#include "base/error.h"
#include "base/quote.h"
#include "base/seam.h"
#include "base/str.h"
#include <osier/shell.h>

char *os_shell_quote(const char *text) {
    AUTO_STR word = STR_INIT;
    char *quoted = NULL;
    quote_append_word(&word, text);
    return PUBLIC_POINTER(str_take(&word, &quoted), quoted, "shell_quote", NULL, NULL);
}

char *os_shell_join(char *const words[]) {
    AUTO_STR line = STR_INIT;
    char *joined = NULL;
    for (char *const *word = words; *word; word++) {
        if (word != words)
            str_append_char(&line, ' ');
        quote_append_word(&line, *word);
    }
    return PUBLIC_POINTER(str_take(&line, &joined), joined, "shell_join", NULL, NULL);
}

/* ------------------------------------------------------------------- splitting */

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A part in quotation marks: where it ends, or NULL with what is wrong. */
static const char *add_quotation(struct str *word, const char *at, const char **ret_words) {
    char mark = *at++;
    for (; *at && *at != mark; at++) {
        bool escapes = mark == '"' && *at == '\\' && (at[1] == '"' || at[1] == '\\');
        if (mark == '"' && *at == '\\' && !at[1])
            break; /* within the quotation that isn't closed either */
        str_append_char(word, escapes ? *++at : *at);
    }
    if (*at == mark)
        return at + 1;
    *ret_words = *at ? "ValueError: No escaped character" : "ValueError: No closing quotation";
    return NULL;
}

/* One word: where it ends, or NULL with what is wrong. */
static const char *add_word(struct str *word, const char *at, bool comments,
                            const char **ret_words) {
    while (at && *at && !is_space(*at) && !(comments && *at == '#')) {
        if (*at == '\'' || *at == '"') {
            at = add_quotation(word, at, ret_words);
        } else if (*at != '\\') {
            str_append_char(word, *at++);
        } else if (at[1]) {
            str_append_char(word, at[1]);
            at += 2;
        } else {
            *ret_words = "ValueError: No escaped character";
            at = NULL;
        }
    }
    return at;
}

static const char *skip_between(const char *at, bool comments) {
    for (;;) {
        while (is_space(*at))
            at++;
        if (!comments || *at != '#')
            return at;
        at += strcspn(at, "\n");
    }
}

static int split(const char *line, bool comments, char ***ret_list, const char **ret_words) {
    AUTO_LIST list = {0};
    AUTO_STR word = STR_INIT;
    for (const char *at = skip_between(line, comments); *at; at = skip_between(at, comments)) {
        str_truncate(&word, 0);
        str_append(&word, "", 0); /* so that there is a text, if an empty one */
        at = add_word(&word, at, comments, ret_words);
        if (!at)
            return -EINVAL;
        if (word.failed)
            return -ENOMEM;
        list_add(&list, word.data, word.size);
    }
    return list_take(&list, ret_list);
}

char **os_shell_split(const char *line, bool comments) {
    char **list = NULL;
    const char *words = NULL;
    int r = split(line, comments, &list, &words);
    if (words) {
        error_fail_message(r, "shell_split", words);
        return NULL;
    }
    return PUBLIC_POINTER(r, list, "shell_split", NULL, NULL);
}
