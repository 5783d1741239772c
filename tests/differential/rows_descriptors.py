# SPDX-License-Identifier: MIT
"""Descriptors: each call on a fresh file, pipe, directory, terminal … of either side, looked at afterwards."""

import contextlib
import ctypes
import fcntl
import os
import re
import struct
import termios

from hypothesis import strategies as st

import library
from inputs import modes, names
from library import DESCRIPTOR, INT, NUMBER, STATUS, TEXT, TRUTH, Failure, opened
from rows import Row

CWD = -100
POSITION = -(1 << 63)
CONTENT = b"0123456789" * 3
TABLE = 900  # a number that no test has open


def pipe(end):
    fds = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    os.write(fds[1], b"in the pipe")
    os.close(fds[1 - end])
    return fds[end]


def file(flags=os.O_RDWR):
    memory = os.memfd_create("file", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(memory, CONTENT)
    fd = os.open(f"/proc/self/fd/{memory}", flags)
    os.close(memory)
    os.lseek(fd, 7, os.SEEK_SET)
    return fd


def terminal():
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 43, 132, 0, 0))
    os.set_blocking(slave, False)
    fd = os.dup(slave)
    os.close(slave)
    terminal.masters.append(master)
    return fd


terminal.masters = []

KINDS = {
    "file": file,
    "read-only": lambda: file(os.O_RDONLY),
    "append": lambda: file(os.O_RDWR | os.O_APPEND),
    "pipe out": lambda: pipe(0),
    "pipe in": lambda: pipe(1),
    "directory": lambda: os.open("/", os.O_RDONLY),
    "path": lambda: os.open("/", os.O_PATH),
    "null": lambda: os.open("/dev/null", os.O_RDWR),
    "zero": lambda: os.open("/dev/zero", os.O_RDWR),
    "full": lambda: os.open("/dev/full", os.O_RDWR),
    "terminal": terminal,
    "master": lambda: os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK),
    "counter": lambda: os.eventfd(3, os.EFD_CLOEXEC | os.EFD_NONBLOCK),
    "none": lambda: TABLE,
    "negative": lambda: -1,
}
kinds = st.sampled_from(sorted(KINDS))
#: Python refuses a negative number before it asks the kernel where it takes an object with fileno()
open_kinds = kinds.filter(lambda kind: kind != "negative")
files = st.sampled_from(["file", "file", "append", *sorted(KINDS)])

sizes = st.sampled_from([0, 1, 2, 10, 29, 30, 31, 5000])
offsets = st.sampled_from([0, 1, 7, 29, 30, 31, 1000, -1, -2, -30, 1 << 31, 1 << 32, (1 << 40) + 3, (1 << 63) - 1, -(1 << 63)])
lengths = st.sampled_from([0, 1, 10, 31, 4097, -1, -30, 1 << 62, (1 << 63) - 1])
places = st.sampled_from([None, None, 0, 1, 7, 30, 31, -1, -2, 1 << 40])
data = st.sampled_from([b"", b"x", b"text", b"\0\xff\n", b"long " * 100])
pieces = st.lists(data, max_size=5)
flags = st.sampled_from([0, 0, 1, 2, 4, 8, 16, 1 << 20])


def state(fd):
    """What can be seen of a descriptor: flags, position, size, content."""
    if fd < 0:
        return None
    try:
        seen = [fcntl.fcntl(fd, fcntl.F_GETFL), os.get_inheritable(fd)]
    except OSError as error:
        return error.errno
    with contextlib.suppress(OSError):
        seen.append(os.lseek(fd, 0, os.SEEK_CUR))
        seen.append(os.fstat(fd).st_size)
        with open(f"/proc/self/fd/{fd}", "rb") as again:
            if os.fstat(fd).st_size:
                seen.append(again.read(2000))
    return seen


@contextlib.contextmanager
def descriptors(*wanted):
    fds = [KINDS[kind]() for kind in wanted]
    yield fds
    for fd in [*fds, *terminal.masters]:
        with contextlib.suppress(OSError):
            os.close(fd)
    terminal.masters.clear()


