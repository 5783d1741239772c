# SPDX-License-Identifier: MIT
"""Names of errors."""

import os

from hypothesis import strategies as st

import library
from rows import Row

STATIC_TEXT = (library.ctypes.c_char_p, bytes)

ROWS = [
    Row("os_strerror", [st.integers(-2, 140)], lambda code: os.fsencode(os.strerror(code)), STATIC_TEXT),
]
