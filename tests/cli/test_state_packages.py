# SPDX-License-Identifier: MIT
"""osier plan, apply, undo and check of packages, over an apt-get and a dpkg status that are the test's own."""

import json
import re

import pytest

APT = r"""#!/usr/bin/python3
# Knows the packages of @/known.json, and changes @/dpkg/status. What it is called with is noted, but for -s.
import json, os, re, sys
words = [w for w in sys.argv[1:] if not w.startswith("-") and "::=" not in w and "Timeout=" not in w]
dry = "-s" in sys.argv
known = json.load(open("@/known.json"))
if not dry:
    with open("@/calls", "a") as file: print("apt-get", *words, *(["--purge"] if "--purge" in sys.argv else []), file=file)
verb, names = words[0], words[1:]
if verb == "update": sys.exit(0)
if os.path.exists("@/broken") and not dry: sys.exit("E: the disk is full")
text = open("@/dpkg/status").read()
have = dict(re.findall(r"^Package: (\S+)\nStatus: \S+ ok installed\n(?:.*\n)*?Version: (\S+)", text, re.M))
want, gone = {}, []
try: marked = set(re.findall(r"^Package: (\S+)\n(?:.+\n)*Auto-Installed: 1", open("@/apt/extended_states").read(), re.M))
except OSError: marked = set()
def install(name, version=None):
    if name not in known: sys.exit(f"E: Unable to locate package {name}")
    want[name] = version if version and version[-1] != "*" else known[name]["version"]
    for other in known[name].get("needs", []):
        if other not in have or have[other] != known[other]["version"]:
            if other not in have: marked.add(other)
            if other not in want: want[other] = known[other]["version"]
for name in names:
    if verb == "purge" or name.endswith("-"): gone.append(name.rstrip("-") if verb != "purge" else name)
    else:
        install(*name.split("=", 1))
        marked.discard(name.split("=")[0])
for name, version in want.items():
    if have.get(name) == version: continue
    old = f" [{have[name]}]" if name in have else ""
    print(f"Inst {name}{old} ({version} Debian:12 [amd64])")
    have[name] = version
for name in gone:
    if name in have or (verb == "purge" and f"Package: {name}\n" in text):
        print(f"{'Purg' if verb == 'purge' or '--purge' in sys.argv else 'Remv'} {name} [{have.pop(name, known[name]['version'])}]")
if not dry:
    os.makedirs("@/apt", exist_ok=True)
    with open("@/apt/extended_states", "w") as file:
        for name in sorted(marked & set(have)): print(f"Package: {name}\nArchitecture: amd64\nAuto-Installed: 1\n", file=file)
    held = re.findall(r"^Package: (\S+)\nStatus: hold", text, re.M)
    with open("@/dpkg/status", "w") as file:
        for name, version in sorted(have.items()):
            print(f"Package: {name}\nStatus: {'hold' if name in held else 'install'} ok installed\nArchitecture: amd64\nVersion: {version}\n", file=file)
"""

MARK = r"""#!/bin/sh
echo "apt-mark $*" >> @/calls
[ -e "@/broken-$1" ] && { echo "$1 is broken" >&2; exit 5; }
case $1 in
auto) shift; for name; do printf 'Package: %s\nArchitecture: amd64\nAuto-Installed: 1\n\n' "$name" >> @/apt/extended_states; done; exit ;;
hold) from=install to=hold ;;
*) from=hold to=install ;;
esac
/bin/sed -i "/^Package: $2\$/{n;s/Status: $from/Status: $to/}" @/dpkg/status
"""


@pytest.fixture(autouse=True)
def machine(tmp_path_factory, tmp_path, monkeypatch):
    """An apt-get and an apt-mark whose packages are the test's, and nothing else in PATH."""
    place = tmp_path_factory.mktemp("machine")
    for folder in ("programs", "dpkg"):
        (place / folder).mkdir()
    for name, text in (("apt-get", APT), ("apt-mark", MARK)):
        (place / "programs" / name).write_text(text.replace("@", str(place)))
        (place / "programs" / name).chmod(0o755)
    (place / "known.json").write_text(json.dumps({
        "web": {"version": "1.22.1-9", "needs": ["web-common"]}, "web-common": {"version": "1.22.1-9"},
        "g++": {"version": "4:12.2"}, "old": {"version": "2"}, "base": {"version": "1"}}))
    (place / "dpkg/status").write_text(
        "Package: base\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
        "Package: old\nStatus: install ok installed\nArchitecture: amd64\nDescription: an old one\n text\n"
        "Version: 1\n\n")
    monkeypatch.setenv("PATH", str(place / "programs"))
    monkeypatch.setenv("DPKG_ADMINDIR", str(place / "dpkg"))
    monkeypatch.setenv("OSIER_STATE", str(tmp_path_factory.mktemp("journal")))
    monkeypatch.chdir(tmp_path)
    return place


