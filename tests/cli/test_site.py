# SPDX-License-Identifier: MIT
"""The manual as a site: well formed, without a link that leads nowhere, and found by the search."""

import html.parser
import json
import pathlib
import re
import shutil
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
VOID = {"meta", "link", "input"}


class Page(html.parser.HTMLParser):
    """The ids and links of a page; each element is closed in its turn."""

    def __init__(self, path):
        super().__init__()
        self.open, self.ids, self.links, self.text = [], [], [], ""
        self.feed(path.read_text())
        assert self.open == [], path

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes[name] for name in ("href", "src") if name in attributes]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def folder(build):
    return build / "docs" / "html"


@pytest.fixture(scope="module")
def site(folder):
    return {path.name: Page(path) for path in folder.glob("*.html")}


@pytest.fixture(scope="module")
def index(folder):
    return json.loads((folder / "index.js").read_text().removeprefix("const INDEX = ").rstrip(";\n"))


def leads(folder, site, name, link):
    page, _, place = link.partition("#")
    page = page or name
    return (folder / page).exists() and (not place or place in site[page].ids)


def test_every_link_leads_somewhere(folder, site):
    for name, page in site.items():
        assert len(page.ids) == len(set(page.ids)), name
        for link in page.links:
            assert leads(folder, site, name, link), f"{name}: {link}"


def test_nothing_comes_from_elsewhere(folder):
    for path in folder.iterdir():
        assert not re.search(r"\b(src|href)=\"(https?:|//)|@import|url\(", path.read_text()), path


def test_every_function_is_found(build, folder, site, index):
    contract = json.loads((build / "contract.json").read_text())
    names = {row[0] for row in index}
    for header in contract["headers"]:
        for entry in header["entries"]:
            name = f"struct {entry['name']}" if entry["declaration"].startswith("struct ") and entry["kind"] != "function" else entry["name"]
            assert (entry["shell"]["name"] if header["verbs"] else name) in names
    assert all(leads(folder, site, "index.html", row[1]) for row in index)


def test_a_function(site):
    text = " ".join(site["tree.html"].text.split())
    assert "int os_rmtree(const char *path, const struct os_rmtree_options *options);" in text
    assert "struct os_rmtree_options { size_t size; struct os_tree_control control; };" in text
    assert "osier os.rmtree" in text and "ENOTEMPTY" in text
    assert "Copies a tree, tells where the copy differs" in text


def test_light_and_dark(folder):
    style = (folder / "style.css").read_text()
    assert "prefers-color-scheme: dark" in style
    light, dark = re.findall(r":root \{(.*?)\}", style, re.S)
    colours = lambda text: set(re.findall(r"--\w+(?=: #)", text))
    assert colours(light) == colours(dark)


PROGRAM = """
const made = (tag) => ({tag, children: [], text: "", attributes: {},
    append(...all) { for (const one of all) typeof one === "string" ? (this.text += one) : this.children.push(one); },
    setAttribute(name, value) { this.attributes[name] = value; }, replaceChildren() { this.children = []; },
    addEventListener(name, call) { (this.calls ||= {})[name] = call; }, scrollIntoView() {},
    get childElementCount() { return this.children.length; }, get firstElementChild() { return this.children[0]; }});
const field = made("input"), list = made("ul");
const document = {querySelector: (what) => (what.includes("input") ? field : list), createElement: made, addEventListener() {}};
"""


def test_the_search(folder, tmp_path):
    """In the interpreter, where there is one, with a document as far as the search uses it."""
    node = shutil.which("node") or pytest.skip("no node")

    def search(words):
        ask = f"field.value = {json.dumps(words)}; field.calls.input(); console.log(JSON.stringify(list.children.map((item) => item.children[0].text.trim())));"
        script = tmp_path / "search.js"
        script.write_text(PROGRAM + (folder / "index.js").read_text() + (folder / "search.js").read_text() + ask)
        return json.loads(subprocess.run([node, script], check=True, capture_output=True, text=True).stdout)

    assert search("rmtree")[0] == "os_rmtree"
    assert search("os_mkdir")[0] == "os_mkdir"
    assert search("shutil.which") == ["os_which"]
    assert "os_rmtree" in search("removes tree")
    assert search("") == [] and search("no such thing") == []
