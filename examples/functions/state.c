/* SPDX-License-Identifier: MIT */
/* Makes two files be as a state says, sees that nothing is left to do, and is told of a mistake. */
#include <osier.h>
#include <stdio.h>
#include <string.h>

static void tell(const struct os_state_problem *problem, void *data) {
    (void)data;
    printf("line %zu: %s\n", problem->line, problem->message);
}

static void happened(const struct os_state_event *event, void *data) {
    (void)data;
    if (event->kind == OS_STATE_DONE)
        printf(event->id ? "applied\n" : "nothing to do\n");
    else if (event->kind == OS_STATE_RUNS)
        printf("runs %s\n", event->name);
}

static void not_so(const struct os_state_verdict *verdict, void *data) {
    (void)data;
    if (!verdict->right)
        printf("a %s is not so\n", verdict->kind); /* `what` says what would be done about it */
}

/* Plans a state and applies it. */
static int apply(const char *file, const char *const *vars) {
    const struct os_state_options options = {
        .size = sizeof options, .vars = vars, .on_problem = tell};
    const struct os_state_apply_options how = {.size = sizeof how, .on_event = happened};
    struct os_state *state = os_state(file, &options);
    struct os_plan *plan = state && os_state_fits(state) ? os_state_plan(state) : NULL;
    int r = plan ? os_state_apply(state, plan, &how) : -1;
    os_plan_close(plan);
    os_state_close(state);
    return r;
}

int main(void) {
    const char *const vars[] = {"port=90", NULL};
    os_autofree char *cwd = os_getcwd();
    char text[8192];
    os_putenv("OSIER_STATE", "journal");
    snprintf(text, sizeof text,
             "[vars]\nport = 80\nplace = \"%s\"\n"
             "[dir.\"{{place}}/app\"]\nmode = \"0750\"\n"
             "[file.\"{{place}}/app/conf\"]\ncontent = \"port = {{port}}\\n\"\n"
             "[run.note]\ncommand = \"echo done >{{place}}/app/note\"\ncreates = \"app/note\"\n",
             cwd);
    os_write_file("site.toml", text, strlen(text), NULL);
    if (apply("site.toml", vars) < 0) {
        os_perror("site.toml");
        return errno == EOPNOTSUPP ? 77 : 1; /* this file system can't exchange two names */
    }
    apply("site.toml", vars);
    os_autofree char *conf = os_read_file("app/conf", NULL);
    printf("%s", conf);

    const struct os_state_var *list;
    const struct os_state_command *commands;
    size_t count;
    struct os_state *state = os_state("site.toml", NULL);
    if (os_state_vars(state, &list, &count) == 0)
        printf("%s is %s, from %s\n", list[0].name, list[0].value, list[0].origin);
    os_remove("app/note");
    struct os_plan *plan = os_state_plan(state);
    if (os_state_commands(state, &commands))
        printf("%s would be run, and %s\n", commands[0].name,
               os_state_goes_on(state) ? "more comes after that" : "nothing comes after that");
    const struct os_plan_act *acts;
    printf("%zu programs beside it\n", os_plan_acts(plan, &acts)); /* a [service] has such */
    os_plan_close(plan);
    printf("%d in all\n", os_state_check(state, not_so, NULL));
    struct os_history *history = os_history();
    const struct os_history_entry *latest = os_history_next(history);
    printf("%d from earlier\n", latest ? os_state_against(state, latest->id, NULL, NULL) : 0);
    os_history_close(history);
    os_state_close(state);

    os_write_file("bad.toml", "[dir.\"/x\"]\nmode = 755\n", 22, NULL);
    return apply("bad.toml", NULL) == 0;
}

/* It prints:
 *     applied
 *     runs note
 *     nothing to do
 *     port = 90
 *     port is 80, from site.toml:2
 *     note would be run, and nothing comes after that
 *     0 programs beside it
 *     a file is not so
 *     a run is not so
 *     2 in all
 *     0 from earlier
 *     line 2: a mode is a text: mode = "0755"
 */