@pytest.fixture
def installed(machine):
    """What dpkg has: names and versions."""

    def installed():
        stanzas = (machine / "dpkg/status").read_text().strip().split("\n\n")
        fields = [dict(line.split(": ", 1) for line in s.splitlines() if ": " in line) for s in stanzas]
        return {f["Package"]: f["Version"] for f in fields if f}

    return installed


@pytest.fixture
def marks(machine):
    """Marks packages as having come by themselves, and tells which are."""
    path = machine / "apt/extended_states"

    def marks(*names):
        path.parent.mkdir(exist_ok=True)
        for name in names:
            with open(path, "a") as file:
                file.write(f"Package: {name}\nArchitecture: amd64\nAuto-Installed: 1\n\n")
        return sorted(set(re.findall("^Package: (.*)$", path.read_text(), re.M)))

    return marks


def write(tmp_path, text):
    (tmp_path / "site.toml").write_text(text.replace("@", str(tmp_path)))


def test_packages_with_what_they_pull_in(osier, tmp_path, installed, calls):
    write(tmp_path, '[package.web]\n[package."g++"]\n[package.base]\n')
    shown = osier("plan", "site.toml")
    for name, version in (("web-common", "1.22.1-9"), ("web", "1.22.1-9"), ("g++", "4:12.2")):
        assert f"package {name}  absent -> {version}  undo: compensate  (site.toml:1)\n" in shown.out
    assert shown.out.endswith("\n3 values set by programs\n") and calls() == []
    assert osier("apply", "site.toml", "--yes").status == 0
    assert calls() == ["apt-get install web g++"]
    assert installed() == {"base": "1", "old": "1", "web": "1.22.1-9", "web-common": "1.22.1-9", "g++": "4:12.2"}
    assert osier("plan", "site.toml").out == "nothing to do\n" and osier("check", "site.toml").status == 0
    assert osier("undo").status == 0 and installed() == {"base": "1", "old": "1"}
    assert calls() == ["apt-get install web- web-common- g++- --purge"]


def test_versions_and_what_is_absent(osier, tmp_path, installed, calls):
    write(tmp_path, '[package.old]\nversion = "2*"\n[package.base]\nstate = "absent"\n')
    shown = osier("plan", "site.toml").out
    assert "package old  1 -> 2  undo" in shown and "package base  1 -> absent  undo" in shown
    assert osier("check", "site.toml").out.startswith("not so: package old: it is 1, not 2*  (site.toml:1)\n")
    assert osier("apply", "site.toml", "--yes").status == 0 and installed() == {"old": "2"}
    assert calls() == ["apt-get install old=2* base-"]
    assert osier("undo").status == 0 and installed() == {"base": "1", "old": "1"}


def test_held_is_a_value_of_its_own(osier, tmp_path, machine, calls):
    write(tmp_path, '[package.base]\nheld = true\n')
    assert "package base: held  free -> held" in osier("plan", "site.toml").out
    assert osier("apply", "site.toml", "--yes").status == 0 and calls() == ["apt-mark hold base"]
    assert osier("plan", "site.toml").out == "nothing to do\n"
    assert osier("undo").status == 0 and calls() == ["apt-mark unhold base"]


def test_marks_of_apt_are_as_before_when_all_is_undone(osier, tmp_path, machine, installed, marks, calls):
    (machine / "known.json").write_text(json.dumps({"web": {"version": "2", "needs": ["old"]}, "old": {"version": "2"}, "base": {"version": "2"}}))
    assert marks("base", "old") == ["base", "old"]
    write(tmp_path, '[package.web]\n[package.base]\nversion = "2*"\n')
    shown = osier("plan", "site.toml")
    assert "package base: mark  auto -> manual  undo: compensate" in shown.out and "package old: mark" not in shown.out
    assert shown.out.endswith("\n4 values set by programs\n")  # web, old, base and base's mark
    assert osier("apply", "site.toml", "--yes").status == 0
    assert marks() == ["old"] and installed() == {"base": "2", "old": "2", "web": "2"}
    assert calls() == ["apt-get install web base=2*"]
    assert osier("plan", "site.toml").out == "nothing to do\n"
    assert osier("undo").status == 0
    assert calls() == ["apt-get install web- old=1 base=1 --purge", "apt-mark auto old base"]
    assert marks() == ["base", "old"] and installed() == {"base": "1", "old": "1"}
    calls()
    assert osier("undo", "2").status == 0 and marks() == ["old"]  # which does it again


