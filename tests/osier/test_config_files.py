# SPDX-License-Identifier: MIT
"""Every configuration file of the packages that are installed, or with CONFIG_PACKAGES=LIST of those that a file names
and apt-get fetches: set and unset restores every byte, and what is read is what augeas reads."""

import collections
import functools
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import tempfile

import pytest

BUILD = pathlib.Path(os.environ["OSIER_BUILD"])
PROGRAM = BUILD / "tests" / "config_round"
LISTS = pathlib.Path("/var/lib/dpkg/info")
MOST = 8  # of a package, of one kind: some have thousands
BY_NAME = {".json": "json", ".toml": "toml", ".yml": "yaml", ".yaml": "yaml", ".ini": "ini", ".cfg": "ini",
           **dict.fromkeys([".service", ".socket", ".timer", ".target", ".path", ".mount", ".slice", ".network", ".desktop"], "unit")}
LIKELY = {*BY_NAME, ".conf", ".cnf", ".pc"}


def format_of(path, content):
    if content.lstrip().startswith((b"<", b"/*")) or re.search(rb"^\s*(fi|esac|done)$", content, re.M):
        return None  # XML, C and what a shell runs, whatever they are called
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
    if path.parent.name == "cron.d" or path.name == "crontab":
        return "cron"
    if str(path).startswith("/etc/systemd/"):
        return "unit"
    if path.suffix == ".pc":
        return "ini"
    if path.suffix in (".conf", ".cnf") and re.search(rb"^\[[\w .-]+\]\s*$", content, re.M):
        return "ini"
    return None


@functools.cache
def fetched():
    """A directory with the packages of the list, each unpacked in one that is called like it; what Debian has no more is left out."""
    place = tempfile.TemporaryDirectory(prefix="osier-packages-")
    names = pathlib.Path(os.environ["CONFIG_PACKAGES"]).read_text().split()
    known = set(subprocess.run(["apt-cache", "pkgnames"], capture_output=True, text=True, check=True).stdout.split())
    done = subprocess.run(["apt-get", "download", *(name for name in names if name in known)], cwd=place.name, capture_output=True, text=True)
    archives = sorted(pathlib.Path(place.name).glob("*.deb"))
    if done.returncode and not archives:
        pytest.skip("apt-get fetches nothing here: " + done.stderr)
    for archive in archives:
        subprocess.run(["dpkg-deb", "-x", archive, pathlib.Path(place.name, archive.name.split("_")[0])], check=True)
        archive.unlink()
    return place


def unpacked():
    """(package, path, path on a machine that had it) of those files."""
    for tree in sorted(pathlib.Path(fetched().name).iterdir()):
        for directory, _, names in os.walk(tree):
            for path in (pathlib.Path(directory, name) for name in sorted(names)):
                shown = pathlib.Path("/", path.relative_to(tree))
                if str(shown).startswith("/etc/") or path.suffix in LIKELY:
                    yield tree.name, path, shown


def installed():
    """Likewise, the files of /etc, and of each package that is installed those whose names are like those of configurations."""
    for directory, _, names in os.walk("/etc"):
        for name in names:
            yield "", pathlib.Path(directory, name), pathlib.Path(directory, name)
    for listed in sorted(LISTS.glob("*.list")):
        taken = collections.Counter()
        for line in listed.read_text(errors="surrogateescape").splitlines():
            path = pathlib.Path(line)
            if line.startswith(("/usr/", "/lib/", "/etc/")) and (path.suffix in LIKELY or line.startswith("/etc/")):
                taken[path.suffix] += 1
                if taken[path.suffix] <= MOST:
                    yield listed.stem.split(":")[0], path, path


@functools.cache
def all_files():
    """(package or "", format, path) of each, once."""
    seen, found = set(), []
    for package, path, shown in unpacked() if "CONFIG_PACKAGES" in os.environ else installed():
        if path.is_symlink() or not path.is_file() or path.stat().st_size > 65536 or (package, path) in seen:
            continue
        try:
            content = path.read_bytes()
        except OSError:
            continue
        kind = None if b"\0" in content else format_of(shown, content)
        if kind:
            seen.add((package, path))
            found.append((package, kind, path))
    return found


def files():
    return sorted({(kind, path) for _, kind, path in all_files()})


