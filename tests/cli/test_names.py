# SPDX-License-Identifier: MIT
"""Hostile names: never broken in JSON, harmless on a terminal, themselves anywhere else."""

import base64
import json
import os
import pathlib
import pty
import subprocess

HOSTILE = [bytes([byte]) for byte in range(1, 256) if byte != ord("/") and byte != ord(".")] + [
    b"a\nb", b"\xff\xfe", b"\xc3\xa4", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf9\x80\x80\x80", b"\xf5\x80\x80\x80", b"x" * 200 + b"\x80",
    b'"\\', b"it's", b"\x1b[31mred", "\u202e\u2028\u0085".encode(), "\U0001f600".encode(), b"\xf0\x9f\x98",
]  # fmt: skip


def exact(item):
    """The bytes that an item of JSON stands for."""
    if isinstance(item, str):
        return item.encode("utf-8")
    assert set(item) == {"path", "path_b64"}
    return base64.b64decode(item["path_b64"], validate=True)


def exact_name(key, value):
    """The bytes of a variable's name."""
    return base64.b64decode(value["path_b64"]) if isinstance(value, dict) and "value" in value else key.encode()


def make(tmp_path):
    for name in HOSTILE:
        os.close(os.open(os.fsencode(tmp_path) + b"/" + name, os.O_CREAT | os.O_WRONLY))


def test_names_survive_json(osier, tmp_path):
    make(tmp_path)
    items = osier.json("os.listdir")
    assert sorted(map(exact, items)) == sorted(HOSTILE)
    for item in items:
        utf8 = exact(item).decode("utf-8", "replace")
        assert isinstance(item, str) or "\ufffd" in item["path"] and item["path"] != utf8.encode()


def test_json_holds_no_control_characters(osier, tmp_path):
    make(tmp_path)
    text = osier("os.listdir", "--json").raw.decode("utf-8")
    assert text.endswith("]\n")
    assert not [c for c in text[:-1] if ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u2028\u2029\u202e"]


def test_single_values_in_json(osier):
    for name in HOSTILE:
        assert exact(osier.json("os.path.join", name)) == name


def test_values_of_records_in_json(osier):
    env = {b"GOOD": b"\xc3\xa4", b"BAD": b"\xff\n"}
    record = osier.json("os.environ", env=env)
    assert record["GOOD"] == "ä"
    assert record["BAD"]["path"] == "\ufffd\n"
    assert exact(record["BAD"]) == b"\xff\n"
    env = {b"K\xff": b"v", b"K\xfe": b"\xfe", b"BAD": b"\xff", b"BAD_b64": b"1", "K\ufffd".encode(): b"2"}
    record = osier.json("os.environ", env=env)  # as of every JSON in these tests, no key stands twice
    assert record["K\ufffd=S/8="] == {"path_b64": "S/8=", "value": "v"}
    names = {exact_name(name, value): value for name, value in record.items()}
    assert names.keys() == env.keys()
    assert exact(record["K\ufffd=S/4="]["value"]) == b"\xfe" and record["BAD_b64"] == "1"


def test_raw_bytes_in_a_pipe(osier, tmp_path):
    make(tmp_path)
    assert sorted(osier("os.listdir", "-0").raw.split(b"\0")[:-1]) == sorted(HOSTILE)
    assert osier("os.path.join", b"\x1b\xff").raw == b"\x1b\xff\n"


def on_terminal(build, tmp_path, *words, **options):
    """What the command prints when stdout is a terminal."""
    master, slave = pty.openpty()
    try:
        done = subprocess.run([build / "osier", *words], stdout=slave, stderr=subprocess.PIPE, cwd=tmp_path, **options)
        assert done.stderr == b""
        os.close(slave)
        slave = None
        text = b""
        while True:
            try:
                block = os.read(master, 4096)
            except OSError:  # the last of the slaves is closed
                break
            text += block
            if not block:
                break
        return text.replace(b"\r\n", b"\n")
    finally:
        os.close(master)
        if slave is not None:
            os.close(slave)


def test_a_terminal_gets_escapes(build, tmp_path):
    for name in HOSTILE:
        shown = on_terminal(build, tmp_path, "os.path.join", name)
        text = os.fsdecode(name)
        quoted = repr(text)
        plain = quoted[1:-1] == text
        assert shown == os.fsencode(text if plain else quoted) + b"\n", name


def test_a_terminal_gets_plain_names_plain(build, tmp_path):
    assert on_terminal(build, tmp_path, "os.path.join", "a b", "c") == b"a b/c\n"
    assert on_terminal(build, tmp_path, "os.getenv", "X", "ä'") == "ä'\n".encode()
    assert on_terminal(build, tmp_path, "os.path.join", b"\xff", "-0") == b"\xff\0"


def test_bytes_on_a_terminal(build, tmp_path):
    (tmp_path / "f").write_bytes(b"line\n")
    os.setxattr(tmp_path / "f", "user.x", b"\x00\x1b'")
    assert on_terminal(build, tmp_path, "os.read_file", "f") == b"line\n"
    assert on_terminal(build, tmp_path, "os.getxattr", "f", "user.x") == b"b'\\x00\\x1b\\''\n"


def test_error_messages_are_harmless(osier):
    assert osier("os.rmdir", b"\x1b\xff").err.endswith(": '\\x1b\\udcff'\n")


def test_help_on_a_terminal_is_the_page(build, tmp_path):
    man = tmp_path / "man"
    man.write_text('#!/bin/sh\necho "$@"\n')
    man.chmod(0o755)
    page = (build / "docs" / "man" / "man3" / "os_mkdirat.3").resolve()
    text = on_terminal(build, tmp_path, "help", "os_mkdirat", env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    shown = os.fsdecode(text).split()
    assert shown[0] == "-l" and pathlib.Path(shown[1]).resolve() == page
    for name, path in ("os_mkdirat", "/none"), ("os.mkdir", f"{tmp_path}:/usr/bin:/bin"):  # no man; no name of C
        assert on_terminal(build, tmp_path, "help", name, env={"PATH": path}).startswith(b"usage: osier os.mkdir PATH")
