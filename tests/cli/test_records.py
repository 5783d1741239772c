# SPDX-License-Identifier: MIT
"""Records and lists of them, as the command prints any struct of a header: a header of the test's own."""

import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

import pytest
from terminal import on_a_terminal

SOURCE = pathlib.Path(__file__).resolve().parents[2]

HEADER = r"""
/** Things. */
#ifndef THINGS_H
#define THINGS_H
#include <osier/types.h>

/** What may be read of a thing. */
enum os_thing_fields {
    OS_THING_SIZE = 1, /**< its size */
    OS_THING_MORE = 2, /**< more of it */
};

/** What a thing is like. */
enum os_thing_mood {
    OS_MOOD_GOOD = 0, /**< fine */
    OS_MOOD_BAD = 1,  /**< not fine */
};

/** A part of a thing. */
struct os_thing_part {
    uint16_t width;  /**< how wide */
    uint64_t weight; /**< how heavy [bytes] */
};

/**
 * A thing.
 *
 * @table id, name, weight, mood
 */
struct os_thing {
    unsigned valid;             /**< the bits that were read */
    int id;                     /**< its number */
    const char *name;           /**< its name */
    char letter[2];             /**< one letter */
    enum os_thing_mood mood;    /**< what it is like */
    bool fine;                  /**< whether it is */
    double share;               /**< how much of all */
    int64_t born;               /**< when it came to be [time] */
    int64_t age;                /**< how long ago that is [duration] */
    char *const *words;         /**< its words */
    size_t words_count;         /**< how many */
    const char *blob;           /**< its bytes */
    size_t blob_size;           /**< how many */
    struct os_thing_part part;  /**< a part of it [OS_THING_SIZE] */
    struct os_thing_part *parts; /**< its parts [OS_THING_MORE] */
    size_t parts_count;         /**< how many */
};

/**
 * All things.
 *
 * @param fields  bits of enum os_thing_fields
 * @param ret_count  set to how many there are
 * @return an array, to free(); NULL with errno set
 * @since 0.1
 * @shell os.things -> list of thing
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_thing *os_things(unsigned fields, size_t *ret_count);

/**
 * The parts of a thing.
 *
 * @param ret_list  set to an array, to free()
 * @param ret_count  set to how many there are
 * @return 0, or -1 with errno set
 * @since 0.1
 * @shell os.parts -> list of thing_part
 */
OS_API OS_NONNULL() int os_parts(struct os_thing_part **ret_list, size_t *ret_count);

/**
 * One thing.
 *
 * @param ret_thing  set to it
 * @return 0, or -1 with errno set
 * @since 0.1
 * @shell os.thing -> thing
 */
OS_API OS_NONNULL() int os_thing(struct os_thing *ret_thing);
#endif
"""

PROGRAM = r"""
#include <osier.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>

static char *words[] = {"a", "b c", NULL};
static struct os_thing_part parts[] = {{1, 1}, {2, 2}};

static struct os_thing thing(int id, const char *name, uint64_t weight) {
    return (struct os_thing){.valid = 3, .id = id, .name = name, .letter = "R", .mood = id % 2, .fine = id > 1,
        .share = id / 4.0, .born = 1000000000ll * id, .age = 3661000000000ll * id, .words = words, .words_count = 2,
        .blob = "x\0y", .blob_size = 3, .part = {7, weight}, .parts = parts, .parts_count = 2};
}

struct os_thing *os_things(unsigned fields, size_t *ret_count) {
    if (getenv("TELL_FIELDS"))
        fprintf(stderr, "fields %u\n", fields);
    struct os_thing *list = calloc(3, sizeof *list);
    if (!list)
        return NULL;
    list[0] = thing(1, "one", 4096);
    list[1] = thing(-2, "two\n\xc3\xa4", 1536ull << 20);
    list[2] = thing(3, NULL, 10);
    list[1].valid = 2;
    *ret_count = 3;
    return list;
}

int os_parts(struct os_thing_part **ret_list, size_t *ret_count) {
    *ret_list = malloc(sizeof parts);
    *ret_count = 2;
    return *ret_list ? memcpy(*ret_list, parts, sizeof parts), 0 : -1;
}

int os_thing(struct os_thing *ret_thing) {
    *ret_thing = thing(1, "one", 4096);
    return 0;
}
"""


