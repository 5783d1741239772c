/* SPDX-License-Identifier: MIT */
/** Faults in states: whatever fails, nothing on the disk changes until one is applied, and then all of it or
 *  nothing. */
#include "faults.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

NO_FAULT(os_state_close)
NO_FAULT(os_state_fits)
NO_FAULT(os_state_commands)
NO_FAULT(os_state_goes_on)
NO_FAULT(os_plan_acts)

static int any_failure(const char *call, int number) {
    (void)call, (void)number;
    return -1;
}

#define ANY                                                                                        \
    .operation = ANY_NAME, .filename = ANY_NAME, .absorbs = "*", .maps = any_failure, .few = true, \
    .uncancelled = true

/* A state of everything, in a scratch directory: %s is where that is. */
static const char everything[] =
    "include = [\"more*.toml\"]\n"
    "[vars]\nplace = \"%s\"\n"
    "[only]\narch = \"*\"\n"
    "[dir.\"{{place}}/n/o\"]\nmode = \"0750\"\n"
    "[file.\"{{place}}/n/f\"]\ncontent = \"{{kernel}}\"\nowner = \"root\"\ncheck = \"true {}\"\n"
    "[file.\"{{place}}/a\"]\ntemplate = \"template\"\nmode = \"0600\"\n"
    "[file.\"{{place}}/s\"]\nsecret = \"file:template\"\nxattrs = {}\n"
    "[link.\"{{place}}/l\"]\nto = \"n\"\n"
    "[line.\"{{place}}/lines\"]\none = \"1\"\ntwo = { line = \"2\", match = \"b\" }\n"
    "[block.\"{{place}}/lines\"]\nthree = \"3\"\n"
    "[absent.\"{{place}}/x\"]\n"
    "[tree.\"{{place}}/copy\"]\nsource = \"d\"\nexactly = true\nafter = [\"link:{{place}}/l\"]\n"
    "[run.it]\ncommand = [\"true\"]\nunless = \"false\"\n";

