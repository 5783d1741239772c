# SPDX-License-Identifier: MIT
"""Process parameters and the scheduler, as far as asking goes; what changes the process has tests in C."""

import ctypes
import os

from hypothesis import strategies as st

from library import INT, LIBC, LIBRARY, STATUS, TEXT, failure
from rows import Row

pids = st.sampled_from([0, 1, os.getpid(), os.getppid(), -1, 99999999, 2**31 - 1])
numbers = st.integers(-3, 10) | st.sampled_from([99, -(2**31), 2**31 - 1])


def numbers_of(name, kind):
    """A call that gives a block of numbers, and their count in its last argument."""
    function = getattr(LIBRARY, name)
    function.restype = ctypes.POINTER(kind)

    def call(*arguments):
        count = ctypes.c_size_t()
        block = function(*arguments, ctypes.byref(count))
        if not block:
            return failure()
        values = block[: count.value]
        LIBC.free(block)
        return values

    return call


def value_of(name, kind):
    """A call that gives a number through its last argument."""

    def call(*arguments):
        value = kind()
        return failure() if getattr(LIBRARY, name)(*arguments, ctypes.byref(value)) < 0 else value.value

    return call


def values_of(name, kind, count):
    def call():
        values = [kind() for _ in range(count)]
        failed = getattr(LIBRARY, name)(*map(ctypes.byref, values)) < 0
        return failure() if failed else tuple(value.value for value in values)

    return call


def uname():
    fields = [ctypes.create_string_buffer(65) for _ in range(5)]
    block = ctypes.create_string_buffer(6 * 65)
    if LIBRARY.os_uname(block) < 0:
        return failure()
    for number, field in enumerate(fields):
        field.raw = block.raw[number * 65 : number * 65 + 65]
    return tuple(field.value.decode() for field in fields)


def set_affinity(pid, cpus):
    array = (ctypes.c_int * len(cpus))(*cpus)
    return failure() if LIBRARY.os_sched_setaffinity(pid, array, ctypes.c_size_t(len(cpus))) < 0 else None


ROWS = [
    *(
        Row(f"os_{name}", [], getattr(os, name), INT)
        for name in ["getpid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getpgrp"]
    ),
    Row("os_ctermid", [], lambda: os.fsencode(os.ctermid()), TEXT),
    Row("os_getlogin", [], lambda: os.fsencode(os.getlogin()), TEXT),
    Row("os_uname", [], lambda: tuple(os.uname()), uname),
    Row("os_getresuid", [], os.getresuid, values_of("os_getresuid", ctypes.c_uint32, 3)),
    Row("os_getresgid", [], os.getresgid, values_of("os_getresgid", ctypes.c_uint32, 3)),
    Row("os_getgroups", [], os.getgroups, numbers_of("os_getgroups", ctypes.c_uint32)),
    Row(
        "os_getgrouplist",
        [st.sampled_from([b"root", b"daemon", b"nobody", b"", b"no such user"]), st.integers(0, 70000)],
        lambda user, group: os.getgrouplist(user.decode(), group),
        numbers_of("os_getgrouplist", ctypes.c_uint32),
    ),
    Row("os_getpgid", [pids], os.getpgid, INT),
    Row("os_getsid", [pids], os.getsid, INT),
    Row("os_setpgid", [st.just(99999999), pids], os.setpgid, STATUS),
    Row(
        "os_getpriority",
        [numbers, pids.filter(lambda pid: pid >= 0)],
        os.getpriority,
        value_of("os_getpriority", ctypes.c_int),
    ),
    Row("os_setpriority", [numbers, st.just(99999999), numbers], os.setpriority, STATUS),
    Row("os_sched_get_priority_min", [numbers], os.sched_get_priority_min, INT),
    Row("os_sched_get_priority_max", [numbers], os.sched_get_priority_max, INT),
    Row("os_sched_getscheduler", [pids], os.sched_getscheduler, INT),
    Row("os_sched_getparam", [pids], lambda pid: os.sched_getparam(pid).sched_priority, INT),
    Row(
        "os_sched_setscheduler",
        [st.just(0), st.sampled_from([0, -1, 7, 99, 1 << 29]), st.sampled_from([0, 1, 100, -1])],
        lambda pid, policy, priority: os.sched_setscheduler(pid, policy, os.sched_param(priority)),
        STATUS,
    ),
    Row(
        "os_sched_setparam",
        [pids.filter(lambda pid: pid in (0, -1, 99999999)), st.sampled_from([0, 1, 100, -1])],
        lambda pid, priority: os.sched_setparam(pid, os.sched_param(priority)),
        STATUS,
    ),
    Row(
        "os_sched_rr_get_interval",
        [pids],
        os.sched_rr_get_interval,
        value_of("os_sched_rr_get_interval", ctypes.c_double),
    ),
    Row(
        "os_sched_getaffinity",
        [pids],
        lambda pid: sorted(os.sched_getaffinity(pid)),
        numbers_of("os_sched_getaffinity", ctypes.c_int),
    ),
    Row(
        "os_sched_setaffinity",
        [
            st.just(0),
            st.lists(st.sampled_from([-1, 8191, 20000, 100000]), max_size=4)
            | st.just(sorted(os.sched_getaffinity(0))),
        ],
        os.sched_setaffinity,
        set_affinity,
    ),
    Row("os_sched_yield", [], os.sched_yield, STATUS),
]
