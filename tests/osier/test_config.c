/* SPDX-License-Identifier: MIT */
/** Configuration files, one key at a time: what is read, where a key is put, and that nothing else changes. */
#include "support.h"

#include <string.h>

struct row {
    const char *format, *text, *key, *value,
        *expected; /* value NULL: unset; expected NULL: EINVAL */
};

static void check(const struct row *row) {
    size_t size = 0;
    os_autofree char *new =
        row->value ? os_config_set(row->text, strlen(row->text), row->format, row->key, row->value,
                                   0, &size)
                   : os_config_unset(row->text, strlen(row->text), row->format, row->key, &size);
    if (!row->expected) {
        assert_null(new);
        assert_int_equal(errno, EINVAL);
        return;
    }
    assert_non_null(new);
    assert_string_equal(new, row->expected);
    assert_int_equal(size, strlen(new));
    os_autofree char *seen = os_config_get(new, size, row->format, row->key);
    if (row->value)
        assert_string_equal(seen, row->value);
    else
        assert_null(seen);
}

static void check_all(const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++)
        check(&rows[i]);
}
#define CHECK(rows) check_all(rows, sizeof(rows) / sizeof *(rows))

static void test_ini(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"ini", "[a]\nx=1\n[b]\nx=2\n", "a.x", "3", "[a]\nx=3\n[b]\nx=2\n"},
        {"ini", "[a]\nx=1\n\n[b]\nx=2\n", "a.y", "3", "[a]\nx=1\ny=3\n\n[b]\nx=2\n"},
        {"ini", "[a]\r\nx = 1", "a.y", "3", "[a]\r\nx = 1\r\ny = 3"},
        {"ini", "[a]\nx = 1\n", "c.y", "3", "[a]\nx = 1\n\n[c]\ny = 3\n"},
        {"ini", "", "c.y", "3", "[c]\ny = 3\n"},
        {"ini", "[a]\n; x = 5\ny = 1\n", "a.x", "3", "[a]\n; x = 5\nx = 3\ny = 1\n"},
        {"ini", "[a]\n\tx = 1\n", "a.y", "2", "[a]\n\tx = 1\n\ty = 2\n"},
        {"ini", "[a.b]\nx = 1\n", "a.b.x", "2", "[a.b]\nx = 2\n"},
        {"ini", "[a]\nb.x = 1\n", "a.b.x", "2", "[a]\nb.x = 2\n"},
        {"ini", "[a]\nx = 1\n  2\ny = 3\n", "a.x", "5", "[a]\nx = 5\ny = 3\n"},
        {"ini", "[a]\nx = \n  2\n  3\n", "a.x", "\n  4", "[a]\nx = \n  4\n"},
        {"ini", "[a]\nx: 1 \nx: 2\n", "a.x", "3", "[a]\nx: 1 \nx: 3\n"},
        {"ini", "[a]\nx=1\ny=2\nx=3\n", "a.x", NULL, "[a]\ny=2\n"},
        {"ini", "[a]\nx=1\ny=2", "a.y", NULL, "[a]\nx=1"},
        {"ini", "[a]\nx=1\n", "a.x", "1\n2", NULL},
        {"ini", "[a]\nx=1\n", "a.", "1", NULL},
        {"ini", "[a]\nx=1\n", "a.b=c", "1", NULL},
        {"ini", "[a]\nx=1\n", "a\n.b", "1", NULL},
        {"none", "", "a", "1", NULL},
    };
    CHECK(rows);
}