def on_fds(name, count, arguments, python, c):
    """A call on `count` descriptors of the drawn kinds: its result, and how they are afterwards."""

    def run(call):
        def side(*drawn):
            with descriptors(*drawn[:count]) as fds:
                result = call(*fds, *drawn[count:])
                return result, [state(fd) for fd in fds]

        return side

    theirs = run(lambda *drawn: library.python(python, drawn))
    return Row(name, arguments, theirs, run(c))


def plain(name, converter, arguments, python, change=lambda *drawn: drawn, which=kinds):
    """One that takes a descriptor and numbers."""
    return on_fds(name, 1, [which, *arguments], python, lambda *drawn: library.osier(name, converter, change(*drawn)))


def filled(name, size, *arguments):
    """What a call that fills memory put there."""
    memory = ctypes.create_string_buffer(size)
    got = library.osier(name, NUMBER, [arguments[0], memory, size, *arguments[1:]])
    return got if isinstance(got, Failure) else memory.raw[:got]


def block(name, *arguments):
    size = ctypes.c_size_t()
    text = library.osier(name, (ctypes.c_void_p, lambda address: address), [*arguments, ctypes.byref(size)])
    if not text:
        return library.failure()
    taken = ctypes.string_at(text, size.value + 1)
    library.LIBC.free(ctypes.c_void_p(text))
    assert taken[-1] == 0
    return taken[:-1]


class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def vector(memories):
    return (Iovec * len(memories))(*[(ctypes.addressof(memory), len(memory)) for memory in memories])


def scattered(name, fd, wanted, *more):
    memories = [ctypes.create_string_buffer(size) for size in wanted]
    got = library.osier(name, NUMBER, [fd, vector(memories), len(wanted), *more])
    return got, [memory.raw for memory in memories]


def scattered_python(call):
    def side(fd, wanted, *more):
        memories = [bytearray(size) for size in wanted]
        return library.python(call, (fd, memories, *more)), [bytes(memory) for memory in memories]

    return side


def gathered(name, fd, texts, *more):
    memories = [(ctypes.c_char * len(text)).from_buffer_copy(text) for text in texts]
    return library.osier(name, NUMBER, [fd, vector(memories), len(texts), *more])


def place(offset):
    return POSITION if offset is None else offset


def terminal_size(fd):
    size = (ctypes.c_int * 2)()
    failed = library.osier("os_get_terminal_size", STATUS, [fd, size])
    return failed or tuple(size)


def counter(fd):
    value = ctypes.c_uint64()
    return library.osier("os_eventfd_read", STATUS, [fd, ctypes.byref(value)]) or value.value


def wide(value):
    return ctypes.c_uint64(value)


def of_bytes(function):
    return lambda *arguments: os.fsencode(function(*arguments))


def unnumbered(name):
    """A terminal's name without its number, which depends on what others open meanwhile."""
    return re.sub(rb"[0-9]+$", b"N", name) if isinstance(name, bytes) else name


def of_terminal(function):
    return lambda *arguments: unnumbered(os.fsencode(function(*arguments)))


TERMINAL = (TEXT[0], lambda address: unnumbered(TEXT[1](address)))


many_sizes = st.lists(sizes, max_size=4)
OPEN_FLAGS = st.builds(
    lambda access, more: access | os.O_NONBLOCK | sum(set(more)),
    st.sampled_from([os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_PATH]),
    st.lists(
        st.sampled_from([os.O_CREAT, os.O_EXCL, os.O_TRUNC, os.O_APPEND, os.O_DIRECTORY, os.O_NOFOLLOW]), max_size=3
    ),
)

