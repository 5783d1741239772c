# SPDX-License-Identifier: MIT
"""What calls print, and with which status they end."""

import json
import os
import shutil
import signal
import subprocess
import tempfile

import pytest


def test_the_examples_of_the_manual(osier, tmp_path):
    assert osier("os.makedirs", "a/b/c", "--exist-ok", "--mode", "750").status == 0
    assert os.stat(tmp_path / "a/b/c").st_mode & 0o777 == 0o750
    assert osier("os.makedirs", "a/b/c", "--exist-ok").status == 0
    assert osier("os.listdir", "a").out == "b\n"
    assert osier("os.path.join", "a", "b", "c").out == "a/b/c\n"
    assert osier("os.path.splitext", "f.tar.gz").out == "f.tar\n.gz\n"
    assert osier("os.getenv", "HOME", env={"HOME": "/h"}).out == "/h\n"
    assert osier("os.popen", "ls | wc -l").out.strip() == "1"


@pytest.mark.parametrize("mode", ["750", "0750", "0o750"])
def test_modes_are_octal(osier, tmp_path, mode):
    assert osier("os.mkdir", "d", f"--mode={mode}").status == 0
    assert os.stat(tmp_path / "d").st_mode & 0o777 == 0o750


def test_options_stand_anywhere(osier, tmp_path):
    assert osier("--exist-ok", "os.makedirs", "--mode", "700", "x/y", "-h").out.startswith("usage: ")
    assert osier("--json", "os.path.join", "a", "b").out == '"a/b"\n'
    assert osier("os.path.join", "--", "--json", "-0").out == "--json/-0\n"
    assert osier("os.path.join", "-", "b").out == "-/b\n"


def test_errors_are_python_words(osier, tmp_path):
    os.mkdir(tmp_path / "a")
    done = osier("os.mkdir", "a")
    assert (done.status, done.out) == (1, "")
    assert done.err == "osier: FileExistsError: [Errno 17] File exists: 'a'\n"
    done = osier("os.rename", "no", "b\nc")
    assert done.err == "osier: FileNotFoundError: [Errno 2] No such file or directory: 'no' -> 'b\\nc'\n"
    done = osier("os.path.commonpath", "/a", "b")
    assert (done.status, done.err) == (1, "osier: ValueError: Can't mix absolute and relative paths\n")


def test_truth_is_the_status(osier, tmp_path):
    for words, answer in [
        (("os.path.isdir", "."), True),
        (("os.path.isdir", "no"), False),
        (("os.access", ".", "R_OK|W_OK"), True),
        (("os.access", "no", "F_OK"), False),
        (("os.path.isabs", "a"), False),
    ]:
        done = osier(*words)
        assert (done.status, done.out) == (0 if answer else 1, f"{answer}\n")
        assert osier.json(*words) is answer


def test_none_prints_nothing(osier):
    done = osier("os.getenv", "NOT_SET", env={})
    assert (done.status, done.out, done.err) == (1, "", "")
    assert osier("os.getenv", "NOT_SET", "else", env={}).out == "else\n"
    done = osier("os.altsep")
    assert (done.status, done.out, done.err) == (1, "", "")
    assert osier.json("os.altsep") is None


def test_a_nul_after_each(osier, tmp_path):
    for name in ("a\nb", "c"):
        (tmp_path / name).touch()
    for option in ("-0", "--null"):
        assert sorted(osier("os.listdir", option).raw.split(b"\0")) == [b"", b"a\nb", b"c"]


def test_constants(osier):
    for name in ("O_CREAT", "WNOHANG", "EX_USAGE", "SEEK_END", "P_NOWAIT"):
        assert osier("os." + name).out == f"{getattr(os, name)}\n"
    assert osier("os.sep").out == "/\n"
    assert osier("os.linesep").raw == b"\n\n"
    assert osier("os.path.pathsep").out == ":\n"
    assert osier("os.sep", "x").status == 64