static void test_units(void **state) {
    (void)state;
    static const char text[] = "[Service]\nExecStart=/bin/a\n#ExecReload=x\nEnvironment=A=1 \\\n"
                               "  B=2\nRestart=no\n";
    static const struct row rows[] = {
        {"unit", text, "Service.Restart", "always",
         "[Service]\nExecStart=/bin/a\n#ExecReload=x\nEnvironment=A=1 \\\n  B=2\n"
         "Restart=always\n"},
        {"unit", text, "Service.ExecReload", "y",
         "[Service]\nExecStart=/bin/a\n#ExecReload=x\nExecReload=y\nEnvironment=A=1 \\\n  B=2\n"
         "Restart=no\n"},
        {"unit", text, "Service.Environment", "C=3",
         "[Service]\nExecStart=/bin/a\n#ExecReload=x\nEnvironment=C=3\nRestart=no\n"},
        {"unit", text, "Service.Environment", NULL,
         "[Service]\nExecStart=/bin/a\n#ExecReload=x\nRestart=no\n"},
    };
    CHECK(rows);
    os_autofree char *joined = os_config_get(text, strlen(text), "unit", "Service.Environment");
    assert_string_equal(joined, "A=1 B=2");
    os_autofree char *added = os_config_set(text, strlen(text), "unit", "Service.ExecStart",
                                            "/bin/b", OS_CONFIG_ADD, NULL);
    assert_non_null(strstr(added, "ExecStart=/bin/a\nExecStart=/bin/b\n"));
    assert_null(os_config_set("a = 1\n", 6, "sysctl", "a", "2", OS_CONFIG_ADD, NULL));
    assert_int_equal(errno, EINVAL);
}

static void test_ssh(void **state) {
    (void)state;
    static const char text[] = "Port 22\n#PasswordAuthentication yes\nMatch User bob\n"
                               "    X11Forwarding no\n";
    static const struct row rows[] = {
        {"ssh", text, "PasswordAuthentication", "no",
         "Port 22\n#PasswordAuthentication yes\nPasswordAuthentication no\nMatch User bob\n"
         "    X11Forwarding no\n"},
        {"ssh", text, "port", "2222",
         "Port 2222\n#PasswordAuthentication yes\nMatch User bob\n    X11Forwarding no\n"},
        {"ssh", text, "Match User bob.X11Forwarding", "yes",
         "Port 22\n#PasswordAuthentication yes\nMatch User bob\n    X11Forwarding yes\n"},
        {"ssh", text, "Match User bob.AllowTcpForwarding", "no",
         "Port 22\n#PasswordAuthentication yes\nMatch User bob\n    X11Forwarding no\n"
         "    AllowTcpForwarding no\n"},
        {"ssh", text, "UsePAM", "no",
         "Port 22\n#PasswordAuthentication yes\nUsePAM no\nMatch User bob\n"
         "    X11Forwarding no\n"},
        {"ssh", text, "X11Forwarding", "yes",
         "Port 22\n#PasswordAuthentication yes\nX11Forwarding yes\nMatch User bob\n"
         "    X11Forwarding no\n"},
        {"ssh", "A 1\nA 2\n", "A", "3", "A 3\nA 2\n"}, /* the first one counts */
        {"ssh", "# the Port is chosen below\n", "Port", "1",
         "# the Port is chosen below\nPort 1\n"},
    };
    CHECK(rows);
}

static void test_env(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"env", "export A=\"x y\" # why\nB='z'\n", "A", "1", "export A=\"1\" # why\nB='z'\n"},
        {"env", "B='z'\n", "B", "it's $1", "B=\"it's \\$1\"\n"},
        {"env", "A=\"b \\\n  c\n#d\"\nB=1\n", "A", "2", "A=\"2\"\nB=1\n"},
        {"env", "A=\"b \\\n  c\" # e\nB=1\n", "A", NULL, "B=1\n"},
        {"env", "A=\"b\nB=1\n", "B", "2", "A=\"b\nB=2\n"}, /* a mark that nothing closes */
        {"env", "A=it's\nB=don't\n", "B", "2", "A=it's\nB=2\n"},
        {"env", "A=b\\\n  c\nB=1\n", "A", "2", "A=2\nB=1\n"},
        {"env", "if [ a = b ]; then A=1; fi\n", "if [ a", "2", NULL},
        {"ini", "[global]\n  server string = x\n", "global.server string", "y",
         "[global]\n  server string = y\n"},
        {"env", "A=1\n", "B", "x y", "A=1\nB=\"x y\"\n"},
        {"env", "A=1", "A", NULL, ""},
        {"env", "#A=1\nB=2\n", "A", "3", "#A=1\nA=3\nB=2\n"},
    };
    CHECK(rows);
}

