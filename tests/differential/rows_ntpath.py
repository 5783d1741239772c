# SPDX-License-Identifier: MIT
"""ntpath, the whole of it, and posixpath by that name."""

import errno
import os
import posixpath
import random
import unicodedata

from hypothesis import strategies as st

import newest_ntpath
from inputs import LONG, anything, many
from library import BOOL, TEXT, TEXTS, Failure
from newest_ntpath import MODULE, oracle
from rows import Row
from rows_path import join, slice_of, slices_of, tuple_of

os.environb.setdefault(b"a", b"value\xff of a")
os.environb.setdefault(b"{a", b"brace")
os.environb.setdefault(b"a-1", b"%a%$a")

PIECES = [
    b"", b"\\", b"\\", b"/", b"\\\\", b"//", b"\\/", b".", b"..", b".\\", b"../", b"a", b"A", b"b", b"Ab", b"C:", b"c:", b"C:\\",
    b"c:/", b"D:", b"1:", b":", b"::", b"\\\\s\\x", b"//S/X", b"\\\\s", b"\\\\?\\", b"//?/", b"\\\\.\\", b"\\\\?\\UNC\\", b"//?/unc/",
    b"UNC", b"s", b"x", b"\\\\?\\C:\\", b".x", b"x.", b"a.b", b"..a", b"...", b" ", b"\n", b"\xff", b"\xc3\xa4", b"\xc3\x84:", b"\xe4:",
    b"\xed\xa0\x80", b"\x80\\", b"~", b"*", LONG, b"nul", b"COM1", b"con .txt",
]


def drawn(generate):
    """Inputs from a generator of random numbers: ten times as many in the same time as of strategies."""
    return st.integers(0, 2**63).map(lambda seed: generate(random.Random(seed)))


def some(pieces, most):
    """A list of them, of random length."""
    return lambda source: source.choices(pieces, k=source.randint(0, most))


def part(source):
    return b"".join(some(PIECES, 7)(source))


def path(source):
    kind = source.random()
    if kind < 0.5:
        return part(source)
    if kind < 0.9:
        return b"\\".join(some(PIECES, 5)(source))
    return source.randbytes(source.randint(0, 12)).replace(b"\0", b"\\")


def gathering(source):
    """Paths that have something in common, as random ones seldom do."""
    between = source.choice([b"\\", b"/"])
    return [source.choice(STARTS) + between.join(some(RELATED, 4)(source)) for _ in range(source.randint(0, 4))]


def two(source):
    start = source.choice(STARTS)
    return [start + b"\\".join(some(RELATED, 4)(source)) or b"." for _ in range(2)]


paths = drawn(path)
gatherings = drawn(lambda source: [path(source) for _ in range(source.randint(1, 4))])
crowds = drawn(lambda source: [part(source) for _ in range(source.randint(1, 12))])
STARTS = [b"", b"", b"C:\\", b"c:/", b"C:", b"\\", b"/", b"\\\\s\\x\\", b"//S/x/", b"\\\\?\\UNC\\s\\x\\", b"//?/unc/S/X/"]
RELATED = [b"a", b"A", b"ab", b"aB", b"..", b".", b"", b"\xc3\xa4", b"\xc3\x84"]
VARIABLES = [
    b"$", b"$$", b"$a", b"${a}", b"${{a}}", b"${", b"}", b"%", b"%%", b"%a%", b"%a", b"a%", b"%nothing%", b"$HOME", b"${nothing}",
    b"$a-1", b"$a1", b"'", b"'", b"x", b"{", b"\xff", b"\\", b"=", b"%a=%",
]
variables = drawn(lambda source: b"".join(some(VARIABLES, 8)(source)))
NAMES = [
    b"con", b"Con", b"PRN", b"aux", b"nul", b"conin$", b"CON\xc4\xb1N$", b"conout$", b"con$", b"com", b"COM0", b"com1",
    b"COM\xc2\xb9", b"lpt9", b"LPT\xc2\xb3", b"lpt\xc2\xb4", b"com10", b"\xb9", b"c", b".", b"..", b"...", b" ", b"a ", b"a.",
    b"nul.txt", b"nul .x", b"nul  ", b"\x1f", b"a*b", b'"', b"<", b">", b"?", b"|", b":", b"a:b", b"\x7f", b"", b"C:", b"\\", b"/", b"\\\\?\\nul", b"\\\\.\\con\\x",
]
reserved = drawn(lambda source: source.choice([b"", b"\\"]).join(some(NAMES, 4)(source)))


