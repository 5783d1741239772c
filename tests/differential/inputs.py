# SPDX-License-Identifier: MIT
"""What the differential tests feed both sides: Hypothesis strategies for names, paths and more."""

from hypothesis import strategies as st

LONG = b"n" * 255
PIECES = [
    b"", b"", b"/", b"/", b"//", b"///", b".", b"..", b"./", b"../", b"a", b"b", b"ab", b"usr", b"lib",
    b".x", b"x.", b"a.b", b".a.b", b"..a", b"a.b.c", b"...", b"~", b"~root", b"$HOME", b"${a}", b" ",
    b"\n", b"\\", b"*", b"\xff", b"\xc3\xa4", b"\xed\xa0\x80", b"\x80/", b"-", LONG, b"\xf0\x9f\x90\xa7",
]

#: any path as text, sound or not; it need not name a file
paths = st.lists(st.sampled_from(PIECES), max_size=7).map(b"".join) | st.lists(
    st.sampled_from(PIECES), max_size=5
).map(b"/".join)

#: any bytes a C string can hold
texts = st.binary(max_size=12).map(lambda text: text.replace(b"\0", b"\x01"))

#: one argument that is any path or text
anything = paths | texts


def many(strategy, least=1, most=5):
    """A list of them, which goes to C as a NULL-terminated char **."""
    return st.lists(strategy, min_size=least, max_size=most)


#: names in the scratch tree of the sequence tests, where some exist and many do not
NAMES = [
    b"a", b"b", b"c", b"d", b"d/a", b"d/b", b"d/d", b"d/d/a", b"e", b"e/a", b"e/f/g", b"l", b"l/a", b"loop",
    b"loop/a", b"dangling", b"up", b"up/a", b"a/", b"d/", b"d/.", b"d/..", b"d/../a", b"./a", b"d//a", b"d///",
    b"a/b", b"a/.", b"", b".", b"..", b"\xff", b"d/\xff\xfe", b"new\nline", LONG, LONG + b"n", b"d/" + LONG,
    b"a/" * 2048 + b"a", b"d/new", b"d/d/d/d/d", b"l/", b"dangling/", b"p", b"p/", b"l/..", b"up/..",
]
names = st.sampled_from(NAMES)
modes = st.sampled_from([0o777, 0o755, 0o700, 0o644, 0o600, 0o000, 0o1777, 0o4755, 0o2750, 0o400, 0o111])
targets = names | st.sampled_from([b"a", b"d", b"..", b"../a", b"loop", b"nowhere"])
