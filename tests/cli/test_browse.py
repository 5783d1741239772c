# SPDX-License-Identifier: MIT
"""osier du --interactive, on a terminal of its own."""

import fcntl
import os
import pathlib
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time

import pytest

DOWN, UP, LEFT, RIGHT, END = "\x1bOB", "\x1bOA", "\x1bOD", "\x1bOC", "\x1bOF"


class Screen:
    """What a vt100 shows of what it was sent, as far as curses uses it."""

    def __init__(self, lines, columns):
        self.cells = [[" "] * columns for _ in range(lines)]
        self.row = self.column = 0

    def move(self, row, column):
        self.row = max(0, min(row, len(self.cells) - 1))
        self.column = max(0, min(column, len(self.cells[0]) - 1))

    def resize(self, lines, columns):
        rows = self.cells + [[]] * lines
        self.cells = [(row + [" "] * columns)[:columns] for row in rows[:lines]]
        self.move(self.row, self.column)

    def clear(self, first, end):
        for row in self.cells[first:end]:
            row[:] = " " * len(row)

    def control(self, words, letter):
        numbers = [int(word or 0) for word in words.split(";")]
        n = numbers[0] or 1
        if letter == "H":
            self.move(n - 1, (numbers[1:] or [1])[0] - 1)
        elif letter in "ABCD":
            rows, columns = {"A": (-n, 0), "B": (n, 0), "C": (0, n), "D": (0, -n)}[letter]
            self.move(self.row + rows, self.column + columns)
        elif letter == "K":
            row = self.cells[self.row]
            part = slice(0, self.column + 1) if numbers[0] == 1 else slice(self.column, None)
            row[part] = " " * len(row[part])
        elif letter == "J":
            self.control("", "K")
            self.clear(self.row + 1, None)

    def put(self, text):
        for words, letter, other, one in re.findall(r"\x1b\[([\d;?]*)([A-Za-z])|(\x1b[()]?.|[\x0e\x0f\x07])|([\s\S])", text):
            if letter and "?" not in words:
                self.control(words, letter)
            elif one == "\r":
                self.column = 0
            elif one == "\n":
                self.move(self.row + 1, self.column)
            elif one == "\b":
                self.move(self.row, self.column - 1)
            elif one:
                self.cells[self.row][self.column] = one
                self.column = min(self.column + 1, len(self.cells[0]) - 1)

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells)


class Terminal:
    """A terminal with osier-du in it."""

    def __init__(self, command, lines=24, columns=80):
        self.screen = Screen(lines, columns)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            environment = {"TERM": "vt100", "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
                os.execve(command[0], command, environment)
            finally:
                os._exit(127)

    @property
    def text(self):
        return self.screen.text()

    def wait(self, *words, seconds=20):
        """Reads until all the words are on the screen."""
        end = time.monotonic() + seconds
        while not all(word in self.text for word in words):
            assert time.monotonic() < end, (words, self.text)
            if select.select([self.fd], [], [], 0.1)[0]:
                self.screen.put(os.read(self.fd, 65536).decode(errors="replace"))

    def resize(self, lines, columns):
        self.screen.resize(lines, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def press(self, keys, *words):
        os.write(self.fd, keys.encode())
        self.wait(*words)

    def end(self):
        os.write(self.fd, b"q")
        try:
            while os.read(self.fd, 65536):
                pass
        except OSError:
            pass
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        return status


@pytest.fixture
def tree(tmp_path):
    top = tmp_path / "tree"
    (top / "large" / "deep").mkdir(parents=True)
    (top / "small").mkdir()
    (top / "large" / "deep" / "data").write_bytes(b"x" * 900000)
    (top / "small" / "note").write_bytes(b"x" * 100000)
    pathlib.Path(os.fsdecode(os.fsencode(top) + b"/odd\n\xff\x1b[2J")).write_bytes(b"x" * 400000)
    return top


@pytest.fixture
def browse(build, tree):
    if not (build / "osier-du").exists():
        pytest.skip("built without curses")
    open_terminals = []

    def start(*words, **size):
        open_terminals.append(Terminal([str(build / "osier"), "du", "--interactive", *words, str(tree)], **size))
        return open_terminals[-1]

    return start


def test_shows_the_largest_first(browse):
    terminal = browse()
    terminal.wait("large", "odd", "small", "by size")
    assert terminal.text.index("large") < terminal.text.index("odd\\x0a\\xff\\x1b[2J") < terminal.text.index("small")
    assert terminal.end() == 0


def test_goes_in_and_back(browse):
    terminal = browse()
    terminal.wait("large", "by size")
    terminal.press("\n", "deep/")
    terminal.press(RIGHT, "data")
    terminal.press(LEFT, "deep/")
    terminal.press(LEFT, "small/", "large/")
    terminal.press("n", "by name")
    assert terminal.text.index("large/") < terminal.text.index("odd") < terminal.text.index("small/")
    terminal.press(END + "e" + UP + DOWN, "3 by entries")
    assert terminal.end() == 0


def test_deletes_what_was_marked_and_nothing_else(browse, tree):
    terminal = browse()
    terminal.wait("small", "by size")
    terminal.press("d", "delete 1 entry for good", "y: yes")
    terminal.press("n", "q: quit")
    assert (tree / "large").exists()
    terminal.press("  ", "\n*")  # large and the next one
    terminal.press("d", "delete 2 entries for good")
    terminal.press("y", "1 by size")
    assert os.listdir(tree) == ["small"]
    assert terminal.end() == 0


def test_a_link_in_the_place_of_a_directory_leads_nowhere(browse, tree, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "deep").mkdir()
    (outside / "deep" / "kept").write_text("")
    terminal = browse()
    terminal.wait("large", "by size")
    terminal.press("\n", "deep/")
    (tree / "large").rename(tmp_path / "away")
    (tree / "large").symlink_to(outside)
    terminal.press("d", "delete 1 entry")
    terminal.press("y", "not all of it")
    assert (outside / "deep" / "kept").exists() and (tmp_path / "away" / "deep" / "data").exists()
    assert terminal.end() == 0


def test_follows_the_size_of_the_terminal(browse):
    terminal = browse(lines=24)
    terminal.wait("small", "by size")
    terminal.resize(5, 50)
    terminal.wait("large/", "small/", "by size")
    terminal.resize(2, 3)
    terminal.resize(1, 1)
    terminal.resize(40, 100)
    terminal.wait("large/", "small/", "q: quit")
    assert terminal.end() == 0


def test_needs_a_terminal(build, tree):
    run = subprocess.run([build / "osier", "du", "--interactive", tree], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if (build / "osier-du").exists():
        assert (run.returncode, run.stdout) == (64, "") and "needs a terminal" in run.stderr
    else:
        assert run.returncode == 1 and "osier-du" in run.stderr


def test_without_curses(build, tree, tmp_path):
    """The command alone, as `make osier` and `make static` make it, says what it lacks and what does without."""
    (tmp_path / "bin").mkdir()
    shutil.copy(build / "osier", tmp_path / "bin" / "osier")
    run = subprocess.run([tmp_path / "bin" / "osier", "du", "-i", tree], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("osier: du: --interactive needs osier-du ") and "libncurses-dev" in run.stderr and "--html=" in run.stderr


def test_says_what_is_wrong(browse, tree):
    terminal = browse("--apparent")
    terminal.wait("by size")
    assert terminal.end() == 0
    (tree.parent / "tree").rename(tree.parent / "gone")
    terminal = browse()
    terminal.wait("FileNotFoundError")
    assert os.waitstatus_to_exitcode(os.waitpid(terminal.pid, 0)[1]) == 1
    os.close(terminal.fd)
