# SPDX-License-Identifier: MIT
"""The command line: what is wrong with it, what was meant, and what help says."""

import pathlib
import json
import re

import pytest


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("os.mkdris", "os.mkdir"),
        ("os.maekdirs", "os.makedirs"),
        ("makedirs", "os.makedirs"),
        ("listdir", "os.listdir"),
        ("os.isdir", "os.path.isdir"),
        ("isdir", "os.path.isdir"),
        ("path.join", "os.path.join"),
        ("os.path.makedirs", "os.makedirs"),
        ("os.splitex", "os.path.splitext"),
        ("os.lisdir", "os.listdir"),
    ],
)
def test_did_you_mean(osier, typed, meant):
    done = osier(typed)
    assert (done.status, done.out) == (64, "")
    kind = "function" if typed.startswith("os.") else "command"
    assert done.err.splitlines()[0] == f"osier: unknown {kind} '{typed}'; did you mean '{meant}'?"


@pytest.mark.parametrize(
    "words, meant",
    [
        (("os.mkdir", "a", "--mod=7"), "--mode"),
        (("os.makedirs", "a", "--exits-ok"), "--exist-ok"),
        (("walk", "--max"), "--max-depth"),
        (("os.getpid", "--jsno"), "--json"),
    ],
)
def test_a_mistyped_option(osier, words, meant):
    done = osier(*words)
    typed = words[-1].split("=")[0]
    assert done.status == 64
    assert done.err.splitlines()[0] == f"osier: {words[0]}: unknown option '{typed}'; did you mean '{meant}'?"


def test_mistyped_verbs(osier):
    assert "did you mean 'walk'?" in osier("walc").err
    assert "did you mean 'compare'?" in osier("cmopare").err


def test_nothing_alike(osier):
    assert osier("os.qqqqqqqqq").err.splitlines()[0] == "osier: unknown function 'os.qqqqqqqqq'"


@pytest.mark.parametrize(
    "words, problem",
    [
        ((), "osier: missing command"),
        (("--what",), "osier: unknown option '--what'"),
        (("os.mkdir",), "osier: os.mkdir: missing argument: PATH"),
        (("os.rename", "a"), "osier: os.rename: missing argument: DST"),
        (("os.mkdir", "a", "b"), "osier: os.mkdir: unexpected argument: 'b'"),
        (("os.mkdir", "a", "--foo"), "osier: os.mkdir: unknown option '--foo'"),
        (("os.mkdir", "a", "-x"), "osier: os.mkdir: unknown option '-x'"),
        (("os.mkdir", "a", "--mode"), "osier: os.mkdir: option '--mode' requires a value"),
        (("os.makedirs", "a", "--exist-ok=1"), "osier: os.makedirs: option '--exist-ok' takes no value"),
        (("os.getpid", "--json=1"), "osier: os.getpid: option '--json' takes no value"),
        (("os.path.join",), "osier: os.path.join: missing argument: PATHS"),
    ],
)
def test_misuse(osier, tmp_path, words, problem):
    done = osier(*words)
    assert (done.status, done.out) == (64, "")
    assert done.err.splitlines()[0] == problem
    assert done.err.splitlines()[1].startswith("usage: osier")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ("os.{}",),
        ("{}",),
        ("os.listdi{}",),
        ("--{}",),
        ("os.mkdir", "--{}"),
        ("os.mkdir", "-{}"),
        ("os.mkdir", "a", "{}"),
        ("os.mkdir", "a", "--mode={}"),
        ("os.getpgid", "{}"),
        ("os.getpid", "--json={}", "{}"),
    ],
)
@pytest.mark.parametrize("odd", [b"\x1b[2J\x07", b"\xff", "\u009b".encode(), b"a\nb\r", "\u202e".encode()])
def test_what_was_typed_is_shown_harmless(osier, words, odd):
    done = osier(*[word.encode().replace(b"{}", odd) for word in words])
    assert done.status == 64
    first = done.err.split("\nusage: ")[0]
    assert "\n" not in first and first.isprintable()