def compiler(build):
    """What the build compiles the command with, for its processor, and the definitions that its files have in common."""
    targets = json.loads((build / "meson-info" / "intro-targets.json").read_text())
    [made] = [part for target in targets if (target["name"], target["type"]) == ("osier", "executable")
              for part in target["target_sources"] if part.get("language") == "c"]  # fmt: skip
    return *made["compiler"], *(word for word in made["parameters"] if word.startswith("-D"))


@pytest.fixture(scope="module")
def things(build, tmp_path_factory):
    """A command that has these functions instead of the library's."""
    folder = tmp_path_factory.mktemp("things")
    (folder / "things.h").write_text(HEADER)
    (folder / "things.c").write_text(PROGRAM)
    (folder / "osier.h").write_text('#include_next <osier.h>\n#include "things.h"\n')
    tools = SOURCE / "tools" / "contract"
    run = lambda *words: subprocess.run(words, check=True)
    run(sys.executable, "-B", tools / "read.py", folder / "contract.json", folder / "things.h")
    run(sys.executable, "-B", tools / "calls.py", folder / "contract.json", folder / "calls.c", folder / "contract.h")
    objects = [one for one in (build / "osier.p").glob("*.o") if one.name.startswith(("cli_frame_", "cli_main"))]
    run(*compiler(build), f"-I{folder}", f"-I{SOURCE / 'include'}", f"-I{SOURCE / 'cli'}", "-Wall", "-Werror",
        "-o", folder / "things", folder / "calls.c", folder / "things.c", *objects, build / "libosier-core.a", "-pthread")  # fmt: skip

    def call(*words, status=0, **environment):
        done = subprocess.run([folder / "things", *words], capture_output=True, text=True, env={**os.environ, **environment})
        assert done.returncode == status, done.stderr
        call.err = done.stderr
        return done.stdout

    call.program = folder / "things"
    yield call
    shutil.rmtree(folder)


def test_a_record(things):
    lines = things("os.thing").splitlines()
    assert lines[:6] == ["id=1", "name=one", "letter=R", "mood=BAD", "fine=False", "share=0.25"]
    assert "words=b c" in lines and "weight=4096" in lines
    assert things("os.thing", "--fields=name,part.width") == "name=one\npart.width=7\n"


def test_a_record_as_json(things):
    thing = json.loads(things("os.thing", "--json"))
    assert thing["part"] == {"width": 7, "weight": 4096}
    assert thing["parts"] == [{"width": 1, "weight": 1}, {"width": 2, "weight": 2}]
    assert thing["words"] == ["a", "b c"] and thing["blob"] == "x\0y" and thing["fine"] is False
    assert not {"valid", "words_count", "blob_size", "parts_count"} & set(thing)


def test_a_list_away_from_a_terminal(things):
    table = [line.split("\t") for line in things("os.things").splitlines()]
    assert table[0] == ["id", "name", "weight", "mood"]
    assert table[1:] == [["1", "one", "4096", "BAD"], ["-2", r"'two\nä'", "", "GOOD"], ["3", "", "10", "BAD"]]
    assert things("os.things", "--no-header", "--fields=id") == "1\n-2\n3\n"
    assert things("os.things", "--fields=id,name", "-0") == "1\0one\0-2\0'two\\nä'\0" + "3\0\0"
    assert things("os.parts") == "width\tweight\n1\t1\n2\t2\n"


def test_a_list_as_json(things):
    things_ = json.loads(things("os.things", "--json"))
    assert [thing["name"] for thing in things_] == ["one", "two\nä", None]
    assert [thing["part"] and thing["part"]["weight"] for thing in things_] == [4096, None, 10]
    lines = things("os.things", "--jsonl", "--fields=id,weight").splitlines()
    assert list(map(json.loads, lines)) == [
        {"id": 1, "weight": 4096}, {"id": -2, "weight": None}, {"id": 3, "weight": 10}
    ]  # fmt: skip