static void test_sysctl(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"sysctl", "net.ipv4.ip_forward=0\n", "net.ipv4.ip_forward", "1",
         "net.ipv4.ip_forward=1\n"},
        {"sysctl", "", "vm.swappiness", "10", "vm.swappiness = 10\n"},
        {"sysctl", "#vm.swappiness = 60\n", "vm.swappiness", "10",
         "#vm.swappiness = 60\nvm.swappiness = 10\n"},
    };
    CHECK(rows);
}

static void test_json(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"json", "{\"a\": {\"b\": 1, \"c\": \"x\"}}", "a.b", "2",
         "{\"a\": {\"b\": 2, \"c\": \"x\"}}"},
        {"json", "{\"a\": {\"b\": 1, \"c\": \"x\"}}", "a.c", "2",
         "{\"a\": {\"b\": 1, \"c\": \"2\"}}"},
        {"json", "{\n  \"a\": 1\n}\n", "b", "text", "{\n  \"a\": 1,\n  \"b\": \"text\"\n}\n"},
        {"json", "{}", "a.b", "true", "{\"a\": {\"b\": true}}"},
        {"json", "{\"a\": 1, \"b\": 2}", "a", NULL, "{\"b\": 2}"},
        {"json", "{\"a\": 1, \"b\": 2}", "b", NULL, "{\"a\": 1}"},
        {"json", "{\"x.y\": 1}", "\"x.y\"", "2", "{\"x.y\": 2}"},
        {"json", "{\"a\": [1]}", "a", "[2, 3]", "{\"a\": [2, 3]}"},
        {"json", "{\"a\": [1]}", "a", "x", NULL},
        {"json", "{\"a\": 1}", "a.b", "x", NULL},
        {"json", "", "a", "1", "{\"a\": 1}"},
    };
    CHECK(rows);
    size_t count;
    assert_null(os_config_entries("{", 1, "json", &count));
    assert_int_equal(errno, EBADMSG);
}

static void test_toml(void **state) {
    (void)state;
    static const char text[] = "# top\na = 1 # one\n\n[s]\nx = \"t\" # text\n\n[[l]]\ny = 1\n";
    static const struct row rows[] = {
        {"toml", text, "a", "2", "# top\na = 2 # one\n\n[s]\nx = \"t\" # text\n\n[[l]]\ny = 1\n"},
        {"toml", text, "b", "x",
         "# top\na = 1 # one\nb = \"x\"\n\n[s]\nx = \"t\" # text\n\n[[l]]\ny = 1\n"},
        {"toml", text, "s.x", "5", "# top\na = 1 # one\n\n[s]\nx = \"5\" # text\n\n[[l]]\ny = 1\n"},
        {"toml", text, "s.y", "1.5",
         "# top\na = 1 # one\n\n[s]\nx = \"t\" # text\ny = 1.5\n\n[[l]]\ny = 1\n"},
        {"toml", text, "n.m", "1",
         "# top\na = 1 # one\n\n[s]\nx = \"t\" # text\n\n[[l]]\ny = 1\n\n[n]\nm = 1\n"},
        {"toml", "a = {b = 1}\n", "a.c", "2", "a = {b = 1, c = 2}\n"},
        {"toml", "a.b = 1\nc = 2\n", "a.d", "3", "a.b = 1\na.d = 3\nc = 2\n"},
        {"toml", "a = 1\nb = 2\n", "a", NULL, "b = 2\n"},
        {"toml", "a = {b = 1, c = 2}\n", "a.b", NULL, "a = {c = 2}\n"},
        {"toml", "[s]\nx = 1\n", "s", NULL, NULL},
        {"toml", "[s]\nx = 1\n", "s", "1", NULL},
        {"toml", "[[s]]\nx = 1\n", "s", "[]", NULL},
        {"toml", "a = {b.c = 1, b.d = 2}\n", "a.b.c", NULL, "a = {b.d = 2}\n"},
        {"toml", "a = {b.c = 1}\n", "a.b.d", "2", "a = {b.c = 1, b.d = 2}\n"},
        {"toml", "[s]\nx = 1\n", "b", "1", "b = 1\n[s]\nx = 1\n"},
        {"toml", "a = 1\n", "a..b", "1", NULL},
    };
    CHECK(rows);
}

