# SPDX-License-Identifier: MIT
"""osier walk, glob, compare, rm, cp, mv and usage."""

import base64
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
import xml.dom.minidom

import pytest
from terminal import on_a_terminal


@pytest.fixture
def tree(tmp_path):
    for name in ("t", "t/a", "t/a/b", "t/c"):
        os.mkdir(tmp_path / name)
    for name, size in (("t/f", 10), ("t/a/g", 100000), ("t/a/b/h", 2000), ("t/.hidden", 1)):
        (tmp_path / name).write_bytes(b"x" * size)
    os.symlink("a", tmp_path / "t/link")
    return tmp_path


def lines(done):
    return sorted(done.out.splitlines())


def test_walk(osier, tree):
    done = osier("walk", "t")
    assert lines(done) == ["t", "t/.hidden", "t/a", "t/a/b", "t/a/b/h", "t/a/g", "t/c", "t/f", "t/link"]
    assert done.status == 0
    assert lines(osier("walk", "t", "--type=d")) == ["t", "t/a", "t/a/b", "t/c"]
    assert lines(osier("walk", "t", "--max-depth=1", "--type=d")) == ["t", "t/a", "t/c"]
    assert osier("walk", "t/a", "--bottom-up", "--type=d").out == "t/a/b\nt/a\n"
    assert "t/link/g" in lines(osier("walk", "t", "--follow-links"))
    assert osier("walk", "t", "--type=x").status == 64


def test_walk_as_json_is_os_walk(osier, tree):
    for words, options in (((), {}), (("--bottom-up",), {"topdown": False})):
        expected = [(top, dirs, sorted(files)) for top, dirs, files in os.walk(tree / "t", **options)]
        for top, dirs, files in expected:
            if "link" in dirs:
                dirs.remove("link")
                files.append("link")
                files.sort()
        got = osier.json("walk", tree / "t", *words)
        assert [(d["dirpath"], d["dirnames"], sorted(d["filenames"])) for d in got] == expected


def test_walk_so_deep(osier, tree):
    for depth in range(5):
        found = subprocess.run(["find", "t", "-maxdepth", str(depth)], cwd=tree, capture_output=True, text=True)
        for more in ((), ("--bottom-up",)):
            assert lines(osier("walk", "t", f"--max-depth={depth}", *more)) == sorted(found.stdout.splitlines())
    assert osier.json("walk", "t", "--max-depth=0") == [{"dirpath": "t", "dirnames": [], "filenames": []}]
    assert [step["dirpath"] for step in osier.json("walk", "t", "--max-depth=1")] == ["t"]
    assert sorted(step["dirpath"] for step in osier.json("walk", "t", "--max-depth=2")) == ["t", "t/a", "t/c"]


@pytest.fixture
def nobody(tree, build):
    """Options that run a call as nobody, who may not read t/a/b."""
    if os.getuid() != 0:
        pytest.skip("only root can become nobody")
    for top, dirs, files in os.walk(tree):
        for name in [top] + [os.path.join(top, name) for name in files]:
            os.chown(name, 65534, 65534, follow_symlinks=False)
    os.chmod(tree / "t/a/b", 0)
    for folder in [tree, *tree.parents][:3]:
        os.chmod(folder, 0o755)
    program = shutil.copy(build / "osier", tree / "program")  # the build may lie where nobody else comes
    return {"user": 65534, "group": 65534, "extra_groups": [], "executable": program}


def test_what_may_not_be_read_is_told_once(osier, tree, nobody):
    told = "osier: PermissionError: [Errno 13] Permission denied: 't/a/b'\n"
    for words, status in (
        (("walk", "t"), 1),
        (("usage", "t"), 1),
        (("cp", "t", "u"), 1),
        (("compare", "t", "t"), 2),
        (("os.walk", "t", "--onerror"), 1),
        (("rm", "-r", "t"), 1),
    ):
        done = osier(*words, **nobody)
        assert (done.status, set(done.err.splitlines(True))) == (status, {told}), words
    assert sorted(os.listdir(tree / "u")) == [".hidden", "a", "c", "f", "link"]
    assert (os.listdir(tree / "t"), os.listdir(tree / "t/a")) == (["a"], ["b"])


def test_walk_tells_what_it_could_not_read(osier, tree):
    done = osier("walk", "gone")
    assert (done.status, done.out) == (1, "")
    assert done.err == "osier: FileNotFoundError: [Errno 2] No such file or directory: 'gone'\n"


def test_glob(osier, tree):
    assert lines(osier("glob", "t/*")) == ["t/a", "t/c", "t/f", "t/link"]
    assert lines(osier("glob", "**/h", "--root-dir=t")) == ["a/b/h", "link/b/h"]
    assert lines(osier("glob", "t/*", "--include-hidden"))[0] == "t/.hidden"
    assert osier("glob", "t/none*").status == 1


def test_compare(osier, tree):
    assert osier("cp", "t", "u").status == 0
    done = osier("compare", "t", "u", "--modes", "--owners", "--times")
    assert (done.status, done.out) == (0, "")
    (tree / "u/f").write_text("something else")
    os.remove(tree / "u/a/g")
    os.mkdir(tree / "u/new")
    os.chmod(tree / "u/c", 0o700)
    done = osier("compare", "t", "u", "--modes")
    assert done.status == 1
    assert done.out == "only left    a/g\nmode         c\ncontent      f\nonly right   new\n"
    assert osier.json("compare", "t", "u") == [
        {"path": "a/g", "differs": ["left"]},
        {"path": "f", "differs": ["content"]},
        {"path": "new", "differs": ["right"]},
    ]
    assert osier("compare", "t", "gone").status == 2