def test_marks_of_what_was_absent(osier, tmp_path, installed, marks):
    marks("base")
    write(tmp_path, '[package.base]\nstate = "absent"\n[package.old]\nstate = "absent"\npurge = true\n')
    assert osier("apply", "site.toml", "--yes").status == 0 and marks() == [] and installed() == {}
    assert osier("undo").status == 0
    assert marks() == ["base"] and installed() == {"base": "1", "old": "1"}


def test_marks_are_taken_back_where_something_fails(osier, tmp_path, machine, installed, marks):
    marks("base", "old")
    (machine / "broken-hold").touch()
    write(tmp_path, '[package.old]\nversion = "2*"\nheld = true\n')
    done = osier("apply", "site.toml", "--yes")
    assert done.status == 1 and "hold is broken" in done.err
    assert marks() == ["base", "old"] and installed() == {"base": "1", "old": "1"}


def test_what_comes_after_a_package_waits_for_it(osier, tmp_path, installed, calls):
    write(tmp_path, '[package.web]\n[file."@/conf"]\nafter = ["package:web"]\n[file."@/first"]\n')
    shown = osier("plan", "site.toml")
    assert shown.status == 4 and "what comes after that is known when it has run" in shown.out
    assert "/first" in shown.out and "/conf" not in shown.out
    assert osier("apply", "site.toml", "--yes").status == 0
    assert (tmp_path / "conf").exists() and (tmp_path / "first").exists() and "web" in installed()
    log = osier("log").out.splitlines()
    assert len(log) == 2 and "done, with 1 " in log[0] and "1 program  done " in log[1]
    assert osier("undo").status == 0  # both rounds
    assert not (tmp_path / "conf").exists() and not (tmp_path / "first").exists() and "web" not in installed()
    assert osier("undo").err.endswith("there is nothing to undo\n")


def test_a_later_round_that_fails_takes_the_first_back(osier, tmp_path, installed):
    (tmp_path / "dir").mkdir()
    write(tmp_path, '[package.web]\n[file."@/dir"]\nafter = ["package:web"]\ncontent = "x"\n[file."@/first"]\n')
    done = osier("apply", "site.toml", "--yes")
    assert done.status == 1 and "1 was taken back" in done.err
    assert not (tmp_path / "first").exists() and "web" not in installed()


def test_apt_that_fails_takes_all_back(osier, tmp_path, machine, installed):
    (machine / "broken").touch()
    write(tmp_path, '[package.web]\n[file."@/first"]\n')
    done = osier("apply", "site.toml", "--yes")
    assert done.status == 1 and "E: the disk is full" in done.err and "nothing was changed" in done.err
    assert not (tmp_path / "first").exists() and osier("log").out == ""


def test_what_apt_refuses_is_no_plan(osier, tmp_path, calls):
    write(tmp_path, '[package.nowhere]\n')
    done = osier("plan", "site.toml")
    assert done.status == 1 and "apt-get refuses" in done.err and "Unable to locate package nowhere" in done.err
    assert osier("check", "site.toml").out.startswith("not so: package nowhere: it is absent, not installed")


def test_names_that_are_none(osier, tmp_path, calls):
    for name in ("-x", "--purge", "a b", "a\\nb", "x", "web-", "a/b", "Web", "web=1", "web:", "a;b"):
        write(tmp_path, f'[package."{name}"]\n')
        done = osier("plan", "site.toml")
        assert done.status == 1 and "is no name for a package" in done.err, name
    for text, message in [('version = "-x"', "is no version"), ('version = "1*2"', "is no version"),
                          ('state = "there"', "a package is \"installed\" or \"absent\", not 'there'"),
                          ('state = "absent"\nversion = "1"', "what is absent has no version"),
                          ("purge = true", "purge is for a package that is absent")]:
        write(tmp_path, f"[package.web]\n{text}\n")
        assert message in osier("plan", "site.toml").err, text
    assert calls() == []


def test_without_dpkg_nobody_can_tell(osier, tmp_path, machine):
    (machine / "dpkg/status").unlink()
    write(tmp_path, "[package.web]\n")
    assert "dpkg's status can't be read" in osier("plan", "site.toml").err
    done = osier("check", "site.toml", "--format=nagios")
    assert done.status == 3 and done.out.startswith("STATE UNKNOWN: 1 of 1 are not so: package web ")
    (machine / "dpkg/status").write_text("Package: base\nStatus: install ok installed\nVersion: 1\n")
    (machine / "programs/apt-get").unlink()
    assert osier("check", "site.toml", "--format=nagios").status == 2
    assert "there is no program apt-get" in osier("plan", "site.toml").err