def test_set_and_unset_restores_every_byte():
    listed = "".join(f"{kind} {path}\n" for kind, path in files())
    done = subprocess.run([PROGRAM], input=listed, capture_output=True, text=True)
    tried, wrong = re.fullmatch(r"(\d+) tried, (\d+) wrong", done.stdout.splitlines()[-1]).groups()
    assert wrong == "0", done.stdout
    assert int(tried) >= 200 and done.returncode == 0
    packages = {package for package, _, _ in all_files() if package}
    least = 300 if "CONFIG_PACKAGES" in os.environ else min(300, len(list(LISTS.glob("*.list"))) // 10)
    print(f"{len(packages)} packages, {len(files())} files, {tried} keys")
    assert len(packages) >= least, (len(packages), least)


@pytest.fixture(scope="module", autouse=True)
def no_history():
    """augtool makes ~/.augeas for its history, whatever HOME says."""
    place = pathlib.Path(pwd.getpwuid(os.getuid()).pw_dir, ".augeas")
    there = place.exists()
    yield
    if not there and place.exists():
        (place / "history").unlink(missing_ok=True)
        place.rmdir()


def augeas(lens, path):
    done = subprocess.run(["augtool", "--noautoload", "--transform", f"{lens} incl {path}", "print", f"/files{path}"],
                          capture_output=True, text=True, timeout=60)
    return dict(re.findall(rf'^/files{re.escape(str(path))}/(\S+) = "(.*)"$', done.stdout, re.M))


def osier(kind, path):
    done = subprocess.run([PROGRAM, "get", kind, path], capture_output=True, text=True)
    return dict(line.split("\t", 1) for line in done.stdout.split("\0") if line)


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
            lines = quoted[2].replace("\\\\\\n", "").replace("\\n", "\n") if quoted and kind == "env" else value
            assert ours.get(key) == lines, (path, key)
    if not compared:
        pytest.skip("none is installed")


@pytest.mark.skipif(not shutil.which("augtool"), reason="no augeas")
def test_augeas_reads_the_same_jobs(tmp_path):
    (tmp_path / "jobs").write_text("# no\nSHELL=/bin/sh\nMAILTO=root\n\n*/5 8-18 * jan mon-fri root /usr/bin/a -b \"c d\" e=f\n@daily www x\n30\t3 * * 0  me  test y || z\n")
    found = [path for kind, path in files() if kind == "cron"] + [tmp_path / "jobs"]
    for path in found:
        theirs, ours = augeas("Cron.lns", path), osier("cron", path)
        jobs = {re.fullmatch(r"entry(\[\d+\])?", key)[0]: re.sub(r"\\(.)", r"\1", value) for key, value in theirs.items() if re.fullmatch(r"entry(\[\d+\])?", key)}
        assert (jobs or not ours) and len(jobs) + sum(key.isupper() for key in theirs) == len(ours), (path, theirs, ours)
        for entry, command in jobs.items():
            words = ["minute", "hour", "dayofmonth", "month", "dayofweek"] if f"{entry}/time/minute" in theirs else []
            when = [theirs[f"{entry}/time/{word}"] for word in words] or ["@" + theirs[f"{entry}/schedule"]]
            assert ours[command].split() == [*when, theirs[f"{entry}/user"]], (path, command)
        assert all(ours[key] == value for key, value in theirs.items() if key.isupper())


@pytest.mark.skipif(not shutil.which("augtool"), reason="no augeas")
def test_augeas_reads_the_same_sections_of_sshd(tmp_path):
    (tmp_path / "sshd_config").write_text("Port 22\nPermitRootLogin no\nMatch User git\n    X11Forwarding no\nMatch Group a\n\tPermitTTY yes\n")
    theirs, ours = augeas("Sshd.lns", tmp_path / "sshd_config"), osier("ssh", tmp_path / "sshd_config")
    assert ours["Port"] == theirs["Port"] and ours["PermitRootLogin"] == theirs["PermitRootLogin"]
    assert ours["Match User git.X11Forwarding"] == theirs["Match[1]/Settings/X11Forwarding"]
    assert ours["Match Group a.PermitTTY"] == theirs["Match[2]/Settings/PermitTTY"]


@pytest.mark.skipif(not shutil.which("augtool"), reason="no augeas")
def test_augeas_reads_the_same_units():
    compared, units = 0, [path for kind, path in files() if kind == "unit" and path.suffix in (".service", ".socket", ".timer")][::7]
    for path in units:
        ours = osier("unit", path)
        for key, value in augeas("Systemd.lns", path).items():
            if re.fullmatch(r"\w+/\w+/value", key) and not re.search("Exec|Environment", key):
                compared += 1
                section, name, _ = key.split("/")
                assert ours[f"{section}.{name}"] == value, (path, key)
    assert compared >= 2 * len(units)


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