static void write_states(void) {
    char text[4096], place[1024];
    assert_non_null(getcwd(place, sizeof place));
    snprintf(text, sizeof text, everything, place);
    FILE *file = fopen("s.toml", "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    file = fopen("x.conf", "w");
    assert_non_null(file);
    fprintf(file, "d %s/t 0755 - - -\nf %s/t/f - - - - %%H\nL %s/t/l - - - - f\nr %s/x - - - -\n",
            place, place, place, place);
    fclose(file);
}

#define TREE                                                                                       \
    .tree = "a=old template={{arch}} lines=a x/ x/y l->d d/ d/f=text d/e/ copy/ copy/other "       \
            "more.toml=",                                                                          \
    .before = write_states

static long over(struct os_state *state, long r) {
    int saved = errno;
    os_state_close(state);
    errno = saved;
    return r;
}

FAULT(os_state, TREE, ANY) {
    struct os_state *state = os_state("s.toml", NULL);
    return over(state, state ? 0 : -1);
}

FAULT_CASE(os_state, tmpfiles, TREE, ANY) {
    struct os_state *state = os_state("x.conf", NULL);
    return over(state, state ? 0 : -1);
}

/* What is read of users, jobs and limits, all of them at once; see PLAN_OF() for what is planned of each. */
static const char kinds[] =
    "[sudoers.a]\nrules = [\"a ALL=(b) /c\"]\n"
    "[cron.a]\nschedule = \"*/5 1-2 * * mon\"\ncommand = \"a %\"\nenvironment = { A = 1 }\n"
    "[timer.a]\ncalendar = \"daily\"\nuser = \"a\"\ncommand = [\"/a\", \"b\"]\nenvironment = { A = "
    "1 }\n"
    "[limits.a]\ndomain = \"@a\"\nboth = { nofile = 5 }\n"
    "[user.osier-a]\ngroups = [\"osier-b\"]\ncomment = \"a\"\n[group.osier-b]\nsystem = true\n"
    "[sysctl]\n\"net.a\" = 1\n[host]\nhostname = \"a\"\n[locale]\nLANG = \"C\"\n"
    "[mount.\"/osier/a\"]\ndevice = \"b\"\n[swap.\"/osier/b\"]\nsize = \"1M\"\n"
    "[package.ab]\nversion = \"1*\"\nheld = true\n"
    "[service.a]\nstate = \"running\"\nrestart_when = [\"/a\"]\nready = \"http://a/\"\n"
    "[module.a]\noptions = { b = 1 }\n"
    "[authorized_keys.a]\nkeys = \"ssh-rsa AAAAAAAAAAAAAAAAAAAA\"\nexactly = true\nafter = "
    "[\"cron:a\"]\n";

static void write_kinds(void) {
    FILE *file = fopen("kinds.toml", "w");
    assert_non_null(file);
    fputs(kinds, file);
    fclose(file);
}

FAULT_CASE(os_state, kinds, ANY, .before = write_kinds) {
    struct os_state *state = os_state("kinds.toml", NULL);
    return over(state, state ? 0 : -1);
}

FAULT_CASE(os_state, wrong, ANY, .tree = "w.json={\"dir\":{\"/x\":5}}") {
    struct os_state *state = os_state("w.json", NULL);
    return over(state, state || errno != EBADMSG ? -1 : 0);
}

FAULT(os_state_vars, TREE, ANY) {
    const struct os_state_var *list;
    size_t count;
    struct os_state *state = os_state("s.toml", NULL);
    return over(state, state ? os_state_vars(state, &list, &count) : -1);
}

static long plan(const char *file) {
    struct os_state *state = os_state(file, NULL);
    struct os_plan *made = state ? os_state_plan(state) : NULL;
    long r = made ? 0 : -1;
    int saved = errno;
    os_plan_close(made);
    errno = saved;
    return over(state, r);
}

FAULT(os_state_plan, TREE, ANY, .skips = "kernel_clone3") {
    return plan("s.toml");
}

FAULT_CASE(os_state_plan, tmpfiles, TREE, ANY) {
    return plan("x.conf");
}

/* Each kind that is about the machine's own files and values, which are looked at and stay as they are: a plan is
 * made, and closed. Texts without blanks, as they are one word of a tree. */
static void make_archive(void) {
    FILE *file = fopen("a.tar", "w"); /* an empty one */
    assert_non_null(file);
    for (int i = 0; i < 10240; i++)
        fputc(0, file);
    fclose(file);
}

static char *old_path;

/* Where systemd-analyze is asked about a unit whose program isn't there, that is no plan. */
static void hide_programs(void) {
    old_path = old_path ? old_path : strdup(getenv("PATH"));
    setenv("PATH", "/none", 1);
}
static void show_programs(void) {
    setenv("PATH", old_path, 1);
}

#define PLAN_OF(kind, text, ...)                                                                   \
    FAULT_CASE(os_state_plan, kind, ANY, .skips = "kernel_clone3", .root = true,                   \
               .tree = "s.toml=" text, ##__VA_ARGS__) {                                            \
        return plan("s.toml");                                                                     \
    }

PLAN_OF(acl, "[file.\"/osier-a\"]\nacl=[\"u:root:rx\",\"g:root:r\"]\ncontent=\"\"\n")
PLAN_OF(set, "[set.\"/osier-a.ini\".b]\nc=1\nd=\"e\"\n[set.\"/osier-a.yaml\"]\n\"a.b\"=1\n"
             "[set.\"/osier-a.toml\"]\na=[1,2]\n\"@unset\"=[\"b\"]\n")
PLAN_OF(archive, "[archive.\"/osier-a\"]\nsource=\"a.tar\"\n", .before = make_archive)
PLAN_OF(sudoers, "[sudoers.osier-a]\nrules=[\"a\",\"b\"]\ncheck=\"\"\n")
PLAN_OF(cron,
        "[cron.osier-a]\nschedule=\"@daily\"\ncommand=\"a%\"\nenvironment={A=\"1\"}\ncheck=\"\"\n")
PLAN_OF(timer,
        "[timer.osier-a]\ncalendar=[\"daily\"]\nevery=\"1h\"\nuser=\"a\"\ncommand=[\"/a\",\"b\"]\n"
        "environment={A=\"1\"}\ncheck=\"\"\n",
        .before = hide_programs, .after = show_programs)
PLAN_OF(limits, "[limits.osier-a]\ndomain=\"@a\"\nboth={nofile=5}\nsoft={core=0}\ncheck=\"\"\n")
PLAN_OF(module, "[module.osier_a]\noptions={b=1}\ncheck=\"\"\n")
PLAN_OF(user, "[user.osier-a]\ngroups=[\"osier-b\",\"root\"]\ncomment=\"a\"\nlocked=true\n"
              "create_home=true\n[group.osier-b]\nsystem=true\n[user.root]\nshell=\"/bin/false\"\n")
PLAN_OF(keys, "[user.osier-a]\nhome=\"/osier-a\"\ncreate_home=true\n[authorized_keys.osier-a]\n"
              "keys=\"ssh-rsa\\u0020AAAAAAAAAAAAAAAAAAAA\"\nexactly=true\n")
PLAN_OF(sysctl, "[sysctl]\n\"vm.swappiness\"={value=7,force=true}\n\"vm.osier\"=1\n")
PLAN_OF(host, "[host]\nhostname=\"osier-a\"\n")
PLAN_OF(locale, "[locale]\nLANG=\"C\"\nLC_TIME=\"POSIX\"\n")
PLAN_OF(mount,
        "[mount.\"/osier-a/b\"]\ndevice=\"tmpfs\"\ntype=\"tmpfs\"\n[file.\"/osier-a/b/c\"]\n")
PLAN_OF(swap, "[swap.\"/osier-b\"]\nsize=\"1M\"\npriority=5\n")

static void make_journal(void) {
    fault_make_journal();
    write_states();
}

static void make_applied(void) {
    make_journal();
    struct os_state *state = os_state("x.conf", NULL);
    struct os_plan *made = state ? os_state_plan(state) : NULL;
    assert_non_null(made);
    assert_return_code(os_state_apply(state, made, NULL), errno);
    os_plan_close(made);
    os_state_close(state);
}

/* What is done stands, though the call may fail when a sync behind it does. */
static void happened(const struct os_state_event *event, void *data) {
    if (event->kind == OS_STATE_DONE)
        *(uint64_t *)data = event->id;
    else if (event->kind == OS_STATE_UNDONE && !event->error)
        *(uint64_t *)data = 0;
}

static long apply(const char *file) {
    uint64_t id = 0;
    const struct os_state_apply_options options = {
        .size = sizeof options, .on_event = happened, .data = &id};
    struct os_state *state = os_state(file, NULL);
    struct os_plan *made = state ? os_state_plan(state) : NULL;
    int r = made ? os_state_apply(state, made, &options) : -1, saved = errno;
    os_plan_close(made);
    errno = saved;
    return over(state, r < 0 && id ? 0 : r);
}

FAULT(os_state_apply, ANY, .tree = "a=old template={{arch}} lines=a x/ x/y l->d d/ d/f=text d/e/",
      .before = make_journal, .after = fault_clear_journal, .skips = "kernel_clone3") {
    return apply("x.conf");
}

/* ------------------------------------------------------------------------------ programs */

static void write_program(const char *name, const char *text) {
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_return_code(fchmod(fileno(file), 0755), errno);
    fclose(file);
}

/* Programs of the test's own alone, in the scratch directory: a service, and a package that pulls another one in. */
static void write_programs(void) {
    char place[1024], text[4096];
    assert_non_null(getcwd(place, sizeof place));
    fault_make_journal();
    old_path = old_path ? old_path : strdup(getenv("PATH"));
    snprintf(text, sizeof text, "%s:/bin", place);
    setenv("PATH", text, 1);
    setenv("DPKG_ADMINDIR", "dpkg", 1);
    write_program("systemctl",
                  "#!/bin/sh\nread -r now <unit\ncase $1 in\n"
                  "show) echo LoadState=loaded; echo ActiveState=$now;;\n"
                  "start) printf active >unit;;\nstop) printf inactive >unit;;\nesac\n");
    write_program("apt-get", "#!/bin/sh\ncase $1 in -s) echo 'Inst bb (1 c [d])'; "
                             "echo 'Inst cc [1] (2 c [d])'; "
                             "echo 'Inst ab (1 c [d])';; *) exit 1;; esac\n");
    snprintf(text, sizeof text,
             "[file.\"%s/f\"]\ncontent = \"1\"\n[service.s]\nstate = \"running\"\n"
             "restart_when = [\"%s/f\"]\nready = \"true\"\n",
             place, place);
    FILE *file = fopen("s.toml", "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void end_programs(void) {
    setenv("PATH", old_path, 1);
    unsetenv("DPKG_ADMINDIR");
    fault_clear_journal();
}

#define PROGRAMS                                                                                   \
    .before = write_programs, .after = end_programs, .skips = "kernel_clone3",                     \
    .tree =                                                                                        \
        "unit=inactive dpkg/ dpkg/status=Package:cc\nStatus:install\tok\tinstalled\nVersion:1\n "  \
        "apt/ apt/extended_states=Package:cc\nAuto-Installed:1\n p.toml=[package.ab]"

FAULT_CASE(os_state_plan, service, PROGRAMS, ANY) {
    return plan("s.toml");
}

FAULT_CASE(os_state_plan, package, PROGRAMS, ANY) {
    return plan("p.toml");
}

FAULT_CASE(os_state_apply, service, PROGRAMS, ANY) {
    return apply("s.toml");
}

static void apply_programs(void) {
    write_programs();
    struct os_state *state = os_state("s.toml", NULL);
    struct os_plan *made = state ? os_state_plan(state) : NULL;
    assert_non_null(made);
    assert_return_code(os_state_apply(state, made, NULL), errno);
    os_plan_close(made);
    os_state_close(state);
}

FAULT_CASE(os_undo, programs, .before = apply_programs, .after = end_programs,
           .skips = "kernel_clone3", .tree = "unit=inactive", ANY) {
    uint64_t id = 0;
    int r = os_undo(0, NULL, &id);
    return r < 0 && id ? 0 : r;
}

/* What stands in the journal is compared with; nothing is changed. */
FAULT(os_state_against, ANY, .tree = "a=old template={{arch}} lines=a x/ x/y l->d d/ d/f=text d/e/",
      .before = make_applied, .after = fault_clear_journal, .skips = "kernel_clone3") {
    struct os_state *state = os_state("x.conf", NULL);
    return over(state, state ? os_state_against(state, 1, NULL, NULL) : -1);
}

/* ------------------------------------------------------------------------------ checks */

FAULT(os_state_check, TREE, ANY, .skips = "kernel_clone3") {
    struct os_state *state = os_state("s.toml", NULL);
    return over(state, state ? os_state_check(state, NULL, NULL) : -1);
}

/* A web server that ends with this process, and is no child of it. */
static void serve(int listener, int parent) {
    static const char answer[] =
        "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n"
        "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";
    struct pollfd events[] = {{.fd = listener, .events = POLLIN}, {.fd = parent}};
    char request[1024];
    while (poll(events, 2, -1) > 0 && !events[1].revents) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0 && recv(fd, request, sizeof request, 0) > 0)
            send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
        if (fd >= 0)
            close(fd);
    }
    _exit(0);
}

