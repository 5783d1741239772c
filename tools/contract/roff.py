# SPDX-License-Identifier: MIT
"""Text as roff has it, and the pieces that pages of the manual are made of."""

import re

ROFF = {"\\": "\\e", "-": "\\-", "−": "\\-", "'": "\\(aq"}


def roff(text):
    """As roff has it; what stands in backticks is bold, over line ends too."""
    bold = False

    def one(found):
        nonlocal bold
        c = found[0]
        if c == "`":
            bold = not bold
            return "\\fB" if bold else "\\fP"
        return "\\&(" if c == "(" else ROFF.get(c) or f"\\[u{ord(c):04X}]"

    return re.sub(r"[`\\'-]|\((?=\))|[^\x00-\x7f]", one, text)


def lines_of(text):
    """Where a line of a paragraph ends: behind a sentence, else before column 80."""
    while text:
        sentence = re.compile(r"[.!?](?= [A-Z])").search(text)
        end = sentence.end() if sentence else len(text)
        if end > 71:
            space = text.rfind(" ", 0, 71)
            end = space if space > 0 else end if " " not in text[:end] else text.index(" ")
        yield text[:end]
        text = text[end:].lstrip(" ")


def guard(line):
    """A line that would be taken for a request gets a zero-width mark."""
    return "\\&" + line if line.startswith((".", "\\(aq")) else line


def prose(text):
    # Marked as a whole, because bold may reach over lines.
    marked = roff("\n".join(lines_of(text or "")))
    return "".join(guard(line) + "\n" for line in marked.split("\n")) if marked else ""


def paragraphs(text):
    for paragraph in filter(None, text.split("\n\n")):
        if paragraph.startswith("    "):
            yield f".Bd -literal\n{roff(paragraph)}\n.Ed\n"
        else:
            yield ".Pp\n" + prose(paragraph)


def described(thing):
    return prose(thing.brief) + "".join(paragraphs(thing.description))


def argument(text):
    """An argument of a macro, with spaces and quotes in it."""
    return '"' + "".join("\\(dq" if c == '"' else roff(c) for c in text) + '"'


def notes(macro, items):
    text = "".join(f".It {macro} {note.name}\n{prose(note.text)}" for note in items)
    return f".Bl -tag -width Ds\n{text}.El\n" if text else ""