ROWS = [
    Row(
        "os_openat",
        [names, OPEN_FLAGS, modes],
        lambda *drawn: opened(os.open(*drawn)),
        DESCRIPTOR,
        c=lambda *drawn: [CWD, *drawn],
        disk=True,
    ),
    Row("os_open", [names, OPEN_FLAGS, modes], lambda *drawn: opened(os.open(*drawn)), DESCRIPTOR, disk=True),
    plain("os_close", STATUS, [], os.close),
    plain("os_dup", DESCRIPTOR, [], lambda fd: opened(os.dup(fd))),
    plain(
        "os_dup2",  # but of negative numbers, which Python reports with whatever errno was left
        DESCRIPTOR,
        [st.sampled_from([TABLE - 1, 1 << 30]), st.booleans()],
        lambda *drawn: opened(os.dup2(*drawn)),
        which=open_kinds,
    ),
    plain("os_get_inheritable", TRUTH, [], os.get_inheritable),
    plain("os_set_inheritable", STATUS, [st.booleans()], os.set_inheritable),
    plain("os_get_blocking", TRUTH, [], os.get_blocking),
    plain("os_set_blocking", STATUS, [st.booleans()], os.set_blocking),
    on_fds(
        "os_read", 1, [files, sizes], lambda fd, size: os.read(fd, size), lambda fd, size: filled("os_read", size, fd)
    ),
    on_fds("os_read_bytes", 1, [files, sizes | st.just(-1)], os.read, lambda *drawn: block("os_read_bytes", *drawn)),
    on_fds(
        "os_pread",
        1,
        [files, sizes, offsets],
        os.pread,
        lambda fd, size, offset: filled("os_pread", size, fd, offset),
    ),
    on_fds(
        "os_pread_bytes",
        1,
        [files, sizes | st.just(-1), offsets],
        os.pread,
        lambda *drawn: block("os_pread_bytes", *drawn),
    ),
    on_fds(
        "os_readv", 1, [files, many_sizes], scattered_python(os.readv), lambda *drawn: scattered("os_readv", *drawn)
    ),
    on_fds(
        "os_preadv",
        1,
        [files, many_sizes, offsets, flags],
        scattered_python(os.preadv),
        lambda *drawn: scattered("os_preadv", *drawn),
    ),
    on_fds(
        "os_write", 1, [files, data], os.write, lambda fd, text: library.osier("os_write", NUMBER, [fd, text, len(text)])
    ),
    on_fds(
        "os_pwrite",
        1,
        [files, data, offsets],
        os.pwrite,
        lambda fd, text, offset: library.osier("os_pwrite", NUMBER, [fd, text, len(text), offset]),
    ),
    on_fds("os_writev", 1, [files, pieces], os.writev, lambda *drawn: gathered("os_writev", *drawn)),
    on_fds("os_pwritev", 1, [files, pieces, offsets, flags], os.pwritev, lambda *drawn: gathered("os_pwritev", *drawn)),
    plain("os_lseek", NUMBER, [offsets, st.integers(-1, 6)], os.lseek),
    plain("os_fsync", STATUS, [], os.fsync, which=open_kinds),
    plain("os_fdatasync", STATUS, [], os.fdatasync, which=open_kinds),
    plain("os_lockf", STATUS, [st.integers(-1, 5), lengths], os.lockf),
    plain("os_posix_fadvise", STATUS, [offsets, lengths, st.integers(-1, 7)], os.posix_fadvise),
    plain(
        "os_posix_fallocate",
        STATUS,
        [st.sampled_from([0, 1, 7, 30, -1, -30, (1 << 63) - 1]), st.sampled_from([0, 1, 10, 31, 4097, -1])],
        os.posix_fallocate,
    ),
    on_fds(
        "os_sendfile",
        2,
        [files, files, places, sizes],
        os.sendfile,
        lambda to, fd, offset, size: library.osier("os_sendfile", NUMBER, [to, fd, place(offset), size]),
    ),
    on_fds(
        "os_splice",
        2,
        [files, files, sizes, places, places],
        lambda *drawn: os.splice(*drawn, flags=os.SPLICE_F_NONBLOCK),
        lambda fd, to, size, one, two: library.osier(
            "os_splice", NUMBER, [fd, to, size, place(one), place(two), os.SPLICE_F_NONBLOCK]
        ),
    ),
    on_fds(
        "os_copy_file_range",
        2,
        [files, files, sizes, places, places],
        os.copy_file_range,
        lambda fd, to, size, one, two: library.osier(
            "os_copy_file_range", NUMBER, [fd, to, size, place(one), place(two)]
        ),
    ),
    plain("os_isatty", (ctypes.c_bool, bool), [], os.isatty),
    plain("os_ttyname", TERMINAL, [], of_terminal(os.ttyname)),
    on_fds("os_get_terminal_size", 1, [kinds], lambda fd: tuple(os.get_terminal_size(fd)), terminal_size),
    plain("os_tcgetpgrp", INT, [], os.tcgetpgrp),
    plain("os_tcsetpgrp", STATUS, [st.sampled_from([0, 1, -1])], os.tcsetpgrp),
    plain(
        "os_eventfd_write",
        STATUS,
        [st.sampled_from([0, 1, (1 << 64) - 2, (1 << 64) - 1])],
        os.eventfd_write,
        lambda fd, value: (fd, wide(value)),
        open_kinds,
    ),
    on_fds(
        "os_eventfd_read",
        1,
        [st.sampled_from(["counter", "none", "directory", "pipe in"])],  # a short read leaves Python's errno unset
        os.eventfd_read,
        counter,
    ),
    Row(
        "os_eventfd",
        [st.sampled_from([0, 1, (1 << 32) - 1]), st.sampled_from([0, os.EFD_CLOEXEC, os.EFD_NONBLOCK, 1, 2, 1 << 30])],
        lambda *drawn: opened(os.eventfd(*drawn)),
        DESCRIPTOR,
    ),
    Row(
        "os_memfd_create",
        [st.sampled_from([b"", b"x", b"\xff/", b"n" * 249, b"n" * 250]), st.sampled_from([0, 1, 2, 3, 1 << 10])],
        lambda *drawn: opened(os.memfd_create(*drawn)),
        DESCRIPTOR,
    ),
]


