# SPDX-License-Identifier: MIT
"""The command line: what is wrong with it, what was meant, and what help says."""

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
    assert done.err.splitlines()[0] == f"osier: there is no '{typed}'; did you mean '{meant}'?"


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
    assert done.err.splitlines()[0] == f"osier: {words[0]}: there is no option '{typed}'; did you mean '{meant}'?"


def test_mistyped_verbs(osier):
    assert "did you mean 'walk'?" in osier("walc").err
    assert "did you mean 'compare'?" in osier("cmopare").err


def test_nothing_alike(osier):
    assert osier("os.qqqqqqqqq").err.splitlines()[0] == "osier: there is no 'os.qqqqqqqqq'"


@pytest.mark.parametrize(
    "words, problem",
    [
        ((), "osier: what is to be called?"),
        (("--what",), "osier: there is no option '--what'"),
        (("os.mkdir",), "osier: os.mkdir: what is missing is 'PATH'"),
        (("os.rename", "a"), "osier: os.rename: what is missing is 'DST'"),
        (("os.mkdir", "a", "b"), "osier: os.mkdir: there is no place for 'b'"),
        (("os.mkdir", "a", "--foo"), "osier: os.mkdir: there is no option '--foo'"),
        (("os.mkdir", "a", "-x"), "osier: os.mkdir: there is no option '-x'"),
        (("os.mkdir", "a", "--mode"), "osier: os.mkdir: a value is missing after '--mode'"),
        (("os.makedirs", "a", "--exist-ok=1"), "osier: os.makedirs: a value is given to '--exist-ok'"),
        (("os.getpid", "--json=1"), "osier: os.getpid: a value is given to '--json'"),
        (("os.path.join",), "osier: os.path.join: what is missing is 'PATHS'"),
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
    assert osier(word).err.splitlines()[0] == "osier: what is to be called?"


def test_what_makes_no_sense_from_a_shell_says_why(osier):
    done = osier("os.chdir", "/")
    assert done.status == 64
    assert done.err.startswith("osier: os.chdir: not from a shell: ")
    assert "Not from a shell: " in osier("os.chdir", "--help").out


def test_help_of_a_function(osier):
    for words in (("os.makedirs", "--help"), ("os.makedirs", "-h"), ("--help", "os.makedirs")):
        text = osier(*words).out
        assert text.startswith("usage: osier os.makedirs PATH [--mode=MODE]")
        assert "--exist-ok" in text
        assert "Python:  os.makedirs(" in text
        assert "int os_makedirsat(int dir_fd, const char *path" in text


def test_help_by_its_name(osier):
    for name in ("os.mkdir", "walk", "os.path.join", "makedirs"):
        assert osier("help", name).out == osier("--help", name).out or osier("help", name).status == 64
    assert osier("help", "os.mkdir").out.startswith("usage: osier os.mkdir PATH")
    assert "A constant" in osier("help", "os.O_CREAT").out
    assert "did you mean 'os.mkdir'?" in osier("help", "os.mkdri").err
    assert osier("help", "os.mkdir", "walk").status == 64


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
    assert "False, True, ALLOW_MISSING, ALL_BUT_LAST" in " ".join(osier("os.path.realpath", "-h").out.split())


def test_help_lists_everything(osier, contract_names):
    for words in (("--help",), ("-h",), ("help",)):
        done = osier(*words)
        assert (done.status, done.err) == (0, "")
    assert set(contract_names) <= set(done.out.split())
    assert all(len(line) <= 80 for line in done.out.splitlines())


def test_version(osier):
    assert osier("--version").out == "osier 0.1.0\n"


def test_letters_bundle(osier):
    assert osier("os.path.splitext", "-0", "a.b").raw == b"a\0.b\0"
    assert osier("os.path.splitext", "-0h", "a.b").out.startswith("usage: ")


def test_negative_numbers_are_no_options(osier):
    assert osier("os.strerror", "-1").out == "Unknown error -1\n"
    assert osier("os.chown", ".", "-1", "-1").status == 0
    assert osier("os.chown", ".", "-2", "0").status == 64
