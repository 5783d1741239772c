# SPDX-License-Identifier: MIT
"""The examples: they compile as anybody's program would, run, and are as short as they are said to be."""

import json
import os
import pathlib
import re
import subprocess

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
    run = subprocess.run([program], cwd=tmp_path / "scratch", capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
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
