# SPDX-License-Identifier: MIT
"""YAML as PyYAML reads it: what is listed has that value, and what is set changes that value and nothing else."""

import copy
import os
import pathlib
import random
import re
import subprocess

import pytest

yaml = pytest.importorskip("yaml")
PROGRAM = pathlib.Path(os.environ["OSIER_BUILD"]) / "tests" / "config_round"
SCALARS = ["a", "1", "true", "x y", "'it''s'", '"d: e"', "'#'", "http://a/b?c", "a#b", "-5", "~", '"\\u00e9 \\n"', "'a, b'", "a'b", "é"]
NEW = ["z", "7", "a: b", "- c", "x #y", "", " blank ", "a,b", "[1]", "{a: b}", "it's", 'say "x"', "é", "-", "a:", "null", "*a", "%x", "? a", "@", "`"]


def scalar(rng, flow=False):
    found = rng.choice(SCALARS)
    return found if not flow or not re.search(r"[,#?:]", found.strip("'\"")) or found[0] in "'\"" else "f"


def block(rng, depth, indent):
    """The lines of a mapping."""
    lines, pad = [], " " * indent
    for key in rng.sample(["a", "b", "long key", "c-d", "'q'", "e_f", "g.h", "a>b", "x[1]", "a,b{}"], rng.randint(1, 4)):
        comment = rng.choice(["", "", "", "  # why"])
        if rng.random() < 0.15:
            lines.append(rng.choice([f"{pad}# a comment", "", f"{pad}  # deeper"]))
        kind = rng.choice(["scalar"] * 4 + ["mapping"] * 3 * (depth < 3) + ["list", "list", "flow", "maps", "text", "wrapped", "braces", "empty", "anchor"])
        if kind == "scalar":
            lines.append(f"{pad}{key}: {scalar(rng)}{comment}")
        elif kind == "mapping":
            lines += [f"{pad}{key}:{comment}", *block(rng, depth + 1, indent + rng.choice([1, 2, 4]))]
        elif kind == "list":
            deeper = pad + rng.choice(["", "  "])
            lines.append(f"{pad}{key}:{comment}")
            for _ in range(rng.randint(1, 3)):
                lines.append(f"{deeper}- {rng.choice([scalar(rng)] * 4 + ['{x: 1}', '[1, 2]', 'k: v', '- 1', '|' + chr(10) + deeper + '    text'])}")
        elif kind == "flow":
            lines.append(f"{pad}{key}: [{', '.join(scalar(rng, flow=True) for _ in range(rng.randint(1, 3)))}]{comment}")
        elif kind == "maps":
            lines += [f"{pad}{key}:", f"{pad}- n: 1", f"{pad}  m: 2", f"{pad}- n: 3"]
        elif kind == "text":
            lines += [f"{pad}{key}: {rng.choice('|>')}{rng.choice(['', '-', '+'])}", f"{pad}    k: v", "", f"{pad}    - # x", f"{pad}  # no comment"[: len(pad) + 2]]
        elif kind == "wrapped":
            lines += [f"{pad}{key}: {rng.choice(['one', chr(34) + 'one', chr(39) + 'one'])}"]
            mark = lines[-1].split(": ")[1][0]
            lines.append(f"{pad}   two{mark if mark in chr(34) + chr(39) else ''}")
        elif kind == "braces":
            lines.append(f"{pad}{key}: {{k: v, l: [1]}}")
        elif kind == "anchor":
            lines.append(f"{pad}{key}: &x{rng.getrandbits(40)} value")
        else:
            lines.append(f"{pad}{key}:")
    return lines


def parts(key):
    for quoted, plain, index in re.findall(r'"((?:[^"\\]|\\.)*)"|([^.\[\]"]+)|\[(\d+)\]', key):
        yield int(index) if index else re.sub(r"\\(.)", r"\1", quoted) if quoted else plain


def at(document, key):
    for part in parts(key):
        document = document[part]
    return document


def put(document, key, value):
    *way, last = parts(key)
    for part in way:
        document = document[part]
    document[last] = value


def run(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, check=False)


@pytest.mark.parametrize("seed", range(120))
def test_pyyaml_reads_the_same(tmp_path, seed):
    rng = random.Random(seed)
    text = "\n".join(block(rng, 0, 0))
    text += "\n" if re.search("[|>]", text) else rng.choice(["", "\n"])  # an end of line more is one of a text, too
    path = tmp_path / "x.yaml"
    path.write_text(text)
    document = yaml.load(text, yaml.BaseLoader)
    listed = dict(line.split("\t", 1) for line in run("get", "yaml", path).stdout.decode().split("\0") if line)
    for key, value in listed.items():
        assert at(document, key) == value, (text, key)
    for key in rng.sample(sorted(listed), min(6, len(listed))):
        value = rng.choice(NEW)
        done = run("set", "yaml", path, key, value)
        assert done.returncode == 0, (text, key, value)
        expected = copy.deepcopy(document)
        put(expected, key, value)
        assert yaml.load(done.stdout.decode(), yaml.BaseLoader) == expected, (text, key, value, done.stdout.decode())
    for key in {re.sub(r'(\[\d+\]|"(?:[^"\\]|\\.)*"|[^."]+)$', "", key) for key in listed if not key.endswith("]")}:
        done = run("set", "yaml", path, key + "osier_new", "new")
        assert done.returncode == 0, (text, key)
        expected = copy.deepcopy(document)
        put(expected, key + "osier_new", "new")
        assert yaml.load(done.stdout.decode(), yaml.BaseLoader) == expected, (text, key, done.stdout.decode())
        path.with_suffix(".2.yaml").write_bytes(done.stdout)
        assert run("unset", "yaml", path.with_suffix(".2.yaml"), key + "osier_new").stdout.decode() == text, (text, key)
