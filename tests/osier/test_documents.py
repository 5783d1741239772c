# SPDX-License-Identifier: MIT
"""The documents name functions, files and tests that are there."""

import json
import pathlib
import re

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = [*SOURCE.glob("*.md"), *(SOURCE / "docs").glob("*.md")]
# Words in capitals stand for a name: os_path_NAME, tests/AUTHORITY/test_TOPIC.c.
FOLDERS = "bench cli docs examples include packaging python src tests tools".split()


def read(name):
    return (SOURCE / name).read_text()


@pytest.fixture(scope="module")
def names(build):
    """Everything that a header declares."""
    entries = [entry for header in json.loads((build / "contract.json").read_text())["headers"] for entry in header["entries"]]
    return {entry["name"] for entry in entries} | {one["name"] for entry in entries for one in entry["variables"]}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_functions_are_there(document, names):
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.S)
    named = set(re.findall(r"\bos_[a-z]\w*[a-zA-Z0-9](?!\w|\*|…)", text))
    assert sorted(name for name in named - names if not re.search("[A-Z]", name)) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_conflict_of_a_merge_is_left(document):
    assert re.findall(r"^(?:<{7}|>{7}|\|{7}) .*", document.read_text(), re.M) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_are_there(document):
    named = set(re.findall(rf"(?<![\w/.-])((?:{'|'.join(FOLDERS)})/[a-z][\w./-]*\w)", document.read_text()))
    assert sorted(name for name in named if not re.search("[A-Z]", name.removesuffix(".md")) and not list(SOURCE.glob(name + "*"))) == []


def test_differences_end_with_their_tests():
    """Each is shown by a test, "`tests/python/test_walk.py`, `test_deep`"."""
    text = " ".join(read("docs/DIFFERENCES.md").split())
    for path, tests in re.findall(r"— `(tests/[\w/.-]+)`((?:, `\w+`)+)", text):
        for test in re.findall(r"`(\w+)`", tests):
            assert re.search(rf"\b{test}\b", read(path)), f"{path} has no {test}"
    for item in re.split(r"^- ", read("docs/DIFFERENCES.md"), flags=re.M)[1:]:
        assert "`tests/" in item, item
