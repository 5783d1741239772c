# SPDX-License-Identifier: MIT
"""What goss' documented examples assert, said as states: each gets the verdict that goss gives on the same machine, and its
opposite the other one."""

import hashlib

import pytest


def matching(words):
    """What goss compares by itself, as test(1) does."""
    text = words.replace('"', "'")
    return f'[run.a]\ncommand = "false"\nunless = "test {text}"'


# One that answers whoever asks, without a module that the machine lacks.
WEB = """import socket
server = socket.create_server(("127.0.0.1", 8081))
while True:
    one, _ = server.accept()
    if one.recv(4096): one.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 11\\r\\n\\r\\nhello there")
    one.close()
"""

# kind of goss, what it asserts, the state for it, whether it is so on this machine
ASSERTIONS = [
    ("command", "exit-status 0, stdout has hi", '[run.a]\ncommand = "false"\nunless = "echo hi | grep -q hi"', True),
    ("command", "foobar ends with 127", '[run.a]\ncommand = "false"\nunless = "foobar 2>/dev/null; test $? = 127"', True),
    ("command", "go version", '[run.a]\ncommand = "false"\nunless = "go version"', False),
    ("file", "mode, owner, group", '[file."/etc/passwd"]\nmode = "0644"\nowner = "root"\ngroup = "root"', True),
    ("file", "contains root", '[match."/etc/passwd"]\npattern = "root"', True),
    ("file", "contains a regular expression", '[match."/etc/group"]\npattern = "^root:x:0:"\nwithout = "^nobody"', True),
    ("file", "does not exist", '[absent."/tmp/goss/foobar"]', True),
    ("file", "exists", '[file."/does/not/exist"]', False),
    ("file", "home of root", '[dir."/root"]\nmode = "0700"', True),
    ("file", "sticky", '[dir."/tmp"]\nmode = "1777"', True),
    ("file", "is a directory", '[dir."/etc/passwd"]', False),
    ("file", "linked-to", '[link."/etc/os-release"]\nto = "../usr/lib/os-release"', True),
    ("file", "linked-to another", '[link."/etc/os-release"]\nto = "elsewhere"', False),
    ("file", "character-device", '[run.a]\ncommand = "false"\nunless = "test -c /dev/random"', True),
    ("package", "installed", "[package.cron]", True),
    ("package", "not installed", '[package.foobar]\nstate = "absent"', True),
    ("package", "installed, which isn't", "[package.foobar]", False),
    ("package", "of a version", '[package.systemd]\nversion = "252*"', True),
    ("package", "of another version", '[package.systemd]\nversion = "1*"', False),
    ("addr", "not reachable", '[connect."127.0.0.1:22"]\ntimeout = 1', False),
    ("port", "not listening", '[port."tcp:9999"]\nlistening = false', True),
    ("port", "listening", '[port."tcp:9999"]', False),
    ("user", "exists, with home and shell", '[user.root]\nuid = 0\nhome = "/root"\nshell = "/bin/bash"', True),
    ("user", "does not exist", "[user.foobar]\nabsent = true", True),
    ("user", "exists, which doesn't", "[user.foobar]", False),
    ("group", "exists, of a number", "[group.nogroup]\ngid = 65534", True),
    ("group", "does not exist", "[group.foobar]\nabsent = true", True),
    ("dns", "localhost resolvable", '[dns.localhost]\naddresses = ["127.0.0.1"]', True),
    ("dns", "not resolvable", '[dns."nowhere.invalid"]\ntimeout = 1', False),
    ("process", "running", "[process.cron]", True),
    ("process", "not running", "[process.foobar]\ncount = 0", True),
    ("process", "running, which isn't", "[process.foobar]", False),
    ("kernel-param", "value", '[match."/proc/sys/kernel/ostype"]\npattern = "^Linux$"', True),
    ("kernel-param", "another value", '[sysctl]\n"kernel.ostype" = { value = "Other", runtime = true }', False),
    ("mount", "exists", '[match."/proc/self/mounts"]\npattern = "^tmpfs /dev tmpfs rw,"', True),
    ("mount", "usage below 99 %", '[space."/"]\nfree = "1%"', True),
    ("mount", "usage below 0 %", '[space."/"]\nfree = "100%"', False),
    ("interface", "exists, mtu", '[match."/sys/class/net/lo/mtu"]\npattern = "^65536$"', True),
    ("service", "enabled and running", '[service.cron]\nenabled = true\nstate = "running"', True),
    ("service", "not running", '[service.cron]\nstate = "stopped"', False),
    ("service", "not enabled", "[service.cron]\nenabled = false", False),
    ("service", "of systemd itself", '[service.systemd-journald]\nstate = "running"', True),
    ("addr", "reachable", '[connect."127.0.0.1:8081"]', True),
    ("port", "listening at an ip", '[port."tcp:8081"]\naddress = "127.0.0.1"', True),
    ("port", "listening at another ip", '[port."tcp:8081"]\naddress = "0.0.0.0"', False),
    ("http", "status and body", '[http."http://127.0.0.1:8081/a?b=c"]\nstatus = 200\ntext = "hello there"', True),
    ("http", "another status", '[http."http://127.0.0.1:8081/a"]\nstatus = 404', False),
    ("http", "another body", '[http."http://127.0.0.1:8081/b"]\ntext = "goodbye"', False),
    ("command", "stderr", '[run.a]\ncommand = "false"\nunless = "ls /none 2>&1 >/dev/null | grep -q none"', True),
    ("command", "timeout", '[run.a]\ncommand = "false"\nunless = "timeout 0.2 sleep 5"', False),
    ("file", "uid, gid", '[file."/etc/passwd"]\nowner = 0\ngroup = 0', True),
    ("file", "another mode", '[file."/etc/passwd"]\nmode = "0600"', False),
    ("file", "another owner", '[file."/etc/passwd"]\nowner = "www-data"', False),
    ("file", "size", '[run.a]\ncommand = "false"\nunless = "test $(stat -c %s /etc/passwd) -ge 100"', True),
    ("file", "sha256", f'[run.a]\ncommand = "false"\nunless = "echo {hashlib.sha256().hexdigest()} /dev/null | sha256sum -c --status"', True),
    ("file", "another sha256", f'[run.a]\ncommand = "false"\nunless = "echo {"0" * 64} /dev/null | sha256sum -c --status"', False),
    ("file", "contents, in full", '[file."/etc/hostname"]\ncontent = "another\\n"', False),
    ("user", "gid", '[user.www-data]\ngroup = "www-data"', True),
    ("user", "another uid", "[user.www-data]\nuid = 1", False),
    ("user", "groups", '[user.www-data]\ngroups = ["adm"]', False),
    ("group", "of another number", "[group.nogroup]\ngid = 1", False),
    ("dns", "other addresses", '[dns.localhost]\naddresses = ["10.0.0.1"]', False),
    ("process", "so many", "[process.cron]\ncount = 7", False),
    ("interface", "addrs", '[match."/proc/net/fib_trie"]\npattern = "127\\\\.0\\\\.0\\\\.1"', True),
    ("mount", "opts, source, filesystem", '[match."/proc/self/mounts"]\npattern = "^proc /proc proc .*nosuid"', True),
    ("mount", "another filesystem", '[match."/proc/self/mounts"]\npattern = "^proc /proc ext4"', False),
    ("matching", "equal", matching('"foobar" = foobar'), True),
    ("matching", "not equal", matching('"foobar" != foobar'), False),
    ("matching", "gt, le: and", matching("5 -gt 3 -a 5 -le 5"), True),
    ("matching", "lt: or", matching("5 -lt 3 -o 5 -lt 4"), False),
    ("matching", "have-len", matching("$(printf foobar | wc -c) -eq 6"), True),
    ("matching", "have-prefix", '[run.a]\ncommand = "false"\nunless = "echo foobar | grep -q ^foo"', True),
    ("matching", "have-suffix", '[run.a]\ncommand = "false"\nunless = "echo foobar | grep -q foo$"', False),
    ("matching", "contain-element", '[run.a]\ncommand = "false"\nunless = "printf \'%s\\\\n\' foo bar | grep -qx bar"', True),
    ("matching", "match-regexp, not", '[run.a]\ncommand = "false"\nunless = "! echo foobar | grep -qE [0-9]"', True),
    ("matching", "semver-constraint", '[run.a]\ncommand = "false"\nunless = "dpkg --compare-versions 1.2.3 ge 1.0 && dpkg --compare-versions 1.2.3 lt 2"', True),
    ("http", "no server", '[http."http://127.0.0.1:8080/"]\ntimeout = 1', False),
]


