# SPDX-License-Identifier: MIT
"""The comments of the headers: one that is not complete stops the build, and says where."""

import subprocess

import pytest

HEADER = """\
/* SPDX-License-Identifier: MIT */
/** A topic. */
enum os_flags {
    OS_EXIST_OK = 1, /**< it may exist */
};

"""
COMMENT = """\
/**
 * Makes it.
 *
 * @param path  where
 * @param flags  OS_EXIST_OK
 * @return 0, or -1
 * @python os.make(path)
 * @since 0.1
 * @shell os.make PATH [--exist-ok] -> none
 */
OS_API int os_make(const char *path, int flags);
"""


def contract(build, tmp_path, text):
    header = tmp_path / "topic.h"
    header.write_text(text)
    program = build / "tools" / "contract"
    done = subprocess.run([program, "calls", tmp_path / "calls.c", header], capture_output=True, text=True)
    return done, str(header)


def test_a_complete_one(build, tmp_path):
    done, _ = contract(build, tmp_path, HEADER + COMMENT)
    assert (done.returncode, done.stderr) == (0, "")
    assert "os_make(v_path, v_flags)" in (tmp_path / "calls.c").read_text()


@pytest.mark.parametrize(
    "old, new, complaint",
    [
        (" * @return 0, or -1\n", "", "os_make(): no @return"),
        (" * @since 0.1\n", "", "os_make(): no @since"),
        (" * @shell os.make PATH [--exist-ok] -> none\n", "", "os_make(): no @shell"),
        (" * @param path  where\n", "", "os_make(): no @param says what 'path' is"),
        ("@param path  where", "@param pth  where", "@param pth is no parameter of os_make()"),
        ("[--exist-ok]", "[--exits-ok]", "'--exits-ok' names no parameter of os_make()"),
        ("PATH [", "PATH DST [", "'DST' names no parameter of os_make()"),
        ("PATH [", "[", "@shell gives os_make() nothing for its parameter 'path'"),
        (" -> none", "", "@shell does not say '-> WHAT IS PRINTED'"),
        ("-> none", "-> strange", "'strange' can't print a 'int'"),
        ("const char *path", "struct thing *path", "no text from a shell becomes a 'struct thing *'"),
        ("@since", "@sinse", "unknown tag @sinse"),
        ("@shell os.make PATH [--exist-ok] -> none", "@shell see os_other", "@shell see os_other"),
        (COMMENT[: COMMENT.index("OS_API")], "", "a public function without a /** comment */"),
        ("(const char *path, int flags)", "(const char *path, int flags, ...)", "takes '...'"),
    ],
)
def test_an_incomplete_one(build, tmp_path, old, new, complaint):
    assert old in COMMENT
    done, header = contract(build, tmp_path, HEADER + COMMENT.replace(old, new))
    assert done.returncode == 1
    assert complaint in done.stderr
    assert done.stderr.startswith(header + ":")
    assert ": error: " in done.stderr
    assert not (tmp_path / "calls.c").exists()


VERBS = """\
/** Commands of its own. */
/**
 * Prints the tree.
 *
 * @param path  where to start
 * @param max_depth  how deep
 * @param force  at any cost
 * @since 0.1
 * @shell walk [PATH=.] [--max-depth=N] [-f|--force] -> custom
 */
int verb_walk(struct call *call);
"""


def test_a_verb(build, tmp_path):
    (tmp_path / "topic.h").write_text(HEADER + COMMENT)
    (tmp_path / "verbs.h").write_text(VERBS)
    for job, target in (("calls", tmp_path / "calls.c"), ("man", tmp_path), ("completions", tmp_path)):
        program = [build / "tools" / "contract", job, target, "--verbs", tmp_path / "verbs.h", tmp_path / "topic.h"]
        subprocess.run(program, check=True)
    calls = (tmp_path / "calls.c").read_text()
    assert "verb_walk, false" in calls
    assert '{VALUE_OPTION, "max-depth", "N", 0, true, false, "how deep"}' in calls
    assert '{SWITCH, "force", "FORCE", 102, true, false, "at any cost"}' in calls
    assert ".It Ic walk" in (tmp_path / "osier.1").read_text()
    assert not (tmp_path / "osier_verbs.3").exists()
    assert "-l force -s f" in (tmp_path / "osier.fish").read_text()


def test_two_of_one_name(build, tmp_path):
    done, _ = contract(build, tmp_path, HEADER + COMMENT + COMMENT.replace("os_make(", "os_made("))
    assert "@shell os.make is os_make() already" in done.stderr