static void test_yaml(void **state) {
    (void)state;
    static const char text[] = "# top\na: 1 # one\nm:\n  x: 'it''s'\n  l:\n    - k: 1\n  t: |\n"
                               "    z: 1\nn: {q: 1}\n";
    static const struct row rows[] = {
        {"yaml", text, "a", "2",
         "# top\na: 2 # one\nm:\n  x: 'it''s'\n  l:\n    - k: 1\n  t: |\n    z: 1\nn: {q: 1}\n"},
        {"yaml", "m:\n  x: 'it''s'\ny: 1\n", "m.x", "don't", "m:\n  x: 'don''t'\ny: 1\n"},
        {"yaml", "m:\n  x: 1\ny: 1\n", "m.z", "a: b", "m:\n  x: 1\n  z: \"a: b\"\ny: 1\n"},
        {"yaml", "y: 1\n", "a.b", "c", "y: 1\na:\n  b: c\n"},
        {"yaml", "m:\n  x: 1\n", "m.x", NULL, "m:\n"},
        {"yaml", text, "m", "1", NULL},
        {"yaml", text, "n", "1", NULL},
        {"yaml", text, "a.b", "1", NULL},
        {"yaml", text, "m.z", "1",
         "# top\na: 1 # one\nm:\n  x: 'it''s'\n  l:\n    - k: 1\n  t: |\n    z: 1\n  z: 1\nn: {q: "
         "1}\n"},
        {"yaml", "m:\n  l:\n    - 1\n    # c\ny: 1\n", "m.z", "2",
         "m:\n  l:\n    - 1\n    # c\n  z: 2\ny: 1\n"},
        {"yaml", "m:\n  t: |\n    a\n\n    # c\n", "m.z", "2",
         "m:\n  t: |\n    a\n\n    # c\n  z: 2\n"},
        {"yaml", "a: b\n  c\n", "a", "2", NULL},
        {"yaml", "a: \"b\n  c\"\nd: 1\n", "a", "2", NULL},
        {"yaml", "a: b\n  # c\nd: 1\n", "a", "2", "a: 2\n  # c\nd: 1\n"},
    };
    CHECK(rows);
    os_autofree char *hidden = os_config_get(text, strlen(text), "yaml", "m.t.z");
    assert_null(hidden);
    os_autofree char *quoted = os_config_get(text, strlen(text), "yaml", "m.x");
    assert_string_equal(quoted, "it's");
}