@pytest.mark.parametrize("word", ["--json", "--null", "-0", "--"])
def test_an_option_of_every_call_before_no_name(osier, word):
    assert osier(word).err.splitlines()[0] == "osier: missing command"


def test_what_makes_no_sense_from_a_shell_says_why(osier):
    done = osier("os.chdir", "/")
    assert done.status == 64
    assert done.err.startswith("osier: os.chdir: can't be called from a shell: ")
    assert "It can't be called from a shell: " in osier("os.chdir", "--help").out


def test_help_of_a_function(osier):
    for words in (("os.makedirs", "--help"), ("os.makedirs", "-h", "--help"), ("--help", "os.makedirs")):
        text = osier(*words).out
        assert text.startswith("usage: osier os.makedirs PATH [--mode=MODE]")
        assert "--exist-ok" in text
        assert "Python:  os.makedirs(" in text
        assert "int os_makedirsat(int dir_fd, const char *path" in text


def test_short_help_fits_on_half_a_screen(osier, contract_names):
    for name in contract_names:
        lines = osier(name, "-h").out.splitlines()
        if lines[0].startswith("usage: "):
            full = osier(name, "--help").out
            assert len(lines) <= 12 and all(len(line) <= 80 for line in lines), name
            assert full.startswith("\n".join(lines[:-1])), name
            assert lines[-1] == f"osier {name} --help tells the rest."
            options = set(re.findall(r"^  (?:-., )*(--[a-z-]+)", full, re.M)) - {"--json", "--jsonl", "--help"}
            assert options <= set(re.findall(r"--[a-z-]+", " ".join(lines))) | letters(full), name


def letters(text):
    """The options that a usage line calls by a letter."""
    return {long for _, long in re.findall(r"^  (-.), (?:-., )*(--[a-z-]+)", text, re.M)}


def test_help_by_its_name(osier):
    for name in ("os.mkdir", "walk", "os.path.join", "makedirs"):
        assert osier("help", name).out == osier("--help", name).out or osier("help", name).status == 64
    assert osier("help", "os.mkdir").out.startswith("usage: osier os.mkdir PATH")
    assert osier("help", "os_mkdir").out == osier("help", "os_mkdirat").out == osier("help", "os.mkdir").out
    assert "can't be called from a shell" in osier("help", "os_chdir").out
    assert "A constant" in osier("help", "os.O_CREAT").out
    assert "did you mean 'os.mkdir'?" in osier("help", "os.mkdri").err
    assert osier("help", "os.mkdir", "walk").status == 64
    assert "C:       struct os_tree_usage *os_tree_usage(const char *path, " in osier("help", "os.tree_usage").out


def test_help_of_a_header(osier, build):
    for header in json.loads((build / "contract.json").read_text())["headers"]:
        done = osier("help", f"osier_{header['topic']}")
        assert (done.status, done.err) == (0, "") if not header["verbs"] else done.status == 64
    assert re.search(r"^  os_rmtreeat +Removes a tree", osier("help", "osier_tree").out, re.M)
    assert "os_fwalk" in osier("help", "osier_tree").out  # which no shell can call
    assert osier("help", "osier_").status == osier("help", "osier_no").status == 64


def test_help_speaks_of_what_is_typed(osier, contract_names):
    for name in contract_names:
        text = osier(name, "--help").out.split("\nPython:  ")[0].split("\nC:  ")[0].split("\nErrors:")[0]
        options = text.split("\n\n  ")[-1]
        assert "NULL" not in options and "OS_" not in options and "os_" not in options, name


