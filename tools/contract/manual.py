#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The manual, osier(1), osier(3) and a page for each header: manual.py CONTRACT.json FOLDER"""

import pathlib
import re
import sys

from model import entries, find, from_shell, load

START = """\
.\\" Made from the headers by tools/contract.
.Dd $Mdocdate$
.Dt {name} {section}
.Os
.Sh NAME
"""

LIBRARY = """\
.Sh LIBRARY
osier
.Pq \\fB\\-losier\\fP, \\fBpkg\\-config osier\\fP
.Sh SYNOPSIS
.In osier.h
"""

OVERVIEW = """\
.Sh DESCRIPTION
What is os.NAME in Python is
.Fn os_NAME
in C, what is os.path.NAME is
.Fn os_path_NAME .
A function fails as its POSIX namesake does: with \\-1 or NULL, and
.Va errno
set; the rest of what Python\\(aqs OSError carries is in the record of
.Fn os_last_error .
What is returned in a \\fBchar *\\fP or a list is one block, to be given to
.Xr free 3 .
.Pp
The headers, each with a page of its own:
.Bl -tag -width Ds
"""

COMMAND = """\
.Nm osier
.Nd files, trees and the machine from a shell, and Python\\(aqs os module
.Sh SYNOPSIS
.Nm
.Ar verb
.Op Ar argument ...
.Op Ar option ...
.Nm
.Ar os.NAME
.Op Ar argument ...
.Op Ar option ...
.Nm
.Cm help
.Op Ar verb | os.NAME | os
.Nm
.Fl \\-help | \\-version
.Sh DESCRIPTION
.Nm
runs one of its verbs, calls a function of Python\\(aqs os module, or prints one of its constants.
Options may stand anywhere; after
.Fl \\-
nothing is an option.
Modes are octal; numbers may be names of constants with | between, as in O_RDWR|O_CREAT.
.Bl -tag -width Ds
.It Fl \\-json
Print JSON: records are objects, lists arrays.
A text that is not UTF\\-8 is an object of its readable form and its exact bytes in base64:
.Ql {\\(dqpath\\(dq: \\(dq...\\(dq, \\(dqpath_b64\\(dq: \\(dq...\\(dq} ;
within a record, the bytes are a second member whose name ends in _b64.
An integer beyond 2^53, which many readers of JSON round, is a string of its digits;
a time in nanoseconds, whose name ends in _ns, is one always.
A name of the environment that is not UTF\\-8 has the key
.Ql NAME=BASE64 .
.It Fl \\-jsonl
Print JSON with each item of a list on a line of its own.
.It Fl 0 , Fl \\-null
End each value with a NUL instead of a newline.
.It Fl h , Fl \\-help
Print a summary, or what a function does.
.It Fl \\-version
Print the version.
.El
.Pp
Results are printed a line each.
On a terminal, a name with control characters is shown as Python shows it; anywhere else its bytes are printed as they are.
.Sh COMMANDS
"""

COMMAND_END = """\
.Sh EXIT STATUS
.Bl -tag -width Ds
.It 0
Yes, or done.
.It 1
No, different, or failed: an error is told on standard error in Python\\(aqs words.
Of a function, the answer is False, or there is no value
.Pq None .
.It 2
Trouble, where 1 means a difference; changes are pending, where that was asked for.
.It 3
Refused: nothing was touched.
.It 4
The answer can\\(aqt be known beforehand.
.It 64
The command line is wrong.
.It 124
The time limit ended it.
.It 128 + N
Signal N ended it.
.El
.Pp
.Ic os.popen
ends with the exit status of its line, 128 + N where signal N ended it;
.Ic os.system
prints the wait status, as Python returns it.
.Sh EXAMPLES
.Bd -literal
osier os.makedirs srv/app \\-\\-exist\\-ok \\-\\-mode 750
osier os.stat srv/app \\-\\-json
osier os.listdir srv \\-0 | xargs \\-0 ls \\-d
.Ed
.Sh SEE ALSO
.Xr osier 3
"""

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


def prototype(entry):
    text = f".Ft {argument(entry.type)}\n.Fo {entry.name}\n"
    for variable in entry.variables:
        space = "" if variable.type.endswith("*") else " "
        array = "" if variable.array is None else f"[{variable.array}]"
        pointer = "(" in variable.type
        text += f".Fa {argument(variable.type if pointer else variable.type + space + variable.name + array)}\n"
    text += ".Fa ...\n" if entry.variadic else ""
    return text + ("" if entry.variables else ".Fa void\n") + ".Fc\n"