def known(character):
    """Whether this Python's Unicode has a character as osier's: the properties of some were changed since."""
    return unicodedata.category(character) not in ("Cn", "Cs", "Co") and character not in "\0\u0295\U0001171e"


LETTERS = [letter for letter in map(chr, range(0x20000)) if known(letter) and letter.lower() + letter.upper() != 2 * letter]
OTHERS = [*"\u03a3\u03a3\u03a3\u0130\u212a'.:\u0301\u00adaA1/\\\u4e00", *map(chr, range(0xDC80, 0xDC84))]


def word(source):
    letters = source.choices(LETTERS, k=source.randint(0, 6)) + some(OTHERS, 6)(source)
    source.shuffle(letters)
    return os.fsencode("".join(letters))


words = drawn(word)


def without_words(function):
    """What is wrong is said in other words before 3.13; osier's of different drives name none."""

    def call(*arguments):
        try:
            return function(*arguments)
        except ValueError as error:
            if newest_ntpath.NEW and not str(error).startswith("path is on mount"):
                raise
            return Failure(errno.EINVAL)

    return call


relpath = without_words(oracle("relpath"))


def lists(name, count):
    both = {"split": oracle("split"), "splitext": MODULE.splitext, "splitdrive": newest_ntpath.split_drive,
            "splitroot": newest_ntpath.splitroot}
    function = both[name]
    return [
        Row(f"os_ntpath_{name}", [paths], lambda path: as_list(function(path)), TEXTS),
        Row(f"os_ntpath_{name}_slices", [paths], function, slices_of(f"os_ntpath_{name}_slices", count)),
    ]


def as_list(result):
    return list(result) if isinstance(result, tuple) else result


OTHER_NAMES = [
    Row("os_posixpath_join", [many(anything)], lambda parts: posixpath.join(*parts), TEXT, c=join),
    Row("os_posixpath_split", [anything], tuple_of(posixpath.split), TEXTS),
    Row("os_posixpath_normpath", [anything], posixpath.normpath, TEXT),
    Row("os_posixpath_relpath", [anything, anything | st.none()], posixpath.relpath, TEXT),
    Row("os_posixpath_commonpath", [many(anything)], posixpath.commonpath, TEXT),
    Row("os_posixpath_isabs", [anything], posixpath.isabs, BOOL),
]

ROWS = [
    Row("os_ntpath_basename", [paths], oracle("basename"), TEXT),
    Row("os_ntpath_basename_slice", [paths], oracle("basename"), slice_of("os_ntpath_basename_slice")),
    Row("os_ntpath_dirname", [paths], oracle("dirname"), TEXT),
    Row("os_ntpath_dirname_slice", [paths], oracle("dirname"), slice_of("os_ntpath_dirname_slice")),
    *lists("split", 2),
    *lists("splitext", 2),
    *lists("splitdrive", 2),
    *lists("splitroot", 3),
    Row("os_ntpath_isabs", [paths], newest_ntpath.isabs, BOOL),
    Row("os_ntpath_normcase", [words], MODULE.normcase, TEXT),
    Row("os_ntpath_normpath", [paths], oracle("normpath"), TEXT),
    Row("os_ntpath_join", [gatherings], lambda parts: oracle("join")(*parts), TEXT, c=join),
    Row("os_ntpath_joinv", [gatherings], lambda parts: oracle("join")(*parts), TEXT),
    Row("os_ntpath_joinv", [crowds], lambda parts: oracle("join")(*parts), TEXT),
    Row("os_ntpath_relpath", [paths, paths], relpath, TEXT),
    Row("os_ntpath_relpath", [drawn(two)], lambda pair: relpath(*pair), TEXT, c=lambda pair: pair),
    Row("os_ntpath_commonpath", [gatherings], without_words(MODULE.commonpath), TEXT),
    Row("os_ntpath_commonpath", [drawn(gathering)], without_words(MODULE.commonpath), TEXT),
    Row("os_ntpath_commonprefix", [gatherings], MODULE.commonprefix, TEXT),
    Row("os_ntpath_expandvars", [variables], MODULE.expandvars, TEXT),
    *([Row("os_ntpath_isreserved", [reserved], MODULE.isreserved, BOOL)] if newest_ntpath.NEW else []),
    *OTHER_NAMES,
]
