/* SPDX-License-Identifier: MIT */
/** States through the library: problems and events are told, plans outlive them, and what the disk shows is
 *  enough only where the plan changes nothing of it. The command's tests have every kind. */
#include "support.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char told[4096];

static void tell(const struct os_state_problem *problem, void *data) {
    size_t used = strlen(told);
    snprintf(told + used, sizeof told - used, "%s:%zu:%zu:%s|%s\n", problem->path, problem->line,
             problem->column, problem->message, problem->source ? problem->source : "-");
    *(int *)data += 1;
}

static void happened(const struct os_state_event *event, void *data) {
    static const char names[] = "drfu";
    (void)data;
    size_t used = strlen(told);
    snprintf(told + used, sizeof told - used, "%c%s ", names[event->kind],
             event->name ? event->name : "");
}

static int enter(void **state) {
    *told = '\0';
    if (enter_scratch(state) < 0 || mkdir("t", 0755) < 0)
        return -1;
    return setenv("OSIER_STATE", "journal", 1);
}

static int leave(void **state) {
    unsetenv("OSIER_STATE");
    return leave_scratch(state);
}

/* A state with @ where the directory is. */
static struct os_state *load(const char *format, const struct os_state_options *options) {
    char text[4096], place[1024], *to = text;
    assert_non_null(getcwd(place, sizeof place));
    for (; *format; format++)
        if (*format == '@')
            to = stpcpy(to, place);
        else
            *to++ = *format;
    size_t size = (size_t)(to - text);
    assert_return_code(os_write_file("s.toml", text, size, NULL), errno);
    return os_state("s.toml", options);
}

static void problems_are_told_with_their_line(void **state) {
    (void)state;
    int count = 0;
    const struct os_state_options options = {
        .size = sizeof options, .on_problem = tell, .data = &count};
    assert_null(load("# one\n[dir.\"@/é\"]\n  mode = 755\n[x]\n", &options));
    assert_int_equal(errno, EBADMSG);
    assert_int_equal(count, 2);
    assert_string_equal(
        told, "s.toml:3:10:a mode is a text: mode = \"0755\"|  mode = 755\n"
              "s.toml:4:2:there is no kind 'x'; known are dir, file, link, line, "
              "block, set, absent, tree, archive, run, sudoers, cron, limits, timer, module, "
              "authorized_keys, user, group, package, service, sysctl, host, locale, mount, "
              "swap; port, connect, http, dns, process, "
              "space, load, match, cert; and vars, only, include|[x]\n");
    assert_null(os_state("none.toml", &options));
    assert_int_equal(errno, ENOENT);
    assert_string_equal(os_last_error()->filename, "none.toml");
    assert_null(os_state("s.toml", &(struct os_state_options){0}));
    assert_int_equal(errno, EINVAL);
}

static void a_plan_outlives_its_state(void **state) {
    (void)state;
    const char *const vars[] = {"name=f", NULL};
    const struct os_state_options options = {.size = sizeof options, .vars = vars};
    struct os_state *s = load("[file.\"@/{{name}}\"]\ncontent = \"x\"\n", &options);
    assert_non_null(s);
    assert_true(os_state_fits(s));
    struct os_plan *plan = os_state_plan(s);
    assert_non_null(plan);
    const struct os_state_var *list;
    size_t count;
    assert_return_code(os_state_vars(s, &list, &count), errno);
    assert_int_equal(count, 13); /* and the facts */
    assert_string_equal(list[0].name, "name");
    assert_string_equal(list[0].value, "f");
    assert_string_equal(list[0].origin, "--var");
    assert_null(os_state_close(s));
    const struct os_plan_entry *entries;
    assert_return_code(os_plan_entries(plan, &entries, &count), errno);
    assert_int_equal(count, 1);
    assert_string_equal(entries[0].origin, "s.toml:1");
    os_plan_close(plan);
}

static void events_are_told_in_order(void **state) {
    (void)state;
    const struct os_state_apply_options how = {.size = sizeof how, .on_event = happened};
    const struct os_state_command *commands;
    struct os_state *s = load("[file.\"@/t/a\"]\n[run.one]\ncommand = \"touch made\"\ncwd = \"t\"\n"
                              "creates = \"t/made\"\n[file.\"@/t/b\"]\nafter = [\"run:one\"]\n"
                              "[run.two]\ncommand = \"false\"\nafter = [\"file:@/t/b\"]\n",
                              NULL);
    assert_non_null(s);
    struct os_plan *plan = os_state_plan(s);
    assert_non_null(plan);
    assert_int_equal(os_state_commands(s, &commands), 1);
    assert_string_equal(commands[0].name, "one");
    assert_string_equal(commands[0].text, "touch made");
    assert_string_equal(commands[0].origin, "s.toml:2");
    assert_int_equal(os_state_apply(s, plan, &how), -1);
    assert_int_equal(errno, ECANCELED);
    assert_string_equal(told, "d rone d rtwo ftwo u u ");
    assert_int_equal(access("t/a", F_OK), -1);
    assert_int_equal(access("t/made", F_OK), 0);
    os_plan_close(plan);
    os_state_close(s);
}

static void judge(const struct os_state_verdict *verdict, void *data) {
    size_t used = strlen(told);
    (void)data;
    snprintf(told + used, sizeof told - used, "%s %d %s\n", verdict->kind, verdict->right,
             verdict->right ? "-" : strrchr(verdict->what, ' '));
}