def test_cp_and_mv(osier, tree):
    assert osier("cp", "t/f", "copy").status == 0
    assert (tree / "copy").stat().st_mtime_ns == (tree / "t/f").stat().st_mtime_ns
    os.mkdir(tree / "into")
    assert osier("cp", "t/a", "t/f", "t/link", "into").status == 0
    assert sorted(os.listdir(tree / "into")) == ["a", "f", "link"]
    assert os.readlink(tree / "into/link") == "a"
    done = osier("cp", "t/a", "into")
    assert done.status == 1 and "FileExistsError" in done.err and done.err.count("\n") == 1
    assert osier("cp", "t/a", "into", "--merge", "--ignore=b").status == 0
    assert osier("cp", "t", "t/c/deeper").status == 1
    assert not os.path.exists(tree / "t/c/deeper")
    assert osier("mv", "copy", "into/a", "t/c").status == 0
    assert sorted(os.listdir(tree / "t/c")) == ["a", "copy"]
    assert osier("mv", "gone", "x").err == (
        "osier: FileNotFoundError: [Errno 2] No such file or directory: 'gone' -> 'x'\n"
    )
    assert osier("cp", "t").status == 64
    assert osier("cp", "t/f", "t/a", "nowhere").status == 64


def test_rm(osier, tree):
    done = osier("rm", "t")
    assert done.status == 1 and "IsADirectoryError" in done.err
    assert osier("rm", "t/f", "t/link").status == 0
    assert os.path.exists(tree / "t/a/g")
    assert osier("rm", "gone").status == 1
    assert osier("rm", "-f", "gone").status == 0
    os.symlink("t", tree / "link")
    assert osier("rm", "-r", "link").status == 0
    assert osier("rm", "-rf", "t", "gone").status == 0
    assert os.listdir(tree) == []


def test_usage(osier, tree):
    block = subprocess.run(["du", "-s", "--block-size=1", "t"], cwd=tree, capture_output=True, text=True, check=True)
    usage = osier.json("usage", "t")
    assert usage["allocated"] == int(block.stdout.split()[0])
    assert usage["apparent"] == 10 + 100000 + 2000 + 1 + len("a")
    assert (usage["files"], usage["directories"]) == (5, 4)
    assert [e["path"] for e in usage["list"]][:2] == ["t", "t/a"]
    table = osier("usage", "t", "--apparent", "-a", "--top=3", "--depth=2").out.splitlines()
    assert table[0].split()[:4] == ["100", "KiB", "100.0%", "#" * 24]
    assert [line.split()[-1] for line in table[:3]] == ["t", "t/a", "t/a/g"]
    assert table[3] == " 100 KiB in 5 files and 4 directories"
    assert osier("usage", "gone").status == 1


def test_treemaps(osier, tree):
    (tree / os.fsencode(tree / "t").decode() / "a<&>\"\x01").write_bytes(b"x" * 50000)
    with open(os.fsencode(tree / "t") + b"/\xff\xfe", "wb") as file:
        file.write(b"x" * 50000)
    assert osier("usage", "t", "--svg=map.svg", "--html=map.html", "--apparent").out == ""
    picture = xml.dom.minidom.parse(str(tree / "map.svg"))
    titles = [t.firstChild.data.split("\n")[0] for t in picture.getElementsByTagName("title")]
    assert titles[0] == "t" and "t/a/g" in titles and 't/a<&>"\ufffd' in titles
    page = (tree / "map.html").read_text("utf-8")
    assert page.startswith("<!doctype html>") and "<svg" in page
    area = {}
    for group in picture.getElementsByTagName("g"):
        rect = group.getElementsByTagName("rect")[0]
        name = group.getElementsByTagName("title")[0].firstChild.data.split("\n")[0]
        area[name] = float(rect.getAttribute("width")) * float(rect.getAttribute("height"))
    assert area["t/a"] > area['t/a<&>"\ufffd'] and area["t"] > area["t/a"] > area["t/a/g"]
    assert osier("usage", "t", "--svg=no/where").status == 1


def test_du_of_several(osier, tree):
    assert osier.json("du", "t/a", "t/c", "--apparent")["apparent"] == 102000
    sizes = osier.json("du", "t/a", "t/f", "-a", "--depth=1", "--apparent")["list"]
    assert [(e["path"], e["apparent"]) for e in sizes] == [
        ("t/a", 102000), ("t/a/g", 100000), ("t/a/b", 2000), ("t/f", 10)
    ]  # fmt: skip
    lines = osier("du", "t/c", "t/a", "t/f", "-d", "0", "--apparent").out.splitlines()
    assert [line.split()[-1] for line in lines[:3]] == ["t/a", "t/f", "t/c"] and len(lines) == 4
    assert osier("du", "t/c", "t/a", "-d0", "--top=1").out.count("\n") == 2
    done = osier("du", "t/c", "gone", "t/f")
    assert done.status == 1 and "'gone'" in done.err and "t/f" in done.out
    block = subprocess.run(["du", "-sc", "--block-size=1", "t/a", "t/c"], cwd=tree, capture_output=True, text=True)
    assert osier.json("du", "t/a", "t/c")["allocated"] == int(block.stdout.splitlines()[-1].split()[0])
    assert osier("du", "t/a", "t/c", "--svg=-").status == 64


def test_du_depth(osier, tree):
    for words, paths in [((), ["t", "t/a", "t/c"]), (("-d1",), ["t", "t/a", "t/c"]), (("-d", "2"), ["t", "t/a", "t/a/b", "t/c"])]:
        assert sorted(e["path"] for e in osier.json("du", "t", *words)["list"]) == paths
    assert osier.json("du", "t", "-d", "0")["list"] == []


def test_ten_errors_are_told_and_how_many_more(osier, tree, nobody):
    for i in range(25):
        os.mkdir(tree / f"t/c/{i}", 0)
    done = osier("du", "t", **nobody)
    assert done.status == 1
    assert done.err.count("Permission denied") == 10
    assert done.err.splitlines()[10:] == ["osier: 16 more errors"]
    assert osier("cp", "t", "u", **nobody).err.count("Permission denied") == 26  # each is a file that is not copied


