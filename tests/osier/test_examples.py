# SPDX-License-Identifier: MIT
"""The examples: they compile as anybody's program would, run, and are as short as they are said to be."""

import json
import os
import pathlib
import re
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ["OSIER_BUILD"])


def compiled(name, directory, standard="c99"):
    program = directory / name
    subprocess.run(
        ["cc", f"-std={standard}", "-Wall", "-Wextra", "-pedantic", "-Werror", f"-I{ROOT}/include",
         ROOT / f"examples/{name}.c", BUILD / "libosier.a", "-pthread", "-o", program],
        check=True)
    return program


def test_ten_tasks_run(tmp_path):
    program = compiled("ten_tasks", tmp_path)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    run = subprocess.run([program], cwd=scratch, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    assert (run.stderr, run.returncode) == ("", 0)
    assert run.stdout.splitlines() == [
        f"in {scratch}", f"app at {scratch}/srv/app", "holds etc",
        "walked srv", "walked srv/app", "walked srv/app/etc", "1 names, exit code 0", "10 bytes"]
    assert list(scratch.iterdir()) == []


def test_ten_tasks_tell_errors(tmp_path):
    (tmp_path / "srv").write_text("in the way")
    run = subprocess.run([compiled("ten_tasks", tmp_path)], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 1
    assert "NotADirectoryError: [Errno 20] Not a directory: 'srv/app" in run.stderr


def test_ten_tasks_take_at_most_60_lines():
    text = re.sub(r"/\*.*?\*/", "", (ROOT / "examples/ten_tasks.c").read_text(), flags=re.S)
    assert len([line for line in text.splitlines() if line.strip()]) <= 60


def test_trees_runs(tmp_path):
    source = tmp_path / "source"
    (source / "include").mkdir(parents=True)
    (source / "include/a.h").write_bytes(b"x" * 70000)
    (source / "b.o").write_bytes(b"x" * 90000)
    run = subprocess.run([compiled("trees", tmp_path), source, "copy"], cwd=tmp_path, capture_output=True, text=True)
    assert (run.stderr, run.returncode) == ("", 0)
    assert run.stdout == "   70000 copy\n   70000 copy/include\n1 headers\n"
    assert not (tmp_path / "copy").exists()
    run = subprocess.run([tmp_path / "trees", "gone", "copy"], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 1 and run.stderr.startswith("gone: No such file or directory\n")


FUNCTIONS = sorted((ROOT / "examples/functions").glob("*.c"))


def printed(program):
    """What a program says that it prints, in the comment at its end."""
    comment = re.search(r"\n/\* It prints:\n((?: \*     .*\n)*) \*/\n$", program.read_text())
    return re.sub(r"^ \*     ", "", comment[1], flags=re.M)


@pytest.mark.parametrize("source", FUNCTIONS, ids=lambda path: path.stem)
def test_examples_of_the_manual_run(source, tmp_path):
    (tmp_path / "functions").mkdir()
    (tmp_path / "scratch").mkdir()
    program = compiled(f"functions/{source.stem}", tmp_path, "gnu99")
    environment = {"PATH": os.environ["PATH"], "OSIER_STATE": str(tmp_path / "state")}  # or root's would be the machine's own
    run = subprocess.run([program], cwd=tmp_path / "scratch", capture_output=True, text=True, env=environment)
    if run.returncode == 77:
        pytest.skip(run.stderr.strip() or "it takes root")
    assert (run.stdout, run.stderr, run.returncode) == (printed(source), "", 0)


def test_the_manual_has_every_example():
    listed = re.findall(r"'(\w+\.c)'", (ROOT / "examples/functions/meson.build").read_text())
    assert sorted(listed) == [path.name for path in FUNCTIONS]


def test_every_function_has_an_example():
    code = "".join(re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S) for path in FUNCTIONS)
    functions = [entry["name"] for header in json.loads((BUILD / "contract.json").read_text())["headers"] if not header["verbs"]
                 for entry in header["entries"] if entry["kind"] == "function"]
    assert [name for name in functions if not re.search(rf"\b{name}\(", code)] == []


@pytest.fixture
def tutorial(tmp_path):
    """Builds a program of the tutorial and runs it in an empty folder: status, out, err."""
    (tmp_path / "tutorial").mkdir()
    (tmp_path / "scratch").mkdir()

    def run(name, *words):
        program = tmp_path / "tutorial" / name
        program = program if program.exists() else compiled(f"tutorial/{name}", tmp_path, "gnu99")
        done = subprocess.run([program, *words], cwd=tmp_path / "scratch", capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    return run


def test_the_tutorial_rotates_a_log(tutorial, tmp_path):
    log = tmp_path / "scratch/app.log"
    for text in "one", "two 2", "three 3":
        log.write_text(text)
        log.chmod(0o640)
        assert tutorial("rotate", "app.log", "2", "2") == (0, f"app.log: {len(text)} bytes put aside\n", "")
    assert {path.name: path.read_text() for path in log.parent.iterdir()} == {
        "app.log": "", "app.log.1": "three 3", "app.log.2": "two 2"}
    assert log.stat().st_mode & 0o7777 == 0o640
    assert tutorial("rotate", "app.log", "2") == (0, "", "")
    assert tutorial("rotate", "none") == (1, "", "rotate: FileNotFoundError: [Errno 2] No such file or directory: 'none'\n")


def test_the_tutorial_cleans_a_cache(tutorial, tmp_path):
    cache = tmp_path / "scratch/cache"
    (cache / "a/b").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/file").write_bytes(b"x" * 10000)
    (cache / "link").symlink_to(tmp_path / "elsewhere")
    for day, name in enumerate(["a/b/1", "a/2", "3"]):
        (cache / name).write_bytes(b"x" * 10000)
        os.utime(cache / name, (day, day))
    most = (cache / "3").stat().st_blocks * 512
    assert tutorial("clean_cache", "cache", str(most)) == (0, "2 of 3 files removed\n", "")
    assert sorted(path.name for path in cache.rglob("*")) == ["3", "link"]
    assert (tmp_path / "elsewhere/file").exists()
    assert tutorial("clean_cache", "none", "0")[0] == 1


def test_the_tutorial_supervises(tutorial, tmp_path):
    status, out, err = tutorial("supervise", "sh", "-c", "echo on; exit 3")
    assert (status, out) == (1, "on\non\non\n")
    assert err == "sh ended with 3 after 0 s\n" * 3 + "sh failed 3 times in a row\n"
    assert tutorial("supervise", "true") == (0, "", "")
    assert tutorial("supervise", "/none")[0] == 127
    program = tmp_path / "tutorial/supervise"
    run = subprocess.Popen([program, "sh", "-c", "sleep 1000 & echo $! >pid.new; mv pid.new pid; wait"], cwd=tmp_path / "scratch")
    pid = tmp_path / "scratch/pid"
    while not pid.exists():
        assert run.poll() is None
        time.sleep(0.01)
    run.terminate()
    assert run.wait(60) == 128 + 15
    stat = pathlib.Path(f"/proc/{pid.read_text().strip()}/stat")
    assert not stat.exists() or stat.read_text().split()[2] == "Z"  # of it its number may be left, until init asks


def test_the_tutorial_shows_its_programs():
    text = (ROOT / "docs/TUTORIAL.md").read_text()
    programs = [path.read_text() for path in (ROOT / "examples/tutorial").glob("*.c")]
    shown = re.findall(r"^```c\n(.*?)^```", text, flags=re.M | re.S)
    assert len(shown) >= 8 and all(any(part in program for program in programs) for part in shown)


def test_deploy_runs(tmp_path):
    run = subprocess.run([BUILD / "deploy", "srv/app", ROOT], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0
    assert (tmp_path / "srv/app/etc/app.conf").read_text() == "port = 9090\n"
    assert os.readlink(tmp_path / "srv/app/current") == "releases/1.0"


@pytest.mark.parametrize("environment", [{}, {"HOME": ""}, {"HOME": "."}])
def test_the_first_example_of_the_readme_runs(tmp_path, environment):
    """Also where there is no HOME, as in cron and containers."""
    _, example = re.findall(r"```c\n(#include <osier\.h>\n.*?)```", (ROOT / "README.md").read_text(), flags=re.S)[:2]
    include, code = example.split("\n", 1)
    (tmp_path / ".config").mkdir()
    source = tmp_path / "example.c"
    source.write_text(f"{include}\nint main(void) {{\nconst char text[] = \"x\";\nsize_t size = 1;\n"
                      f"{code.replace('~/.config/app.conf', '~/.config/none/app.conf')}\nreturn 0;\n}}\n")
    program = tmp_path / "example"
    subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}/include", source, BUILD / "libosier.a", "-pthread", "-o", program],
                   check=True)
    run = subprocess.run([program], cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert run.returncode == 1
    assert run.stderr.startswith("deploy: FileNotFoundError: [Errno 2] No such file or directory: '")
