# SPDX-License-Identifier: MIT
"""osier get FILE and osier set FILE, and [set] of states: keys of configuration files."""

import json
import os
import pathlib

import pytest


@pytest.fixture(autouse=True)
def journal(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("OSIER_STATE", str(tmp_path_factory.mktemp("journal")))


def test_a_key_is_set_shown_and_undone(osier, tmp_path):
    path = tmp_path / "sshd_config"
    path.write_text("# top\nPort 22\n#PasswordAuthentication yes\n")
    path.chmod(0o640)
    done = osier("set", "./sshd_config", "PasswordAuthentication=no", "Port=2222")
    assert done.status == 0 and "takes it back" in done.out
    assert path.read_text() == "# top\nPort 2222\n#PasswordAuthentication yes\nPasswordAuthentication no\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert osier("get", "./sshd_config").out == "Port = 2222\nPasswordAuthentication = no\n"
    assert osier("get", "./sshd_config", "passwordauthentication").out == "no\n"
    assert json.loads(osier("get", "./sshd_config", "--json").out)[1] == {"key": "PasswordAuthentication", "value": "no", "line": 4}
    assert osier("set", "./sshd_config", "Port=2222").out == "nothing to do\n"
    assert osier("set", "--unset", "./sshd_config", "Port").status == 0
    assert path.read_text() == "# top\n#PasswordAuthentication yes\nPasswordAuthentication no\n"
    osier("undo")
    osier("undo")
    assert path.read_text() == "# top\nPort 22\n#PasswordAuthentication yes\n"


def test_values_are_taken_as_they_are(osier, tmp_path):
    value = 'a "b" {{c}} \\ é %s'
    assert osier("set", "./x.json", f"key={value}").status == 0
    assert json.loads((tmp_path / "x.json").read_text()) == {"key": value}
    assert osier("get", "./x.json", "key").out == value + "\n"


def test_nothing_is_changed_by_a_dry_run(osier, tmp_path):
    (tmp_path / "a.env").write_text("A=1\n")
    done = osier("set", "--dry-run", "./a.env", "A=2")
    assert done.status == 0 and "-A=1\n+A=2\n" in done.out and (tmp_path / "a.env").read_text() == "A=1\n"


def test_a_link_stays(osier, tmp_path):
    (tmp_path / "real.ini").write_text("[a]\nx = 1\n")
    (tmp_path / "l.ini").symlink_to("real.ini")
    assert osier("set", "./l.ini", "a.x=2").status == 0
    assert (tmp_path / "l.ini").is_symlink() and (tmp_path / "real.ini").read_text() == "[a]\nx = 2\n"


def test_mistakes(osier, tmp_path):
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "t.toml").write_text("[a]\nb = 1\n")
    assert osier("set", "./unknown", "a=1").status == 64 and osier("get", "./unknown").status == 64
    assert osier("set", "./t.toml", "a").status == 64 and osier("get", "./t.toml", "a", "b").status == 64
    assert osier("get", "./none.toml").status == 1
    assert "has no such key: 'x'" in osier("get", "./t.toml", "x").err
    assert "not of the format json" in osier("get", "./bad.json").err
    done = osier("set", "./bad.json", "a=1")
    assert done.status == 1 and "is not of the format json" in done.err
    done = osier("set", "./t.toml", "a=1")
    assert done.status == 1 and "'a' can't be set so in a file of the format toml" in done.err
    assert "there is no such format: 'odd'" in osier("get", "./t.toml", "--format=odd").err
    assert osier("set", "--format=ini", "./unknown", "a.b=1").status == 0


