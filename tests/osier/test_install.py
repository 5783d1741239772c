# SPDX-License-Identifier: MIT
"""What `make install` lays down is all that a consumer's program needs."""

import os
import pathlib
import shutil
import subprocess

import pytest

PROGRAM = r"""
#include <osier.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Names that the library uses inside: a program may have its own. */
int str_append(void), mem_text(void), list_add(void), error_fail(void);
int str_append(void) { return 1; }
int mem_text(void) { return 2; }
int list_add(void) { return 3; }
int error_fail(void) { return 4; }

int main(void) {
    char *text;
    errno = ENOENT;
    text = os_error_text();
    if (!text || strcmp(os_version(), OSIER_VERSION) != 0)
        return 1;
    puts(text);
    os_free_pointer(&text);
    return str_append() + mem_text() + list_add() + error_fail() == 10 ? 0 : 2;
}
"""


@pytest.fixture(scope="module")
def installed(build, tmp_path_factory):
    """The root of an installation."""
    root = tmp_path_factory.mktemp("install")
    command = ["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", root]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return root


@pytest.fixture(scope="module")
def flags(installed):
    """What pkg-config says of the installation."""
    [found] = installed.rglob("osier.pc")
    environment = dict(os.environ, PKG_CONFIG_PATH=str(found.parent), PKG_CONFIG_SYSROOT_DIR=str(installed))

    def ask(*arguments, package="osier"):
        command = ["pkg-config", *arguments, package]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.split()

    return ask


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("linkage", ["shared", "static"])
def test_consumer_builds_and_runs(installed, flags, tmp_path, compiler, linkage):
    if not shutil.which(compiler):
        pytest.skip(f"no {compiler}")
    source, program = tmp_path / "app.c", tmp_path / "app"
    source.write_text(PROGRAM)
    static = ["-static"] if linkage == "static" else []
    options = flags("--cflags", "--libs", *(["--static"] if static else []))
    subprocess.run([compiler, *static, "-std=c99", "-o", program, source, *options], check=True)
    [library] = {path.parent for path in installed.rglob("libosier.so")}
    environment = {} if static else {"LD_LIBRARY_PATH": str(library)}
    done = subprocess.run([program], capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stdout) == (0, "FileNotFoundError: [Errno 2] No such file or directory\n")


def test_the_interposer_has_a_package(installed, flags, tmp_path):
    source, program = tmp_path / "app.c", tmp_path / "app"
    source.write_text("int main(void) { return 0; }\n")  # no call of its own: it is for the libraries'
    options = flags("--cflags", "--libs", package="osier-env")
    subprocess.run(["gcc", "-Wl,--as-needed", "-o", program, source, *options], check=True)
    dynamic = subprocess.run(["readelf", "-d", program], check=True, capture_output=True, text=True).stdout
    assert "[libosier-env.so.0]" in dynamic
    [library] = {path.parent for path in installed.rglob("libosier-env.so")}
    assert subprocess.run([program], env={"LD_LIBRARY_PATH": str(library)}).returncode == 0


def test_version_of_the_package(flags):
    import headers

    assert f'"{flags("--modversion")[0]}"' in (headers.INCLUDE / "osier" / "types.h").read_text()


def test_every_header_is_installed(installed):
    import headers

    [top] = installed.rglob("osier.h")
    seen = {str(path.relative_to(top.parent)) for path in [top, *(top.parent / "osier").glob("*.h")]}
    assert seen == set(headers.all_headers())


LDCONFIG = """#!/bin/sh
[ "$1" = -p ] || { echo called >>"$CALLS"; exit; }
[ ! -s "$CALLS" ] || echo "libosier.so.0 (libc6,x86-64) => /opt/lib/libosier.so.0"
"""


@pytest.mark.parametrize(
    "destdir, user, called, told",
    [
        ("", 0, True, ""),
        ("", 1000, False, "install: programs won't find libosier.so.0: name /opt/lib in /etc/ld.so.conf.d and run ldconfig"),
        ("/package", 0, False, ""),
    ],
)
def test_the_loader_learns_of_the_library(tmp_path, destdir, user, called, told):
    """`make install` runs ldconfig, or says what to do; a package does that itself."""
    calls = tmp_path / "calls"
    for name, text in ("ldconfig", LDCONFIG), ("id", f"#!/bin/sh\necho {user}\n"):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "DESTDIR": destdir, "CALLS": str(calls)}
    tool = pathlib.Path(__file__).parents[2] / "tools" / "register-library"
    done = subprocess.run([tool, "/opt/lib"], env=environment, capture_output=True, text=True, check=True)
    assert calls.exists() == called
    assert done.stderr.startswith(told) and bool(done.stderr) == bool(told)
