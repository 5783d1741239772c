# SPDX-License-Identifier: MIT
"""What goss' documented examples assert, said as states: each gets the verdict that goss gives on the same machine, and its
opposite the other one."""

import pytest

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
    ("http", "no server", '[http."http://127.0.0.1:8080/"]\ntimeout = 1', False),
]


@pytest.fixture(scope="module", autouse=True)
def cron(machine):
    """As a fresh machine has it, whatever other tests did."""
    machine.run("sh", "-c", "dpkg -s cron >/dev/null 2>&1 || apt-get -qy install cron; systemctl unmask cron; systemctl enable --now cron",
                check=True)


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