static void test_items_of_lists(void **state) {
    (void)state;
    static const char text[] =
        "l:\n- a # one\n- 'b'\n-\n- k: 1\nm:\n  f: [1, \"x, y\", z]\n  n: 1\n";
    static const struct row rows[] = {
        {"yaml", text, "l[0]", "x: y",
         "l:\n- \"x: y\" # one\n- 'b'\n-\n- k: 1\nm:\n  f: [1, \"x, y\", z]\n  n: 1\n"},
        {"yaml", text, "l[1]", "c",
         "l:\n- a # one\n- 'c'\n-\n- k: 1\nm:\n  f: [1, \"x, y\", z]\n  n: 1\n"},
        {"yaml", text, "m.f[2]", "a]",
         "l:\n- a # one\n- 'b'\n-\n- k: 1\nm:\n  f: [1, \"x, y\", \"a]\"]\n  n: 1\n"},
        {"yaml", text, "\"m\".\"f\"[0]", "2",
         "l:\n- a # one\n- 'b'\n-\n- k: 1\nm:\n  f: [2, \"x, y\", z]\n  n: 1\n"},
        {"yaml", "a:\n  l:\n  - 1\n  b: 2\n", "a.b", "3", "a:\n  l:\n  - 1\n  b: 3\n"},
        {"yaml", text, "l[2]", "x", NULL}, /* nothing is there */
        {"yaml", text, "l[3]", "x", NULL},
        {"yaml", text, "l[4]", "x", NULL},
        {"yaml", text, "l[0]", NULL, NULL},
        {"yaml", text, "l", "x", NULL},
        {"yaml", text, "l.x", "x", NULL},
        {"yaml", text, "m.f[3]", "x", NULL},
        {"yaml", text, "new[0]", "x", NULL},
        {"yaml", "f: [a, {b: c}]\n", "f[0]", "x", NULL},
        {"yaml", "f: [a,\n  b]\n", "f[0]", "x", NULL},
        {"json", "{\"a\": [1, \"x\", {\"b\": [2]}]}", "a[0]", "5",
         "{\"a\": [5, \"x\", {\"b\": [2]}]}"},
        {"json", "{\"a\": [1, \"x\", {\"b\": [2]}]}", "a[1]", "5",
         "{\"a\": [1, \"5\", {\"b\": [2]}]}"},
        {"json", "{\"a\": [1, \"x\", {\"b\": [2]}]}", "a[2].b[0]", "3",
         "{\"a\": [1, \"x\", {\"b\": [3]}]}"},
        {"json", "{\"a\": [{\"b\": 1, \"c\": 2}]}", "a[0].b", NULL, "{\"a\": [{\"c\": 2}]}"},
        {"json", "{\"a\": [{\"b\": 1}]}", "a[0].c", "2", "{\"a\": [{\"b\": 1, \"c\": 2}]}"},
        {"json", "{\"a[0]\": 1, \"a\": [2]}", "\"a[0]\"", "3", "{\"a[0]\": 3, \"a\": [2]}"},
        {"json", "{\"a\": [[1, 2], [3]]}", "a[0][1]", "4", "{\"a\": [[1, 4], [3]]}"},
        {"json", "{\"a\": [1]}", "a[1]", "2", NULL},
        {"json", "{\"a\": [1]}", "a[0]", NULL, NULL},
        {"json", "{\"a\": [1]}", "a[0].b", "1", NULL},
        {"json", "{\"a\": 1}", "a[0]", "1", NULL},
        {"toml", "a = [1, # one\n  2]\n", "a[0]", "3", "a = [3, # one\n  2]\n"},
        {"toml", "[[s]]\nx = 1\n[[s]]\nx = 2\n", "s[1].x", "3", "[[s]]\nx = 1\n[[s]]\nx = 3\n"},
        {"toml", "[[s]]\nx = 1\n[[s]]\nx = 2\n", "s[0].y", "3",
         "[[s]]\nx = 1\ny = 3\n[[s]]\nx = 2\n"},
        {"toml", "[[s]]\nx = 1\n[[s]]\nx = 2\n", "s[0].x", NULL, "[[s]]\n[[s]]\nx = 2\n"},
        {"toml", "[[s]]\nx = 1\n", "s[0].y.z", "3", NULL},
        {"toml", "a = [{x = 1}]\n", "a[0].y", "2", "a = [{x = 1, y = 2}]\n"},
        {"toml", "[[s]]\nx = 1\n", "s[0]", "3", NULL},
    };
    CHECK(rows);
    static const char *const keys[][2] = {
        {"l[0]", "a"}, {"l[1]", "b"}, {"m.f[1]", "x, y"}, {"m.n", "1"}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        os_autofree char *value = os_config_get(text, strlen(text), "yaml", keys[i][0]);
        assert_string_equal(value, keys[i][1]);
    }
    os_autofree char *json = os_config_get("{\"a\": [[\"x\"]]}", 14, "json", "a[0][0]");
    assert_string_equal(json, "x");
    assert_null(os_config_get("{\"a\": [1]}", 10, "json", "a[1]"));
    assert_int_equal(errno, ENOENT);
}

