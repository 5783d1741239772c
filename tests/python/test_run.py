# SPDX-License-Identifier: MIT
"""osier.run beside subprocess.run: the same results, the same exceptions; and what only osier's has."""

import os
import pathlib
import pickle
import random
import signal
import subprocess
import sys
import threading
import time

import osier
import osier.run
import pytest

#: How many random calls: OSIER_RUN_CALLS=5000 is what the comparison was made for.
CALLS = int(os.environ.get("OSIER_RUN_CALLS", "250"))
CAPACITY = 65536

#: A line that prints on both streams as much as it is told, at once.
FLOOD = "head -c {0} /dev/zero | tr '\\0' o & head -c {1} /dev/zero | tr '\\0' e >&2 & wait; exit {2}"


def outcome(run, args, options):
    """All that can be compared of a call."""
    try:
        done = run(args, **options)
        return done.args, done.returncode, done.stdout, done.stderr
    except Exception as error:
        told = vars(error) if isinstance(error, subprocess.SubprocessError) else {}
        return type(error), error.args, getattr(error, "filename", None), told


def argument(r):
    return bytes(r.choice(b"abc \t\n'\"\\$*=-\xff\xc3\xa9\x01") for _ in range(r.randrange(12)))


def environment(r):
    env = {b"PATH": os.environb[b"PATH"]}
    for _ in range(r.randrange(6)):
        env[b"V" + argument(r).replace(b"=", b"_")] = argument(r)
    return env


def size(r):
    return r.choice([0, 1, 4095, 4096, 4097, CAPACITY - 1, CAPACITY, CAPACITY + 1, 3 * CAPACITY, 1 << 20])


def draw(r, tmp):
    """A random call."""
    options = {"capture_output": True}
    kind = r.randrange(9)
    if kind == 0:
        args = ["printf", "%s.", *(argument(r) for _ in range(r.randrange(1, 9)))]
    elif kind == 1:
        args = ["cat"]
        options["input"] = r.randbytes(size(r))
    elif kind == 2:
        args = FLOOD.format(size(r), size(r), r.randrange(256))
        options["shell"] = True
    elif kind == 3:
        args = ["env", "-0"]
        options["env"] = environment(r)
    elif kind == 4:
        args = ["sh", "-c", f"echo x; kill -{r.choice([1, 2, 9, 13, 15])} $$; sleep 9"]
    elif kind == 5:
        args = [r.choice(["osier-nowhere", "/nowhere/x", "", "/etc/passwd", tmp, b"/\xff", "a/b"])]
    elif kind == 6:
        args = r.choice(["pwd", ["pwd"], [b"pwd"]])
        options["cwd"] = r.choice([tmp, "/", os.fsencode(tmp), "/nowhere", "/etc/passwd", tmp + "/shut"])
    elif kind == 7:
        args = ["sh", "-c", "cat; printf 'a\\r\\nb\\rc\\n'; echo e >&2"]
        options.update(text=True, input=r.choice(["", "x\n", "é\n" * 10]))
    else:
        args = ["sh", "-c", "umask; echo $0 $1; ls /proc/self/fd | wc -l", argument(r), "one"]
        options.update(umask=r.choice([-1, 0o77]), close_fds=r.random() < 0.8, restore_signals=r.random() < 0.5)
        options["start_new_session"] = r.random() < 0.3
    if r.random() < 0.2 and "capture_output" in options:
        del options["capture_output"]
        options.update(stdout=subprocess.PIPE, stderr=r.choice([subprocess.STDOUT, subprocess.DEVNULL]))
        if kind == 2:  # in which order is chance
            options["stderr"] = subprocess.DEVNULL
    options["check"] = r.random() < 0.3
    return args, options


def test_random_calls(tmp_path):
    (tmp_path / "shut").mkdir(mode=0)
    seed = random.randrange(1 << 32)
    r = random.Random(seed)
    for number in range(CALLS):
        args, options = draw(r, str(tmp_path))
        ours, theirs = outcome(osier.run, args, options), outcome(subprocess.run, args, options)
        assert ours == theirs, (seed, number, args, {k: v for k, v in options.items() if k != "input"})


@pytest.mark.parametrize("options", [
    {"input": b"x", "stdin": subprocess.PIPE},
    {"capture_output": True, "stdout": 1},
    {"input": "x"},
    {"input": b"x", "text": True},
    {"text": True, "universal_newlines": False},
    {"nothing": 1},
    {"bufsize": None},
    {"env": {"a=b": "c"}},
    {"env": {"a": "b\0"}},
    {"env": {"a": 1}},
    {"cwd": 3.5},
    {"user": -1},
    {"user": "osier-nobody"},
    {"pass_fds": (999,)},
    {"umask": "x"},
    {"stdout": 999},
    {"executable": "/nowhere"},
])  # fmt: skip
def test_mistakes(options):
    assert outcome(osier.run, ["true"], options)[0] == outcome(subprocess.run, ["true"], options)[0]


