# SPDX-License-Identifier: MIT
"""TOML and JSON: the corpus of toml-test, and generated documents read as CPython reads them."""

import datetime
import json
import math
import os
import pathlib
import random
import subprocess
import tomllib

import pytest

BUILD = pathlib.Path(os.environ["OSIER_BUILD"])
CORPUS = pathlib.Path("/usr/share/gocode/src/github.com/BurntSushi/toml/internal/toml-test/tests")
CASES = int(os.environ.get("DOCUMENT_CASES", "2000"))


class Reader:
    def __init__(self):
        self.process = subprocess.Popen([BUILD / "tests/data_dump"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, kind, document):
        self.process.stdin.write(b"%s %d\n%s" % (kind.encode(), len(document), document))
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        assert self.process.wait() == 0


@pytest.fixture(scope="module")
def read():
    reader = Reader()
    yield reader
    reader.close()


def moment(kind, text):
    text = text.upper().replace(" ", "T").replace("Z", "+00:00")
    date, _, time = text.rpartition("T") if kind.startswith("datetime") else ("", "", text)
    if kind == "date-local":
        return datetime.date.fromisoformat(text)
    point = time.find(".")
    if point >= 0:
        end = next((i for i in range(point + 1, len(time)) if not time[i].isdigit()), len(time))
        time = time[:point] + "." + time[point + 1:end][:6].ljust(6, "0") + time[end:]
    return (datetime.datetime if date else datetime.time).fromisoformat(date + "T" * bool(date) + time)


def plain(value):
    """What Python would have, with floats told apart from integers, and nan equal to itself."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not (set(value) == {"type", "value"} and all(isinstance(text, str) for text in value.values())):
        return {key: plain(item) for key, item in value.items()}
    kind, text = value["type"], value["value"]
    if kind in ("datetime", "datetime-local", "date-local", "time-local"):
        return moment(kind, text)
    return {"string": str, "integer": int, "float": lambda text: number(float(text)),
            "bool": lambda text: text == "true", "null": lambda text: None}[kind](text)


def number(value):
    return "nan" if math.isnan(value) else ("float", value, math.copysign(1, value))


def signless(value):
    """The answers of the corpus don't tell -0.0 from 0.0."""
    if isinstance(value, dict):
        return {key: signless(item) for key, item in value.items()}
    if isinstance(value, list):
        return [signless(item) for item in value]
    return value[:2] if isinstance(value, tuple) else value


def told_apart(value):
    if isinstance(value, dict):
        return {key: told_apart(item) for key, item in value.items()}
    if isinstance(value, list):
        return [told_apart(item) for item in value]
    return number(value) if isinstance(value, float) else value


def corpus(kind):
    return sorted(path.relative_to(CORPUS) for path in (CORPUS / kind).rglob("*.toml"))


def test_the_corpus_is_there():
    assert len(corpus("valid")) >= 100 and len(corpus("invalid")) >= 234


@pytest.mark.parametrize("name", corpus("valid"), ids=str)
def test_valid_documents_of_the_corpus_are_read_right(read, name):
    document = (CORPUS / name).read_bytes()
    answer = json.loads((CORPUS / name).with_suffix(".json").read_text())
    assert signless(plain(read("toml", document))) == signless(plain(answer))


@pytest.mark.parametrize("name", corpus("invalid"), ids=str)
def test_invalid_documents_of_the_corpus_are_refused(read, name):
    assert "error" in read("toml", (CORPUS / name).read_bytes())


# ------------------------------------------------------------------------------ generated documents

KEYS = ["a", "b", "c", "d-e", "1", '"q r"', "'s.t'", '""', '"\\u00e9"', "true", "1979-05-27"]
VALUES = [
    "1", "-17", "+99", "0", "-0", "0xDEAD_beef", "0o755", "0b1101", "1_000", "9223372036854775807", "-9223372036854775808",
    "1.5", "-0.0", "6.626e-34", "1e06", "1_0.2_5", "5e+22", "inf", "-inf", "nan", "+nan", "0.1", "2.2250738585072014e-308",
    "1.7976931348623157e308", "123456789012345678901234567890.0", "true", "false", '""', '"a\\tb\\u00e9\\U0001F600\\"\\\\"',
    "'lit\\eral'", '"""\nmore\n  lines"""', "'''\nmore'' lines'''", '"""fold \\\n   ed"""', '"""a""b"""""', "''''x'''''", '"\u00e4\u20ac\U0001f600"',
    "1979-05-27T07:32:00Z", "1979-05-27 00:32:00.999999-07:00", "1979-05-27T07:32:00", "1979-05-27", "07:32:00",
    "00:32:00.5", "2024-02-29", "2023-02-29", "0000-01-01", "1979-13-01", "23:60:00", "1979-05-27T07:32:00.123456789+01:30",
    "01", "1__0", "1_", "_1", "1.", ".5", "1.e5", "0x", "0xg", "tru", "", "'", '"\\x"', '"\\ud800"', "+0x1", "1e", "--1", "+true",
    '"a\nb"', "'''\x01'''", '"""\r"""', "{}", "{ a = 1 }", "{ a.b = 1, a.c = 2 }", "{ a = 1, }", "{ a = 1, a = 2 }", "{ a = {}, a.b = 1 }",
    "[]", "[1, 2, ]", "[ 1 # c\n, [2]\n]", "[1 2]", "[,]", "[{a = 1}, {b = 2}]", "{ a = [1,\n2] }", "{\n}",
]


def value(dice):
    roll = dice.random()
    if roll < 0.1:
        return "[" + ", ".join(value(dice) for _ in range(dice.randrange(4))) + "]"
    if roll < 0.2:
        return "{" + ", ".join(f"{key(dice)} = {value(dice)}" for _ in range(dice.randrange(4))) + "}"
    return dice.choice(VALUES[:41] if roll < 0.9 else VALUES)


def key(dice):
    return dice.choice([".", ".", " . "]).join(dice.choice(KEYS) for _ in range(dice.choice([1, 1, 1, 2, 2, 3])))


def toml(dice):
    lines = []
    for _ in range(dice.randrange(1, 9)):
        roll = dice.random()
        if roll < 0.25:
            lines.append(f"[{key(dice)}]")
        elif roll < 0.35:
            lines.append(f"[[{key(dice)}]]")
        elif roll < 0.4:
            lines.append(dice.choice(["# comment", "", "  \t", "#\x01", "a", "[a", "[[a]", "[]", "= 1", "a = 1 b = 2"]))
        else:
            lines.append(f"{key(dice)}{dice.choice(['=', ' = '])}{value(dice)}{dice.choice(['', '', ' # c', ' '])}")
    text = dice.choice(["\n", "\n", "\r\n"]).join(lines) + dice.choice(["", "\n"])
    if dice.random() < 0.3:  # and one character that is wrong, or gone
        at = dice.randrange(len(text) + 1)
        text = text[:at] + dice.choice(["", "x", '"', "'", "]", "}", "=", ".", "\n", "\r", "\x7f", "0", "_"]) + text[at + 1:]
    return text


def beyond_64_bits(value):
    if isinstance(value, (dict, list)):
        return any(map(beyond_64_bits, value.values() if isinstance(value, dict) else value))
    return isinstance(value, int) and not -2**63 <= value < 2**63


def test_generated_toml_is_read_as_tomllib_reads_it(read):
    dice = random.Random(15)
    right = 0
    for _ in range(CASES):
        document = toml(dice)
        if "\\e" in document.replace("\\'", ""):
            continue  # TOML 1.1 has it
        try:
            expected = tomllib.loads(document)
        except (tomllib.TOMLDecodeError, ValueError):
            expected = None
        answer = read("toml", document.encode())
        if expected is None or beyond_64_bits(expected):
            assert "error" in answer, document
        else:
            right += 1
            assert "error" not in answer, (document, answer)
            assert plain(answer) == told_apart(expected), document
    assert CASES / 5 < right < CASES * 4 / 5


def some_json(dice, depth=0):
    roll = dice.random()
    if roll < 0.25 and depth < 6:
        return [some_json(dice, depth + 1) for _ in range(dice.randrange(5))]
    if roll < 0.55 and depth < 6:
        return {dice.choice(["a", "b", "é", "", "x\0y", '"', "\U0001f600"]): some_json(dice, depth + 1) for _ in range(dice.randrange(5))}
    return dice.choice([
        None, True, False, 0, -1, 2**63 - 1, -2**63, 0.5, -0.0, 1e300, 5e-324, 1.5e10, "", "text", "\u20ac\U0001f600\n\t\"\\/\x7f", "\0"])


def refused(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("twice")
    return result


def no_constant(name):
    raise ValueError(name)


def test_generated_json_is_read_as_json_reads_it(read):
    dice = random.Random(16)
    right = 0
    for _ in range(CASES):
        document = json.dumps(some_json(dice), ensure_ascii=dice.random() < 0.5, indent=dice.choice([None, None, 1, "\t"]))
        if dice.random() < 0.4:
            at = dice.randrange(len(document) + 1)
            document = document[:at] + dice.choice(["", ",", '"', "]", "}", ":", "\n", "0", "\\", "e", "-"]) + document[at + 1:]
        try:
            expected = json.loads(document, object_pairs_hook=refused, parse_constant=no_constant)
            document.encode()
            json.dumps(expected, ensure_ascii=False).encode()
        except ValueError:
            expected = ...
        answer = read("json", document.encode("utf-8", "surrogatepass"))
        if expected is ...:
            assert "error" in answer, document
        elif beyond_64_bits(expected):
            continue
        else:
            right += 1
            assert plain(answer) == told_apart(expected), document
    assert right > CASES / 3


@pytest.mark.parametrize("kind, document, line, column, words", [
    ("toml", "a = 1\nb = \n", 2, 5, "expected a value"),
    ("toml", "mode = 0755", 1, 8, "a number has no zero before it; a mode is a text, \"0755\""),
    ("toml", "'é'.a = 1\n'é' = 2", 2, 1, "this key is there already"),
    ("toml", "[x]\n[y]\n [x]", 3, 3, "this table is there already"),
    ("toml", "a = \"open\nb = 1", 1, 5, "this text has no end on its line"),
    ("toml", "a = [1,\n2 3]", 2, 3, "expected ',' or ']' in a list"),
    ("toml", "a = 1979-02-30", 1, 5, "there is no such date"),
    ("json", '{"a": 1,\n "a": 2}', 2, 2, "this key is there already"),
    ("json", '{"a": [1 2]}', 1, 10, "expected ',' or ']'"),
    ("json", "", 1, 1, "expected a value"),
])
def test_errors_say_where_and_what(read, kind, document, line, column, words):
    assert read(kind, document.encode()) == {"error": words, "line": line, "column": column}


def test_deep_nesting_takes_no_stack(read):
    for kind, document in (("json", b"[" * 200000), ("toml", b"a = " + b"[" * 200000), ("toml", b"a = " + b"{a=" * 200000)):
        assert "error" in read(kind, document)


def test_bytes_that_are_no_utf8_are_refused(read):
    assert read("toml", b"a = 1\nb = '\xff'") == {"error": "this is no UTF-8", "line": 2, "column": 6}