def test_words_for_an_enum(osier, tmp_path):
    real = lambda *words: osier("os.path.realpath", "/no/such", *words).status
    for word, status in [("False", 0), ("True", 1), ("ALLOW_MISSING", 0), ("ALL_BUT_LAST", 1), ("0", 0), ("1", 1)]:
        assert real(f"--strict={word}") == status, word
    assert real("--strict=Tru") == 64
    assert "False, True, ALLOW_MISSING, ALL_BUT_LAST" in " ".join(osier("os.path.realpath", "--help").out.split())


def test_help_begins_with_the_verbs(osier, contract_names):
    for words in (("--help",), ("-h",), ("help",)):
        done = osier(*words)
        assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].startswith("usage: osier VERB") and lines[3].startswith("Files ")
    verbs = [line[10:].split()[0] for line in lines[3:-4]]  # each in a line of its own
    assert sorted(verbs) == [name for name in contract_names if "." not in name]
    assert all(len(line) <= 80 for line in lines) and len(lines) <= 40


def test_help_lists_the_functions(osier, contract_names):
    done = osier("help", "os")
    assert (done.status, done.err) == (0, "")
    listed = [word for prefix in ("os", "shutil", "ntpath", "posixpath") for word in osier("help", prefix).out.split()]
    assert {name for name in contract_names if "." in name} <= set(listed)
    assert all(len(line) <= 80 for line in done.out.splitlines())
    assert "os.path.join" in osier("help", "os.path").out and "os.mkdir" not in osier("help", "os.path").out
    assert osier("help", "o").status == 64


def test_a_missing_command_is_followed_by_the_verbs(osier):
    done = osier()
    assert (done.status, done.out) == (64, "")
    assert done.err == "osier: missing command\n" + osier("--help").out


@pytest.mark.parametrize(
    "typed, meant",
    [("ls", "os.listdir"), ("find", "walk"), ("cat", "os.read_file"), ("touch", "os.utime"), ("delete", "rm"), ("tree", "walk"), ("df", "os.disk_usage")],
)  # fmt: skip
def test_names_of_other_commands(osier, typed, meant):
    done = osier(typed)
    assert done.status == 64
    assert done.err.startswith(f"osier: unknown command '{typed}'; did you mean '{meant}'")
    assert osier("help", meant).status == 0


@pytest.mark.parametrize(
    "words, problem",
    [
        (("os.mkdir", "a", "--mode=9z"), "os.mkdir: invalid MODE '9z': not octal"),
        (("os.getpgid", "x"), "os.getpgid: invalid PID 'x': not a number"),
        (("os.getpgid", "99999999999"), "os.getpgid: invalid PID '99999999999': out of range"),
        (("os.walk", ".", "--topdown=x"), "os.walk: invalid TOPDOWN 'x': not True or False"),
        (("walk", "--type=x"), "walk: invalid TYPE 'x': not d or f"),
        (("walk", "a", "y"), "walk: unexpected argument: 'y'"),
        (("cp", "a"), "cp: missing destination"),
        (("cp", "a", "b", "c"), "cp: 'c' is not a directory"),
        (("help", "walk", "cp"), "help: unexpected argument: 'cp'"),
    ],
)
def test_messages_name_what_is_wrong(osier, words, problem):
    done = osier(*words)
    assert (done.status, done.out, done.err.splitlines()[0]) == (64, "", f"osier: {problem}")


def test_version(osier):
    header = (pathlib.Path(__file__).parents[2] / "include/osier/types.h").read_text()
    [version] = re.findall(r'#define OSIER_VERSION +"(.+)"', header)
    assert osier("--version").out == f"osier {version}\n"


def test_letters_bundle(osier):
    assert osier("os.path.splitext", "-0", "a.b").raw == b"a\0.b\0"
    assert osier("os.path.splitext", "-0h", "a.b").out.startswith("usage: ")


def test_negative_numbers_are_no_options(osier):
    assert osier("os.strerror", "-1").out == "Unknown error -1\n"
    assert osier("os.chown", ".", "-1", "-1").status == 0
    assert osier("os.chown", ".", "-2", "0").status == 64
