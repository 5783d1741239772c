# SPDX-License-Identifier: MIT
"""Configuration values, CPUs and random bytes."""

import ctypes
import os
import shutil

from hypothesis import strategies as st

from library import INT, LIBC, LIBRARY, TEXT, failure
from rows import Row
from rows_params import value_of

LIBRARY.os_confstr.restype = LIBRARY.os_confstr_number.restype = ctypes.c_void_p


def conf_names(table):
    """Names that are there, and some that are not."""
    return st.sampled_from([*sorted(table), "", "SC_", "CS_path", "PC_NOTHING"])


def conf_numbers(table):
    return st.sampled_from(sorted(table.values())) | st.integers(-3, 300) | st.just(99999)


def confstr(name):
    """None where there is no value, as Python's."""
    ctypes.set_errno(0)
    if isinstance(name, int):
        address = LIBRARY.os_confstr_number(name)
    else:
        address = LIBRARY.os_confstr(name.encode())
    if not address:
        return failure() if ctypes.get_errno() else None
    text = ctypes.string_at(address).decode()
    LIBC.free(ctypes.c_void_p(address))
    return text


def encoded(function):
    """Takes the names of this file, which are str for Python."""

    def call(*arguments):
        return function(*(value.encode() if isinstance(value, str) else value for value in arguments))

    return call


def random_size(name):
    """How many bytes there are, as no two calls give the same."""
    buffer = ctypes.create_string_buffer(5000)

    def call(size, *flags):
        number = getattr(LIBRARY, name)(buffer, ctypes.c_size_t(size), *flags)
        return failure() if number < 0 else number if name == "os_getrandom" else size

    return call


def which(cmd, mode, path):
    found = shutil.which(os.fsdecode(cmd), mode, path if path is None else os.fsdecode(path))
    return found if found is None else os.fsencode(found)


def _text_or_none(address):
    return TEXT[1](address) if address or ctypes.get_errno() else None


TEXT_OR_NONE = (ctypes.c_void_p, _text_or_none)

#: these differ from call to call
MOVING = {"SC_AVPHYS_PAGES"}
sysconf_names = {name: number for name, number in os.sysconf_names.items() if name not in MOVING}
fixed_numbers = conf_numbers(sysconf_names).filter(lambda number: number != os.sysconf_names["SC_AVPHYS_PAGES"])
sizes = st.integers(0, 5000)

ROWS = [
    Row("os_sysconf", [conf_names(sysconf_names)], os.sysconf, encoded(value_of("os_sysconf", ctypes.c_int64))),
    Row("os_sysconf_number", [fixed_numbers], os.sysconf, value_of("os_sysconf_number", ctypes.c_int64)),
    Row("os_confstr", [conf_names(os.confstr_names)], os.confstr, confstr),
    Row("os_confstr_number", [conf_numbers(os.confstr_names)], os.confstr, confstr),
    Row(
        "os_pathconf",
        [
            st.sampled_from([b"/", b"/dev/null", b"/proc/self", b"/nowhere", b"", b"/dev/null/x"]),
            conf_names(os.pathconf_names),
        ],
        os.pathconf,
        encoded(value_of("os_pathconf", ctypes.c_int64)),
    ),
    Row(
        "os_pathconf_number",
        [st.sampled_from([b"/", b"/dev/null", b"/nowhere"]), conf_numbers(os.pathconf_names)],
        os.pathconf,
        value_of("os_pathconf_number", ctypes.c_int64),
    ),
    Row(
        "os_fpathconf",
        [st.sampled_from([0, 1, 2, 9999]), conf_names(os.pathconf_names)],
        os.fpathconf,
        encoded(value_of("os_fpathconf", ctypes.c_int64)),
    ),
    Row(
        "os_fpathconf_number",
        [st.sampled_from([0, 9999]), conf_numbers(os.pathconf_names)],
        os.fpathconf,
        value_of("os_fpathconf_number", ctypes.c_int64),
    ),
    Row("os_cpu_count", [], os.cpu_count, INT),
    Row("os_process_cpu_count", [], lambda: len(os.sched_getaffinity(0)), INT),
    Row(
        "os_getrandom",
        [sizes, st.sampled_from([0, os.GRND_NONBLOCK, os.GRND_RANDOM, 99])],
        lambda size, flags: len(os.getrandom(size, flags)),
        random_size("os_getrandom"),
    ),
    Row(
        "os_which",
        [
            st.sampled_from(
                [b"sh", b"ls", b"env", b"", b".", b"..", b"tmp", b"nothing"]
                + [b"/bin/sh", b"/bin", b"passwd", b"/etc/passwd", b"bin/"]
            ),
            st.sampled_from([os.F_OK, os.X_OK, os.R_OK, os.R_OK | os.X_OK]),
            st.sampled_from(
                [None, b"", b":", b"/bin", b"/nowhere:/bin:/usr/bin", b"/:/etc"]
                + [b"/usr/bin/:/bin/", b"bin::/etc"]
            ),
        ],
        which,
        TEXT_OR_NONE,
    ),
    Row("os_urandom", [sizes], lambda size: len(os.urandom(size)), random_size("os_urandom")),
]