static void test_columns(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"hosts", "127.0.0.1\tlocalhost\n", "app", "10.0.0.7",
         "127.0.0.1\tlocalhost\n10.0.0.7\tapp\n"},
        {"hosts", "10.0.0.1 a # c\n", "a", "10.0.0.2", "10.0.0.2 a # c\n"},
        {"hosts", "10.0.0.1 a b # c\n", "b", "10.0.0.2", "10.0.0.1 a # c\n10.0.0.2\tb\n"},
        {"hosts", "10.0.0.1 a b\n10.0.0.2 c\n", "a", NULL, "10.0.0.1 b\n10.0.0.2 c\n"},
        {"hosts", "10.0.0.1 a b\n10.0.0.2 c\n", "c", NULL, "10.0.0.1 a b\n"},
        {"fstab", "/dev/sda1 / ext4 defaults 0 1\n", "/.options", "noatime",
         "/dev/sda1 / ext4 noatime 0 1\n"},
        {"fstab", "/dev/sda1 / ext4 defaults 0 1\n", "/srv.options", "noatime", NULL},
        {"fstab", "# mounts\n/dev/sda1 / ext4 defaults 0 1\n", "/srv.spec", "UUID=5",
         "# mounts\n/dev/sda1 / ext4 defaults 0 1\nUUID=5\t/srv\tauto\tdefaults\t0\t0\n"},
        {"fstab", "/dev/sda1 / ext4\n", "/.pass", "1", NULL}, /* options come before it */
        {"fstab", "a / ext4 defaults 0 1\nb /srv xfs ro 0 2\n", "/srv.spec", NULL,
         "a / ext4 defaults 0 1\n"},
        {"fstab", "a /my\\040disk ext4 defaults 0 1\n", "/my disk.spec", "//a/b c",
         "//a/b\\040c /my\\040disk ext4 defaults 0 1\n"},
        {"fstab", "", "/x\ty.spec", "a\\b", "a\\134b\t/x\\011y\tauto\tdefaults\t0\t0\n"},
    };
    CHECK(rows);
}

static void test_crontabs(void **state) {
    (void)state;
    static const char text[] = "# m h dom mon dow user command\nSHELL=/bin/sh\n\n"
                               "*/5 * * * * root /usr/bin/a --b=c\n@daily  www  d\n";
    static const struct row rows[] = {
        {"cron", text, "/usr/bin/a --b=c", "0 4 * * * root",
         "# m h dom mon dow user command\nSHELL=/bin/sh\n\n0 4 * * * root /usr/bin/a --b=c\n"
         "@daily  www  d\n"},
        {"cron", text, "d", "@reboot root",
         "# m h dom mon dow user command\nSHELL=/bin/sh\n\n*/5 * * * * root /usr/bin/a --b=c\n"
         "@reboot root  d\n"},
        {"cron", text, "d", NULL,
         "# m h dom mon dow user command\nSHELL=/bin/sh\n\n*/5 * * * * root /usr/bin/a --b=c\n"},
        {"cron", text, "MAILTO", "a@b",
         "# m h dom mon dow user command\nSHELL=/bin/sh\nMAILTO=a@b\n\n"
         "*/5 * * * * root /usr/bin/a --b=c\n@daily  www  d\n"},
        {"cron", text, "SHELL", "/bin/bash",
         "# m h dom mon dow user command\nSHELL=/bin/bash\n\n"
         "*/5 * * * * root /usr/bin/a --b=c\n@daily  www  d\n"},
        {"cron", "A = \"b c\"\n", "A", "d ", "A = \"d \"\n"},
        {"cron", "A=b\n", "A", " d", "A=\" d\"\n"},
        {"cron", "A=b\n", "A", "", "A=\"\"\n"},
        {"cron", "@daily root a\n", "B", "1", "B=1\n@daily root a\n"},
        {"cron", "", "x y", "1 2 3 4 5 me", "1 2 3 4 5 me x y\n"},
        {"crontab", "", "x y", "1 2 3 4 5", "1 2 3 4 5 x y\n"},
        {"crontab", "1 2 3 4 5 a = b\n", "a = b", "@hourly", "@hourly a = b\n"},
        {"cron", "", "x y", "1 2 3 4 5", NULL},      /* no user */
        {"cron", "", "x y", "1", NULL},              /* neither */
        {"cron", "A=1\n", "A", "@daily root", NULL}, /* a variable is no job */
        {"cron", "", "a\n@daily root b", "@daily root", NULL},
        {"cron", "", "", "@daily root", NULL},
    };
    CHECK(rows);
}