static unsigned start_server(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), ends[2], status;
    assert_return_code(listener, errno);
    assert_return_code(bind(listener, (struct sockaddr *)&address, size), errno);
    assert_return_code(listen(listener, 64), errno);
    assert_return_code(getsockname(listener, (struct sockaddr *)&address, &size), errno);
    assert_return_code(pipe2(ends, O_CLOEXEC), errno);
    pid_t child = fork();
    if (child == 0 && fork() == 0) {
        close(ends[1]);
        serve(listener, ends[0]);
    }
    if (child == 0)
        _exit(0);
    assert_int_equal(waitpid(child, &status, 0), child);
    close(listener);
    close(ends[0]);
    return ntohs(address.sin_port);
}

static void write_asked(void) {
    static unsigned port;
    if (!port)
        port = start_server();
    FILE *file = fopen("s.toml", "w");
    assert_non_null(file);
    fprintf(file,
            "[vars]\nport = %u\n[connect.\"127.0.0.1:{{port}}\"]\n[dns.localhost]\naddresses = "
            "\"127.0.0.1\"\n"
            "[http.\"http://127.0.0.1:{{port}}/\"]\ntext = \"hello\"\n",
            port);
    fclose(file);
}

/* What is asked of others; no processes, as looking at all of them takes a thousand calls. */
FAULT_CASE(os_state_check, asked, ANY, .before = write_asked, .skips = "kernel_clone3") {
    struct os_state *state = os_state("s.toml", NULL);
    return over(state, state ? os_state_check(state, NULL, NULL) : -1);
}

FAULT_CASE(os_state_check, looked_at, ANY, .skips = "kernel_clone3",
           .tree =
               "s.toml=[port.\"tcp:1\"]\n[space.\"/\"]\nfree=\"1\"\nwarn=\"100%\"\n"
               "[load.1]\nbelow=1e9\n[match.\"/etc/passwd\"]\npattern=\"^root:\"\nwithout=\"^$\"\n"
               "[cert.\"/dev/null\"]\n") {
    struct os_state *state = os_state("s.toml", NULL);
    return over(state, state ? os_state_check(state, NULL, NULL) : -1);
}
