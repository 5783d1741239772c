#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds the Python package without Meson or setuptools: what `pip install .` calls (PEP 517).

    python3 python/pack.py wheel [DIRECTORY]     an osier-*.whl, for the interpreter that runs this
    python3 python/pack.py sdist [DIRECTORY]     an osier-*.tar.gz, which builds the wheel anywhere
    python3 python/pack.py stage DIRECTORY       the package itself, to be put on PYTHONPATH

Which sources there are stands in the meson.build files alone, which are read here; the version stands
in include/osier/types.h. The environment's CC, CFLAGS and LDFLAGS are heeded; OSIER_LIBRARY and OSIER_COMMAND
name a libosier.a and a command that are there already. A wheel brings the command `osier` too, linked with the core.
"""

import sys

if sys.version_info < (3, 11):  # before anything is imported that older ones lack
    sys.exit(f"pack: osier needs Python 3.11 or later; this is {sys.version.split()[0]}, {sys.executable}")

import base64
import concurrent.futures
import gzip
import hashlib
import io
import os
import pathlib
import re
import shlex
import struct
import subprocess
import sysconfig
import tarfile
import tempfile
import time
import tomllib
import zipfile

TOP = pathlib.Path(__file__).resolve().parent.parent
PACKAGE = TOP / "python" / "osier"
PARTS_OF_SOURCE = """ARCHITECTURE.md CHANGELOG.md CONTRIBUTING.md LICENSE Makefile README.md RELEASING.md SECURITY.md bench cli docs
examples include meson.build meson_options.txt packaging pyproject.toml python src tests tools""".split()


def version():
    return re.search(r'#define OSIER_VERSION +"(.+)"', (TOP / "include/osier/types.h").read_text()).group(1)


# --------------------------------------------------------------------------- what it is made of


def library_sources():
    """The C sources of the core, from the meson.build of each floor."""
    floors = re.findall(r"^subdir\('(\w+)'\)", (TOP / "src/meson.build").read_text(), re.M)
    for floor in floors:
        place = TOP / "src" / floor
        [names] = re.findall(r"^library_sources \+= files\((.*?)\)", (place / "meson.build").read_text(), re.M | re.S)
        yield from (place / name for name in re.findall(r"'(.+?)'", names))


def command_sources():
    """The C sources of the command, from its meson.build, and those of them that hold verbs."""
    text = (TOP / "cli/meson.build").read_text()
    found = {}  # by the name of the list; one may begin with others: `frame_sources + files(…)`
    for name, others, files in re.findall(r"^(\w+) = ([\w+ ]*?)files\((.*?)\)", text, re.M | re.S):
        found[name] = [source for other in re.findall(r"\w+", others) for source in found[other]]
        found[name] += [TOP / "cli" / source for source in re.findall(r"'(.+?\.c)'", files)]
    return found["command_sources"], found["verb_sources"]


def headers_of_topics():
    """The headers of the contract, in the order in which osier.h includes them."""
    return [TOP / "include" / name for name in re.findall(r"^#include <(.+?)>", (TOP / "include/osier.h").read_text(), re.M)]


def extensions():
    """The extension modules with their sources, from the door's meson.build."""
    text = (PACKAGE / "meson.build").read_text()
    for name, sources in re.findall(r"extension_module\('(\w+)',(.*?)\bdependencies:", text, re.S):
        yield name, [PACKAGE / source for source in re.findall(r"'(.+?\.c)'", sources)]


def package_files():
    """The files of the package that need no building, relative to python/."""
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in (".py", ".pyi") or path.name == "py.typed":
            yield path.relative_to(PACKAGE.parent)


# --------------------------------------------------------------------------- compiling


def compiler():
    return shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")


def flags():
    words = "-std=gnu17 -O2 -fPIC -fvisibility=hidden -fno-strict-aliasing -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64".split()
    if struct.calcsize("l") == 4:
        words.append("-D_TIME_BITS=64")
    return words + shlex.split(os.environ.get("CFLAGS", ""))


