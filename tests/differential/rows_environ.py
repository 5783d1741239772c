# SPDX-License-Identifier: MIT
"""The environment: the same calls on osier's, which is that of the process, and on os.environ."""

import os

from hypothesis import strategies as st

import library
from library import BOOL, STATUS, TEXT, TEXTS
from rows import Row

#: names of this test's own, which os.environ and the process both have from here on
KEYS = [b"OSIER_A", b"OSIER_B", b"OSIER_\xff", b"OSIER ", b"OSIER_A=B", b"=", b"", b"OSIER_NONE"]
keys = st.sampled_from(KEYS)
values = st.sampled_from([b"", b"1", b"two words", b"a=b", b"\xff\xfe", b"v" * 300])


def set_both(key, value):
    """os.environ[key] = value changes the process too: afterwards both sides have it."""
    os.environb[key] = value


def remove(key):
    del os.environb[key]


def ours(name, converter):
    """The call on osier's side, then the state of before, as the Python side changes the same process."""

    def call(*arguments):
        before = {key: library.osier("os_getenv", TEXT, (key, None)) for key in KEYS[:4]}
        result = library.osier(name, converter, arguments)
        for key, value in before.items():
            if isinstance(value, bytes):
                library.osier("os_putenv", STATUS, (key, value))
            else:
                library.osier("os_unsetenv", STATUS, (key,))
        return result

    return call


ROWS = [
    Row("os_environ_set", [keys, values], set_both, ours("os_environ_set", STATUS)),
    Row("os_environ_del", [keys], remove, ours("os_environ_del", STATUS), ignore_names=True),
    Row("os_getenv", [keys, values], os.getenvb, TEXT),
    Row("os_environ_contains", [keys], lambda key: key in os.environb, BOOL),
    Row(
        "os_get_exec_path",
        [st.lists(st.sampled_from([b"PATH=/a:/b", b"PATH=", b"PATH=::x", b"A=1", b"PATHS=/"]), max_size=3, unique=True)],
        lambda env: [
            os.fsencode(part) for part in os.get_exec_path(dict(reversed([entry.split(b"=", 1) for entry in env])))
        ],
        TEXTS,
    ),
]
