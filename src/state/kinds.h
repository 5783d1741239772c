/* SPDX-License-Identifier: MIT */
/** What each kind of resource does; all of them plan, in the order that was found. */
#ifndef STATE_KINDS_H
#define STATE_KINDS_H

#include "state/driver.h"
#include "state/state.h"

#include <regex.h>

extern const struct kind kind_dir, kind_file, kind_link, kind_line, kind_block, kind_set,
    kind_absent, kind_tree, kind_archive, kind_run, kind_sudoers, kind_cron, kind_limits,
    kind_timer, kind_module, kind_authorized_keys;

enum member_type {
    TEXT,
    LINE,  /* a text of one line, and not empty */
    TEXTS, /* a text, or a list of texts: const char *const *, up to a NULL */
    CONTENT,
    MODE,
    USER,
    GROUP,
    FLAG,
    NUMBER,
    REAL,
    LIST,
    COMMAND,
    TABLE,
    ACL, /* a text, or a list of texts */
    ANY  /* as it is written */
};

/** `after` in tables whose other keys are names: of lines, blocks and keys. */
#define AFTER_KEY "@after"

/** Something that can be said of a resource, and where it goes: in an assertion to what `assertion`
 *  of the resource points to. */
struct member {
    const char *name;
    enum member_type type;
    size_t offset;
    bool own; /* in the kind's own structure, not in struct resource */
};

/** Where a member goes. */
#define IN_RESOURCE(member)  offsetof(struct resource, member), false
#define IN_OWN(type, member) offsetof(type, member), true

/** Members of many kinds. */
#define AFTER                                                                                      \
    { "after", LIST, IN_RESOURCE(after) }
#define ABSENT                                                                                     \
    { "absent", FLAG, IN_RESOURCE(gone) }
#define UNDO_ON_FAILURE                                                                            \
    { "undo_on_failure", FLAG, IN_RESOURCE(undone) }

/** Whether a member is said in a resource's table, be that a table or not. */
bool is_said(const struct resource *resource, const char *name);

/** The path of a resource of a kind whose names stand for files, the arena's. */
const char *drop_in_path(struct os_state *state, const struct kind *kind, const char *name);

/** What a resource is called in a state, without the folder that its kind adds; `room` may have it. */
enum { LONGEST_NAME = 200 };
const char *resource_name(const struct resource *resource, char room[static LONGEST_NAME + 1]);

/** The kind of a name, or NULL. */
const struct kind *kind_of(const char *name);

int plan_dir(struct os_state *state, const struct resource *resource);
int plan_file(struct os_state *state, const struct resource *resource);
int plan_link(struct os_state *state, const struct resource *resource);
int plan_absent(struct os_state *state, const struct resource *resource);
int plan_lines(struct os_state *state, const struct resource *resource);
int plan_blocks(struct os_state *state, const struct resource *resource);
int plan_set(struct os_state *state, const struct resource *resource);
int plan_tree(struct os_state *state, const struct resource *resource);
int copy_tree(struct os_state *state, const struct resource *resource, const char *source);
int plan_archive(struct os_state *state, const struct resource *resource);

/** Whether what a file, a line, a block or a command says of itself fits together. */
int begin_file(struct os_state *state, struct resource *resource);
int begin_lines(struct os_state *state, struct resource *resource);
int begin_blocks(struct os_state *state, struct resource *resource);
int begin_set(struct os_state *state, struct resource *resource);
int begin_absent(struct os_state *state, struct resource *resource);
int begin_needed(struct os_state *state, struct resource *resource);

/** Plans a file whose text each member of the resource's table edits. */
int plan_edits(struct os_state *state, const struct resource *resource,
               int (*edit)(struct os_state *state, const struct resource *resource,
                           const struct data_value *v, struct str *text));

/** Plans one resource: from what the disk has where that is enough, else from the plan. */
int plan_resource(struct os_state *state, const struct resource *resource);

/** Has the staged content of a file checked: 0, or −EBADMSG after a message. `old`, or NULL, is what
 *  the file has now. */
int check_content(struct os_state *state, const struct resource *resource, const char *path,
                  const char *content, size_t size, const char *old, size_t old_size);

/** A new directory for temporary files, that nobody else can enter: 0 with its path, or −errno. */
int make_private_directory(struct str *s);

/** Whether a command has to be run: 1, 0 or −errno. */
int is_pending(struct os_state *state, const struct resource *resource, struct os_plan *plan);

/** Runs it: its exit status, or −errno; `*ret_said` is the end of what it said, to free(). */
int run_resource(struct os_state *state, const struct resource *resource, char **ret_said);

/** The command as a shell takes it, the arena's: 0 or −errno. */
int command_text(struct os_state *state, const struct resource *resource,
                 const struct data_value *command, const char **ret_text);

/** The size of a line with its end, and whether a pattern matches it; `room` is for the line without
 *  its end. */
size_t line_size(const char *at, const char *end);
bool line_matches(const regex_t *pattern, const char *line, size_t size, struct str *room);

#endif