def test_records(osier, tmp_path):
    (tmp_path / "f").write_bytes(b"12345")
    os.chmod(tmp_path / "f", 0o640)
    real = os.stat(tmp_path / "f")
    record = osier.json("os.stat", "f")
    for name, value in record.items():
        whole, _, part = name.rpartition("_")  # an exact time in two parts, which Python has in one
        parts = {"sec": lambda ns: ns // 10**9, "nsec": lambda ns: ns % 10**9}
        expected = parts[part](getattr(real, f"{whole}_ns")) if part in parts else getattr(real, name)
        expected = str(expected) if part == "ns" else expected  # of more digits than a double has
        assert value == expected, name
    lines = dict(line.split("=") for line in osier("os.stat", "f").out.splitlines())
    assert lines["st_mode"] == "0100640"
    assert lines["st_size"] == "5"
    assert osier.json("os.uname")["sysname"] == os.uname().sysname
    assert osier.json("os.disk_usage", ".")["total"] == shutil.disk_usage(tmp_path).total


def test_numbers_beyond_a_double_are_text_in_json(osier, tmp_path, elsewhere):
    (tmp_path / "f").touch()
    with tempfile.TemporaryFile(dir=elsewhere) as file:  # where a file may be as long as this
        for number in (0, 2**53 - 1, 2**53, 2**63 - 1):
            seek = ("os.lseek", "0", str(number), "SEEK_SET")
            assert osier.json(*seek, stdin=file) == (number if number < 2**53 else str(number))
            assert osier(*seek, stdin=file).out == f"{number}\n"
    assert osier.json("os.makedev", str(2**32 - 1), "1") == str(0xFFFFF << 44 | 0xFFF << 8 | 1)
    os.utime(tmp_path / "f", ns=(0, -5))
    record = osier.json("os.stat", "f")
    assert (record["st_atime_ns"], record["st_mtime_ns"]) == ("0", "-5")
    jq = subprocess.run(["jq", "-r", ".st_ctime_ns"], input=osier("os.stat", "f", "--json").out, capture_output=True, text=True)
    assert jq.stdout == f"{os.stat(tmp_path / 'f').st_ctime_ns}\n"


def test_times_beyond_64_bits_of_nanoseconds_are_exact(osier, tmp_path):
    (tmp_path / "f").touch()
    for seconds, nanoseconds in ((10413792000, 7), (-9999999999, 1), (-1, 999999999), (0, 0), (0, 12), (-2, 0)):
        exact = seconds * 10**9 + nanoseconds
        os.utime(tmp_path / "f", ns=(exact, exact))
        if os.stat(tmp_path / "f").st_mtime_ns != exact:
            continue  # beyond what the file system keeps
        record = osier.json("os.stat", "f")
        assert (record["st_atime_ns"], record["st_mtime_ns"]) == (str(exact), str(exact))
        assert osier.json("os.statx", "f", "STATX_BASIC_STATS")["stx_mtime_ns"] == str(exact)
        assert f"st_mtime_ns={exact}\n" in osier("os.stat", "f").out


def test_a_line_of_json_for_each_item(osier, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).touch()
    assert sorted(osier("os.listdir", "--jsonl").out.splitlines()) == ['"a"', '"b"']
    assert osier("os.path.split", "x/y", "--jsonl").out == '"x"\n"y"\n'
    assert osier("os.getpid", "--jsonl").out.count("\n") == 1
    for line in osier("os.scandir", "--jsonl").out.splitlines():
        assert json.loads(line)["type"] == "file"
    assert json.loads(osier("os.environ", "--jsonl", env={"A": "1"}).out) == {"A": "1"}
    (line,) = osier("walk", "--jsonl").out.splitlines()
    assert sorted(json.loads(line)["filenames"]) == ["a", "b"]
    assert osier("os.walk", "nothing", "--jsonl").out == ""


def test_environ_is_a_mapping(osier):
    env = {"A": "1", "B": "x=y\n"}
    assert osier.json("os.environ", env=env) == env
    assert osier("os.environ", env={"A": "1", "B": "2"}).out == "A=1\nB=2\n"


def test_numbers(osier):
    assert osier("os.getpid").out.strip().isdigit()
    assert osier("os.umask_get", umask=0o27).out == "0027\n"
    assert osier("os.waitstatus_to_exitcode", "9").out == "-9\n"
    assert len(osier.json("os.getloadavg")) == 3
    assert osier.json("os.getresuid") == list(os.getresuid())
    assert set(osier.json("os.sched_getaffinity", "0")) == os.sched_getaffinity(0)
    assert osier.json("os.sysconf", "SC_PAGE_SIZE") == os.sysconf("SC_PAGE_SIZE")
    assert osier.json("os.sysconf_names")["SC_PAGE_SIZE"] == os.sysconf_names["SC_PAGE_SIZE"]


def test_floats_read_as_in_python(osier, tmp_path):
    for seconds in (0, 1, 0.5, 1700000000.123456, 4e9):
        os.utime(tmp_path, (seconds, seconds))
        assert osier("os.path.getmtime", ".").out == f"{os.path.getmtime(tmp_path)!r}\n"


def test_numbers_out_of_range_are_refused(osier):
    for words in [
        ("os.getpgid", "99999999999"),
        ("os.truncate", "f", "x"),
        ("os.urandom", "-1"),
        ("os.mkdir", "d", "--mode", "8"),
        ("os.mkdir", "d", "--mode", "-1"),
        ("os.access", ".", "NO_OK"),
        ("os.getpgid", ""),
        ("os.strerror", "2 "),
        ("os.strerror", "0x0x2"),
    ]:
        done = osier(*words)
        assert (done.status, done.out) == (64, ""), words
        assert "usage: osier " + words[0] in done.err


def test_system_prints_the_status(osier):
    done = osier("os.system", "echo out; exit 3")
    assert (done.status, done.out) == (0, f"out\n{os.system('exit 3')}\n")


def test_popen_ends_as_its_line(osier):
    done = osier("os.popen", "printf 'a\\0b'; exit 3")
    assert (done.status, done.raw) == (3, b"a\0b")
    assert osier("os.popen", "kill -9 $$").status == 128 + signal.SIGKILL
    assert osier.json("os.popen", "printf 'a\\nb'") == "a\nb"


def test_popen_passes_on_what_comes(build):
    line = [build / "osier", "os.popen", "echo first; read x; echo $x"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout.readline() == b"first\n"
        child.stdin.write(b"second\n")
        child.stdin.close()
        assert child.stdout.read() == b"second\n"


def test_contents_of_files(osier, tmp_path):
    data = bytes(range(256)) * 300
    assert osier("os.write_file", "f", "-", input=data).status == 0
    assert (tmp_path / "f").read_bytes() == data
    assert osier("os.read_file", "f").raw == data
    assert osier("os.write_file", "f", "text", "--mode=600").status == 0
    assert (tmp_path / "f").read_bytes() == b"text"
    assert len(osier("os.urandom", "16").raw) == 16
    assert osier("os.getxattr", "f", "user.none").status == 1


def test_output_that_goes_nowhere_is_an_error(build, tmp_path):
    with open("/dev/full", "w") as full:
        done = subprocess.run([build / "osier", "os.sep"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("osier: OSError: [Errno 28] No space left on device")
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [build / "osier", "os.sep"], stdout=write, stderr=subprocess.PIPE, text=True, restore_signals=False
    )
    os.close(write)
    assert done.returncode == 1
    assert done.stderr.startswith("osier: BrokenPipeError: [Errno 32] Broken pipe")


def test_every_function_of_the_table_answers(osier, build, contract_names):
    for name in contract_names:
        done = osier(name, "--help")
        assert (done.status, done.err) == (0, ""), name
        assert done.out.startswith(f"usage: osier {name}"), name
        assert max(map(len, done.out.split("\nErrors:")[0].split("\n\nPython:")[0].splitlines())) <= 100, name
        assert osier(name, "--no-such-option").status == 64


def test_scandir(osier, tmp_path):
    import json

    (tmp_path / "d").mkdir()
    (tmp_path / "f").write_text("")
    (tmp_path / "l").symlink_to("f")
    assert sorted(osier("os.scandir", tmp_path).out.splitlines()) == [f"{tmp_path}/{n}" for n in "dfl"]
    entries = {entry["name"]: entry for entry in json.loads(osier("os.scandir", tmp_path, "--json").out)}
    assert {name: entry["type"] for name, entry in entries.items()} == {"d": "directory", "f": "file", "l": "link"}
    assert entries["f"]["inode"] == (tmp_path / "f").stat().st_ino
    assert entries["d"]["path"] == f"{tmp_path}/d"
    done = osier("os.scandir", tmp_path / "f")
    assert (done.status, done.out) == (1, "")
    assert "NotADirectoryError: [Errno 20] Not a directory: " in done.err
