# SPDX-License-Identifier: MIT
"""The libraries export what the headers declare, and nothing else."""

import re
import subprocess

import headers
import pytest


def defined(*arguments):
    """The symbols that nm shows as defined, without their version."""
    listing = subprocess.run(["nm", *arguments], check=True, capture_output=True, text=True).stdout
    symbols = re.findall(r"^[0-9a-f]+ ([A-Za-z]) (\S+)$", listing, flags=re.M)
    return {name.split("@")[0] for kind, name in symbols if kind.isupper() and kind != "A"}


def test_shared_library_exports_the_headers(build):
    exported = defined("-D", "--defined-only", build / "libosier.so")
    declared = set(headers.functions())
    assert sorted(exported - declared) == []
    assert sorted(declared - exported) == []


def test_static_library_defines_the_headers(build):
    """All else has a name that no program will use: one with str_append() of its own links."""
    visible = {name for name in defined("--defined-only", "--extern-only", build / "libosier.a")}
    inner = {name for name in visible if name.startswith("osier_private_")}
    assert sorted(visible - inner) == sorted(headers.functions())


def test_soname(build):
    dynamic = subprocess.run(["readelf", "-d", build / "libosier.so"], check=True, capture_output=True, text=True)
    assert "Library soname: [libosier.so.0]" in dynamic.stdout


def test_symbols_carry_a_version(build):
    listing = subprocess.run(["nm", "-D", "--defined-only", build / "libosier.so"], check=True, capture_output=True, text=True)
    exported = re.findall(r" T (os_\S+)", listing.stdout)
    assert exported and all("@@OSIER_" in name for name in exported)


def test_no_executable_stack(build):
    segments = subprocess.run(["readelf", "-lW", build / "libosier.so"], check=True, capture_output=True, text=True)
    assert re.search(r"GNU_STACK.* RW ", segments.stdout)


def test_no_newer_glibc_is_needed(build):
    """RELEASING.md promises it. Under musl there are no versions to look at."""
    listing = subprocess.run(["objdump", "-T", build / "libosier.so"], check=True, capture_output=True, text=True).stdout
    needed = {tuple(map(int, version.split("."))) for version in re.findall(r"\bGLIBC_([0-9.]+)", listing)}
    assert max(needed, default=(0,)) <= (2, 34)


def test_one_extension_takes_room_of_threads(build):
    """A process has little for what is loaded later: with a third, "cannot allocate memory in static TLS block"."""
    extensions = sorted((build / "python/osier").glob("*.so"))
    if not extensions:
        pytest.skip("built without the door")
    said = {file.name.split(".")[0]: subprocess.run(["readelf", "-d", file], check=True, capture_output=True, text=True).stdout
            for file in extensions}  # fmt: skip
    assert [name for name, text in said.items() if "STATIC_TLS" in text] == ["_posix"]
