/* SPDX-License-Identifier: MIT */
/** A plan as a page of HTML, for review: a table of what changes, and the changes of text files. */
#include "frame/message.h"
#include "frame/output.h"
#include "verbs/plan_output.h"

#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char HEAD[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width\">"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">"
    "<title>Plan</title><style>\n"
    ":root{color-scheme:light dark;--faint:#777;--line:#8884}"
    "body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:70em;padding:0 1em}"
    "table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;vertical-align:top;padding:.35em .8em;border-bottom:1px solid "
    "var(--line)}"
    "td:nth-child(2),pre,code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}"
    "pre{white-space:pre-wrap;border:1px solid var(--line);padding:1em;border-radius:6px}"
    ".create,.plus{color:#17803d}.remove,.minus{color:#c0262d}.replace,.inplace{color:#a15c00}"
    ".move,.swap{color:#1d5fc4}.meta,.hunk{color:#087990}.faint{color:var(--faint)}\n"
    "</style></head><body>\n";

/* Text of a page; what is no printable character was escaped before, in the texts of a diff. */
static void put(const char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '<')
            fputs("&lt;", stdout);
        else if (c == '>')
            fputs("&gt;", stdout);
        else if (c == '&')
            fputs("&amp;", stdout);
        else if (c == '"')
            fputs("&quot;", stdout);
        else
            putchar(c);
    }
}

static void put_safe(const char *text) {
    char *safe = text_made_safe(text);
    const char *shown = safe ? safe : text;
    for (const char *at = shown; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 127)
            printf("\\x%02x", (unsigned char)*at);
        else
            put(at, 1);
    free(safe);
}

static void put_object(const struct os_plan_object *o) {
    if (o->absent) {
        fputs("nothing", stdout);
        return;
    }
    mode_t mode = (mode_t)o->mode;
    const char *word = S_ISDIR(mode)    ? "directory"
                       : S_ISREG(mode)  ? "file"
                       : S_ISLNK(mode)  ? "link"
                       : S_ISFIFO(mode) ? "pipe"
                       : S_ISSOCK(mode) ? "socket"
                                        : "device";
    printf("%s %04o %u:%u", word, (unsigned)mode & 07777, o->uid, o->gid);
    if (S_ISREG(mode) && !o->secret)
        printf(", %llu bytes", (unsigned long long)o->size);
    if (S_ISLNK(mode) && o->link) {
        fputs(" to ", stdout);
        put_safe(o->link);
    }
    if (o->directories || o->files)
        printf(", %llu in it", (unsigned long long)o->directories + o->files);
}

static void put_entry(const struct os_plan_entry *e) {
    static const char *const words[] = {"create", "replace", "remove", "move",
                                        "swap",   "meta",    "inplace"};
    static const char *const shown[] = {"create", "replace", "remove", "move",
                                        "swap",   "change",  "rewrite"};
    static const char *const undo[] = {"exactly", "by copy", "no"};
    printf("<tr><td class=\"%s\">%s</td><td>", words[e->kind], shown[e->kind]);
    put_safe(e->path);
    if (e->path2) {
        fputs(" &rarr; ", stdout);
        put_safe(e->path2);
    }
    fputs("</td><td>", stdout);
    put_object(&e->was);
    if (e->kind != OS_PLAN_MOVE && e->kind != OS_PLAN_SWAP) {
        fputs(" &rarr; ", stdout);
        put_object(&e->is);
    } else if (!e->was2.absent) {
        fputs(" over ", stdout);
        put_object(&e->was2);
    }
    printf("</td><td>%s</td><td class=\"faint\">", undo[e->undo]);
    if (e->origin)
        put_safe(e->origin);
    fputs("</td></tr>\n", stdout);
}

/* A value may be known because it is to stay. */
static bool changes_it(const struct os_plan_value *value) {
    return strcmp(value->was, value->is) != 0;
}

