# SPDX-License-Identifier: MIT
"""Users and groups in states, made by the real useradd and its like in a machine of the test's own."""

import shutil

import machine as machines
import pytest

pytestmark = pytest.mark.skipif(not shutil.which("useradd", path="/usr/sbin"), reason="no useradd")


@pytest.fixture
def machine(build, tmp_path):
    made = machines.make(build, tmp_path)
    made.write("/etc/skel/.profile", "# hello\n")
    return made


def entries(machine, name):
    """The lines of a file of /etc, by name."""
    return {line.split(":")[0]: line.split(":")[1:] for line in machine.read(f"/etc/{name}").splitlines()}


def plain(tree, left):
    """Without what is left; the order of the lines is the programs' business."""
    lines = {f"etc/{name}" for name in ("passwd", "group", "shadow", "gshadow")}
    return {name: (*value[:3], sorted(value[3].splitlines()) if name in lines else value[3]) for name, value in tree.items() if name not in left}


def undone(machine, before):
    done = machine.osier("undo")
    assert done.status == 0, (done.out, done.err)
    after = machine.tree("etc", "home")
    # useradd keeps copies, and makes files of numbers that it never takes away
    left = {name for name in after if name.endswith("-") or name.startswith("etc/sub") or name in ("etc/.pwd.lock",)}
    assert plain(after, left) == plain(before, left)


STATE = """
[group.staff_]
gid = 4000
[user.app]
system = true
groups = ["adm", "staff_"]
comment = "The application"
home = "/srv/app"
create_home = true
[user.me]
shell = "/bin/bash"
[file."/srv/app/conf"]
content = "x"
owner = "app"
group = "staff_"
[authorized_keys.me]
keys = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me"
"""


def test_users_own_what_the_same_plan_makes(machine):
    before = machine.tree("etc", "home")
    machine.path("/srv").mkdir()
    machine.write("/site/site.toml", STATE)
    plan = machine.osier("plan", "/site/site.toml")
    assert plan.status == 0, plan.err
    assert "user app  nothing -> uid=999:group=app:groups=adm,staff_:comment=The application:home=/srv/app" in plan.out, plan.out
    assert "gid=4000" in plan.out and "undo: compensate" in plan.out and "/srv/app  directory" in plan.out
    machine.apply(STATE)
    users, groups = entries(machine, "passwd"), entries(machine, "group")
    assert users["app"] == ["x", "999", "999", "The application", "/srv/app", "/usr/sbin/nologin"]
    assert users["me"] == ["x", "1000", "1000", "", "/home/me", "/bin/bash"]
    assert groups["staff_"] == ["x", "4000", "app"] and groups["adm"][2] == "app" and groups["app"][1] == "999"
    assert entries(machine, "shadow")["app"][0].startswith("!")
    for name, mode, uid, gid in (("/srv/app", 0o700, 999, 999), ("/srv/app/conf", 0o644, 999, 4000), ("/home/me", 0o700, 1000, 1000),
                                 ("/home/me/.profile", 0o644, 1000, 1000), ("/home/me/.ssh/authorized_keys", 0o600, 1000, 1000)):
        st = machine.path(name).stat()
        assert (st.st_mode & 0o7777, st.st_uid, st.st_gid) == (mode, uid, gid), name
    undone(machine, before)
    assert not list(machine.path("/srv").iterdir())
    assert machine.osier("undo", "2").status == 0  # undone once more it is redone
    assert entries(machine, "passwd")["app"][1] == "999"


def test_keys_come_behind_their_user_and_make_no_home(machine):
    machine.apply('[authorized_keys.me]\nkeys = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me"\n[user.me]\n')
    assert machine.path("/home/me").stat().st_mode & 0o777 == 0o700 and machine.path("/home/me/.profile").exists()
    told = machine.refused('[user.app]\nsystem = true\n[authorized_keys.app]\nkeys = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me"\n')
    assert "'/nonexistent', the home of 'app', isn't there; create_home of [user.app] makes it" in told


