# SPDX-License-Identifier: MIT
"""Large programs do their normal work on osier's os, and the same comes of it as on Python's own."""

import hashlib
import os
import pathlib
import re
import shutil
import stat
import subprocess

import pytest

PYTHON = "/usr/bin/python3"


@pytest.fixture(scope="session")
def door(build):
    place = (build / "python").resolve()
    if not (place / "osier").is_dir():
        pytest.skip("built without the door")
    return place


@pytest.fixture
def run(door, tmp_path):
    """run(side, words…) runs a Python program in the directory of one side, "osier" or "plain", and gives its output."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_", "OSIER_"))}

    for side in ("osier", "plain"):
        (tmp_path / side).mkdir()

    def run(side, *words, directory="."):
        place = tmp_path / side
        environment = {**kept, "HOME": str(place), "PYTHONPATH": str(door), "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0",
                       "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                       "SOURCE_DATE_EPOCH": "1000000000", "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_NOCOLOR": "1"}
        launcher = ["-m", "osier"] if side == "osier" else []
        done = subprocess.run([PYTHON, *launcher, *map(str, words)], cwd=place / directory, env=environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True)
        text = (done.stdout + done.stderr).replace(str(place), "PLACE")
        return done.returncode, text

    return run


def tree(place, leave_out=()):
    """Every name below `place` with its type, mode and content."""
    result = {}
    for path in sorted(pathlib.Path(place).rglob("*")):
        name = str(path.relative_to(place))
        if any(re.search(pattern, name) for pattern in leave_out):
            continue
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            content = os.readlink(path)
        else:
            content = hashlib.sha256(path.read_bytes().replace(bytes(place), b"PLACE")).hexdigest() if stat.S_ISREG(mode) else None
        result[name] = stat.filemode(mode), content
    return result


def same(run, tmp_path, steps, leave_out=(), alter=lambda text: text):
    """Both sides do the steps and say and leave behind the same."""
    for step in steps:
        ours, theirs = (step(lambda *words, side=side, **options: run(side, *words, **options), tmp_path / side) for side in ("osier", "plain"))
        if ours is not None:
            assert (ours[0], alter(ours[1])) == (theirs[0], alter(theirs[1]))
            assert "Traceback" not in theirs[1]
    ours, theirs = tree(tmp_path / "osier", leave_out), tree(tmp_path / "plain", leave_out)
    assert set(ours) == set(theirs)
    assert {name: (ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]} == {}
    return ours


def test_os_is_replaced(run):
    assert run("osier", "-c", "import os; print(os.stat.__self__.__spec__.name)") == (0, "osier._posix\n")
    assert run("plain", "-c", "import os; print(os.stat.__self__.__spec__.name)") == (0, "posix\n")


# --------------------------------------------------------------------------- pip


def package(place):
    """A package with its sources, whose backend is in the tree, so that pip has to run it."""
    source = place / "source"
    (source / "many").mkdir(parents=True)
    (source / "pyproject.toml").write_text("[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n")
    for number in range(150):
        (source / "many" / f"m{number}.py").write_text(f"VALUE = {number}\n")
    (source / "many" / "__init__.py").write_text("def main():\n    print('many')\n")
    (source / "backend.py").write_text('''
import os, zipfile
def build_wheel(directory, settings=None, metadata=None):
    name = "many-1.0-py3-none-any.whl"
    info = "many-1.0.dist-info"
    with zipfile.ZipFile(os.path.join(directory, name), "w") as wheel:
        for top, _, files in os.walk("many"):
            for file in sorted(files):
                wheel.write(os.path.join(top, file))
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: many\\nVersion: 1.0\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/entry_points.txt", "[console_scripts]\\nmany = many:main\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
''')


def test_pip(run, tmp_path):
    if run("plain", "-m", "pip", "--version")[0]:
        pytest.skip("no pip")
    steps = [
        lambda run, place: package(place),
        lambda run, place: run("-m", "pip", "wheel", "--no-deps", "--wheel-dir", "wheels", "./source"),
        lambda run, place: run("-m", "pip", "install", "--no-deps", "--target", "there", "--find-links", "wheels", "many"),
        lambda run, place: run("-m", "pip", "list", "--path", "there", "--format", "json"),
        lambda run, place: run("-m", "pip", "install", "--no-deps", "--target", "there", "--upgrade", "./source"),
        lambda run, place: run("-m", "pip", "install", "--no-deps", "--prefix", "here", "--ignore-installed", "./source"),
        lambda run, place: run("-m", "pip", "freeze", "--path", "there"),
        lambda run, place: run("-m", "pip", "hash", "source/pyproject.toml"),
        lambda run, place: run("-m", "pip", "install", "--no-deps", "--target", "there", "nothing-of-this-name"),
        lambda run, place: run("-c", "import sys; sys.path.insert(0, 'there'); import many.m7; print(many.m7.VALUE)"),
    ]
    left = same(run, tmp_path, steps, leave_out=[r"^\.cache/pip/(http|selfcheck)", r"\.whl$", r"dist-info/(RECORD|direct_url.json)$", r"__pycache__"],
                alter=lambda text: re.sub(r"(sha256=|size=|/tmp/pip-|cache-)\S+", "", text))
    assert "there/many/m149.py" in left and left["there/many/m7.py"][0] == "-rw-r--r--"


# --------------------------------------------------------------------------- Mercurial


def sources(place):
    """Some files of every kind, and Mercurial's settings."""
    (place / ".hgrc").write_text("[ui]\nusername = A <a@example.org>\n[extensions]\nrebase =\nshare =\npurge =\n"
                                 "[devel]\ndefault-date = 1000000000 0\n")
    top = place / "one"
    (top / "deep" / "er").mkdir(parents=True)
    for number in range(60):
        (top / "deep" / f"file {number}").write_text(f"{number}\n" * number)
    (top / "deep" / "er" / "ünïcode").write_text("x")
    (top / "tool").write_text("#!/bin/sh\n")
    (top / "tool").chmod(0o755)
    (top / "link").symlink_to("deep/er")


