# SPDX-License-Identifier: MIT
"""Makes pytest print TAP, so that Meson and tools/check count single tests.

The way in, from tests/meson.build:

    test('cli', python, args: pytest_tap + [meson.current_source_dir() / 'cli'],
      suite: 'osier', protocol: 'tap', env: pytest_env, depends: [...], timeout: 120)

By hand: `OSIER_BUILD=build /usr/bin/python3 -m pytest tests/cli`, with pytest's own output. The
fixture `build` is the build directory; a test file may also read `os.environ["OSIER_BUILD"]`.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

import pytest


def pytest_addoption(parser):
    parser.addoption("--tap", action="store_true", help="print TAP 12 instead of pytest's report")


@pytest.hookimpl(trylast=True)  # the terminal reporter is there by then
def pytest_configure(config):
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):  # a script's `make check &` ignores them
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    if config.getoption("--tap"):
        terminal = config.pluginmanager.getplugin("terminalreporter")
        if terminal:
            config.pluginmanager.unregister(terminal)
        config.pluginmanager.register(Tap(sys.__stdout__.fileno()), "osier-tap")


@pytest.fixture(scope="session")
def build():
    """The build directory."""
    default = pathlib.Path(__file__).parent.parent / "build"
    return pathlib.Path(os.environ.get("OSIER_BUILD", default))


@pytest.fixture
def elsewhere(tmp_path):
    """An empty directory of another file system, in memory."""
    place = os.environ.get("OSIER_MEMORY", "/dev/shm")
    if not os.access(place, os.W_OK) or os.stat(place).st_dev == os.stat(tmp_path).st_dev:
        pytest.skip("there is one file system")
    place = tempfile.mkdtemp(dir=place)
    yield place
    subprocess.run(["rm", "-rf", place], check=True)


@pytest.fixture
def tmp_path(tmp_path):
    """A directory for the test alone; pytest would keep those of the last three runs, gigabytes of them."""
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


class Tap:
    """A line for each test, its output and traceback as comments below it."""

    def __init__(self, descriptor):
        self.out = os.fdopen(os.dup(descriptor), "w")
        self.count = 0

    def line(self, ok, name, directive=""):
        self.count += 1
        name = name.replace("#", "\\#").encode("ascii", "backslashreplace").decode()
        print(f"{'ok' if ok else 'not ok'} {self.count} - {name}{directive}", file=self.out)

    def comment(self, text):
        for line in str(text).splitlines():
            safe = line.encode("ascii", "backslashreplace").decode()
            print(f"# {safe}", file=self.out)

    def pytest_runtest_logreport(self, report):
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
            self.line(True, report.nodeid, " # SKIP " + str(reason).replace("\n", " "))
        elif report.when == "call" or report.failed:
            self.line(report.passed, report.nodeid)
            if report.failed:
                self.comment(report.longreprtext)
                self.comment("\n".join(content for _, content in report.sections))
        self.out.flush()

    def pytest_collectreport(self, report):
        if report.failed:
            self.line(False, f"collecting {report.nodeid}")
            self.comment(report.longrepr)

    @pytest.hookimpl(trylast=True)  # the notes are there by then
    def pytest_sessionfinish(self, session, exitstatus):
        for text in getattr(session.config, "osier_notes", []):
            self.comment(text)
        print(f"1..{self.count}", file=self.out)
        self.out.flush()