@pytest.mark.parametrize("args", [[], "", b"", None, 5, ["a\0b"], ["true", 5], ("true",), b"true"])
def test_arguments(args):
    ours, theirs = outcome(osier.run, args, {}), outcome(subprocess.run, args, {})
    assert ours[0] == theirs[0] or ours == theirs


def test_is_subprocess_with_another_import():
    import osier.run as module

    assert module is osier.run
    assert module.CompletedProcess is subprocess.CompletedProcess and module.Popen is subprocess.Popen
    assert module.check_output(["echo", "x"]) == b"x\n"
    assert module.call(["false"]) == 1
    with pytest.raises(subprocess.CalledProcessError):
        module.check_call("exit 3", shell=True)


def events_of(run, args, options):
    """What a program that listens to audit events hears of a call: a child, as nothing takes a hook away again, and where
    there is one other tests would try the interpreter's own functions."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        heard = []
        sys.addaudithook(lambda event, arguments: event == "subprocess.Popen" and heard.append(arguments))
        try:
            outcome(run, args, options)
            os.write(writer, pickle.dumps(heard))
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        heard = pickle.load(pipe)
    os.waitpid(child, 0)
    return heard


@pytest.mark.parametrize(
    "args, options",
    [
        (["true"], {}),
        (("true", b"x"), {}),
        ([b"true"], {"capture_output": True, "text": True}),
        ([pathlib.PurePath("/bin/true")], {}),
        (["osier-nowhere"], {}),
        (["x", "y"], {"executable": "/bin/true", "cwd": "/", "env": {"A": "1"}}),
        ("true", {}),
        ("true", {"shell": True}),
        ([3], {}),
    ],
)
def test_audit_events_are_subprocess_s(args, options):
    mine, theirs = (events_of(run, args, options) for run in (osier.run.run, subprocess.run))
    assert len(mine) == 1
    assert mine == theirs
    assert list(map(type, mine[0])) == list(map(type, theirs[0]))


def test_files_and_descriptors(tmp_path):
    with open(tmp_path / "out", "w+b") as out:
        osier.run("echo out; echo err >&2", shell=True, stdout=out, stderr=subprocess.STDOUT)
        out.seek(0)
        assert out.read() == b"out\nerr\n"
    read, write = os.pipe()
    osier.run(f"echo x >/dev/fd/{write}", shell=True, pass_fds=(write,))
    os.close(write)
    assert os.read(read, 9) == b"x\n"
    os.close(read)


def test_timeout_tells_what_was_printed():
    for run in osier.run, subprocess.run:
        with pytest.raises(subprocess.TimeoutExpired) as caught:
            run(["sh", "-c", "echo x; exec sleep 100"], capture_output=True, timeout=0.5)
        assert caught.value.stdout == b"x\n" and caught.value.stderr is None and caught.value.timeout == 0.5


def marked(mark):
    count = 0
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/environ", "rb") as environ:
                count += mark in environ.read().split(b"\0")
        except OSError:
            pass
    return count


@pytest.mark.parametrize("tree", [True, "namespace", "supervisor"])
def test_tree_leaves_nothing(tree):
    env = {**os.environ, "MARK": f"python-{os.getpid()}-{tree}"}
    line = "(setsid sh -c 'trap \"\" TERM; sleep 100 & wait; sleep 100' &) ; sleep 100"
    with pytest.raises(subprocess.TimeoutExpired):
        osier.run(line, shell=True, timeout=0.3, tree=tree, grace=0.1, env=env, capture_output=True)
    assert marked(b"MARK=python-%d-%s" % (os.getpid(), str(tree).encode())) == 0
    with pytest.raises(ValueError):
        osier.run("true", tree=True, preexec_fn=print)


def test_interrupt_ends_the_program():
    main = threading.get_ident()

    def interrupt():
        time.sleep(0.3)
        signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        osier.run(["sleep", "100"], env={**os.environ, "MARK": f"python-{os.getpid()}"})
    thread.join()
    assert time.monotonic() - started < 50
    assert marked(b"MARK=python-%d" % os.getpid()) == 0


def test_a_thread_does_not_hold_the_others_up():
    thread = threading.Thread(target=osier.run, args=(["sleep", "0.5"],))
    thread.start()
    turns = 0
    while thread.is_alive():
        turns += 1
    thread.join()
    assert turns > 10