def write(name, text):
    return lambda run, place: (place / name).write_text(text) and None


def test_mercurial(run, tmp_path):
    hg = shutil.which("hg", path="/usr/bin:/bin")
    if not hg:
        pytest.skip("no Mercurial")

    def step(*words, directory="one"):
        return lambda run, place: run(hg, *words, directory=directory)

    left = same(run, tmp_path, [
        lambda run, place: sources(place),
        step("init"), step("status"), step("add"), step("commit", "-m", "first"),
        write("one/deep/file 3", "changed\n"), step("diff"), step("status"), step("commit", "-m", "second"),
        step("rename", "deep/er", "deep/est"), step("remove", "deep/file 9"), step("commit", "-m", "third"),
        step("tag", "v1"), step("log", "--stat", "-v"), step("annotate", "deep/file 3"), step("manifest", "-v"),
        step("clone", "--pull", "one", "two", directory="."), step("clone", "one", "three", directory="."),
        step("update", "1", directory="two"), step("branch", "side", directory="two"),
        write("two/deep/file 4", "side\n"), write("two/new", "new\n"), step("addremove", directory="two"),
        step("commit", "-m", "aside", directory="two"), step("push", "--new-branch", directory="two"),
        step("pull", "-u", directory="three"), step("update", "default", directory="three"),
        step("merge", "side", directory="three"), step("commit", "-m", "merged", directory="three"),
        write("three/stray", "x"), step("purge", directory="three"), step("verify", directory="three"),
        step("archive", "-t", "tgz", "../three.tgz", directory="three"), step("archive", "../flat", directory="three"),
        step("bundle", "--all", "../all.hg", directory="three"), step("clone", "all.hg", "four", directory="."),
        step("update", "null", directory="four"), step("log", "-G", directory="four"), step("identify", directory="three"),
        step("update", "nothing", directory="three"), step("share", "three", "five", directory="."),
    ], leave_out=[r"/\.hg/(dirstate|undo.*dirstate|cache/|wcache/|.*\.pid)", r"\.tgz$", r"\.hg$"], alter=lambda text: re.sub(r"\d+(\.\d+)? (seconds|bytes/sec)", "", text))
    assert left["flat/link"] == ("lrwxrwxrwx", "deep/er") and left["flat/tool"][0] == "-rwxr-xr-x"


# --------------------------------------------------------------------------- Ansible

