# SPDX-License-Identifier: MIT
"""Files, functions and targets that the documents name are there."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[2]
DOCUMENTS = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "RELEASING.md")]
DOCUMENTS += sorted(path for path in (ROOT / "docs").glob("*.md") if path.name != "PARITY.md")  # which is made
# Of a reader's own, of the interpreter's, and made by the build.
OTHERS = {"app.c", "script.py", "site.toml", "base.toml", "HOST.toml", "genericpath.py", "posixpath.py", "contract.h", "osier.c",
          "FILE.c", "TOPIC.h", "test_TOPIC.c"}
FOLDERS = ["bench", "cli", "docs", "examples", "include", "packaging", "python", "src", "tests", "tools"]


@pytest.fixture(scope="module")
def code():
    """The files' names, and all that is written in headers and sources."""
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    files += [path for path in ROOT.iterdir() if path.is_file()]
    words = set()
    for path in files:
        if path.suffix in (".c", ".h", ".py"):
            words.update(re.findall(r"\w+", path.read_text(errors="replace")))
    return {path.name for path in files}, words


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_is_named_is_there(document, code):
    names, words = code
    text = document.read_text()
    files = {name.rpartition("/")[2] for name in re.findall(r"[\w./-]+\.(?:c|h|py|toml)\b", text)}
    assert files - names - OTHERS == set()
    functions = {name for name in re.findall(r"\bos_[a-z]\w*", text) if not re.search(r"_$|[A-Z]", name)}
    assert functions - words - {"os_memory"} == set()  # of an example
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    targets |= {word for line in re.findall(r"^([a-z -]+):", (ROOT / "Makefile").read_text(), re.M) for word in line.split()}
    assert set(re.findall(r"`make ([a-z-]+)", text)) - targets == set()
