/* SPDX-License-Identifier: MIT */
/** libFuzzer over what plans read of programs: their own lines of acts, dpkg's status, and what apt-get says. */
#include "fuzz.h"

#include "base/seam.h"
#include "plan/act.h"
#include "state/package.h"

/* A line that is taken is written as it was understood, and understood so again. */
static void read_act(const char *text, size_t size) {
    AUTO_JSON json = {0};
    AUTO_STR line = STR_INIT, again = STR_INIT;
    struct arena arena = {0};
    struct os_plan_act act;
    if (json_read(text, size, &json) >= 0 && act_parse(&json, &arena, 1, &act) >= 0) {
        AUTO_JSON second = {0};
        act_append(&line, &act, 1);
        HOLDS(json_read(line.data, line.size - 1, &second) >= 0);
        HOLDS(act_parse(&second, &arena, 1, &act) >= 0);
        act_append(&again, &act, 1);
        HOLDS(line.size == again.size && memcmp(line.data, again.data, line.size) == 0);
    }
    arena_free(&arena);
}

static void read_status(const char *text) {
    struct package package, other;
    package_find(text, "ab", &package);
    HOLDS(!package.installed || package.configured);
    HOLDS(memchr(package.version, '\0', sizeof package.version));
    package_find(text, "ab:amd64", &other);
    HOLDS(!other.installed || package.installed);
}

/* What becomes an argument of apt-get is a name and a version, and no option. */
static void read_changes(const char *text) {
    struct changes changes = {0};
    if (package_changes(text, &changes) >= 0)
        for (size_t i = 0; i < changes.list.size / sizeof(struct change); i++) {
            const struct change *c = (const struct change *)(const void *)changes.list.data + i;
            HOLDS(package_is_name(c->name) && *c->name != '-' && c->was && c->is);
            HOLDS(!strchr(c->was, '\n') && !strchr(c->is, '\n') && !strchr(c->is, ' '));
        }
    str_free(&changes.list);
    arena_free(&changes.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1); /* exactly as long, so that a read behind it is seen */
    HOLDS(text);
    memcpy(text, data, size);
    text[size] = '\0';
    read_act(text, size);
    read_status(text);
    read_changes(text);
    free(text);
    return 0;
}