PLAYBOOK = """
- hosts: localhost
  connection: local
  gather_facts: true
  vars: { ansible_python_interpreter: /usr/bin/python3, top: "{{ playbook_dir }}/made" }
  tasks:
    - file: { path: "{{ top }}/a/b", state: directory, mode: "0750" }
    - copy: { content: "{{ ansible_facts.system }}\\n", dest: "{{ top }}/a/b/system", mode: "0640" }
    - copy: { src: playbook.yml, dest: "{{ top }}/copied", backup: true }
    - file: { src: copied, dest: "{{ top }}/link", state: link }
    - lineinfile: { path: "{{ top }}/copied", line: "# the end" }
    - replace: { path: "{{ top }}/copied", regexp: "hosts", replace: "guests" }
    - command: ls "{{ top }}"
      register: listing
    - template: { src: page.j2, dest: "{{ top }}/page" }
    - find: { paths: "{{ top }}", recurse: true, file_type: any }
      register: found
    - stat: { path: "{{ top }}/copied" }
      register: info
    - debug: { msg: "{{ listing.stdout_lines }} {{ found.matched }} {{ info.stat.checksum }} {{ info.stat.mode }}" }
    - file: { path: "{{ top }}/link", state: absent }
"""


def test_ansible(run, tmp_path):
    ansible = shutil.which("ansible", path="/usr/bin:/bin")
    if not ansible:
        pytest.skip("no Ansible")

    def prepare(run, place):
        (place / "playbook.yml").write_text(PLAYBOOK)
        (place / "page.j2").write_text("{% for name in listing.stdout_lines %}{{ name }}\n{% endfor %}")

    same(run, tmp_path, [
        prepare,
        lambda run, place: run(ansible, "localhost", "-m", "ping", "-e", f"ansible_python_interpreter={PYTHON}"),
        lambda run, place: run(ansible, "localhost", "-m", "copy", "-a", f"content=x dest={place}/x mode=0600"),
        lambda run, place: run(f"{ansible}-playbook", "playbook.yml"),
        lambda run, place: run(f"{ansible}-playbook", "playbook.yml", "--check", "--diff"),
        lambda run, place: run(ansible, "localhost", "-m", "file", "-a", f"path={place}/made/a state=absent"),
    ], leave_out=[r"^\.ansible"], alter=lambda text: re.sub(r"ansible-tmp-\S+|\d+\.\d+-\d+-\d+|ansible-local\S+|\"src\": \S+", "", text))


# ---- Programs that look at the machine by psutil. Numbers move from one second to the next: all else is the same.

SIDES = "", "-m osier --psutil"


def environment(door, home):
    return {**os.environ, "HOME": str(home), "PYTHONPATH": str(door), "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}


def look(door, home, words):
    """What a program prints on psutil itself, and on osier.psutil, without the numbers."""
    for side in SIDES:
        done = subprocess.run([PYTHON, *side.split(), *words], cwd=home, env=environment(door, home), text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60)  # fmt: skip
        yield re.sub(r"\d+(\.\d+)?", "N", done.stdout)


def program(name):
    path = shutil.which(name, path="/usr/bin:/bin")
    if not path:
        pytest.skip(f"no {name}")
    return path


def test_s_tui(door, tmp_path):
    theirs, ours = look(door, tmp_path, [program("s-tui"), "-t"])
    assert "Frequency" in theirs and ours == theirs


def test_glances(door, tmp_path):
    words = [program("glances"), "--stdout", "mem.total,memswap.total,fs,core,network", "--stop-after", "1", "-t", "1"]
    theirs, ours = look(door, tmp_path, words)
    assert "mnt_point" in theirs and "phys" in theirs and ours == theirs


def words_on_screen(text):
    """The words that a program has drawn on a terminal, each letter of which may have a colour of its own."""
    return set(re.findall(r"[A-Za-z][A-Za-z-]{2,}", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)))


def on_terminal(door, home, words, awaited):
    """What a program draws on a terminal until all of `awaited` is there, and then for `q`."""
    line = f"stty rows 40 cols 140; exec timeout 120 {words}"
    with subprocess.Popen(["script", "-qec", line, os.devnull], cwd=home, env=environment(door, home),
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as program:  # fmt: skip
        text = b""
        while not awaited <= words_on_screen(text.decode(errors="replace")):
            more = os.read(program.stdout.fileno(), 65536)
            if not more:
                break
            text += more
        program.stdin.write(b"q")
        program.stdin.close()
        return words_on_screen((text + program.stdout.read()).decode(errors="replace"))


def test_bpytop(door, tmp_path):
    wanted = {"Total", "Used", "Available", "Download", "Upload", "Program", "User"}
    screens = [on_terminal(door, tmp_path, f"{PYTHON} {side} {program('bpytop')}", wanted) for side in SIDES]
    for screen in screens:
        assert screen >= wanted, screen
    assert "Traceback" not in screens[1]
