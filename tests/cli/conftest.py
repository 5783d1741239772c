# SPDX-License-Identifier: MIT
"""The command, run in an empty directory."""

import json
import os
import subprocess
import types

import pytest


def unique(pairs):
    """An object of JSON in which no key stands twice."""
    assert len({key for key, _ in pairs}) == len(pairs), pairs
    return dict(pairs)


@pytest.fixture
def osier(build, tmp_path):
    """Runs `osier WORDS…`: status, out and err of it, as text whose odd bytes are surrogates."""

    def run(*words, **options):
        options.setdefault("cwd", tmp_path)
        done = subprocess.run([build / "osier", *words], capture_output=True, timeout=60, **options)
        return types.SimpleNamespace(
            status=done.returncode, raw=done.stdout, out=os.fsdecode(done.stdout), err=os.fsdecode(done.stderr)
        )

    def as_json(*words, **options):
        done = run(*words, "--json", **options)
        assert done.err == ""
        return json.loads(done.raw.decode("utf-8"), object_pairs_hook=unique)  # strict: what is printed is UTF-8

    run.json = as_json
    return run


@pytest.fixture
def calls(machine):
    """What the programs of a test's own `machine` were called with since the last time."""

    def calls():
        path = machine / "calls"
        text = path.read_text() if path.exists() else ""
        path.write_text("")
        return text.splitlines()

    return calls


@pytest.fixture
def child():
    """Starts a program, which ends with the test at the latest."""
    started = []

    def child(*words):
        started.append(subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        return started[-1]

    yield child
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


@pytest.fixture
def arch(osier):
    """The processor that the command runs on: by an emulator it is another one than the tests'."""
    return osier.json("os.uname")["machine"]


@pytest.fixture(scope="session")
def contract_names(build):
    """Every name that the command takes."""
    text = (build / "docs" / "completions" / "osier.fish").read_text()
    return sorted({line.split(" -a ")[1].split()[0] for line in text.splitlines() if "not __osier_name" in line and " -a " in line})