static void put_act(const struct os_plan_act *act) {
    for (size_t i = 0; i < act->value_count; i++) {
        const struct os_plan_value *v = &act->values[i];
        if (!changes_it(v))
            continue;
        fputs("<tr><td class=\"meta\">set</td><td>", stdout);
        put_safe(v->kind);
        putchar(' ');
        put_safe(v->name);
        fputs(*v->what ? ": " : "", stdout);
        put_safe(v->what);
        fputs("</td><td>", stdout);
        put_safe(*v->was ? v->was : "nothing");
        fputs(" &rarr; ", stdout);
        put_safe(*v->is ? v->is : "nothing");
        printf("</td><td>%s</td><td class=\"faint\">", act->undo ? "compensate" : "no");
        put_safe(act->origin ? act->origin : "");
        fputs("</td></tr>\n", stdout);
    }
    if (act->value_count || !act->argv)
        return;
    os_autofree char *words = os_shell_join(act->argv);
    fputs("<tr><td class=\"meta\">run</td><td>", stdout);
    put_safe(words ? words : act->argv[0]);
    printf("</td><td></td><td>%s</td><td class=\"faint\">", act->undo ? "compensate" : "");
    put_safe(act->origin ? act->origin : "");
    fputs("</td></tr>\n", stdout);
}

static void put_secret(const struct os_plan_secret *secret) {
    if (!secret->source)
        return;
    fputs("<tr><td class=\"meta\">secret</td><td>", stdout);
    put_safe(secret->path);
    fputs("</td><td>from ", stdout);
    put_safe(secret->source);
    fputs("</td><td></td><td></td></tr>\n", stdout);
}

/* The lines of the diff, each in the colour of its first character. The list of entries that comes
 * before is left out: the table has it. */
struct lines {
    char *text;
    size_t size, room;
};

static int keep(const char *text, size_t size, void *data) {
    struct lines *lines = data;
    if (lines->size + size + 1 > lines->room) {
        size_t room = (lines->size + size + 1) * 2;
        char *more = realloc(lines->text, room);
        if (!more)
            return -1;
        lines->text = more;
        lines->room = room;
    }
    memcpy(lines->text + lines->size, text, size);
    lines->size += size;
    lines->text[lines->size] = '\0';
    return 0;
}

static void put_line(const char *line, size_t size) {
    const char *class = *line == '+' ? "plus" : *line == '-' ? "minus" : *line == '@' ? "hunk" : "";
    printf("<span class=\"%s\">", class);
    put(line, size);
    fputs("</span>\n", stdout);
}

static void put_lines(const struct lines *lines) {
    const char *at = lines->text ? strstr(lines->text, "\n\n") : NULL;
    if (!at)
        return;
    fputs("<pre>", stdout);
    for (at += 2; *at;) {
        const char *end = strchr(at, '\n');
        size_t size = end ? (size_t)(end - at) : strlen(at);
        put_line(at, size);
        at += size + (end != NULL);
    }
    fputs("</pre>\n", stdout);
}

static void put_digest(struct os_plan *plan) {
    char *digest = os_plan_digest(plan);
    if (digest)
        printf("<p class=\"faint\">SHA-256 of the plan: <code>%s</code></p>\n", digest);
    free(digest);
}

int show_plan_page(struct os_plan *plan) {
    const struct os_plan_entry *list;
    struct lines lines = {0};
    const struct os_plan_secret *secrets;
    size_t count, secret_count;
    if (os_plan_secrets(plan, &secrets, &secret_count) < 0 ||
        os_plan_entries(plan, &list, &count) < 0 || os_plan_diff(plan, NULL, keep, &lines) < 0) {
        free(lines.text);
        return failed();
    }
    fputs(HEAD, stdout);
    const struct os_plan_act *acts;
    size_t act_count = os_plan_acts(plan, &acts), changes = count;
    for (size_t i = 0; i < act_count; i++)
        for (size_t k = 0; k < acts[i].value_count; k++)
            changes += changes_it(&acts[i].values[k]);
    printf("<h1>Plan: %zu %s</h1>\n", changes, changes == 1 ? "change" : "changes");
    put_digest(plan);
    fputs("<table><tr><th>What</th><th>Where</th><th>Now &rarr; then</th><th>Undo</th>"
          "<th>From</th></tr>\n",
          stdout);
    for (size_t i = 0; i < count; i++)
        put_entry(&list[i]);
    for (size_t i = 0; i < secret_count; i++)
        put_secret(&secrets[i]);
    for (size_t i = 0; i < act_count; i++)
        put_act(&acts[i]);
    fputs("</table>\n", stdout);
    put_lines(&lines);
    fputs("</body></html>\n", stdout);
    free(lines.text);
    return STATUS_YES;
}