@pytest.fixture(scope="module", autouse=True)
def cron(machine):
    """As a fresh machine has it, whatever other tests did."""
    machine.run("sh", "-c", "dpkg -s cron >/dev/null 2>&1 || apt-get -qy install cron; systemctl unmask cron; systemctl enable --now cron",
                check=True)
    machine.run("systemd-run", "--unit=goss-web", "python3", "-c", WEB, check=True)
    machine.run("sh", "-c", "for i in $(seq 100); do /opt/osier/osier os.cpu_count >/dev/null; grep -q ':1F91 ' /proc/net/tcp && exit; sleep 0.1; done; exit 1", check=True)
    yield
    machine.run("systemctl", "stop", "goss-web")


@pytest.mark.parametrize("kind, what, text, so", ASSERTIONS, ids=[f"{a[0]}: {a[1]}" for a in ASSERTIONS])
def test_the_verdict_is_that_of_goss(machine, osier, site, kind, what, text, so):
    site(text + "\n")
    said = osier("check", "/opt/site.toml", status=0 if so else 1)
    assert said.startswith("all 1 are so" if so else "not so: "), said


def test_all_in_one_call(machine, osier, site):
    """All of them at once: as many wrong as there are opposites, each told by its own name."""
    texts, seen = [], set()
    for _, _, text, so in ASSERTIONS:
        name = text.split("\n")[0].strip("[]").partition(".")[2]  # each thing once, whatever is said of it
        if name and name not in seen:
            seen.add(name)
            texts.append((text, so))
    site("\n".join(text for text, _ in texts) + "\n")
    wrong = sum(not so for _, so in texts)
    said = osier("check", "/opt/site.toml", status=1 if wrong else 0)
    assert f"{wrong} of {len(texts)} are not so\n" in said
