# SPDX-License-Identifier: MIT
"""Every public header compiles by itself, in every C and C++, without a warning and _GNU_SOURCE."""

import concurrent.futures
import shutil
import subprocess

import pytest

import headers

STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only", f"-I{headers.INCLUDE}"]
C = ["c99", "c11", "c17", "c2x"]
CXX = ["c++11", "c++17", "c++20"]
COMPILERS = [
    (compiler, language, standard)
    for compiler, language, standards in [
        ("gcc", "c", C),
        ("clang", "c", C),
        ("musl-gcc", "c", ["c99", "c17"]),
        ("g++", "c++", CXX),
        ("clang++", "c++", CXX),
    ]
    for standard in standards
]


def compile_header(compiler, language, standard, header, *more):
    """What the compiler says of a file that includes the header twice; nothing is right."""
    text = f"#include <{header}>\n#include <{header}>\nextern int done;\n"
    command = [compiler, "-x", language, f"-std={standard}", *STRICT, *more, "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    return f"{header}: {done.stderr}" if done.returncode else ""


def compile_all(compiler, language, standard, *more):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(compile_header, compiler, language, standard, header, *more) for header in headers.all_headers()
        ]
        return "\n".join(message for job in jobs if (message := job.result()))


@pytest.mark.parametrize("compiler, language, standard", COMPILERS)
def test_compiles(compiler, language, standard):
    if not shutil.which(compiler):
        pytest.skip(f"no {compiler}")
    assert compile_all(compiler, language, standard) == ""


@pytest.mark.parametrize("standard", ["c99", "c17"])
def test_compiles_for_32_bits(standard):
    narrow = ["-m32", "-idirafter", "/usr/include/x86_64-linux-gnu"]  # as in tools/cross/i386.ini
    if compile_header("gcc", "c", "c99", "stdlib.h", *narrow):
        pytest.skip("no 32-bit headers of libc")
    assert compile_all("gcc", "c", standard, *narrow) == ""


#: what the contract takes or gives under names of libc's: <osier.h> alone has them
LIBC_NAMES = """S_ISDIR(0) S_IFMT WIFEXITED(0) WNOHANG SIGTERM O_CREAT AT_EACCESS R_OK SEEK_SET XATTR_CREATE EFD_CLOEXEC
PRIO_PROCESS SCHED_OTHER GRND_NONBLOCK ST_RDONLY ENOENT UTIME_OMIT RENAME_NOREPLACE STATX_BTIME POSIX_FADV_NORMAL
F_LOCK P_PID WEXITED MFD_CLOEXEC CLONE_NEWNS CLOCK_MONOTONIC""".split()


@pytest.mark.parametrize("compiler", ["gcc", "musl-gcc"])
def test_osier_h_is_enough(compiler):
    if not shutil.which(compiler):
        pytest.skip(f"no {compiler}")
    uses = "".join(f"int use_{at}(void) {{ return (int)({name}); }}\n" for at, name in enumerate(LIBC_NAMES))
    command = [compiler, "-x", "c", "-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Werror", "-fsyntax-only",
               f"-I{headers.INCLUDE}", "-"]
    done = subprocess.run(command, input=f"#include <osier.h>\n{uses}", capture_output=True, text=True)
    assert done.stderr == ""


def test_osier_h_includes_every_header():
    whole = (headers.INCLUDE / "osier.h").read_text()
    missing = [name for name in headers.all_headers() if name != "osier.h" and f"#include <{name}>" not in whole]
    assert missing == []
