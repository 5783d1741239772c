# SPDX-License-Identifier: MIT
"""osier set and osier get of settings: of recorded machines, and of this one in namespaces of the test."""

import json
import os
import shutil
import subprocess

import pytest


@pytest.fixture
def plant(tmp_path, monkeypatch):
    monkeypatch.setenv("OSIER_STATE", str(tmp_path / "state"))

    def plant(path, text=""):
        place = tmp_path / "m" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        return place

    return plant


def settings(osier, *words):
    return {s["name"]: s for s in osier.json("get", "sysctl", "--root=m", *words)}


def test_what_a_start_makes_of_the_files(osier, plant):
    for name, value in {"a/one": 1, "a/two": 2, "a/v.1/x": 3, "a/v.2/x": 4, "a/v.3/x": 5, "three": "7\t 8"}.items():
        plant(f"proc/sys/{name}", f"{value}\n")
    plant("etc/sysctl.d/50-b.conf", "# no\n; no\n\n a.one =  10 \na.two=20\nbroken\n-a.two\n=5\n")
    plant("usr/lib/sysctl.d/50-b.conf", "a.one = hidden by its name\n")
    plant("run/sysctl.d/10-a.conf", "a.one = 9\nthree = 7  8\na/../one = 3\nthis.is.missing = 1")
    plant("usr/local/lib/sysctl.d/90-c.conf", "a.*.x = 30\na/v.2/x = 40\n-a.v/3.x\n")
    plant("etc/sysctl.d/99-no", "a.one = not a .conf\n")
    found = settings(osier)
    assert [(n, s["value"], s["configured"], s["source"], s["agree"]) for n, s in found.items()] == [
        ("a.one", "1", "10", "/etc/sysctl.d/50-b.conf:4", False),
        ("a.two", "2", None, None, True),
        ("a.v/1.x", "3", "30", "/usr/local/lib/sysctl.d/90-c.conf:1", False),
        ("a.v/2.x", "4", "40", "/usr/local/lib/sysctl.d/90-c.conf:2", False),
        ("a.v/3.x", "5", None, None, True),
        ("three", "7\t 8", "7  8", "/run/sysctl.d/10-a.conf:2", True),
    ]
    assert list(settings(osier, "a.v/1.x")) == list(settings(osier, "a/v.1/x")) == ["a.v/1.x"]
    assert list(settings(osier, "a")) == list(settings(osier, "a.*")) == ["a.one", "a.two", "a.v/1.x", "a.v/2.x", "a.v/3.x"]
    for wrong in "nothing", "..", "a..one", "/etc/passwd":
        assert osier("get", "sysctl", wrong, "--root=m").status == 1, wrong


def test_of_several_all_are_set_or_none(osier, plant):
    plant("proc/sys/a/one", "1\n")
    plant("proc/sys/a/two", "2\n")
    own = plant("etc/sysctl.d/60-osier.conf", "# mine\n")
    plant("etc/sysctl.d/90-later.conf", "a.two = 5\n")
    done = osier("set", "sysctl", "a.one=7", "a.two=8", "--root=m")
    assert (done.status, done.out) == (1, "")
    assert "/etc/sysctl.d/90-later.conf:1" in done.err and done.err.endswith("nothing was changed\n")
    assert own.read_text() == "# mine\n"
    plant("proc/sys/a/three", "3\n")
    done = osier("set", "sysctl", "a.one=7", "a.three=5", "--root=m")
    assert (done.status, done.out) == (0, "a.one = 7\na.three = 5\n")
    assert own.read_text() == "# mine\na.one = 7\na.three = 5\n"


def test_a_zone_that_nobody_knows(osier, plant):
    plant("etc/hostname", "h\n")
    assert osier.json("get", "timezone", "--root=m") == [
        {"name": "timezone", "value": None, "configured": None, "source": None, "agree": True}
    ]


def test_a_parameter_is_set_and_every_other_line_stays(osier, plant):
    plant("proc/sys/a/one", "1\n")
    own = plant("etc/sysctl.d/60-osier.conf", "# mine\na.two = 2\na/one=5\n\n a.one = 6\n# end")
    assert osier("set", "sysctl", "a.one=7", "--root=m").out == "a.one = 7\n"
    assert own.read_text() == "# mine\na.two = 2\na.one = 7\n\n# end\n"
    assert settings(osier)["a.one"]["configured"] == "7"
    assert osier("undo").status == 0
    assert own.read_text() == "# mine\na.two = 2\na/one=5\n\n a.one = 6\n# end"