def notes(macro, items):
    text = "".join(f".It {macro} {note.name}\n{prose(note.text)}" for note in items)
    return f".Bl -tag -width Ds\n{text}.El\n" if text else ""


def titled(title, text):
    return f".Pp\n{title}:\n{prose(text)}" if text else ""


def from_a_shell(contract, entry):
    caller = find(contract, "function", entry.shell.name) if entry.shell.kind == "see" else entry
    return f".Pp\nFrom a shell:\n.Ql osier {caller.shell.name}\n" if caller and from_shell(caller) else ""


def function(contract, entry):
    text = f".Ss {entry.name}\n{described(entry)}{notes('Fa', entry.params)}{titled('Returns', entry.returns)}"
    text += ".Pp\nErrors:\n" + notes("Er", entry.errors) if entry.errors else ""
    text += "".join(titled("Python", one) for one in entry.pythons)
    text += "".join(titled("Source", one) for one in entry.sources)
    return text + from_a_shell(contract, entry)


def type_text(entry):
    """A struct or enum: as the header has it, with its comments."""
    lines = "".join(guard(roff(line)) + "\n" for line in entry.declaration.split("\n"))
    return f".Ss {entry.name}\n{described(entry)}.Bd -literal\n{lines}.Ed\n"


def header_page(contract, header):
    name = "osier_" + header.topic
    functions = [entry for entry in header.entries if entry.kind == "function"]
    names = " ,\n".join(f".Nm {one}" for one in [name, *(entry.name for entry in functions)])
    text = START.format(name=name.upper(), section=3) + f"{names}\n.Nd {roff(header.brief.removesuffix('.'))}\n" + LIBRARY
    text += "".join(map(prototype, functions)) + f".Sh DESCRIPTION\n{described(header)}"
    for entry in header.entries:
        text += function(contract, entry) if entry.kind == "function" else type_text(entry)
    return text + ".Sh SEE ALSO\n.Xr osier 1 ,\n.Xr osier 3\n"


def library_page(contract):
    text = START.format(name="OSIER", section=3) + ".Nm osier\n.Nd Python\\(aqs os module, natively in C\n" + LIBRARY + OVERVIEW
    for header in contract.headers:
        if not header.verbs:
            text += f".It Xr osier_{header.topic} 3\n{prose(header.brief)}"
    return text + ".El\n.Sh SEE ALSO\n.Xr osier 1\n"


def form(one, many=True):
    """A word of a call as its line shows it."""
    if one.kind == "POSITIONAL":
        return f"Ar {one.name}" + (" ..." if one.many and many else "")
    if one.letter:
        return f"Fl {one.letter}"
    return f"Fl \\-{one.name}" + (f" Ns = Ns Ar {one.metavar}" if one.kind == "VALUE_OPTION" else "")


def command(entry):
    text = f".It Ic {entry.shell.name}\n{prose(entry.brief)}"
    if not entry.shell.arguments:
        return text
    words = "".join(f" Oo {form(one)} Oc" if one.optional else f" {form(one)}" for one in entry.shell.arguments)
    texts = "".join(f".It {form(one, many=False)}\n{prose(one.text)}" for one in entry.shell.arguments if one.text)
    return f"{text}.Pp\n.D1 Ic {entry.shell.name}{words}\n.Pp\n.Bl -tag -width Ds -compact\n{texts}.El\n"


def commands(header):
    text = "".join(command(entry) for entry in header.entries if from_shell(entry))
    return f".Ss {roff(header.topic)}\n{prose(header.brief)}.Bl -tag -width Ds\n{text}.El\n" if text else ""


def command_page(contract):
    return START.format(name="OSIER", section=1) + COMMAND + "".join(map(commands, contract.headers)) + COMMAND_END


def pages(contract):
    yield "osier.1", command_page(contract)
    yield "osier.3", library_page(contract)
    for header in contract.headers:
        if not header.verbs:
            yield f"osier_{header.topic}.3", header_page(contract, header)


def main(source, folder):
    for name, text in pages(load(source)):
        pathlib.Path(folder, name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