def timer(name, number, divide):
    """A timer that was set and is asked how: the interval, and whether it runs."""

    class Timer(ctypes.Structure):
        _fields_ = [("next", number), ("interval", number)]

    def ours(initial, interval, flags):
        with contextlib.closing(open(os.timerfd_create(1), "rb", buffering=0)) as fd:
            seen = Timer()
            given = [fd.fileno(), flags, number(initial), number(interval), None]
            failed = library.osier(f"os_timerfd_settime{name}", STATUS, given)
            library.osier(f"os_timerfd_gettime{name}", STATUS, [fd.fileno(), ctypes.byref(seen)])
            return failed, seen.next > 0, seen.interval

    def theirs(initial, interval, flags):
        with contextlib.closing(open(os.timerfd_create(1), "rb", buffering=0)) as fd:
            set_timer, get_timer = (getattr(os, f"timerfd_{verb}time{name}") for verb in ("set", "get"))
            failed = library.python(lambda: set_timer(fd.fileno(), flags=flags, initial=initial, interval=interval), ())
            seen = get_timer(fd.fileno())
            return failed if isinstance(failed, Failure) else None, seen[0] > 0, seen[1]

    numbers = st.sampled_from([0, 1, 10**9, 10**12, 3 * 10**9 + 7, 10**18, -1]).map(divide)
    return Row(f"os_timerfd_settime{name}", [numbers, numbers, st.sampled_from([0, 4])], theirs, ours)


if hasattr(os, "timerfd_create"):
    ROWS += [timer("_ns", ctypes.c_int64, int), timer("", ctypes.c_double, lambda number: number / 1e9)]
if hasattr(os, "ptsname"):
    ROWS += [
        plain("os_ptsname", TERMINAL, [], of_terminal(os.ptsname), which=open_kinds),
        plain("os_grantpt", STATUS, [], os.grantpt, which=open_kinds),
        plain("os_unlockpt", STATUS, [], os.unlockpt, which=open_kinds),
    ]
if hasattr(os, "readinto"):

    def readinto(fd, size):
        memory = bytearray(size)
        return memory[: os.readinto(fd, memory)]

    ROWS.append(on_fds("os_readinto", 1, [files, sizes], readinto, lambda fd, size: filled("os_readinto", size, fd)))
