# SPDX-License-Identifier: MIT
"""The manual: complete, without a warning, found under each function's name."""

import json
import pathlib
import re
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def pages(build):
    return sorted((build / "docs" / "man").rglob("*.[13]"))


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
    text = render(build / "docs" / "man" / "man3" / "os_mkdir.3")
    assert re.search(r"^ +int\n +os_mkdir\(const char \*path, mode_t mode\);", text, re.M)
    assert "EEXIST" in text
    assert re.search(r"^RETURN VALUES\n +0, or -1 with errno set", text, re.M)
    assert "os.mkdir(path, mode=0o777" in text and "osier os.mkdir" in text
    assert "os_mkdirat(3)" in text and "osier_files(3)" in text and "mkdir(2)" in text


def test_structs_are_clean(build):
    text = render(build / "docs" / "man" / "man3" / "os_rmtree.3")
    assert re.search(r"^ +struct os_rmtree_options \{\n +size_t size;\n +struct os_tree_control control;\n +\};", text, re.M)
    assert "int (*on_error)(const struct os_error *error, void *data);" in text
    assert re.search(r"^ +threads\n? +how many may work", text, re.M)
    assert "/**<" not in text


def test_every_function_and_header_has_a_page(build):
    contract = json.loads((build / "contract.json").read_text())
    headers = [header for header in contract["headers"] if not header["verbs"]]
    names = {f"osier_{header['topic']}" for header in headers} | {"osier"}
    names |= {entry["name"] for header in headers for entry in header["entries"] if entry["kind"] == "function"}
    assert {page.stem for page in (build / "docs" / "man" / "man3").iterdir()} == names


def test_header_pages_list_their_functions(build):
    text = render(build / "docs" / "man" / "man3" / "osier_tree.3")
    assert re.search(r"^ +os_rmtree\(3\)\n +Removes", text, re.M)


def test_found_by_what_they_do(build):
    """The line that apropos looks at."""
    text = render(build / "docs" / "man" / "man3" / "os_rmtree.3")
    assert re.search(r"^NAME\n +os_rmtree - removes? .*\btree\b", text, re.M)
    assert "NAME\n     osier - Python's os module, natively in C\n" in render(build / "docs" / "man" / "man3" / "osier.3")


def test_each_page_leads_on(build):
    """To what it tells of, what it plans, what tells of it, or at least to its neighbours in the header."""
    def seen(name):
        text = (build / "docs" / "man" / "man3" / f"{name}.3").read_text().split("\n.Sh SEE ALSO\n")[1].split("\n.Sh")[0]
        return set(re.findall(r"^\.Xr (\w+) 3", text, re.M))

    assert seen("os_plan_readlink") >= {"os_readlink"} and seen("os_plan_close") >= {"os_plan"}
    assert seen("os_process_close") >= {"os_process_open"} and seen("os_config_get") >= {"os_config_set"}
    contract = json.loads((build / "contract.json").read_text())
    for header in contract["headers"]:
        names = [entry["name"] for entry in header["entries"] if entry["kind"] == "function"]
        if len(names) > 1 and not header["verbs"]:
            assert [name for name in names if len(seen(name)) < 2] == []


def test_each_page_says_what_no_other_does(build):
    lines = {}
    for page in (build / "docs" / "man" / "man3").iterdir():
        brief = re.search(r"^\.Nd (.*)", page.read_text(), re.M)[1]
        assert not brief.startswith("the same") and len(brief) <= 125, page.stem
        assert lines.setdefault(brief, page.stem) == page.stem


def test_examples_are_those_that_run(build):
    pages = {page.stem: page.read_text() for page in (build / "docs" / "man" / "man3").iterdir()}
    for example in (SOURCE / "examples" / "functions").glob("*.c"):
        text = example.read_text()
        called = set(re.findall(r"\bos_\w+(?=\()", text)) & pages.keys()
        title = re.search(r"/\* (.*?) \*/", text.split("\n", 1)[1])[1]
        assert any(title.replace("-", "\\-").replace("'", "\\(aq") in pages[name] for name in called), example
    assert [name for name, page in pages.items() if name.startswith("os_") and page.count("\n.Sh EXAMPLES\n") != 1] == []


def test_installed(build, tmp_path):
    subprocess.run(
        ["meson", "install", "-C", build, "--quiet", "--no-rebuild", "--destdir", tmp_path],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    found = list(tmp_path.rglob("os_makedirs.3"))
    assert len(found) == 1 and found[0].parent.name == "man3"
    assert list(tmp_path.rglob("man1/osier.1"))
    assert list(tmp_path.rglob("bash-completion/completions/osier"))
    assert list(tmp_path.rglob("zsh/site-functions/_osier"))
    assert list(tmp_path.rglob("fish/vendor_completions.d/osier.fish"))