def test_walk_type_in_json(osier, tree):
    whole = {step["dirpath"]: step for step in osier.json("walk", "t")}
    for step in osier.json("walk", "t", "--type=d"):
        assert (step["dirnames"], step["filenames"]) == (whole[step["dirpath"]]["dirnames"], [])
    for step in osier.json("walk", "t", "--type=f"):
        assert (step["dirnames"], step["filenames"]) == ([], whole[step["dirpath"]]["filenames"])


def test_names_that_end_what_they_may_not_end(osier, tree):
    for name in ("]]>", "-->", "</title>", "<![CDATA[", "&amp;", "]]"):
        (tree / "t/c" / name.replace("/", "\u2215")).write_bytes(b"x" * 20000)
    done = osier("du", "t", "--svg=-", "--apparent")
    assert b"]]>" not in done.raw
    titles = [t.firstChild.data for t in xml.dom.minidom.parseString(done.raw).getElementsByTagName("title")]
    assert any(title.startswith("t/c/]]>\n") for title in titles)


def test_html_on_standard_output(osier, tree):
    done = osier("du", "t", "--html=-")
    assert (done.status, done.err) == (0, "") and done.out.startswith("<!doctype html>")
    assert sorted(os.listdir(tree)) == ["t"]
    assert osier("du", "t", "--html=-", "--svg=-").status == 64


def test_others_are_never_all_of_a_directory(osier, tmp_path):
    os.makedirs(tmp_path / "t/many")
    (tmp_path / "t/large").write_bytes(b"x" * 100_000_000)
    for i in range(3000):
        (tmp_path / f"t/many/{i}").write_bytes(b"x" * 10_000)
    assert osier("du", "t", "--svg=map.svg", "--apparent").status == 0
    found = rects(tmp_path / "map.svg")
    for name, (_, _, width, height) in found.items():
        if "others" in name:
            _, _, wide, high = found[name.split(":")[0]]
            assert width * height < 0.9 * wide * high, name


def page_data(page):
    """What a page of --html holds, as its script reads it."""
    text = page.read_text("utf-8").split("const data = ", 1)[1].split("]]};", 1)[0] + "]]}"
    assert "<" not in text
    return json.loads(text)


def test_the_page_of_a_treemap(osier, tree):
    (tree / "t/<script>@NODES@\u2028").write_bytes(b"x" * 5000)
    assert osier("usage", "t", "--html=map.html", "--apparent").status == 0
    nodes = page_data(tree / "map.html")["nodes"]
    paths = []
    for name, size, _, entries, parent in nodes:
        paths.append((f"{paths[parent][0]}/{name}" if paths else name, size, entries))
    expected = {}
    for top, dirs, files in os.walk(tree / "t"):
        for name in dirs + files:
            path = os.path.join(top, name)
            if os.path.islink(path) or not os.path.isdir(path):
                expected[os.path.relpath(path, tree)] = os.lstat(path).st_size
    assert {path: size for path, size, entries in paths if entries < 0} == expected
    assert paths[0][1] == sum(expected.values())
    page = (tree / "map.html").read_text("utf-8")
    assert "http" not in page and page.count("</script>") == 1 and "@" not in page.split("<nav")[0].replace("@media", "")


DOCUMENT = """
const made = () => ({style: {}, dataset: {}, attributes: {}, classes: new Set(), value: "", textContent: "", firstElementChild: null,
    classList: {add() {}, remove() {}, toggle() {}}, setAttribute(name, value) { this.attributes[name] = value; },
    append() {}, prepend() {}, replaceChildren() {}, focus() { document.activeElement = this; this.onfocus?.(); },
    getBoundingClientRect: () => ({width: 1200, height: 800}), getContext: () => ({measureText: (text) => ({width: 7 * text.length})})});
const elements = {}, document = {getElementById: (id) => (elements[id] ||= {...made(), id}), createElement: made, activeElement: null};
const getComputedStyle = () => ({}), history = {pushState() {}}, innerWidth = 1200, innerHeight = 800;
let onpopstate, onkeydown, onresize;
const press = (key) => onkeydown({key, target: document.activeElement, preventDefault() {}});
const chosen = () => cells[elements.map.attributes["aria-activedescendant"].slice(1)].name;
const result = [];
"""


def test_the_page_by_keys(osier, tmp_path):
    """Its script in an interpreter, where there is one, with a document as far as it uses one."""
    node = shutil.which("node") or pytest.skip("no node")
    for name, size in ("left/one", 600000), ("left/two", 500000), ("right", 900000):
        (tmp_path / "t" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "t" / name).write_bytes(b"x" * size)
    assert osier("du", "t", "--html=map.html", "--apparent").status == 0
    script = (tmp_path / "map.html").read_text("utf-8").split("<script>")[1].split("</script>")[0].replace('"use strict";', "", 1)
    keys = """
    elements.map.focus(); result.push(chosen());
    press("ArrowRight"); result.push(chosen());
    press("ArrowLeft"); result.push(chosen() === "right");
    select(cells.findIndex((cell) => cell.name === "one")); press("Enter"); result.push(top_.name, elements.map.attributes["aria-activedescendant"]);
    press("Escape"); result.push(top_.name);
    press("/"); document.activeElement.oninput({target: {value: "T"}}); result.push(elements.found.textContent);
    press("Enter"); result.push(top_.name, chosen());
    press("Enter"); press("Enter"); press("Enter"); result.push(top_.name, chosen(), elements.found.textContent);
    press("Enter"); result.push(chosen());
    result.push(/role="treeitem" aria-level="1" aria-label="t – 1.9 MiB, 100.0 %/.test(elements.map.innerHTML));
    console.log(JSON.stringify(result));
    """
    (tmp_path / "page.js").write_text(DOCUMENT + script + keys)
    done = subprocess.run([node, tmp_path / "page.js"], capture_output=True, text=True)
    assert done.stderr == ""
    assert json.loads(done.stdout) == ["t", "right", False, "left", "c0", "t", "4 found, 1.9 MiB",
        "t", "t", "left", "two", "4 of 4: t/left/two – 488 KiB, 25.0 %, other", "t", True]  # fmt: skip