def test_nothing_is_done_where_a_later_file_says_otherwise(osier, plant, tmp_path):
    plant("proc/sys/a/one", "1\n")
    plant("etc/sysctl.d/70-x.conf", "b = 1\na/one = 3\n")
    done = osier("set", "sysctl", "a.one=7", "--root=m")
    assert (done.status, done.out) == (1, "")
    assert done.err == "osier: set: a later file says otherwise; see --force: '/etc/sysctl.d/70-x.conf:2'\n"
    assert not (tmp_path / "m/etc/sysctl.d/60-osier.conf").exists()
    assert osier("set", "sysctl", "a.one=7", "--root=m", "--force").status == 0
    assert settings(osier)["a.one"]["source"] == "/etc/sysctl.d/99-zz-osier.conf:1"
    plant("etc/sysctl.d/99-zzz.conf", "a.one = 4\n")
    assert osier("set", "sysctl", "a.one=7", "--root=m", "--force").status == 1


def test_several_are_one_transaction(osier, plant, tmp_path):
    """So whoever dies in between leaves all of them or none, and one undo takes all back."""
    plant("proc/sys/a/one", "1\n")
    plant("etc/sysctl.d/70-x.conf", "b = 1\nc = 3\n")
    own, late = tmp_path / "m/etc/sysctl.d/60-osier.conf", tmp_path / "m/etc/sysctl.d/99-zz-osier.conf"
    done = osier("set", "sysctl", "a.one=7", "c=4", "d=x = y", "a.one=8", "--root=m", "--force", "--json")
    assert done.status == 0, done.err
    told = [json.loads(line) for line in done.out.splitlines()]
    assert [(one["name"], one["value"]) for one in told] == [("a.one", "7"), ("c", "4"), ("d", "x = y"), ("a.one", "8")]
    assert len({one["id"] for one in told}) == 1
    assert (own.read_text(), late.read_text()) == ("a.one = 8\nd = x = y\n", "c = 4\n")
    assert len(osier.json("log")) == 1
    assert osier("undo").status == 0
    assert not own.exists() and not late.exists()
    refused = osier("set", "sysctl", "a.one=7", "c=4", "--root=m")
    assert refused.err == "osier: set: a later file says otherwise; see --force: '/etc/sysctl.d/70-x.conf:2'\nosier: set: nothing was changed\n"
    refused = osier("set", "sysctl", "a.one=7", "d=", "e=1", "--root=m")
    assert refused.status == 1 and refused.err == "osier: set: no value of d: ''\nosier: set: nothing was changed\n"
    assert not own.exists()


def test_words_that_are_none(osier, plant):
    plant("etc/hosts")
    for words in (["sysctl"], ["nothing", "x"], ["sysctl", "a.one"], ["sysctl", "=1"], ["hostname", "a", "b"],
                  ["sysctl", "a=1", "--runtime", "--persistent"]):  # fmt: skip
        assert osier("set", *words, "--root=m").status == 64, words
    for words in (["sysctl", "../x=1"], ["sysctl", "a.*=1"], ["sysctl", "a="], ["hostname", "a-"], ["hostname", "a..b"],
                  ["hostname", "a b"], ["hostname", "x" * 65], ["timezone", "../../etc/passwd"], ["timezone", "/etc/passwd"],
                  ["locale", "LANG=no_SUCH.UTF-8"], ["locale", "PATH=C"], ["locale", "LANG=C; rm"], ["timezone", "None/Such"],
                  ["sysctl", "a=1", "--runtime"], ["hostname", "a", "--runtime"]):  # fmt: skip
        assert osier("set", *words, "--root=m").status == 1, words
    assert osier("set", "hostname", "name", "--root=m", "--dry-run").out == "hostname: nothing -> name\n"
    assert not any(path.name == "hostname" for path in plant("x").parent.rglob("*"))


