# SPDX-License-Identifier: MIT
"""Other projects take osier in by their build systems: CMake, a Meson wrap, or its two files."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest
from conftest import TOP, clean_environment, run

CONSUMERS = TOP / "tests" / "consumers"
SAYS = "FileExistsError: [Errno 17] File exists: '/'\n"


def install(build, root):
    run("meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", root)
    return root


@pytest.fixture(scope="module")
def prefix(build, tmp_path_factory):
    """The prefix of an installation that was moved after it was made."""
    root = install(build, tmp_path_factory.mktemp("install"))
    [config] = root.rglob("osier-config.cmake")
    [include] = root.rglob("osier.h")
    return pathlib.Path(os.path.commonpath([config, include]))


def test_cmake_finds_it(prefix, tmp_path):
    run("cmake", "-S", CONSUMERS / "cmake", "-B", tmp_path, f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release")
    run("cmake", "--build", tmp_path)
    for program in ("shared", "static", "environment", "cxx"):
        assert run(tmp_path / program) == SAYS
    needed = run("readelf", "-d", tmp_path / "environment")
    assert "[libosier-env.so.0]" in needed
    assert "libosier" not in run("readelf", "-d", tmp_path / "static")


MAJOR, MINOR, PATCH = re.search(r'#define OSIER_VERSION +"(\d+)\.(\d+)\.(\d+)"', (TOP / "include/osier/types.h").read_text()).groups()


@pytest.mark.parametrize("version, found", [
    (f"{MAJOR}.{MINOR}", True), (MAJOR, True), ("", True), (f"{MAJOR}.{MINOR}.{PATCH}", True),
    (f"{MAJOR}.{int(MINOR) + 1}", False), (f"{int(MAJOR) + 1}.0", False),
])  # fmt: skip
def test_cmake_asks_for_a_version(prefix, tmp_path, version, found):
    (tmp_path / "CMakeLists.txt").write_text(
        f"cmake_minimum_required(VERSION 3.13)\nproject(asks C)\nfind_package(osier {version} REQUIRED COMPONENTS shared)\n")
    done = subprocess.run(["cmake", "-S", tmp_path, "-B", tmp_path / "b", f"-DCMAKE_PREFIX_PATH={prefix}"], capture_output=True, text=True)
    assert (done.returncode == 0) == found, done.stderr


def test_cmake_says_which_component_is_missing(prefix, tmp_path):
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.13)\nproject(asks C)\nfind_package(osier REQUIRED COMPONENTS python)\n")
    done = subprocess.run(["cmake", "-S", tmp_path, "-B", tmp_path / "b", f"-DCMAKE_PREFIX_PATH={prefix}"], capture_output=True, text=True)
    assert done.returncode != 0
    assert "osier has no component 'python'" in " ".join(done.stderr.split())


@pytest.mark.parametrize("linkage", ["shared", "static"])
def test_meson_takes_it_as_a_subproject(tmp_path, linkage):
    shutil.copytree(CONSUMERS / "meson", tmp_path / "app")
    shutil.copy(CONSUMERS / "cmake" / "main.c", tmp_path / "app")
    (tmp_path / "app" / "subprojects").mkdir()
    (tmp_path / "app" / "subprojects" / "osier").symlink_to(TOP)
    environment = clean_environment(PKG_CONFIG_LIBDIR="/nonexistent")
    run("meson", "setup", "-Doptimization=0", f"-Ddefault_library={linkage}", tmp_path / "b", tmp_path / "app", env=environment)
    run("ninja", "-C", tmp_path / "b", "consumer")
    assert run(tmp_path / "b" / "consumer") == SAYS


@pytest.fixture(scope="module")
def two_files(build):
    run("ninja", "-C", build, "amalgamation")
    return build / "amalgamation"


@pytest.fixture(scope="module")
def compiled(two_files, tmp_path_factory):
    """The library as the one object that programs of other languages, compilers and our tests are linked with."""
    path = tmp_path_factory.mktemp("compiled") / "osier.o"
    run("gcc", "-O1", "-fPIC", "-c", "-o", path, two_files / "osier.c")
    return path


# What gcc warns of depends on how much it optimizes; with clang it doesn't.
@pytest.mark.parametrize("compiler, standard, level", [("gcc", "c99", "-O2"), ("gcc", "gnu17", "-O0"), ("clang", "c99", "-O0"),
                                                       ("clang", "c17", "-O0"), ("musl-gcc", "c99", "-O0")])
def test_two_files_are_the_library(two_files, tmp_path, compiler, standard, level):
    if not shutil.which(compiler):
        pytest.skip(f"no {compiler}")
    options = [f"-std={standard}", level, "-Wall", "-Wextra", "-Wno-missing-field-initializers", "-Werror", f"-I{two_files}"]
    run(compiler, *options, "-o", tmp_path / "app", CONSUMERS / "cmake" / "main.c", two_files / "osier.c", "-pthread")
    assert run(tmp_path / "app") == SAYS


def test_two_files_for_a_program_in_cxx(two_files, compiled, tmp_path):
    run("g++", "-Wall", "-Wextra", "-Werror", "-pedantic", f"-I{two_files}", "-x", "c++", CONSUMERS / "cmake" / "main.c",
        "-x", "none", compiled, "-pthread", "-o", tmp_path / "app")
    assert run(tmp_path / "app") == SAYS


def test_the_interface_for_tcc(two_files, compiled, tmp_path):
    """tcc has no atomics, so it can't compile the library; programs that use it, it can."""
    if not shutil.which("tcc"):
        pytest.skip("no tcc")
    run("gcc", "-shared", "-fPIC", "-o", tmp_path / "libosier.so", compiled, "-pthread")
    run("tcc", f"-I{two_files}", "-o", tmp_path / "app", CONSUMERS / "cmake" / "main.c", f"-L{tmp_path}", "-losier")
    assert run(tmp_path / "app", env={"LD_LIBRARY_PATH": str(tmp_path)}) == SAYS


