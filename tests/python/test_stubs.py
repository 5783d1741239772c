# SPDX-License-Identifier: MIT
"""What a type checker learns of osier.os is what it knows of os."""

import ast
import importlib
import inspect
import pathlib
import re
import shutil
import subprocess

import pytest

import osier

PROGRAM = """
import osier
import osier.os as os
import osier.run as subprocess
from osier.os import path
from osier.os.path import join

reveal_type(os.listdir("."))
reveal_type(os.listdir(b"."))
reveal_type(os.path.join("a", "b"))
reveal_type(path.split(b"a"))
reveal_type(os.stat("/").st_size)
reveal_type(os.environ.get("HOME"))
reveal_type(os.O_RDONLY)
reveal_type(join("a", "b"))
reveal_type(osier.__version__)
reveal_type(osier.installed())
reveal_type(osier.run(["true"], tree=True).returncode)
reveal_type(subprocess.run(["true"], timeout=1, grace=5).returncode)
reveal_type(subprocess.check_output(["true"]))


def size(path: os.PathLike[str]) -> int:
    with os.scandir(path) as entries:
        return sum(entry.stat().st_size for entry in entries)


def leave() -> None:
    osier.install()
    os._exit(os.EX_OK)
"""


def check(program, directory):
    if not shutil.which("mypy"):
        pytest.skip("no mypy")
    (directory / "program.py").write_text(program)
    command = ["mypy", "--strict", "--cache-dir=/dev/null", "program.py"]
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "MYPYPATH": str(pathlib.Path(osier.__file__).parents[1])}
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True).stdout


def test_types_are_those_of_os(tmp_path):
    ours = check(PROGRAM, tmp_path)
    theirs = check(PROGRAM.replace("import osier.os as os", "import os").replace("from osier.os", "from os"), tmp_path)
    assert ours == theirs
    revealed = re.findall(r'Revealed type is "(.*)"', ours)
    assert revealed[:2] == ["builtins.list[builtins.str]", "builtins.list[builtins.bytes]"]
    assert not any("Any" in text for text in revealed)


def test_mistakes_are_found(tmp_path):
    found = check("import osier.os as os\nos.mkdir(1.5)\nos.nothing()\n", tmp_path)
    assert "program.py:2: error" in found and "program.py:3: error" in found


def test_stubs_name_what_is_there():
    for name in re.findall(r"^def (\w+)|^(\w+):", (pathlib.Path(osier.__file__).parent / "__init__.pyi").read_text(), re.M):
        assert hasattr(osier, "".join(name))


@pytest.mark.parametrize("name", ["_plan", "_rehearse", "_state"])
def test_stubs_are_called_as_the_code_is(name):
    module = importlib.import_module(f"osier.{name}")
    text = (pathlib.Path(osier.__file__).parent / f"{name}.pyi").read_text()
    functions = [(module, node) for node in ast.parse(text).body]
    functions += [(getattr(module, node.name), inner) for _, node in functions if isinstance(node, ast.ClassDef) for inner in node.body]
    for owner, node in functions:
        if isinstance(node, ast.FunctionDef) and not node.decorator_list:
            parameters = inspect.signature(getattr(owner, node.name)).parameters.values()
            told = [(argument.arg, False) for argument in node.args.posonlyargs + node.args.args]
            told += [(argument.arg, True) for argument in node.args.kwonlyargs]
            of_code = [(parameter.name, parameter.kind == parameter.KEYWORD_ONLY) for parameter in parameters
                       if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)]
            assert told == of_code, node.name
        elif isinstance(node, ast.ClassDef) and hasattr(getattr(owner, node.name), "_fields"):
            fields = [line.target.id for line in node.body if isinstance(line, ast.AnnAssign)]
            assert fields == list(getattr(owner, node.name)._fields), node.name