def test_users_are_changed_and_changed_back(machine):
    machine.apply("[user.me]\ngroups = ['users']\n")
    before = machine.tree("etc", "home")
    machine.apply('[user.me]\nuid = 1234\ngroup = "www-data"\ngroups = "adm"\ncomment = "Me: no" \n'.replace(": no", "") + 'shell = "/bin/bash"\n')
    assert entries(machine, "passwd")["me"] == ["x", "1234", "33", "Me", "/home/me", "/bin/bash"]
    assert [name for name, line in entries(machine, "group").items() if "me" in line[2].split(",")] == ["adm", "users"]
    machine.apply("[user.me]\ngroups = 'adm'\nexactly = true\n")
    assert [name for name, line in entries(machine, "group").items() if "me" in line[2].split(",")] == ["adm"]
    assert machine.osier("undo").status == 0
    undone(machine, before)


def test_absent_users_and_groups(machine):
    machine.apply("[user.me]\n[group.other]\n")
    before = machine.tree("etc", "home")
    machine.apply("[group.me]\nabsent = true\n[user.me]\nabsent = true\n[group.other]\nabsent = true\n")
    assert not {"me", "other"} & {*entries(machine, "passwd"), *entries(machine, "group")}
    assert machine.path("/home/me").is_dir()  # what is in there is nobody's to throw away
    undone(machine, before)
    # a group stays that a state doesn't speak of
    machine.apply("[user.me]\nabsent = true\n")
    assert "me" in entries(machine, "group") and "me" not in entries(machine, "passwd")


def test_locked_passwords(machine):
    machine.apply("[user.me]\n")
    shadow = machine.path("/etc/shadow")
    shadow.write_text(shadow.read_text().replace("me:!:", "me:$6$a$b:"))
    machine.apply("[user.me]\nlocked = true\n")
    assert entries(machine, "shadow")["me"][0] == "!$6$a$b"
    assert machine.osier("undo").status == 0
    assert entries(machine, "shadow")["me"][0] == "$6$a$b"
    plan = machine.osier("plan", "/site/site.toml")
    assert "$6$" not in plan.out and "user me: locked  no -> yes" in plan.out


def test_a_program_that_fails_takes_all_back(machine):
    machine.fake("useradd", "echo no room >&2; exit 1")
    before = machine.tree("etc", "home")
    machine.write("/site/site.toml", "[user.me]\n[file.'/etc/mine']\ncontent = 'x'\nowner = 'me'\n")
    done = machine.osier("apply", "/site/site.toml", "--yes")
    assert done.status == 1 and "no room" in done.err
    after = machine.tree("etc", "home")
    assert {n: v for n, v in after.items() if not n.endswith("-") and n != "etc/.pwd.lock"} == before


def test_what_is_wrong_is_told_before(machine):
    told = machine.refused("[user.'a:b']\n[user.'-x']\n[user.x]\nhome = 'a:b'\n[user.y]\ncomment = \"a\\nb\"\n[user.z]\nuid = -1\n"
                           "[group.'1']\n[user.'a\\nb']\n".replace("'a\\nb'", '"a\\nb"'))
    for why in ("'a:b' is no name", "'-x' is no name", "home is an absolute path", "comment is one line", "uid is a number", "'1' is no name", "'a\\nb' is no name"):
        assert why in told, (why, told)
    told = machine.refused("[user.me]\ngroups = ['nobodies']\n")
    assert "site.toml:2:10: there is no group 'nobodies'; [group.nobodies] makes one" in told


def test_check_tells_the_value(machine):
    machine.write("/site/site.toml", '[user.www-data]\nshell = "/bin/bash"\n')
    done = machine.osier("check", "/site/site.toml")
    assert done.status == 1 and "shell is /usr/sbin/nologin, not /bin/bash" in done.out


def test_users_that_a_state_has_no_more_are_shown(machine):
    machine.apply("[user.me]\n[user.other]\nshell = '/bin/bash'\n[sysctl]\n'net.x' = { value = 1, runtime = false }\n")
    machine.write("/site/site.toml", "[user.me]\n")
    lines = machine.osier("plan", "/site/site.toml", "--against=1").out.splitlines()
    told = {line.removeprefix("? no more  ").partition("  (")[0] for line in lines if line.startswith("?")}
    assert told == {"user other", "group other", "/home/other", "/home/other/.profile", "/etc/sysctl.d", "/etc/sysctl.d/60-osier.conf"}