def test_the_tests_pass_over_the_two_files(two_files, compiled, tmp_path):
    """Programs of the suite that know the interface alone, with the one file in the library's place."""
    for name in ("posix/test_files", "cpython/test_makedirs", "cpython/test_environ"):
        source = TOP / "tests" / f"{name}.c"
        run("gcc", "-D_GNU_SOURCE", f"-I{two_files}", f"-I{TOP / 'include'}", f"-I{TOP / 'tests/support'}", f"-I{TOP / 'src'}",
            "-o", tmp_path / "test", source, TOP / "tests/support/support.c", TOP / "tests/support/trees.c", compiled,
            "-lcmocka", "-pthread")
        run(tmp_path / "test")


def test_what_was_installed_goes_without_a_trace(build, tmp_path):
    (tmp_path / "usr" / "local" / "bin").mkdir(parents=True)
    (tmp_path / "usr" / "local" / "bin" / "somebody-else's").touch()
    (tmp_path / "usr" / "local" / "share" / "zsh").mkdir(parents=True)
    (tmp_path / "usr" / "local" / "share" / "zsh" / "theirs").touch()
    before = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if not path.is_dir()}
    install(build, tmp_path)
    for folder in tmp_path.rglob("osier"):  # as Python leaves it
        if folder.is_dir() and (folder / "__init__.py").exists():
            (folder / "__pycache__").mkdir()
            (folder / "__pycache__" / "os.cpython-311.pyc").touch()
    run(TOP / "tools" / "uninstall", build, tmp_path)
    assert {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if not path.is_dir()} == before
    local = tmp_path / "usr" / "local"
    left = {str(path.relative_to(local)) for path in local.rglob("*") if path.is_dir()}
    ours = {name for name in left if not name.startswith("lib/python3")} - {"bin", "include", "lib", "share", "share/man", "share/zsh"}
    assert ours == set(), "what a Debian has in /usr/local may stay"


LOADER = """#!/bin/sh
echo called >>"$CALLS"
"""


@pytest.mark.parametrize("destdir", [True, False])
def test_the_loader_forgets_it(tmp_path, destdir):
    """… where this was no package in the making."""
    for name, text in ("ldconfig", LOADER), ("id", "#!/bin/sh\necho 0\n"), ("meson", '#!/bin/sh\nmkdir -p "$6/nowhere/bin"; : >"$6/nowhere/bin/osier"\n'):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    words = [tmp_path / "root"] if destdir else []
    run(TOP / "tools" / "uninstall", tmp_path, *words, env={"PATH": f"{tmp_path}:/usr/bin:/bin", "CALLS": str(tmp_path / "calls")})
    assert (tmp_path / "calls").exists() != destdir