@pytest.mark.parametrize(
    "words, ids",
    [
        (["--sort=id"], "-2 1 3"),
        (["--sort=-id"], "3 1 -2"),
        (["--sort=weight"], "3 1 -2"),
        (["--sort=-weight"], "1 3 -2"),
        (["--sort=mood,-id"], "-2 3 1"),
        (["--sort=name"], "3 1 -2"),
        (["--sort=words"], "1 -2 3"),
        (["--sort=-share", "--top=1"], "3"),
        (["--top=0"], ""),
        (["--top=9"], "1 -2 3"),
    ],
)
def test_sorted(things, words, ids):
    assert things("os.things", "--no-header", "--fields=id", *words).split() == ids.split()


@pytest.mark.parametrize(
    "filter, ids",
    [
        ("id > 1", "3"),
        ("id>=1 and id<=3", "1 3"),
        ("not id > 1", "1 -2"),
        ("id = 1 or id = 3 and name == none", "1 3"),
        ("(id = 1 or id = 3) and name == none", "3"),
        ("not (id == 1 or not id == 3)", "3"),
        ("!(id==1)and(fine=False)", "-2"),
        ("((((((id == 1))))))", "1"),
        ("weight > 3K", "1"),
        ("weight == 4KiB", "1"),
        ("part.weight < 11", "3"),
        ("weight == none", "-2"),
        ("weight != 10", "1 -2"),
        ("weight != none", "1 3"),
        ("mood == BAD", "1 3"),
        ("mood ~ ^G", "-2"),
        ("name ~ '^(one|two)'", "1 -2"),
        ("name !~ o", "3"),
        ('name == "one"', "1"),
        ("name == 'none'", ""),
        ("name < p", "1"),
        ("share > 0.5", "3"),
        ("fine == true", "3"),
        ("age > 2h", "3"),
        ("age = 3661s", "1"),
        ("born < '1970-01-01 12:00:00' and born > 1.5e9", "3"),
        ("words == 'b c'", "1 -2 3"),
        ("words != a", ""),
        ("words ~ ^z", ""),
        ("parts == 2", "1 -2 3"),
        ("blob == x", "1 -2 3"),
    ],
)
def test_filtered(things, filter, ids):
    assert things("os.things", "--no-header", "--fields=id", f"--filter={filter}", TZ="UTC").split() == ids.split()


def test_filter_comes_before_the_rest(things):
    assert things("os.things", "--filter=id < 3", "--sort=-id", "--top=1", "--fields=id", "--no-header") == "1\n"
    assert json.loads(things("os.things", "--filter=id > 9", "--json")) == []
    deep = 2000
    nested = "not (" * deep + "id == 1" + ")" * deep
    assert things("os.things", f"--filter={nested}", "--fields=id", "--no-header") == "1\n"


@pytest.mark.parametrize("filter, said", [
    ("", "lacks a field"),
    ("id", "lacks a comparison"),
    ("id >", "lacks a value"),
    ("id > 'x", "lacks a value"),
    ("id > x", "not a value of this field: 'x'"),
    ("id > 1K", "not a value of this field: '1K'"),
    ("age > 1K", "not a value of this field: '1K'"),
    ("fine == yes", "not a value of this field: 'yes'"),
    ("nam == x", "unknown field 'nam'"),
    ("part == 1", "can't be compared"),
    ("mood < GOOD", "can't be compared"),
    ("id ~ 1", "can't be compared"),
    ("name < none", "only == and !="),
    ("name ~ [", "not a regular expression: '['"),
    ("id == 1 id == 2", "lacks 'and' or 'or'"),
    ("(id == 1", "stays open"),
    ("id == 1)", "no parenthesis is open"),
    ("id == 1 and", "lacks a field"),
    ("not", "lacks a field"),
])  # fmt: skip
def test_what_is_no_filter(things, filter, said):
    assert things("os.things", f"--filter={filter}", status=64) == "" and said in things.err
    assert things.err.count("\n") <= 3