def test_items_of_lists(osier, tmp_path):
    text = "# top\nhosts:\n  - a # one\n  - b\nflow: [x, y]\nmaps:\n  - name: a\nblock: |\n  z: 1\n"
    (tmp_path / "x.yaml").write_text(text)
    assert osier("get", "./x.yaml", "hosts[1]").out == "b\n"
    assert osier("get", "./x.yaml", "hosts").out == "hosts[0] = a\nhosts[1] = b\n"
    assert osier("set", "./x.yaml", "hosts[0]=c", "flow[1]=z, z").status == 0
    assert (tmp_path / "x.yaml").read_text() == text.replace("- a #", "- c #").replace("y]", '"z, z"]')
    for key, why in (("hosts", "'hosts' can't be set so in a file of the format yaml: it is a list, in line 2, whose items are set one by one: 'hosts[0]'"),
                     ("hosts[2]", "'hosts', in line 2, is a list of 2"), ("flow[0].x", "'flow[0]', in line 5, is a value, and no mapping or list"),
                     ("maps[0]", "in line 7 it is a mapping"), ("block", "in line 8 it is a text of several lines"), ("new[0]", "there is no such list")):
        done = osier("set", "./x.yaml", f"{key}=1")
        assert done.status == 1 and why in done.err, (key, done.err)
    assert "it is an item of a list, in line 3" in osier("set", "--unset", "./x.yaml", "hosts[0]").err
    (tmp_path / "x.toml").write_text('a = [1, 2]\n[[t]]\nn = "x"\n')
    assert osier("get", "./x.toml", "a[1]").out == "2\n" and osier("get", "./x.toml", "t[0].n").out == "x\n"
    assert osier("set", "./x.toml", "a[1]=5").status == 0 and (tmp_path / "x.toml").read_text() == 'a = [1, 5]\n[[t]]\nn = "x"\n'
    for key, why in (("a", "it is a list, in line 1, which a list replaces, or its items one by one: 'a[0]'"), ("a[2]", "'a', in line 1, is a list of 2"),
                     ("a[0].x", "'a[0]', in line 1, is an integer, and no table")):
        done = osier("set", "./x.toml", f"{key}=x")
        assert done.status == 1 and why in done.err, (key, done.err)
    assert "x.yaml has no such key: 'none'" in osier("get", "./x.yaml", "none").err


def test_states_set_keys(osier, tmp_path, arch):
    (tmp_path / "d.json").write_text('{"old": 1, "x": "y"}')
    (tmp_path / "conf").write_text("a = 1\n")
    text = '''
[set."@/a.service".Service]
ExecStart = ["/bin/a", "/bin/b"]
Restart = "no"
[set."@/d.json"]
"@unset" = ["old"]
n = 5
list = [1, 2]
name = "on {{arch}}"
[set."@/conf"]
"@format" = "sysctl"
"@check" = "grep -q 'b = true' {}"
b = true
'''
    (tmp_path / "s.toml").write_text(text.replace("@/", f"{tmp_path}/"))
    done = osier("apply", "s.toml", "--yes")
    assert done.status == 0, done.err
    assert (tmp_path / "a.service").read_text() == "[Service]\nExecStart=/bin/a\nExecStart=/bin/b\nRestart=no\n"
    assert json.loads((tmp_path / "d.json").read_text()) == {"x": "y", "n": 5, "list": [1, 2], "name": f"on {arch}"}
    assert (tmp_path / "conf").read_text() == "a = 1\nb = true\n"
    assert osier("plan", "s.toml").out == "nothing to do\n"
    (tmp_path / "a.service").write_text("[Service]\nExecStart=/bin/b\nExecStart=/bin/a\n")
    assert osier("apply", "s.toml", "--yes").status == 0
    assert (tmp_path / "a.service").read_text() == "[Service]\nExecStart=/bin/a\nExecStart=/bin/b\nRestart=no\n"


@pytest.mark.parametrize("text, message", [
    ('[set."/x/unknown"]\na = 1', "s.toml:1:6: the format of '/x/unknown' can't be told by its name; \"@format\" says it"),
    ('[set."/x.ini"]\n"@what" = 1', "s.toml:2:1: there is no '@what'; known are @format, @check, @unset"),
    ('[set."/x.ini"]\n"@unset" = 1', "@unset is a list of keys"),
    ('[set."/x.ini"]\n"a b\\n" = 1', "can't be set so in a file of the format ini"),
    ('[file."/x.ini"]\ncontent = "a"\n[set."/x.ini"]\na = 1', "file s.toml:1 says already what '/x.ini' shall be"),
])  # fmt: skip
def test_mistakes_in_states(osier, tmp_path, text, message):
    (tmp_path / "s.toml").write_text(text)
    done = osier("plan", "s.toml")
    assert done.status == 1 and message in done.err


def test_a_known_program_checks_the_file(osier, tmp_path, monkeypatch):
    """visudo, as it would be called for /etc/sudoers.d; one that refuses what is there as well isn't believed."""
    if os.geteuid() != 0 or pathlib.Path("/etc/sudoers.d/osier-test").exists():
        pytest.skip("it takes root")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/visudo").write_text("#!/bin/sh\ngrep -q good \"$2\" || { echo no good; exit 1; }\n")
    (tmp_path / "bin/visudo").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    (tmp_path / "s.toml").write_text('[file."/etc/sudoers.d/osier-test"]\ncontent = "bad"\n')
    os.makedirs("/etc/sudoers.d", exist_ok=True)
    done = osier("plan", "s.toml")
    assert done.status == 1 and "doesn't pass `visudo -cf {}`: no good" in done.err