def run(command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    except (FileNotFoundError, PermissionError):
        sys.exit(f"pack: no program '{command[0]}': install a C compiler and binutils (gcc), or set CC to yours")
    if done.returncode:
        sys.exit(f"{shlex.join(map(str, command))}\n{done.stdout}\npack: the compiler failed")


def headers():
    found = {sysconfig.get_path("include"), sysconfig.get_path("platinclude")}
    if not any(os.path.exists(os.path.join(path, "Python.h")) for path in found):
        sys.exit(f"pack: no Python.h in {' or '.join(sorted(found))}: install the interpreter's headers (python3-dev)")
    return [f"-I{path}" for path in sorted(found)]


def compile_all(sources, place, options):
    """The objects of `sources`, made in the directory `place`."""
    place.mkdir(parents=True)

    def one(source):
        target = place / f"{source.parent.name}-{source.stem}.o"
        run([*compiler(), *flags(), *options, "-c", source, "-o", target])
        return target

    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return list(pool.map(one, sources))


def build_library(target, options):
    """The core as an archive whose inner names are out of the way of the extensions'."""
    objects = compile_all(library_sources(), target.parent / "core", options)
    run([TOP / "tools/private-symbols", shlex.join(compiler()), "nm", "objcopy", "ar", target, *objects])
    return target


def contract(program, *arguments):
    """Runs a program of tools/contract."""
    run([sys.executable, "-BSE", TOP / "tools/contract" / program, *arguments])


def read_contract(scratch):
    """What the headers and the verbs say, as the programs of tools/contract take it."""
    contract("read.py", scratch / "contract.json", *headers_of_topics(), "--verbs", *command_sources()[1])
    return scratch / "contract.json"


def build_command(target, library, scratch):
    """The command, with the sources that tools/contract makes of the headers."""
    tools, (sources, _) = TOP / "tools", command_sources()
    calls = scratch / "calls.c"
    contract("calls.py", scratch / "contract.json", calls, scratch / "contract.h")
    for name, text in ("treemap_page", "cli/picture/treemap_page.html"), ("state_example", "examples/states/web.toml"):
        run([tools / "text-to-c", name, TOP / text, scratch / f"{name}.h"])
    options = [f"-I{place}" for place in (TOP / "include", TOP / "cli", scratch)]
    objects = compile_all([*sources, calls], scratch / "command", options)
    run([*compiler(), "-o", target, *objects, library, *linking(), "-Wl,-s"])


def linking():
    return [*shlex.split(os.environ.get("LDFLAGS", "")), "-pthread"]


def build(package, command=None):
    """Makes the extension modules in the directory `package`, and the command as the file `command`."""
    public = f"-I{TOP / 'include'}"
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    with tempfile.TemporaryDirectory(prefix="osier-build-") as scratch:
        scratch = pathlib.Path(scratch)
        library = os.environ.get("OSIER_LIBRARY")
        if not library:
            library = build_library(scratch / "libosier.a", [public, f"-I{TOP / 'src'}"])
        made = {"extra": scratch / "extra.c", "_system": scratch / "system.c"}
        contract("python.py", read_contract(scratch), "extra", made["extra"], package / "extra.pyi")
        contract("python.py", scratch / "contract.json", "system", made["_system"], package / "system.pyi", package / "system.py")
        for name, sources in extensions():
            objects = compile_all([*sources, *filter(None, [made.get(name)])], scratch / name, [public, f"-I{TOP / 'python/ext'}", *headers()])
            run([*compiler(), "-shared", "-o", package / f"{name}{suffix}", *objects, library, *linking()])
        if command and "OSIER_COMMAND" in os.environ:
            command.write_bytes(pathlib.Path(os.environ["OSIER_COMMAND"]).read_bytes())
        elif command:
            build_command(command, library, scratch)


def stage(directory, link=False, command=None):
    """Makes the package in `directory`: Python's files copied there, or linked to; the command where it is asked for."""
    directory = pathlib.Path(directory)
    for path in package_files():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        if link:
            target.symlink_to(TOP / "python" / path)
        else:
            target.write_bytes((TOP / "python" / path).read_bytes())
    build(directory / "osier", command)


# --------------------------------------------------------------------------- what is said of it


def metadata():
    """The text of METADATA, which is that of PKG-INFO too."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {project['name']}",
        f"Version: {version()}",
        f"Summary: {project['description']}",
        f"Keywords: {','.join(project['keywords'])}",
        f"License: {project['license']['text']}",
        f"Requires-Python: {project['requires-python']}",
        *(f"Classifier: {item}" for item in project["classifiers"]),
        "License-File: LICENSE",
        "Description-Content-Type: text/markdown",
    ]
    return "\n".join(lines) + "\n\n" + (TOP / project["readme"]).read_text()


def tag():
    """Which interpreters and machines a wheel is for."""
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    return f"{python}-{python}{sys.abiflags}-{re.sub('[-.]', '_', sysconfig.get_platform())}"


def information():
    """The files of the directory .dist-info, but for RECORD."""
    wheel = f"Wheel-Version: 1.0\nGenerator: osier\nRoot-Is-Purelib: false\nTag: {tag()}\n"
    return {"METADATA": metadata(), "WHEEL": wheel, "LICENSE": (TOP / "LICENSE").read_text()}


def moment():
    """The time of every packed file: the same sources make the same package."""
    return max(int(os.environ.get("SOURCE_DATE_EPOCH", 315532800)), 315532800)


class Wheel:
    """A wheel, which notes what its RECORD has to say, and is a file only when it is whole."""

    def __init__(self, directory):
        self.name = f"osier-{version()}-{tag()}.whl"
        self.info = f"osier-{version()}.dist-info"
        self.scripts = f"osier-{version()}.data/scripts"  # what an installer puts beside the interpreter
        self.record = []
        self.target, self.content = pathlib.Path(directory, self.name), io.BytesIO()
        self.zip = zipfile.ZipFile(self.content, "w", zipfile.ZIP_DEFLATED)

    def add(self, name, content, mode=0o644):
        content = content.encode() if isinstance(content, str) else content
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        self.record.append(f"{name},sha256={digest},{len(content)}")
        self.put(name, content, mode)

    def put(self, name, content, mode=0o644):
        entry = zipfile.ZipInfo(name, time.gmtime(moment())[:6])
        entry.external_attr = (0o100000 | mode) << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        self.zip.writestr(entry, content)

    def finish(self):
        for name, content in information().items():
            self.add(f"{self.info}/{name}", content)
        self.put(f"{self.info}/RECORD", "\n".join([*self.record, f"{self.info}/RECORD,,", ""]))
        self.zip.close()
        self.target.write_bytes(self.content.getvalue())
        return self.name


# --------------------------------------------------------------------------- the hooks that pip calls


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    place = pathlib.Path(metadata_directory, f"osier-{version()}.dist-info")
    place.mkdir(parents=True)
    for name, content in information().items():
        (place / name).write_text(content)
    return place.name


prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    wheel = Wheel(wheel_directory)
    with tempfile.TemporaryDirectory(prefix="osier-stage-") as scratch:
        place, command = pathlib.Path(scratch, "package"), pathlib.Path(scratch, "osier")
        stage(place, command=command)
        for path in sorted(place.rglob("*")):
            if path.is_file():
                wheel.add(str(path.relative_to(place)), path.read_bytes(), 0o755 if path.suffix == ".so" else 0o644)
        wheel.add(f"{wheel.scripts}/osier", command.read_bytes(), 0o755)
    return wheel.finish()


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    """A wheel that leads here: the Python files as they stand, the extensions and the command as they are now."""
    place = TOP / "build" / f"editable-{tag()}"
    wheel = Wheel(wheel_directory)
    wheel.add("osier-editable.pth", f"{place}\n")
    with tempfile.TemporaryDirectory(prefix="osier-stage-") as scratch:
        command = pathlib.Path(scratch, "osier")
        stage(place, link=True, command=command)
        wheel.add(f"{wheel.scripts}/osier", command.read_bytes(), 0o755)
    return wheel.finish()


def source_files():
    """What an sdist holds: everything that a build, its tests and its documentation need."""
    for part in PARTS_OF_SOURCE:
        path = TOP / part
        yield from [path] if path.is_file() else sorted(
            item for item in path.rglob("*")
            if item.is_file() and "__pycache__" not in item.parts and item.suffix not in (".so", ".pyc")
        )


def build_sdist(sdist_directory, config_settings=None):
    name = f"osier-{version()}"
    target = pathlib.Path(sdist_directory, f"{name}.tar.gz")

    def add(archive, inner, content, mode):
        member = tarfile.TarInfo(f"{name}/{inner}")
        member.size, member.mode, member.mtime = len(content), mode, moment()
        archive.addfile(member, io.BytesIO(content))

    with open(target, "wb") as out, gzip.GzipFile("", "wb", fileobj=out, mtime=moment()) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
            add(archive, "PKG-INFO", metadata().encode(), 0o644)
            for path in source_files():
                mode = 0o755 if os.access(path, os.X_OK) else 0o644
                add(archive, str(path.relative_to(TOP)), path.read_bytes(), mode)
    return target.name


def main(arguments):
    what, directory = (*arguments, None)[:2] if arguments else (None, None)
    makers = {"wheel": build_wheel, "sdist": build_sdist}
    if what == "stage" and directory:
        stage(directory)
    elif what in makers:
        directory = pathlib.Path(directory or TOP / "build" / "dist")
        directory.mkdir(parents=True, exist_ok=True)
        print(directory / makers[what](directory))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