/* Sections and keys that come several times, as sshd_config(5) and systemd.syntax(7) have them. */
static void test_repeated(void **state) {
    (void)state;
    static const char ssh[] = "Port 22\nMatch User a\n  X11Forwarding yes\nMatch User b\n"
                              "  X11Forwarding yes\nMatch all\n";
    static const char unit[] =
        "[Service]\nExecStart=\nExecStart=/bin/a\nExecStart=/bin/b\nType=oneshot\n";
    static const struct row rows[] = {
        {"ssh", ssh, "Match User b.X11Forwarding", "no",
         "Port 22\nMatch User a\n  X11Forwarding yes\nMatch User b\n"
         "  X11Forwarding no\nMatch all\n"},
        {"ssh", ssh, "Match User a.X11Forwarding", NULL,
         "Port 22\nMatch User a\nMatch User b\n  X11Forwarding yes\nMatch all\n"},
        {"ssh", ssh, "Match User c.X11Forwarding", "no",
         "Port 22\nMatch User a\n  X11Forwarding yes\nMatch User b\n"
         "  X11Forwarding yes\nMatch all\n\nMatch User c\nX11Forwarding no\n"},
        {"ssh", ssh, "UsePAM", "no",
         "Port 22\nUsePAM no\nMatch User a\n  X11Forwarding yes\nMatch User b\n"
         "  X11Forwarding yes\nMatch all\n"},
        {"unit", unit, "Service.ExecStart", "/bin/c", /* the last one counts */
         "[Service]\nExecStart=\nExecStart=/bin/a\nExecStart=/bin/c\nType=oneshot\n"},
        {"unit", unit, "Service.ExecStart", NULL, "[Service]\nType=oneshot\n"},
    };
    CHECK(rows);
}

static void test_formats_by_name(void **state) {
    (void)state;
    assert_string_equal(os_config_format("/etc/ssh/sshd_config"), "ssh");
    assert_string_equal(os_config_format("sshd_config"), "ssh");
    assert_string_equal(os_config_format("/etc/systemd/system/a.service"), "unit");
    assert_string_equal(os_config_format("/etc/default/grub"), "env");
    assert_string_equal(os_config_format("x.toml"), "toml");
    assert_string_equal(os_config_format("/etc/cron.d/x"), "cron");
    assert_string_equal(os_config_format("/var/spool/cron/crontabs/me"), "crontab");
    assert_null(os_config_format("/etc/passwd"));
}

static void test_entries_have_their_lines(void **state) {
    (void)state;
    static const char text[] = "# c\n[a]\nx = 1 \\\n  2\ny = 3\nx = 4\n";
    size_t count;
    os_autofree struct os_config_entry *list =
        os_config_entries(text, strlen(text), "unit", &count);
    assert_int_equal(count, 3);
    assert_string_equal(list[0].key, "a.x");
    assert_string_equal(list[0].value, "1 2");
    assert_int_equal(list[0].line, 3);
    assert_string_equal(list[1].key, "a.y");
    assert_int_equal(list[1].line, 5);
    os_autofree char *none = os_config_get(text, strlen(text), "unit", "a.z");
    assert_null(none);
    assert_int_equal(errno, ENOENT);
    assert_string_equal(os_last_error()->message, "KeyError");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ini),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_ssh),
        cmocka_unit_test(test_env),
        cmocka_unit_test(test_sysctl),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_toml),
        cmocka_unit_test(test_yaml),
        cmocka_unit_test(test_items_of_lists),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_crontabs),
        cmocka_unit_test(test_repeated),
        cmocka_unit_test(test_formats_by_name),
        cmocka_unit_test(test_entries_have_their_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
