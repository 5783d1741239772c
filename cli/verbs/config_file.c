/* SPDX-License-Identifier: MIT */
/** Keys of configuration files, for get and set. */
#include "verbs/config_file.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"
#include "verbs/plan_apply.h"
#include "verbs/plan_output.h"
#include "verbs/plan_state.h"

#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool is_config_file(const char *word) {
    return strchr(word, '/') != NULL;
}

/* The format of a file, as it was given or by its name: NULL after a message. */
static const char *format_of(struct call *call, const char *file, const char *given) {
    os_autofree char *path = given ? NULL : os_path_abspath(file);
    const char *format = given ? given : path ? os_config_format(path) : NULL;
    if (!format)
        misuse_word(call->function, "the format can't be told by the name of", file,
                    "; give --format=ini, unit, env, ssh, sysctl, hosts, fstab, json, toml or "
                    "yaml");
    return format;
}

/* ------------------------------------------------------------------------------ get */

static int refuse(const char *file, const char *format) {
    if (errno == EBADMSG)
        return complain("get", file, "this is not of the format %s", format);
    if (errno == EINVAL)
        return complain("get", format, "there is no such format");
    return failed();
}

/* Whether an entry is in a section, a table or a list; NULL is the whole file. */
static bool is_in(const char *key, const char *section) {
    size_t size = section ? strlen(section) : 0;
    return !section || (strncmp(key, section, size) == 0 && key[size] && strchr(".[", key[size]));
}

/* All of a file, or of a section. */
static int print_keys(const char *file, const char *format, const char *text, size_t size,
                      const char *section) {
    size_t count, shown = 0;
    os_autofree struct os_config_entry *list = os_config_entries(text, size, format, &count);
    if (!list)
        return refuse(file, format);
    for (size_t i = 0; i < count; i++)
        shown += is_in(list[i].key, section);
    if (section && !shown)
        return complain("get", section, "%s has no such key", file);
    if (output_style.json)
        emit_begin_list();
    for (size_t i = 0; i < count; i++) {
        if (!is_in(list[i].key, section))
            continue;
        os_autofree char *value = text_made_safe(list[i].value);
        if (!output_style.json) {
            printf("%s = %s%c", list[i].key, value ? value : "", output_style.null ? '\0' : '\n');
            continue;
        }
        emit_begin_record();
        emit_key("key");
        emit_text(list[i].key);
        emit_key("value");
        emit_text(list[i].value);
        emit_key("line");
        emit_unsigned(list[i].line);
        emit_end_record();
    }
    if (output_style.json)
        emit_end_list();
    return STATUS_YES;
}

static int print_key(const char *file, const char *format, const char *key, const char *text,
                     size_t size) {
    os_autofree char *value = os_config_get(text, size, format, key);
    if (!value)
        return errno == ENOENT ? print_keys(file, format, text, size, key) : refuse(file, format);
    emit_text(value);
    return STATUS_YES;
}

int get_in_file(struct call *call, const char *file) {
    const char *format = NULL, *key = NULL;
    for (size_t i = 0; i < call->rest_count; i++) {
        const char *word = call->rest[i];
        if (strncmp(word, "--format=", 9) == 0)
            format = word + 9;
        else if (strcmp(word, "--json") == 0)
            output_style.json = true;
        else if (*word == '-' || key)
            return misuse_word(call->function, "unexpected argument:", word, "");
        else
            key = word;
    }
    format = format_of(call, file, format);
    if (!format)
        return STATUS_USAGE;
    size_t size;
    os_autofree char *text = os_read_file(file, &size);
    if (!text)
        return failed();
    return key ? print_key(file, format, key, text, size)
               : print_keys(file, format, text, size, NULL);
}

/* ------------------------------------------------------------------------------ set */

/* A text of JSON that a state takes as it is. */
static void write_text(FILE *to, const char *text, size_t size) {
    fputc('"', to);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == '"' || c == '\\')
            fprintf(to, "\\u%04x", c);
        else if (c == '{' && i + 1 < size && text[i + 1] == '{')
            fputs("{{{{", to), i++;
        else
            fputc(c, to);
    }
    fputc('"', to);
}

static bool write_pair(struct call *call, FILE *to, const char *word) {
    const char *equals = strchr(word, '=');
    if (!equals || equals == word) {
        misuse_word(call->function, "invalid argument", word, ": not KEY=VALUE");
        return false;
    }
    write_text(to, word, (size_t)(equals - word));
    fputc(':', to);
    write_text(to, equals + 1, strlen(equals + 1));
    return true;
}

/* {"set":{FILE:{KEY:VALUE}}}: NULL after a message. */
static char *make_state(struct call *call, const char *path, const char *format) {
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    bool unset = is_set(call, "unset"), right = true;
    if (!to)
        return failed_at(errno, NULL), NULL;
    fputs("{\"set\":{", to);
    write_text(to, path, strlen(path));
    fputs(":{\"@format\":", to);
    write_text(to, format, strlen(format));
    if (unset)
        fputs(",\"@unset\":[", to);
    for (size_t i = 0; right && i < call->rest_count; i++) {
        if (!unset || i)
            fputc(',', to);
        if (unset)
            write_text(to, call->rest[i], strlen(call->rest[i]));
        else
            right = write_pair(call, to, call->rest[i]);
    }
    fputs(unset ? "]}}}" : "}}}", to);
    if (fclose(to) == 0 && right)
        return text;
    free(text);
    call->misused = !right;
    return NULL;
}

int set_in_file(struct call *call, const char *file) {
    const char *format = format_of(call, file, arg_text(call, "format"));
    os_autofree char *path = os_path_abspath(file);
    os_autofree char *text = format && path ? make_state(call, path, format) : NULL;
    if (!text)
        return !format || call->misused ? STATUS_USAGE : STATUS_NO;
    const struct os_state_options options = {.size = sizeof options,
                                             .text = text,
                                             .title = "set",
                                             .on_problem = tell_problem_of_text,
                                             .data = call};
    struct os_state *state = os_state(file, &options);
    struct os_plan *plan = state ? os_state_plan(state) : NULL;
    int status = STATUS_NO;
    if (!plan && errno != EBADMSG)
        failed();
    else if (plan && is_set(call, "dry-run"))
        status = show_plan(plan, /* list_only= */ false, /* detailed= */ false);
    else if (plan)
        status = apply_plan("set", plan, /* wait= */ true, /* open_files= */ true);
    os_plan_close(plan);
    os_state_close(state);
    return status;
}
