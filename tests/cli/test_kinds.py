# SPDX-License-Identifier: MIT
"""Kinds of a state that are about users, jobs and settings, on a machine of the test's own."""

import pytest

import machine as machines


@pytest.fixture
def machine(build, tmp_path):
    return machines.make(build, tmp_path)


def undone(machine, before):
    done = machine.osier("undo")
    assert done.status == 0, done.err
    assert machine.tree("etc", "home", "root") == before


# ------------------------------------------------------------------------------ drop-ins


def test_rules_of_sudo_are_checked_and_undone(machine):
    before = machine.tree("etc", "home", "root")
    machine.fake("visudo", 'grep -q "^broken" "$2" && exit 1; exit 0')
    machine.apply('[sudoers.app]\nrules = ["%sudo ALL=(ALL) ALL", "app ALL=(root) NOPASSWD: /usr/bin/true"]\n')
    made = machine.path("/etc/sudoers.d/app")
    assert made.read_text() == "%sudo ALL=(ALL) ALL\napp ALL=(root) NOPASSWD: /usr/bin/true\n"
    assert (made.stat().st_mode & 0o7777, made.stat().st_uid) == (0o440, 0)
    assert "doesn't pass `visudo -cf {}`" in machine.refused('[sudoers.app]\nrules = "broken"\n')
    undone(machine, before)


def test_jobs_of_cron(machine):
    before = machine.tree("etc", "home", "root")
    machine.apply('[cron.clean_up]\nschedule = "*/5 8-18,23 * jan-mar mon-fri/2"\nuser = "www-data"\n'
                  'command = "date +%F >> /tmp/x"\nenvironment = { MAILTO = "" }\n[cron.boot]\nschedule = "@reboot"\ncommand = "true"\n')
    assert machine.read("/etc/cron.d/clean_up") == 'MAILTO=""\n*/5 8-18,23 * jan-mar mon-fri/2 www-data date +\\%F >> /tmp/x\n'
    assert machine.read("/etc/cron.d/boot") == "@reboot root true\n"
    machine.apply("[cron.boot]\nabsent = true\n")
    assert not machine.path("/etc/cron.d/boot").exists()
    machine.osier("undo")
    undone(machine, before)


def test_schedules_that_are_none(machine):
    wrong = [
        ("60 * * * *", "'60' is no minute"), ("* 24 * * *", "'24' is no hour"), ("* * 0 * *", "'0' is no day of the month"),
        ("* * * 13 *", "'13' is no month"), ("* * * * 8", "'8' is no day of the week"), ("* * * *", "'' is no day of the week"),
        ("* * * * * *", "five parts"), ("1, * * * *", "'1,' is no minute"), ("5-1 * * * *", "'5-1' is no minute"),
        ("*/0 * * * *", "'*/0' is no minute"), ("@often", "'@often' is no minute"), ("* * * foo *", "'foo' is no month"),
        ("5/10 * * * *", "'5/10' is no minute"), ("", "schedule is empty"),
    ]  # fmt: skip
    told = machine.refused("".join(f'[cron.x{i}]\nschedule = "{schedule}"\ncommand = "true"\n' for i, (schedule, _) in enumerate(wrong)))
    for i, (_, why) in enumerate(wrong):
        assert any(f"site.toml:{3 * i + 2}:12" in line and why in line for line in told.splitlines()), (why, told)


