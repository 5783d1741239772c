# SPDX-License-Identifier: MIT
"""tools/abi, which compares a library's interface with that of the last release."""

import shutil
import subprocess

import pytest
from conftest import TOP, run

if not shutil.which("abidw") or not shutil.which("xz"):
    pytest.skip("no abidw or xz", allow_module_level=True)

HEADER = """\
struct os_pair { int one, two; };
struct os_sum_options { unsigned long size; long by; };
int os_sum(const struct os_pair *pair);
long os_sum_by(const struct os_sum_options *options);
int os_none(void);
"""
SOURCE = '#include "osier.h"\nint os_sum(const struct os_pair *pair) { return (int)(pair->one + pair->two); }\nint os_none(void) { return 0; }\nlong os_sum_by(const struct os_sum_options *options) { return options->by; }\n'


class Project:
    def __init__(self, place):
        self.place = place
        for name in ("tools", "include", "build"):
            (place / name).mkdir()
        shutil.copy(TOP / "tools" / "abi", place / "tools")

    def build(self, header, source):
        (self.place / "include" / "osier.h").write_text(header)
        (self.place / "source.c").write_text(source)
        run("gcc", "-g", "-shared", "-fPIC", "-Wl,-soname,libosier.so.0", "-I", self.place / "include", self.place / "source.c",
            "-o", self.place / "build" / "libosier.so")  # fmt: skip

    def abi(self, *words):
        return subprocess.run([self.place / "tools" / "abi", *words, "build"], capture_output=True, text=True)


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path)
    made.build(HEADER, SOURCE)
    return made


def test_without_a_release_there_is_nothing_to_compare(project):
    done = project.abi()
    assert done.returncode == 0 and done.stdout.startswith("no release has libosier.so.0 on ")


@pytest.mark.parametrize(
    "header, source, passes",
    [
        (HEADER, SOURCE, True),
        (HEADER + "int os_more(void);\n", SOURCE + "int os_more(void) { return 1; }\n", True),
        (HEADER, SOURCE + "struct inner { long a; } inner_thing;\n", True),
        (HEADER.replace("long by;", "long by; long from;"), SOURCE, True),
        (HEADER.replace("long by;", "long from; long by;"), SOURCE, False),
        (HEADER.replace("int one, two;", "int one, two; long three;"), SOURCE, False),
        (HEADER.replace("int one", "long one"), SOURCE, False),
        (HEADER.replace("one, two", "two, one"), SOURCE, False),
        (HEADER.replace("int os_none(void);\n", ""), SOURCE.replace("int os_none", "static int os_none"), False),
        (HEADER.replace("os_none(void)", "os_none(int x)"), SOURCE.replace("os_none(void)", "os_none(int x)"), False),
    ],
    ids=["same", "more", "inner", "options grow", "options move", "struct grows", "type", "order", "gone", "parameter"],
)
def test_what_breaks_a_program_is_told(project, header, source, passes):
    assert project.abi("--write").returncode == 0
    project.build(header, source)
    done = project.abi()
    assert (done.returncode == 0) == passes, done.stdout
