/* SPDX-License-Identifier: MIT */
/** Results of calls for trees, as the verbs and the call door print them. */
#include "calls/trees.h"
#include "frame/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------------------- walk */

void emit_paths(const struct os_walk_entry *at, char type) {
    if (type != 'f')
        emit_text(at->dirpath);
    if (type == 'd')
        return;
    size_t size = strlen(at->dirpath), slash = size && at->dirpath[size - 1] != '/', room = 0;
    char *path = NULL;
    for (char **name = at->filenames; *name; name++) {
        size_t needed = size + slash + strlen(*name) + 1;
        char *larger = needed > room ? realloc(path, needed + 256) : path;
        if (!larger)
            break;
        room = needed > room ? needed + 256 : room;
        if (!path) {
            memcpy(larger, at->dirpath, size);
            memcpy(larger + size, "/", slash);
        }
        path = larger;
        strcpy(path + size + slash, *name);
        emit_text(path);
    }
    free(path);
}

/* ------------------------------------------------------------------------------- compare */

static const struct {
    int bit;
    const char *key, *text;
} kinds[] = {
    {OS_COMPARE_LEFT, "left", "only left"}, {OS_COMPARE_RIGHT, "right", "only right"},
    {OS_COMPARE_TYPE, "type", "type"},      {OS_COMPARE_CONTENT, "content", "content"},
    {OS_COMPARE_MODE, "mode", "mode"},      {OS_COMPARE_OWNER, "owner", "owner"},
    {OS_COMPARE_TIME, "time", "time"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void emit_difference(const struct os_tree_compare_entry *entry) {
    const char *path = *entry->path ? entry->path : ".";
    if (output_style.json) {
        emit_begin_record();
        emit_key("path");
        emit_text(path);
        emit_key("differs");
        emit_begin_list();
        emit_key(NULL);
        for (int i = 0; i < KINDS; i++)
            if (entry->what & kinds[i].bit)
                emit_text(kinds[i].key);
        emit_end_list();
        emit_end_record();
        return;
    }
    char what[100] = "";
    for (int i = 0; i < KINDS; i++)
        if (entry->what & kinds[i].bit)
            sprintf(what + strlen(what), "%s%s", *what ? ", " : "", kinds[i].text);
    printf("%-12s ", what);
    emit_text(path);
}

void emit_os_tree_compare(const struct os_tree_compare *compare) {
    emit_begin_list();
    for (size_t i = 0; i < compare->count; i++)
        emit_difference(&compare->list[i]);
    emit_end_list();
}