def test_timers_start_a_service(machine):
    before = machine.tree("etc", "home", "root")
    machine.apply('[timer.backup]\ncalendar = ["daily", "Mon *-*-* 12:00"]\ndelay = "10min"\npersistent = true\nuser = "www-data"\n'
                  'command = ["/usr/bin/printf", "%s", "a \\"b\\" $HOME\\n"]\nenvironment = { A = "50% $x" }\n'
                  '[timer.ping]\nevery = "5min"\non_boot = "1min"\ncommand = "echo $HOME | wc -c"\ndescription = "says 100%"\n')
    assert machine.read("/etc/systemd/system/backup.timer") == (
        "[Unit]\nDescription=backup\n\n[Timer]\nOnCalendar=daily\nOnCalendar=Mon *-*-* 12:00\nRandomizedDelaySec=10min\n"
        "Persistent=true\n\n[Install]\nWantedBy=timers.target\n")
    assert machine.read("/etc/systemd/system/backup.service") == (
        "[Unit]\nDescription=backup\n\n[Service]\nType=oneshot\nUser=www-data\nEnvironment=\"A=50%% $x\"\n"
        'ExecStart=/usr/bin/printf "%%s" "a \\"b\\" $$HOME\\n"\n')
    assert 'ExecStart=/bin/sh -c "echo $$HOME | wc -c"\n' in machine.read("/etc/systemd/system/ping.service")
    assert "Description=says 100%%\n" in machine.read("/etc/systemd/system/ping.timer")
    told = machine.refused('[timer.x]\ncommand = "true"\ncalendar = "daily"\n[file."/etc/systemd/system/x.service"]\ncontent = "y"\n')
    assert "says already what '/etc/systemd/system/x.service' shall be" in told
    undone(machine, before)


def test_limits(machine):
    before = machine.tree("etc", "home", "root")
    machine.apply('[limits.app]\ndomain = "@app"\nboth = { nofile = 65536, core = "unlimited" }\nsoft = { nproc = 100 }\n')
    assert machine.read("/etc/security/limits.d/app.conf") == "@app soft nproc 100\n@app - nofile 65536\n@app - core unlimited\n"
    assert "no limit 'files'" in machine.refused('[limits.app]\ndomain = "a"\nhard = { files = 1 }\n')
    undone(machine, before)


# ------------------------------------------------------------------------------ names

HOSTILE = ["../x", "a/b", "a.b", "-x", ".x", "", "a\\nb", "a b", "a" * 201, "a;b", "~"]


def test_names_that_lead_elsewhere_are_refused(machine):
    told = machine.refused("".join(f'[cron."{name}"]\ncommand = "true"\nschedule = "@daily"\n[sudoers."{name}"]\nrules = "x"\n' for name in HOSTILE))
    assert told.count("can't name a file in /etc/") == 2 * len(HOSTILE)


def test_texts_with_ends_of_lines_are_refused(machine):
    told = machine.refused('[cron.a]\nschedule = "@daily"\ncommand = "true\\n* * * * * root evil"\nuser = "x y"\n'
                           '[cron.b]\nschedule = "@daily"\ncommand = "true"\nenvironment = { "A=1\\nB" = "x" }\n'
                           '[timer.c]\ncalendar = "daily"\ncommand = "true"\nuser = "a\\nUser=root"\n'
                           '[limits.d]\ndomain = "a\\n* - nofile 1"\nboth = { nofile = "1\\n" }\n')
    assert all(text in told for text in ("command is one line", "can't have a variable", "user is one line", "domain is one line"))


# ------------------------------------------------------------------------------ keys

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"


def test_all_that_is_wrong_in_a_table_is_told_at_once(machine):
    told = machine.refused('[timer.x]\ncommand = 5\nevery = true\npersistent = "yes"\n[cron.x]\nschedule = 1\nuser = 2\nenvironment = "A"\n'
                           '[limits.x]\ndomain = 1\nboth = 2\n[sudoers.x]\nabsent = true\nrules = 1\n[module.x]\noptions = 1\nloaded = "no"\n'
                           '[authorized_keys.root]\nkeys = 1\nexactly = "no"\n[sysctl]\n"net.x" = { value = true, runtime = 1 }\n')
    for line, what in ((2, "command"), (3, "every"), (4, "persistent"), (6, "schedule"), (7, "user"), (8, "environment"), (10, "domain"),
                       (11, "both"), (14, "rules"), (16, "options"), (17, "loaded"), (19, "keys"), (20, "exactly"), (22, "runtime")):
        assert any(f"site.toml:{line}:" in one and f" {what} is " in one for one in told.splitlines()), (line, what, told)


