# SPDX-License-Identifier: MIT
"""The comments of the headers: one that is not complete stops the build, and says where."""

import json
import pathlib
import subprocess
import sys

import pytest

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools" / "contract"

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
OS_API OS_NONNULL() int os_make(const char *path, int flags);
"""


def tool(name, *words):
    return subprocess.run([sys.executable, "-B", TOOLS / name, *words], capture_output=True, text=True)


def contract(tmp_path, text):
    """What a header with this text makes: the table of calls, or the complaints."""
    header = tmp_path / "topic.h"
    header.write_text(text)
    done = tool("read.py", tmp_path / "contract.json", header)
    if done.returncode == 0:
        done = tool("calls.py", tmp_path / "contract.json", tmp_path / "calls.c", tmp_path / "contract.h")
    return done, str(header)


def extra(tmp_path, text):
    """What osier.extra, the module for Python, is made of that header."""
    done, _ = contract(tmp_path, text)
    assert done.returncode == 0
    return tool("python.py", tmp_path / "contract.json", "extra", tmp_path / "extra.c", tmp_path / "extra.pyi")


def test_what_python_lacks_is_in_its_module(tmp_path):
    extra(tmp_path, HEADER + COMMENT)
    assert "make" not in (tmp_path / "extra.pyi").read_text()
    done = extra(tmp_path, HEADER + COMMENT.replace(" * @python os.make(path)\n", ""))
    assert (done.returncode, done.stderr) == (0, "")
    assert "def make(path: StrOrBytesPath, *, exist_ok: bool = ...) -> None: ...\n" in (tmp_path / "extra.pyi").read_text()
    assert "result = os_make(v_path, v_flags)" in (tmp_path / "extra.c").read_text()


def test_what_has_no_answer_in_python_is_told(tmp_path):
    text = COMMENT.replace(" * @python os.make(path)\n", "").replace("-> none", "-> floats").replace("int os_make", "double *os_make")
    done = extra(tmp_path, HEADER + text)
    assert done.returncode == 1
    assert "osier.extra has no answer of the kind 'floats' (os_make())" in done.stderr


def test_a_complete_one(tmp_path):
    done, _ = contract(tmp_path, HEADER + COMMENT)
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
        (" OS_NONNULL()", "", "os_make() needs OS_NONNULL()"),
        ("path  where", "path  where, or NULL for here", "os_make() needs no OS_NONNULL"),
        ("path  where", "path  where; NULL: here", "@param path: write 'or NULL'"),
        ("int flags)", "int flags, ...)", "os_make() needs OS_NONNULL(1)"),
    ],
)
def test_an_incomplete_one(tmp_path, old, new, complaint):
    assert old in COMMENT
    done, header = contract(tmp_path, HEADER + COMMENT.replace(old, new))
    assert done.returncode == 1
    assert complaint in done.stderr
    assert done.stderr.startswith(header + ":")
    assert ": error: " in done.stderr
    assert not (tmp_path / "calls.c").exists()


VERBS = """\
/** osier walk. */
/* Not of the contract. */
static int depth;

/** A helper of it. */
static void help(void) {
    depth = '}';
}

/**
 * Prints the tree.
 *
 * @param path  where to start
 * @param max_depth  how deep
 * @param force  at any cost
 * @alias stroll
 * @group files
 * @since 0.1
 * @shell walk [PATH=.] [--max-depth=N] [-f|-F|--force] -> custom
 */
int verb_walk(struct call *call) {
    return help(), 0;
}
"""


def test_a_verb(tmp_path):
    (tmp_path / "topic.h").write_text(HEADER + COMMENT)
    (tmp_path / "walk.c").write_text(VERBS)
    table = tmp_path / "contract.json"
    assert tool("read.py", table, tmp_path / "topic.h", "--verbs", tmp_path / "walk.c").stderr == ""
    for job in (("calls.py", table, tmp_path / "calls.c", tmp_path / "contract.h"), ("manual.py", table, tmp_path / "osier.1", tmp_path / "man3"),
                ("completions.py", table, *(tmp_path / name for name in ("osier", "_osier", "osier.fish")))):  # fmt: skip
        assert tool(*job).stderr == ""
    calls = (tmp_path / "calls.c").read_text()
    assert "verb_walk, false" in calls and '{"stroll", NULL}' in calls and '"Files", "Files and trees."' in calls
    assert "help" not in calls.split("functions[]")[1].split("topics[]")[0]
    assert '{VALUE_OPTION, "max-depth", "N", "", true, false, "how deep"}' in calls
    assert '{SWITCH, "force", "FORCE", "fF", true, false, "at any cost"}' in calls
    assert ".It Ic walk" in (tmp_path / "osier.1").read_text()
    assert [page.name for page in (tmp_path / "man3").glob("osier_*")] == ["osier_topic.3"]
    assert "-l force -s f -s F" in (tmp_path / "osier.fish").read_text()


def test_a_verb_of_no_group(tmp_path):
    (tmp_path / "walk.c").write_text(VERBS.replace("@group files", "@group things"))
    done = tool("read.py", tmp_path / "contract.json", "--verbs", tmp_path / "walk.c")
    assert done.returncode == 1 and "verb_walk(): its @group is none of files, " in done.stderr


def test_two_of_one_name(tmp_path):
    done, _ = contract(tmp_path, HEADER + COMMENT + COMMENT.replace("os_make(", "os_made("))
    assert "@shell os.make is os_make() already" in done.stderr


def test_what_a_header_says_for_all(tmp_path):
    once = HEADER.replace("/** A topic. */", "/**\n * A topic.\n *\n * @since 0.2\n * @shell no: of one program\n */")
    said = COMMENT.replace(" * @since 0.1\n", "").replace(" * @shell os.make PATH [--exist-ok] -> none\n", "")
    done, _ = contract(tmp_path, once + said + COMMENT.replace("os_make(", "os_made("))
    assert done.stderr == ""
    functions = {one["name"]: one for one in json.loads((tmp_path / "contract.json").read_text())["headers"][0]["entries"]}
    assert (functions["os_make"]["since"], functions["os_made"]["since"]) == ("0.2", "0.1")
    assert functions["os_make"]["shell"]["name"] == "of one program"
    assert functions["os_made"]["shell"]["kind"] == "call"


NAMES = """\
/* free() and os_make() are there,
 * os.stat() and "os_other()" are not spoken of. */
static int os_make(void) {
    free("/* os_text() */"); // %s
    return 0;
}
"""


def test_a_comment_that_names_a_function(tmp_path):
    code = tmp_path / "code"
    code.mkdir()
    (code / "make.c").write_text(NAMES.replace('"os_other()"', "os_make()") % "os_make()")
    words = tmp_path / "stamp", tmp_path / "depfile", code
    done = tool("names.py", *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "depfile").read_text() == f"{tmp_path}/stamp: {code}/make.c\n"
    (tmp_path / "stamp").unlink()
    (code / "make.h").write_text(NAMES % "os_error()")
    done = tool("names.py", *words)
    assert done.returncode == 1 and not (tmp_path / "stamp").exists()
    assert done.stderr == (
        f"{code}/make.h:2: error: the comment tells of os_other(), which there isn't\n"
        f"{code}/make.h:4: error: the comment tells of os_error(), which there isn't\n"
    )
