# SPDX-License-Identifier: MIT
"""osier.os in several interpreters of one process, which come and go, and run at the same time."""

import subprocess
import sys

import pytest

WORK = """
import sys
sys.path[:] = {path!r}
import osier.os as os
assert os.getcwd() == os.path.abspath(".")
assert [entry.name for entry in os.scandir("/")] and os.stat("/").st_mode and os.path.realpath("/proc/self/exe")
for top, _, _ in os.walk("/proc/self/task"): pass
for wrong in (lambda: os.stat("/nowhere"), lambda: os.stat(unknown=1), lambda: os.mkdir("/"), lambda: os.stat(1.5)):
    try: wrong()
    except (OSError, TypeError): pass
    else: raise AssertionError
a, b = os.pipe()
assert os.write(b, memoryview(b"abc")) == 3 and os.read(a, 9) == b"abc"
os.close(a), os.close(b)
assert os.stat.__text_signature__ == "($module, /, path, *, dir_fd=None, follow_symlinks=True)"
"""

# Every version has its own module for this, and its own words.
START = """
import sys, threading
WORK = {work!r}
if sys.version_info >= (3, 13):
    import _interpreters
    make = lambda: _interpreters.create({kind!r})
    end = _interpreters.destroy
    def run(interpreter):
        failed = _interpreters.run_string(interpreter, WORK)
        assert not failed, failed
else:
    import _xxsubinterpreters as _interpreters
    make = lambda: _interpreters.create(isolated={kind!r} == "isolated")
    run = lambda interpreter: _interpreters.run_string(interpreter, WORK)
    end = _interpreters.destroy
"""
MEMORY = """
def memory():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
"""


def run(code, kind="legacy"):
    path = [item for item in sys.path if item]
    start = START.format(work=WORK.format(path=path), kind=kind)
    done = subprocess.run([sys.executable, "-c", start + MEMORY + code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


KINDS = ["legacy"] + (["isolated"] if sys.version_info >= (3, 12) else [])


@pytest.mark.parametrize("kind", KINDS)
def test_one_after_the_other(kind):
    """And the first interpreter's own is as good afterwards."""
    run("""
exec(WORK)
for _ in range(5):
    interpreter = make()
    run(interpreter)
    run(interpreter)
    end(interpreter)
exec(WORK)
""", kind)


@pytest.mark.parametrize("kind", KINDS)
def test_several_at_once(kind):
    run("""
several = [make() for _ in range(4)]
for interpreter in several + several:
    run(interpreter)
exec(WORK)
for interpreter in several[::2] + several[1::2]:
    end(interpreter)
""", kind)


@pytest.mark.parametrize("kind", KINDS)
def test_threads(kind):
    """With a lock for each interpreter, or one for all: in parallel, the first import included."""
    run("""
several, failed = [make() for _ in range(4)], []
def work(interpreter):
    try:
        for _ in range(5): run(interpreter)
    except BaseException as error: failed.append(error)
threads = [threading.Thread(target=work, args=(interpreter,)) for interpreter in several]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not failed, failed
for interpreter in several: end(interpreter)
""", kind)


def test_memory_is_given_back():
    """Each interpreter that ends leaves no more behind than one that never imported osier."""
    grown = [int(run(f"""
WORK = {work}
def one():
    interpreter = make()
    run(interpreter)
    end(interpreter)
for _ in range(5): one()
before = memory()
for _ in range(10): one()
print(memory() - before)
""")) for work in ("WORK.replace('osier.os', 'os').replace('os.stat.__text_signature__', 'True or 0')", "WORK")]
    assert grown[1] - grown[0] < 3000, grown  # kibibytes; one that stayed would have left ten times some 1000