def test_keys_to_log_in(machine):
    machine.write("/root/.ssh/authorized_keys", f"# mine\n{KEY}old you@home\nfrom=\"a b\" {KEY}two x\n{KEY}three z\n", 0o600)
    machine.path("/root/.ssh").chmod(0o700)
    before = machine.tree("etc", "home", "root")
    machine.apply(f'[authorized_keys.root]\nkeys = ["{KEY}one me", "{KEY}two x"]\nabsent = ["{KEY}old"]\n')
    assert machine.read("/root/.ssh/authorized_keys") == f"# mine\n{KEY}three z\n{KEY}one me\n{KEY}two x\n"
    machine.apply(f'[authorized_keys.root]\nkeys = ["{KEY}one me"]\nexactly = true\n')
    assert machine.read("/root/.ssh/authorized_keys") == f"# mine\n{KEY}one me\n"
    machine.osier("undo")
    undone(machine, before)


def test_keys_are_the_users_own(machine):
    machine.path("/var/www").mkdir()
    machine.apply(f'[authorized_keys.www-data]\nkeys = "{KEY}one me"\n')
    for name, mode in (("/var/www/.ssh", 0o700), ("/var/www/.ssh/authorized_keys", 0o600)):
        st = machine.path(name).stat()
        assert (st.st_mode & 0o7777, st.st_uid, st.st_gid) == (mode, 33, 33)


def test_keys_that_are_none(machine):
    machine.path("/var/www").mkdir()
    (machine.path("/var/www") / ".ssh").symlink_to("/root")
    assert "shall be a directory, and there is a symbolic link" in machine.refused(f'[authorized_keys.www-data]\nkeys = "{KEY}one me"\n')
    told = machine.refused(f'[authorized_keys.nobody]\nkeys = "{KEY}"\n')
    assert "there is no user 'nobody'" in told
    assert "no public key" in machine.refused('[authorized_keys.root]\nkeys = "ssh-ed25519"\n')
    assert "no public key" in machine.refused(f'[authorized_keys.root]\nkeys = "{KEY}\\n{KEY}"\n')


# ------------------------------------------------------------------------------ presets

PRESETS = [  # a file, the program that knows it and what it is called with, and a table that makes it wrong
    ("/etc/ssh/sshd_config", "sshd", "-t -f", '[set."/etc/ssh/sshd_config"]\nPort = "bad"\n'),
    ("/etc/ssh/sshd_config.d/x.conf", "sshd", "-t -f", '[set."/etc/ssh/sshd_config.d/x.conf"."Match User a"]\nX11Forwarding = "bad"\n'),
    ("/etc/sudoers", "visudo", "-cf", '[line."/etc/sudoers"]\na = "bad"\n'),
    ("/etc/nginx/nginx.conf", "nginx", "-t -c", '[file."/etc/nginx/nginx.conf"]\ncontent = "bad"\n'),
    ("/etc/systemd/system/a.service", "systemd-analyze", "verify", '[set."/etc/systemd/system/a.service".Service]\nExecStart = ["", "bad"]\n'),
    ("/etc/systemd/system/a.socket", "systemd-analyze", "verify", '[set."/etc/systemd/system/a.socket".Socket]\nListenStream = "bad"\n'),
]


def test_programs_that_know_a_file_check_it_before_it_is_there(machine):
    for path, program, words, wrong in PRESETS:
        machine.write(path, "")
        machine.fake(program, f'echo "$*" >> /calls; case "$*" in "{words} /"*/{path.rpartition("/")[2]}) ;; *) exit 9;; esac\n'
                              'for file; do :; done; ! grep bad "$file"')
        told = machine.refused(wrong)
        assert f"'{path}' doesn't pass `{program} {words} {{}}`" in told and "bad" in told, told
        machine.apply(wrong.replace("bad", "good"), name="good.toml")
        assert "good" in machine.read(path)
    assert len(machine.read("/calls").splitlines()) == 3 * len(PRESETS)  # refused, with what is there now, and taken


def test_a_list_where_keys_have_one_value_is_refused(machine):
    machine.write("/etc/x.yaml", "a:\n  - 1\nb: 2\n")
    assert "yaml, where keys have one value" in machine.refused('[set."/etc/x.yaml"]\na = ["1", "2"]\n')
    assert "'a' can't be set so in a file of the format yaml" in machine.refused('[set."/etc/x.yaml"]\na = "1"\n')
    machine.apply('[set."/etc/x.yaml"]\nb = 3\n')
    assert machine.read("/etc/x.yaml") == "a:\n  - 1\nb: 3\n"