def test_hostname_timezone_and_locale(osier, plant, tmp_path):
    hosts = plant("etc/hosts", "127.0.0.1 localhost\n127.0.1.1\told.example.org old older\n# 127.0.1.1 old\n10.0.0.1 old")
    hostname = plant("etc/hostname", "# a name\nold\n")
    assert osier("set", "hostname", "new-1", "--root=m").status == 0
    assert hostname.read_text() == "new-1\n"
    assert hosts.read_text() == (
        "127.0.0.1 localhost\n127.0.1.1\tnew-1.example.org new-1 older\n# 127.0.1.1 old\n10.0.0.1 old"
    )
    [setting] = osier.json("get", "hostname", "--root=m")
    assert (setting["configured"], setting["source"]) == ("new-1", "/etc/hostname")
    zone = plant("usr/share/zoneinfo/Europe/Test", "TZif2 and more")
    plant("usr/share/zoneinfo/zone.tab", "no zone")
    timezone = plant("etc/timezone", "Etc/UTC\n")
    assert osier("set", "timezone", "zone.tab", "--root=m").status == 1
    assert osier("set", "timezone", "Europe/Test", "--root=m").status == 0
    assert (tmp_path / "m/etc/localtime").resolve() == zone and timezone.read_text() == "Europe/Test\n"
    assert osier.json("get", "timezone", "--root=m")[0]["value"] == "Europe/Test"
    locale = plant("etc/default/locale", '# a comment\nLANG="de_DE.UTF-8"\nLC_TIME=C\n')
    plant("usr/lib/locale/en_GB.utf8/LC_TIME")
    plant("usr/lib/locale/locale-archive", "\0fr_FR.utf8\0")
    assert osier("set", "locale", "LANG=en_GB.UTF-8", "LC_ALL=fr_FR.UTF-8", "--root=m").status == 0
    assert locale.read_text() == "# a comment\nLANG=en_GB.UTF-8\nLC_TIME=C\nLC_ALL=fr_FR.UTF-8\n"
    found = osier.json("get", "locale", "--root=m", "--fields=name,configured,source")
    assert {"name": "LANG", "configured": "en_GB.UTF-8", "source": "/etc/default/locale:2"} in found
    for _ in range(4):
        assert osier("undo").status in (0, 1)


IN_NAMESPACES = """
set -eu
mount -t tmpfs none /etc/sysctl.d
"$OSIER" set sysctl net.ipv4.ip_default_ttl=77
test "$(cat /proc/sys/net/ipv4/ip_default_ttl)" = 77
grep -x 'net.ipv4.ip_default_ttl = 77' /etc/sysctl.d/60-osier.conf
"$OSIER" set sysctl net.ipv4.ip_default_ttl=9999 && exit 3
test "$(cat /proc/sys/net/ipv4/ip_default_ttl)" = 77
echo 'net.ipv4.ip_default_ttl = 5' >/etc/sysctl.d/95-x.conf
"$OSIER" set sysctl net.ipv4.ip_default_ttl=78 && exit 4
test "$(cat /proc/sys/net/ipv4/ip_default_ttl)" = 77
"$OSIER" set sysctl net.ipv4.ip_default_ttl=79 --runtime
test "$(cat /proc/sys/net/ipv4/ip_default_ttl)" = 79
echo 'net.ipv4.tcp_fin_timeout = 5' >/etc/sysctl.d/95-x.conf
"$OSIER" set sysctl net.ipv4.ip_default_ttl=81 net.ipv4.tcp_fin_timeout=9 && exit 6
test "$(cat /proc/sys/net/ipv4/ip_default_ttl)" = 79
grep -x 'net.ipv4.ip_default_ttl = 77' /etc/sysctl.d/60-osier.conf
rm /etc/sysctl.d/95-x.conf
mount -o remount,ro /etc/sysctl.d
"$OSIER" set sysctl net.ipv4.ip_default_ttl=80 && exit 5
test "$(cat /proc/sys/net/ipv4/ip_default_ttl)" = 79
"$OSIER" set hostname osier-test --runtime
test "$(cat /proc/sys/kernel/hostname)" = osier-test
echo done
"""


@pytest.mark.skipif(not shutil.which("unshare") or os.geteuid() != 0, reason="namespaces are made by root")
def test_both_or_neither_on_this_machine(build, tmp_path):
    done = subprocess.run(
        ["unshare", "--mount", "--net", "--uts", "sh", "-c", IN_NAMESPACES], capture_output=True, text=True,
        env={**os.environ, "OSIER": str(build / "osier"), "OSIER_STATE": str(tmp_path / "state")},
    )  # fmt: skip
    if "unshare failed" in done.stderr or "permission denied" in done.stderr:
        pytest.skip("no namespaces here")
    assert done.stdout.endswith("done\n"), done