static void each_resource_is_judged_by_itself(void **state) {
    (void)state;
    int count = 0;
    const struct os_state_options options = {
        .size = sizeof options, .on_problem = tell, .data = &count};
    struct os_state *s = load("[dir.\"@/t\"]\n[dir.\"@/n\"]\n[file.\"@/n/f\"]\n"
                              "[run.a]\ncommand = \"false\"\n[run.b]\ncommand = \"false\"\n"
                              "unless = \"true\"\n",
                              &options);
    assert_non_null(s);
    assert_int_equal(os_state_check(s, judge, NULL), 3);
    assert_int_equal(count, 0); /* what is in the way is the verdict, and no problem */
    assert_true(strncmp(told, "dir 1 -\ndir 0 ", 14) == 0);
    assert_non_null(strstr(told, "\nfile 0  it\n")); /* "… [dir] makes it" */
    assert_non_null(strstr(told, "\nrun 0  run\nrun 1 -\n"));
    assert_int_equal(os_state_check(s, NULL, NULL), 3);
    os_state_close(s);
}

/* A group of the machine's own is planned here, and never made. */
static void programs_of_a_plan_are_listed(void **state) {
    (void)state;
    const struct os_plan_act *acts;
    struct os_state *s = load("[group.\"osier-test-none\"]\ngid = 4000000001\n", NULL);
    assert_non_null(s);
    struct os_plan *plan = os_state_plan(s);
    assert_non_null(plan);
    assert_int_equal(os_plan_acts(plan, &acts), 1);
    assert_string_equal(acts[0].argv[0], "groupadd");
    assert_string_equal(acts[0].undo[0], "groupdel");
    assert_string_equal(acts[0].origin, "s.toml:1");
    assert_int_equal(acts[0].value_count, 1);
    assert_string_equal(acts[0].values[0].kind, "group");
    assert_string_equal(acts[0].values[0].name, "osier-test-none");
    assert_string_equal(acts[0].values[0].was, "");
    assert_string_equal(acts[0].values[0].is, "gid=4000000001");
    assert_false(os_state_goes_on(s));
    os_plan_close(plan);
    os_state_close(s);
    s = load("[file.\"@/t/a\"]\n", NULL);
    plan = os_state_plan(s);
    assert_int_equal(os_plan_acts(plan, &acts), 0);
    os_plan_close(plan);
    os_state_close(s);
}

static void lacks(const struct os_state_lack *lack, void *data) {
    size_t used = strlen(told);
    *(uint64_t *)data = lack->id;
    snprintf(told + used, sizeof told - used, "%s %s\n", strrchr(lack->what, '/'), lack->origin);
}

static void an_earlier_state_had_more(void **state) {
    (void)state;
    struct os_state *s = load("[file.\"@/t/a\"]\n[file.\"@/t/b\"]\n"
                              "[run.one]\ncommand = \"true\"\nafter = [\"file:@/t/b\"]\n"
                              "[file.\"@/t/c\"]\nafter = [\"run:one\"]\n",
                              NULL);
    assert_non_null(s);
    struct os_plan *plan = os_state_plan(s);
    assert_non_null(plan);
    assert_true(os_state_goes_on(s)); /* the last file is behind the command */
    assert_return_code(os_state_apply(s, plan, NULL), errno);
    os_plan_close(plan);
    os_state_close(s);
    struct os_history *history = os_history();
    assert_non_null(history);
    uint64_t first = 0, latest = 0, of = 0;
    for (const struct os_history_entry *entry; (entry = os_history_next(history));) {
        latest = latest ? latest : entry->id; /* the latest comes first */
        first = entry->id;
    }
    assert_true(first < latest);
    os_history_close(history);
    s = load("[file.\"@/t/b\"]\n", NULL);
    assert_non_null(s);
    assert_int_equal(os_state_against(s, first, lacks, &of), 1);
    assert_string_equal(told, "/a s.toml:1\n");
    assert_int_equal(of, first);
    assert_int_equal(os_state_against(s, latest, NULL, NULL), 2);
    assert_int_equal(os_state_against(s, latest + 99, NULL, NULL), -1);
    assert_int_equal(errno, ENOENT);
    os_state_close(s);
}

/* More objects are touched than are looked through: then everything is asked of the plan. */
static void many_changes_of_the_same_files(void **state) {
    (void)state;
    char text[16384] = "", place[1024], name[16];
    const struct os_plan_entry *entries;
    size_t used = 0, count;
    assert_non_null(getcwd(place, sizeof place));
    for (int i = 0; i < 80; i++) {
        snprintf(name, sizeof name, "t/%d", i);
        assert_return_code(os_write_file(name, "old\n", 4, NULL), errno);
        used += (size_t)snprintf(text + used, sizeof text - used, "[line.\"%s/%s\"]\na = \"new\"\n",
                                 place, name);
    }
    assert_return_code(os_symlink("t", "way", 0), errno);
    used += (size_t)snprintf(text + used, sizeof text - used,
                             "[line.\"%s/way/79\"]\nb = \"newer\"\n", place);
    assert_return_code(os_write_file("s.toml", text, used, NULL), errno);
    struct os_state *s = os_state("s.toml", NULL);
    struct os_plan *plan = os_state_plan(s);
    assert_non_null(plan);
    os_autofree char *content = os_plan_read_file(plan, "t/79", NULL);
    assert_string_equal(content, "old\nnew\nnewer\n");
    assert_return_code(os_plan_entries(plan, &entries, &count), errno);
    assert_int_equal(count, 80);
    os_plan_close(plan);
    os_state_close(s);
}

int main(void) {
#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, enter, leave)
    const struct CMUnitTest tests[] = {
        IN_PLACE(problems_are_told_with_their_line), IN_PLACE(a_plan_outlives_its_state),
        IN_PLACE(events_are_told_in_order),          IN_PLACE(each_resource_is_judged_by_itself),
        IN_PLACE(many_changes_of_the_same_files),    IN_PLACE(programs_of_a_plan_are_listed),
        IN_PLACE(an_earlier_state_had_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