def test_kinds_by_content(osier, tmp_path):
    (tmp_path / "t").mkdir()
    shutil.copyfile("/bin/true", tmp_path / "t/program")
    (tmp_path / "t/script").write_text("#!/bin/sh\n" + "#" * 5000)
    (tmp_path / "t/else").write_bytes(b"x" * 5000)
    os.mkfifo(tmp_path / "t/fifo")  # is not opened: it would wait
    assert osier("du", "t", "--html=map.html").status == 0
    kinds = {node[0]: node[2] for node in page_data(tmp_path / "map.html")["nodes"]}
    assert (kinds["program"], kinds["script"], kinds["else"]) == (2, 1, 0)


def rects(path):
    """Of each path in a picture what --svg tells of it: x, y, width, height."""
    picture = xml.dom.minidom.parse(str(path))
    result = {}
    for group in picture.getElementsByTagName("g"):
        rect = group.getElementsByTagName("rect")[0]
        name = group.getElementsByTagName("title")[0].firstChild.data.split("\n")[0]
        result[name] = [float(rect.getAttribute(key)) for key in ("x", "y", "width", "height")]
    return result


def test_areas_are_sizes(osier, tmp_path):
    sizes = {f"t/f{i}": 1000 * (i + 1) ** 3 for i in range(12)} | {f"t/small{i}": 1 for i in range(30)}
    os.mkdir(tmp_path / "t")
    for name, size in sizes.items():
        (tmp_path / name).write_bytes(b"x" * size)
    assert osier("usage", "t", "--svg=map.svg", "--apparent").status == 0
    found = rects(tmp_path / "map.svg")
    per_byte = found["t/f11"][2] * found["t/f11"][3] / sizes["t/f11"]
    for name, (x, y, width, height) in found.items():
        left, top, wide, high = found["t"]
        assert left <= x and top <= y and x + width <= left + wide + 0.02 and y + height <= top + high + 0.02
        if name in sizes:
            assert abs(width * height / per_byte / sizes[name] - 1) < 0.02
    assert not [name for name in found if "small" in name]  # they would be invisible
    cells = [rect for name, rect in found.items() if name != "t"]
    for i, (x, y, width, height) in enumerate(cells):  # none covers another
        for a, b, wide, high in cells[i + 1 :]:
            assert x + width <= a + 0.02 or a + wide <= x + 0.02 or y + height <= b + 0.02 or b + high <= y + 0.02


def test_a_picture_on_standard_output_or_none(osier, tree):
    assert xml.dom.minidom.parseString(osier("usage", "t", "--svg=-").raw)
    done = osier("usage", "t", "--svg=/dev/full")
    assert done.status == 1 and "No space left on device: '/dev/full'" in done.err


def test_no_file_is_larger_than_its_tree(osier, tmp_path):
    os.mkdir(tmp_path / "empty")
    assert osier("usage", "empty", "--svg=map.svg", "--html=map.html", "--apparent").status == 0
    assert list(rects(tmp_path / "map.svg")) == ["empty"]


@pytest.fixture(scope="module")
def big():
    """A directory in memory with a tree that takes a while: made once, so who changes it takes a copy."""
    memory = os.environ.get("OSIER_MEMORY", "/dev/shm")
    place = pathlib.Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
    for i in range(300):
        os.makedirs(place / f"big/{i}")
        for j in range(100):
            os.mknod(place / f"big/{i}/{j}")
    yield place
    shutil.rmtree(place)


def test_interrupted(osier, build, big):
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        copy = subprocess.Popen([build / "osier", "cp", "big", "copy"], cwd=big, stderr=subprocess.PIPE, text=True)
        while not os.path.exists(big / "copy"):
            time.sleep(0.001)
        copy.send_signal(sent)
        err = copy.communicate(timeout=60)[1]
        told = "osier: cp: interrupted, the copy is incomplete: 'copy'\n"
        complete = sum(len(files) for _, _, files in os.walk(big / "copy")) == 30000  # it may have been quicker
        assert (copy.returncode, err) in ((-sent, told), *([(0, ""), (-sent, "")] if complete else []))
        shutil.rmtree(big / "copy")


