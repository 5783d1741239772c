# SPDX-License-Identifier: MIT
"""Every configuration file of the packages that are installed: set and unset restores every byte, and what is read
is what augeas reads."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

BUILD = pathlib.Path(os.environ["OSIER_BUILD"])
PROGRAM = BUILD / "tests" / "config_round"
FOLDERS = ["/etc", "/usr/lib/systemd", "/usr/lib/sysctl.d", "/usr/lib/environment.d", "/usr/share"]
BY_NAME = {".json": "json", ".toml": "toml", ".yml": "yaml", ".yaml": "yaml", ".ini": "ini", ".cfg": "ini",
           **dict.fromkeys([".service", ".socket", ".timer", ".target", ".path", ".mount", ".slice", ".network", ".desktop"], "unit")}


def format_of(path, content):
    if path.suffix in BY_NAME:
        return BY_NAME[path.suffix]
    if path.parent.name == "sysctl.d" or path.name == "sysctl.conf":
        return "sysctl"
    if path.name in ("sshd_config", "ssh_config"):
        return "ssh"
    if path.parent == pathlib.Path("/etc/default") or path.name in ("environment", "os-release", "locale.conf"):
        return "env"
    if str(path) in ("/etc/hosts", "/etc/fstab"):
        return path.name
    if str(path).startswith("/etc/systemd/"):
        return "unit"
    if path.suffix in (".conf", ".cnf") and re.search(rb"^\[[\w .-]+\]\s*$", content, re.M):
        return "ini"
    return None


def files():
    for folder in FOLDERS:
        for directory, _, names in os.walk(folder):
            for name in names:
                path = pathlib.Path(directory, name)
                if path.is_symlink() or not path.is_file() or path.stat().st_size > 65536:
                    continue
                try:
                    content = path.read_bytes()
                except OSError:
                    continue
                kind = None if b"\0" in content else format_of(path, content)
                if kind:
                    yield kind, path


def test_set_and_unset_restores_every_byte():
    listed = "".join(f"{kind} {path}\n" for kind, path in files())
    done = subprocess.run([PROGRAM], input=listed, capture_output=True, text=True)
    tried, wrong = re.fullmatch(r"(\d+) tried, (\d+) wrong", done.stdout.splitlines()[-1]).groups()
    assert wrong == "0", done.stdout
    assert int(tried) >= 200 and done.returncode == 0


def augeas(lens, path):
    done = subprocess.run(["augtool", "--noautoload", "--transform", f"{lens} incl {path}", "print", f"/files{path}"],
                          capture_output=True, text=True, timeout=60)
    return dict(re.findall(rf'^/files{re.escape(str(path))}/(\S+) = "(.*)"$', done.stdout, re.M))


def osier(kind, path):
    done = subprocess.run([PROGRAM, "get", kind, path], capture_output=True, text=True)
    return dict(line.split("\t", 1) for line in done.stdout.splitlines() if "\t" in line)


@pytest.mark.skipif(not shutil.which("augtool"), reason="no augeas")
@pytest.mark.parametrize("kind, lens", [("sysctl", "Sysctl.lns"), ("env", "Shellvars.lns"), ("ssh", "Ssh.lns")])
def test_augeas_reads_the_same(kind, lens):
    compared = 0
    for found, path in files():
        theirs = augeas(lens, path) if found == kind else {}
        ours = osier(kind, path) if theirs else {}
        for key, value in theirs.items():
            if key.startswith(("#comment", "@")) or key == "Host" or "[" in key or "/" in key:
                continue
            compared += 1
            quoted = re.fullmatch(r'\\?(["\'])(.*)\\?\1', value.replace('\\"', '"'))
            assert ours.get(key) == (quoted[2] if quoted and kind == "env" else value), (path, key)
    if not compared:
        pytest.skip("none is installed")


@pytest.mark.skipif(not shutil.which("augtool"), reason="no augeas")
def test_augeas_reads_the_same_hosts_and_mounts(tmp_path):
    (tmp_path / "hosts").write_text("127.0.0.1\tlocalhost\n# no\n10.0.0.1 a.example a # b\n::1 six\n")
    (tmp_path / "fstab").write_text("UUID=1 / ext4 noatime,ro 0 1\n/dev/sdb /srv xfs defaults 0 2\n")
    theirs, ours = augeas("Hosts.lns", tmp_path / "hosts"), osier("hosts", tmp_path / "hosts")
    for number in range(1, 4):
        names = [value for key, value in theirs.items() if re.match(rf"{number}/(canonical|alias)", key)]
        assert names and all(ours[name] == theirs[f"{number}/ipaddr"] for name in names)
    theirs, ours = augeas("Fstab.lns", tmp_path / "fstab"), osier("fstab", tmp_path / "fstab")
    for number in range(1, 3):
        point = theirs[f"{number}/file"]
        assert ours[f"{point}.spec"] == theirs[f"{number}/spec"] and ours[f"{point}.type"] == theirs[f"{number}/vfstype"]
        assert ours[f"{point}.options"].split(",")[0] in [value for key, value in theirs.items() if key.startswith(f"{number}/opt")]
