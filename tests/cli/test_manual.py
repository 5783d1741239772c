# SPDX-License-Identifier: MIT
"""The manual: complete, without a warning, found under each function's name."""

import re
import subprocess

import pytest


@pytest.fixture(scope="module")
def pages(build):
    return sorted((build / "docs" / "man").glob("*.[13]"))


def render(page):
    text = subprocess.run(["mandoc", "-T", "ascii", page], check=True, capture_output=True, text=True).stdout
    return re.sub(".\b", "", text)


def test_no_warnings(pages):
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages], capture_output=True, text=True)
    assert done.stdout + done.stderr == ""


def test_command_page(build, contract_names):
    text = render(build / "docs" / "man" / "osier.1")
    for name in contract_names:
        assert re.search(rf"^ +{re.escape(name)}( |$)", text, re.M), name
    assert "EXIT STATUS" in text and "--exist-ok" in text


def test_function_pages(build):
    text = render(build / "docs" / "man" / "osier_files.3")
    assert re.search(r"^ +int\n +os_mkdir\(const char \*path, mode_t mode\);", text, re.M)
    assert "EEXIST" in text
    assert "Returns: 0, or -1 with errno set" in text


def test_links(build, tmp_path):
    subprocess.run(
        ["meson", "install", "-C", build, "--quiet", "--no-rebuild", "--destdir", tmp_path],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    found = list(tmp_path.rglob("os_makedirs.3"))
    assert len(found) == 1
    target = found[0].read_text()
    assert target == ".so man3/osier_files.3\n"
    assert (found[0].parent.parent / target.split()[1]).exists()
    assert list(tmp_path.rglob("man1/osier.1"))
    assert list(tmp_path.rglob("bash-completion/completions/osier"))
    assert list(tmp_path.rglob("zsh/site-functions/_osier"))
    assert list(tmp_path.rglob("fish/vendor_completions.d/osier.fish"))