def test_interrupted_in_one_file(osier, build, tmp_path, elsewhere):
    with open(tmp_path / "big", "wb") as file:
        for _ in range(256):
            file.write(b"x" * (1 << 20))
    for words in (["cp", "big"], ["mv", "big"]):
        line = [build / "osier", *words, elsewhere + "/copy"]
        copy = subprocess.Popen(line, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        while not os.listdir(elsewhere) and copy.poll() is None:  # mv makes its copy under another name
            time.sleep(0.001)
        copy.send_signal(signal.SIGINT)
        err = copy.communicate(timeout=60)[1]
        told = {"cp": "not copied", "mv": "not moved"}[words[0]]
        # The signal may come too late: all is there, and nothing is told.
        done = os.path.exists(elsewhere + "/copy") if words[0] == "cp" else not os.path.exists(tmp_path / "big")
        told = "" if done else f"osier: {words[0]}: interrupted, {told}: 'big'\n"
        assert (copy.returncode, err) in ((-signal.SIGINT, told), (0, ""))
        if not done:
            assert os.listdir(elsewhere) == []
            assert os.path.getsize(tmp_path / "big") == 256 << 20
        else:
            assert os.path.getsize(elsewhere + "/copy") == 256 << 20
            os.remove(elsewhere + "/copy")


def test_interrupted_between_and_while_removing(osier, build, big):
    line = [build / "osier", "rm", "-r", "big", "other"]
    tmp_path = big / "copy"
    tmp_path.mkdir()
    subprocess.run(["cp", "-rl", big / "big", tmp_path], check=True)
    (tmp_path / "other").touch()
    remove = subprocess.Popen(line, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while len(os.listdir(tmp_path / "big")) == 300 and remove.poll() is None:
        time.sleep(0.0005)
    remove.send_signal(signal.SIGINT)
    err = remove.communicate(timeout=60)[1]
    begun, rest = "osier: rm: interrupted, partly removed: 'big'\n", "osier: rm: interrupted, not begun: 'other'\n"
    if os.path.exists(tmp_path / "big"):
        assert (remove.returncode, err) == (-signal.SIGINT, begun + rest)
    else:  # it was quicker
        assert (remove.returncode, err) in ((-signal.SIGINT, rest), (0, ""), (-signal.SIGINT, ""))
    assert os.path.exists(tmp_path / "other") == (rest in err)
    shutil.rmtree(tmp_path)


def test_ignored_signals_stay_ignored(osier, build, big):
    line = [build / "osier", "cp", "big", "copy"]
    ignore = lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    copy = subprocess.Popen(line, cwd=big, stderr=subprocess.PIPE, preexec_fn=ignore)
    while not os.path.exists(big / "copy"):
        time.sleep(0.001)
    copy.send_signal(signal.SIGHUP)
    assert (copy.communicate(timeout=60)[1], copy.returncode) == (b"", 0)
    shutil.rmtree(big / "copy")


def test_nobody_reads_on(build, big):
    for words in (["walk", "big"], ["walk", "big", "--json"], ["os.walk", "big"], ["usage", "big", "-a", "--depth=2"]):
        done = subprocess.run(f"'{build}/osier' {' '.join(words)} | head -c 5 | wc -c; echo ${{PIPESTATUS[0]}}",
                              shell=True, executable="/bin/bash", cwd=big, capture_output=True, text=True)  # fmt: skip
        assert done.stdout in ("5\n141\n", "5\n0\n") and done.stderr == ""  # 0: it all fitted into the pipe


XTERM = {"PATH": os.environ["PATH"], "TERM": "xterm"}


@pytest.mark.parametrize("columns", [200, 80, 50, 20])
def test_table_on_a_terminal(build, tree, columns):
    status, text = on_a_terminal(build / "osier", "usage", "t", columns=columns, cwd=tree, env=XTERM)
    assert status == 0 and "\033[36m" in text
    status, plain = on_a_terminal(build / "osier", "usage", "t", columns=columns, cwd=tree, env={**XTERM, "NO_COLOR": "1"})
    assert "\033[3" not in plain and re.sub(r"\033\[[0-9]+m", "", text) == plain
    if columns >= 50:
        assert max(map(len, plain.splitlines())) <= columns
    status, plain = on_a_terminal(build / "osier", "usage", "t", columns=columns, cwd=tree, env={**XTERM, "TERM": "dumb"})
    assert "\033" not in plain


@pytest.mark.parametrize("files", [1, 20])
@pytest.mark.parametrize("columns", [100, 40, 12])
def test_bar_on_a_terminal(build, tmp_path, columns, files, elsewhere):
    slow = tmp_path / "slow"
    if files > 1:
        slow.mkdir()
    for i in range(files):
        with open(slow / str(i) if files > 1 else slow, "wb") as file:
            for _ in range(160 // files):
                file.write(b"x" * (1 << 20))
    status, text = on_a_terminal(build / "osier", "cp", "slow", elsewhere + "/copy", columns=columns, cwd=tmp_path, env=XTERM)
    assert status == 0
    drawn = [line for line in text.replace("\033[K", "").split("\r") if line]
    assert all(len(line) < columns for line in drawn)  # never wraps
    assert text == "" or text.endswith("\r\033[K")  # and is taken away
    if columns == 100:
        assert any(re.match(r"copying \[[#.]{30}\] +[0-9]+%, [0-9.]+ ", line) for line in drawn) or not drawn


def test_no_terminal_no_bar(osier, tree):
    for words in (["cp", "t", "u"], ["rm", "-r", "u"], ["usage", "t"]):
        done = osier(*words)
        assert (done.status, done.err) == (0, "") and "\033" not in done.out


def test_os_walk(osier, tree):
    top = str(tree / "t")
    for words, options in (
        ((), {}),
        (("--topdown=False",), {"topdown": False}),
        (("--followlinks",), {"followlinks": True}),
        (("--topdown", "no", "--followlinks"), {"topdown": False, "followlinks": True}),
    ):
        expected = [list(step) for step in os.walk(top, **options)]
        assert osier.json("os.walk", top, *words) == expected
        text = [path for where, _, files in expected for path in [where] + [f"{where}/{name}" for name in files]]
        assert osier("os.walk", top, *words).out.splitlines() == text
    assert osier("os.walk", top, "--topdown=perhaps").status == 64


def test_os_walk_keeps_quiet_as_python_does(osier, tree):
    assert osier.json("os.walk", "gone") == list(os.walk("gone"))
    done = osier("os.walk", "gone", "--onerror")
    assert (done.status, done.out) == (1, "")
    assert done.err == "osier: FileNotFoundError: [Errno 2] No such file or directory: 'gone'\n"
    assert "can't be called from a shell" in osier("os.fwalk", "t").err


def test_os_copytree_and_os_rmtree(osier, tree):
    assert osier("os.copytree", "t", "u", "--symlinks", "--ignore=g", "--ignore", ".h*").status == 0
    shutil.copytree(tree / "t", tree / "v", symlinks=True, ignore=shutil.ignore_patterns("g", ".h*"))
    seen = [[(os.path.relpath(top, tree / name), dirs, sorted(files)) for top, dirs, files in os.walk(tree / name)] for name in "uv"]
    assert sorted(seen[0]) == sorted(seen[1])
    done = osier("os.copytree", "t", "u")
    assert done.status == 1 and done.err == "osier: FileExistsError: [Errno 17] File exists: 'u'\n"
    assert osier("os.copytree", "t", "u", "--dirs-exist-ok").status == 1  # u/link is one already, to itself
    os.symlink("nowhere", tree / "t/dangling")
    done = osier("os.copytree", "t", "w")
    assert done.status == 1 and done.err.count("\n") == 1 and "'t/dangling'" in done.err
    assert osier("os.copytree", "t", "w2", "--ignore-dangling-symlinks").status == 0
    for name in ("u", "v", "w", "w2"):
        assert osier("os.rmtree", name).status == 0
    done = osier("os.rmtree", "gone")
    assert done.status == 1 and "FileNotFoundError" in done.err
    assert osier("os.rmtree", "gone", "--ignore-errors").status == 0
    assert sorted(os.listdir(tree)) == ["t"]


def test_os_tree_usage_and_os_tree_compare(osier, tree):
    usage = osier.json("os.tree_usage", "t")
    assert usage["list"] == [] and usage["apparent"] == osier.json("usage", "t")["apparent"]
    assert osier.json("os.tree_usage", "t", "--depth=-1", "--files", "--apparent") == osier.json(
        "usage", "t", "--depth=-1", "-a", "--apparent"
    )
    assert "files=5" in osier("os.tree_usage", "t").out.splitlines()
    assert len(osier.json("os.tree_usage", "t", "--depth=-1", "--top=2")["list"]) == 2
    assert osier("os.copytree", "t", "u", "--symlinks").status == 0
    assert osier.json("os.tree_compare", "t", "u", "--modes", "--times", "--owners") == []
    (tree / "u/f").write_text("else")
    assert osier.json("os.tree_compare", "t", "u") == [{"path": "f", "differs": ["content"]}]
    assert osier.json("os.tree_compare", "t", "u", "--ignore=x", "--ignore=f") == []
    assert osier("os.tree_compare", "t", "gone").status == 1


def test_os_chmodtree_and_os_chowntree(osier, tree):
    mode = lambda name: os.stat(tree / name).st_mode & 0o7777
    before = mode("t/a")
    assert osier("os.chmodtree", "t", "--file-mode=640").status == 0
    assert (mode("t/f"), mode("t/a/b/h"), mode("t/a")) == (0o640, 0o640, before)
    assert osier("os.chmodtree", "t", "--dir-mode=0o750", "--file-mode", "0600").status == 0
    assert (mode("t/f"), mode("t"), mode("t/a/b")) == (0o600, 0o750, 0o750)
    assert osier("os.chmodtree", "t", "--file-mode=rwx").status == 64
    assert osier("os.chowntree", "t", str(os.getuid()), "-1").status == 0
    assert osier("os.chowntree", "t/f", "-1", "-1").status == 1


def test_hostile_names_in_every_verb(osier, tmp_path):
    names = [bytes([byte]) for byte in range(1, 256) if byte not in b"/."] + [b"a\nb", b"\xff\xfe", b"-r", b"--json"]
    folder = os.fsencode(tmp_path / "t")
    os.mkdir(folder)
    for name in names:
        with open(folder + b"/" + name, "wb") as file:
            file.write(name)
    exact = lambda item: item.encode() if isinstance(item, str) else base64.b64decode(item["path_b64"])
    (step,) = osier.json("walk", "t")
    assert sorted(map(exact, step["filenames"])) == sorted(names)
    ((_, _, files),) = osier.json("os.walk", "t")
    assert sorted(map(exact, files)) == sorted(names)
    assert sorted(osier("walk", "t", "-0", "--type=f").raw.split(b"\0")[:-1]) == sorted(b"t/" + name for name in names)
    assert len(osier.json("glob", "t/*", "--include-hidden")) == len(names)
    listed = osier.json("usage", "t", "-a")["list"]
    assert {base64.b64decode(e["path_b64"]) if "path_b64" in e else e["path"].encode() for e in listed} == {
        b"t", *(b"t/" + name for name in names)
    }  # fmt: skip
    assert osier("cp", "t", "u").status == 0
    assert osier.json("compare", "t", "u") == []
    assert osier("mv", "--", *[b"u/" + name for name in names], "t").status == 1  # all are there
    os.mkdir(tmp_path / "v")
    assert osier("mv", *[b"u/" + name for name in names], "v").status == 0
    assert sorted(os.listdir(os.fsencode(tmp_path / "v"))) == sorted(names)
    differing = osier.json("compare", "u", "v")
    assert len(differing) == len(names) and all(entry["differs"] == ["right"] for entry in differing)
    assert osier("usage", "t", "--svg=map.svg", "--html=map.html").status == 0
    assert xml.dom.minidom.parse(str(tmp_path / "map.svg")) and page_data(tmp_path / "map.html")
    assert osier("rm", "--", *[b"v/" + name for name in names]).status == 0
    assert os.listdir(tmp_path / "v") == []


def test_cp_and_mv_where_it_is_delicate(osier, tree):
    assert osier("cp", "t/f", "t/f").status == 1  # onto itself
    assert (tree / "t/f").stat().st_size == 10
    assert osier("cp", "t/f", "t/a/").status == 0 and os.path.exists(tree / "t/a/f")
    assert osier("cp", "t/.", "new").status == 0 and os.path.exists(tree / "new/a/g")
    assert osier("cp", "--merge", "t/.", "new").status == 0  # the link is there, and replaced
    assert osier("mv", "t", "t/a").status == 1 and os.path.exists(tree / "t/a")
    assert osier("mv", "t/f", "t/f").status == 0 and os.path.exists(tree / "t/f")
    for name in (".", "..", "t/a/..", "t/."):
        done = osier("rm", "-rf", name)
        assert done.status == 1 and "refusing to remove" in done.err
    assert os.path.exists(tree / "t/a/g")


def test_what_was_just_made_is_not_overwritten(osier, tmp_path):
    for name in ("a", "b", "out"):
        os.mkdir(tmp_path / name)
    for name in ("a", "b"):
        (tmp_path / name / "name").write_text(name)
        os.makedirs(tmp_path / name / "d")
        (tmp_path / name / "d/f").write_text(name)
    for words in (["cp"], ["cp", "--merge"], ["mv"]):
        for what in ("name", "d"):
            done = osier(*words, f"a/{what}", f"b/{what}", "out")
            assert done.status == 1
            assert done.err == f"osier: {words[0]}: will not overwrite just-created 'out/{what}' with 'b/{what}'\n"
        assert (tmp_path / "out/name").read_text() == (tmp_path / "out/d/f").read_text() == "a"
        assert (tmp_path / "b/name").read_text() == "b" and (tmp_path / "b/d/f").read_text() == "b"
        shutil.rmtree(tmp_path / "out")
        os.mkdir(tmp_path / "out")
    (tmp_path / "a/x").write_text("new")
    (tmp_path / "out/x").write_text("old")
    assert osier("cp", "a/x", "out").status == 0  # what was there before is overwritten
    assert (tmp_path / "out/x").read_text() == "new"
    os.link(tmp_path / "a/x", tmp_path / "a/y")
    assert osier("mv", "a/x", "a/y", "b").status == 0  # two names of one file are two names


def test_cp_letters(osier, tree):
    assert osier("cp", "-r", "t", "u").status == 0 and osier.json("compare", "t", "u", "--modes", "--times") == []
    os.link(tree / "t/f", tree / "t/again")
    os.mkfifo(tree / "t/pipe")
    assert osier("cp", "-a", "t", "v").status == 0
    assert os.stat(tree / "v/f").st_nlink == 2 and os.path.exists(tree / "v/pipe")
    assert osier("cp", "-p", "t/f", "p").status == 0
    (tree / "p").write_text("mine")
    assert osier("cp", "-n", "t/f", "p").status == 0 and (tree / "p").read_text() == "mine"
    assert osier("mv", "-n", "t/f", "p").status == 0 and (tree / "p").read_text() == "mine"
    assert os.path.exists(tree / "t/f")
    assert osier("cp", "-n", "--merge", "t", "u").status == 64
    if os.getuid() == 0:
        os.chown(tree / "t/a", 1, 1)
        assert osier("cp", "-rp", "t/a", "owned").status == 0 and os.stat(tree / "owned").st_uid == 1


def test_letters_of_scripts(osier, tree):
    assert osier("cp", "-R", "t/a", "u").status == 0 and osier.json("compare", "t/a", "u") == []
    assert osier("mv", "-f", "t/f", "u").status == 0 and os.path.exists(tree / "u/f")
    assert osier("rm", "-Rf", "u", "gone").status == 0 and not os.path.exists(tree / "u")
    assert "-r, -R, --recursive" in osier("cp", "--help").out


def test_hard_links_among_single_files(osier, tree):
    os.link(tree / "t/f", tree / "f2")
    os.link(tree / "t/link", tree / "link2", follow_symlinks=False)
    os.mkdir(tree / "d")
    (tree / "d/f2").write_text("replaced")
    os.link(tree / "d/f2", tree / "elsewhere")
    assert osier("cp", "--hard-links", "t/f", "t/a/g", "f2", "t/link", "link2", "d").status == 0
    assert sorted(os.listdir(tree / "d")) == ["f", "f2", "g", "link", "link2"]
    for one, other in (("d/f", "d/f2"), ("d/link", "d/link2")):
        assert os.path.samestat(os.lstat(tree / one), os.lstat(tree / other))
    assert (tree / "elsewhere").read_text() == "replaced"
    os.mkdir(tree / "e")
    assert osier("cp", "t/f", "f2", "e").status == 0
    assert not os.path.samefile(tree / "e/f", tree / "e/f2")


def test_options_hold_for_single_files(osier, tree):
    os.mkfifo(tree / "p")
    done = osier("cp", "p", "copy")
    assert done.status == 1 and "p" in done.err
    assert osier("cp", "--special-files", "p", "copy").status == 0
    assert stat.S_ISFIFO(os.lstat(tree / "copy").st_mode)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tree / "s"))
        assert osier("cp", "--special-files", "s", "s2").status == 0
        assert stat.S_ISSOCK(os.lstat(tree / "s2").st_mode)
    assert osier("cp", "-a", "t/link", "l2").status == 0 and os.readlink(tree / "l2") == "a"
    if os.getuid() == 0:
        os.chown(tree / "t/f", 1, 2)
        for words, owner in ((["--owner"], (1, 2)), (["-p"], (1, 2)), (["-a"], (1, 2)), ([], (0, 0))):
            assert osier("cp", *words, "t/f", "owned").status == 0
            assert (os.stat(tree / "owned").st_uid, os.stat(tree / "owned").st_gid) == owner, words
            os.remove(tree / "owned")
        os.mknod(tree / "null", 0o600 | stat.S_IFCHR, os.makedev(1, 3))
        assert osier("cp", "-a", "null", "null2").status == 0
        assert stat.S_ISCHR(os.lstat(tree / "null2").st_mode)


def test_merge_is_repeatable(osier, tree):
    os.mkfifo(tree / "t/pipe")
    for text in ("a", "a", "c"):
        os.remove(tree / "t/link")
        os.symlink(text, tree / "t/link")
        (tree / "t/f").write_text(text)
        done = osier("cp", "--merge", "--special-files", "t/.", "u")
        assert (done.status, done.err) == (0, "")
        assert os.readlink(tree / "u/link") == text and osier.json("compare", "t", "u") == []


def test_devices_keep_what_they_are(osier, tree):
    before = os.stat("/dev/null")
    assert osier("cp", "t/f", "/dev/null").status == 0
    after = os.stat("/dev/null")
    assert (after.st_mode, after.st_uid, after.st_rdev) == (before.st_mode, before.st_uid, before.st_rdev)


def listed(osier, *words):
    done = osier(*words)
    assert (done.status, done.err) == (0, "")
    return sorted(done.out.splitlines())


def test_verbose_and_dry_run(osier, tree):
    before = sorted(str(path) for path in tree.rglob("*"))
    paths = ["t", "t/.hidden", "t/a", "t/a/b", "t/a/b/h", "t/a/g", "t/c", "t/f", "t/link"]
    copies = [f"copy {path} -> u{path[1:]}" for path in paths]
    assert listed(osier, "cp", "-v", "--dry-run", "t", "u") == copies
    assert listed(osier, "cp", "-v", "--dry-run", "t", "u", "--ignore=[ab]") == [c for c in copies if "/a" not in c]
    assert listed(osier, "cp", "-v", "--dry-run", "t/f", "t/c") == ["copy t/f -> t/c/f"]
    assert listed(osier, "mv", "-v", "--dry-run", "t/f", "t/link", "t/c") == ["move t/f -> t/c/f", "move t/link -> t/c/link"]
    assert listed(osier, "rm", "-rv", "--dry-run", "t") == [f"remove {path}" for path in paths]
    assert listed(osier, "rm", "-rx", "--dry-run", "t") == [f"remove {path}" for path in paths]
    assert osier.json("rm", "-rv", "--dry-run", "t/a/b") == [
        {"action": "remove", "path": "t/a/b/h"}, {"action": "remove", "path": "t/a/b"}
    ]  # fmt: skip
    assert osier.json("mv", "-v", "--dry-run", "t/f", "x") == [{"action": "move", "path": "t/f", "to": "x"}]
    assert sorted(str(path) for path in tree.rglob("*")) == before  # nothing has happened
    assert listed(osier, "cp", "-v", "t", "u") == copies and osier.json("compare", "t", "u") == []
    assert listed(osier, "mv", "-v", "u/f", "g") == ["move u/f -> g"] and os.path.exists(tree / "g")
    assert listed(osier, "rm", "-rv", "t") == [f"remove {path}" for path in paths] and not os.path.exists(tree / "t")


def test_dry_run_tells_what_would_fail(osier, tree):
    os.mkdir(tree / "u")
    os.mkdir(tree / "u/t")
    (tree / "u/f").touch()
    for words in (
        ("cp", "gone", "x"), ("cp", "t", "u"), ("mv", "gone", "x"), ("mv", "t/f", "u"), ("rm", "gone"), ("rm", "t"),
    ):  # fmt: skip
        for more in (["--dry-run"], ["--dry-run", "-v"]):
            dry = osier(*words[:1], *more, *words[1:])
            assert (dry.status, dry.out) == (1, ""), words
            assert dry.err.startswith("osier: ") and dry.err.count("\n") == 1
        assert osier(*words).status == 1
    assert osier("rm", "-f", "--dry-run", "gone").status == 0
    done = osier("cp", "--dry-run", "t/a/g", "t/f", "u")
    assert done.status == 0
    for name in (b"\x1b[31m", b"a\nb"):
        (tree / os.fsdecode(name)).touch()
        assert osier("cp", "-v", "--dry-run", name, "x").out == f"copy {os.fsdecode(name)!r} -> x\n"


def test_dry_run_of_a_call(osier, tree):
    before = sorted(str(path) for path in tree.rglob("*"))
    for words, line in (
        (("os.rename", "t/f", "a b"), "os.rename t/f 'a b'"),
        (("os.mkdir", "--mode=0700", "new"), "os.mkdir new --mode=0700"),
        (("os.makedirs", "t", "--exist-ok"), "os.makedirs t --exist-ok"),
        (("os.kill", str(os.getpid()), "SIGKILL"), f"os.kill {os.getpid()} SIGKILL"),
        (("os.rmtree", "t"), "os.rmtree t"),
        (("os.copytree", "t", "u", "--ignore=a", "--symlinks", "--ignore=b"), "os.copytree t u --symlinks --ignore=a --ignore=b"),
        (("os.execvp", "false", "false", "x"), "os.execvp false false x"),
    ):  # fmt: skip
        done = osier(words[0], "--dry-run", *words[1:])
        assert (done.status, done.out, done.err) == (0, line + "\n", ""), words
    assert osier.json("os.remove", "--dry-run", "t/f") == "os.remove t/f"
    assert osier("os.mkdir", "--dry-run", "x", "--mode=9z").status == 64
    assert sorted(str(path) for path in tree.rglob("*")) == before
    for reading in ("os.stat", "os.listdir", "os.path.exists"):
        assert osier(reading, "--dry-run", "t").status == 64


def test_mv_of_a_link_into_its_directory(osier, tree):
    assert osier("mv", "t/link", "t/a").status == 0
    assert os.readlink(tree / "t/a/link") == "a"
    assert osier("mv", "t/a", "t/a").status == 0 and os.path.exists(tree / "t/a/g")


def test_mv_to_another_file_system(osier, tree, elsewhere):
    os.link(tree / "t/f", tree / "t/c/again")
    os.utime(tree / "t/f", ns=(1, 2))
    before = list(os.walk(tree / "t"))
    assert osier("mv", "t", elsewhere).status == 0
    assert not os.path.exists(tree / "t")
    moved = os.stat(elsewhere + "/t/f")
    assert (moved.st_mtime_ns, moved.st_nlink) == (2, 2)
    assert sorted(len(step[2]) for step in before) == sorted(len(s[2]) for s in os.walk(elsewhere + "/t"))
    assert osier("mv", elsewhere + "/t/f", tree).status == 0 and (tree / "f").stat().st_size == 10
    done = osier("mv", elsewhere + "/t/c", elsewhere + "/t/link", tree)
    assert done.status == 0 and os.readlink(tree / "link") == "a"
    os.mkdir(tree / "t")
    assert osier("mv", elsewhere + "/t", tree).status == 1  # it is there already