def random_filter(r, depth=0):
    """An expression, and what it means to Python."""
    kind = r.randrange(6) if depth < 5 else 0
    if kind < 3:
        name = r.choice(["id", "weight", "share"])
        sign, number = r.choice(["==", "!=", "<", "<=", ">", ">="]), r.choice([-2, 0, 0.25, 0.75, 1, 3, 10, 4096])
        return f"{name} {sign} {number}", lambda t: (
            sign == "!=" if t[name] is None else eval(f"{t[name]!r} {sign} {number!r}"))  # fmt: skip
    left, right = random_filter(r, depth + 1), random_filter(r, depth + 1)
    if kind == 3:
        return f"not ({left[0]})", lambda t: not left[1](t)
    word = "and" if kind == 4 else "or"
    both = (lambda t: left[1](t) and right[1](t)) if kind == 4 else (lambda t: left[1](t) or right[1](t))
    return f"({left[0]}) {word} ({right[0]})", both


def test_filters_mean_what_they_mean_to_python(things):
    r = random.Random(13)
    all_ = json.loads(things("os.things", "--json", "--fields=id,weight,share"))
    for _ in range(200):
        text, takes = random_filter(r)
        assert things("os.things", "--no-header", "--fields=id", f"--filter={text}").split() == [
            str(t["id"]) for t in all_ if takes(t)], text  # fmt: skip


def test_only_what_is_asked_for_is_read(things):
    def fields(*words):
        things("os.things", *words, TELL_FIELDS="1")
        return things.err

    assert fields("--fields=id") == "fields 0\n"
    assert fields("--fields=id", "--sort=weight") == "fields 1\n"
    assert fields("--fields=id", "--filter=parts > 1 or id == 1") == "fields 2\n"
    assert fields("--fields=parts") == "fields 2\n"
    assert fields() == "fields 1\n"
    assert fields("--json") == "fields 3\n"


@pytest.mark.parametrize("option", ["--fields=id,nam", "--sort=nam", "--fields=", "--top=x", "--fields=part.id"])
def test_what_is_no_field(things, option):
    assert things("os.things", option, status=64) == ""
    assert things.err.startswith("osier: os.things: ") and things.err.count("usage:") == 1
    assert things("os.thing", "--fields=nam", status=64) == ""


def lines_on_a_terminal(*command, columns, **environment):
    status, text = on_a_terminal(*command, columns=columns, env={"PATH": os.environ["PATH"], "TZ": "UTC", **environment})
    assert status == 0
    return text.splitlines()


def test_a_list_on_a_terminal(things):
    assert lines_on_a_terminal(things.program, "os.things", columns=80) == [
        "id  name       weight  mood",
        " 1  one       4.0 KiB  BAD",
        r"-2  'two\nä'        -  GOOD",
        " 3               10 B  BAD",
    ]
    assert lines_on_a_terminal(things.program, "os.things", "--fields=born,age", columns=80)[1:] == [
        "1970-01-01 00:00:01   1:01:01",
        "1969-12-31 23:59:58  -2:02:02",
        "1970-01-01 00:00:03   3:03:03",
    ]


def test_a_list_on_a_narrow_terminal(things):
    lines = lines_on_a_terminal(things.program, "os.things", columns=12)
    assert lines == ["id  name    ", " 1  one     ", "-2  'two\\nä'", " 3          "]


def test_heads_are_bold(things):
    (line,) = lines_on_a_terminal(things.program, "os.things", "--fields=id", "--top=0", columns=80, TERM="xterm")
    assert line == "\033[1mid\033[0m"
    plain = {"TERM": "xterm", "NO_COLOR": "1"}
    assert lines_on_a_terminal(things.program, "os.things", "--fields=id", "--top=0", columns=80, **plain) == ["id"]


def test_help_names_the_fields(things):
    text = " ".join(things("os.things", "--help").split())
    assert "id, name, letter, mood" in text and "--no-header" in text
