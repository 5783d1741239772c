#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The manual: osier(1), osier(3), a page for each header and each function: manual.py CONTRACT.json OSIER.1 MAN3
EXAMPLE.c…

MAN3 is a folder that is made anew. A function's page shows the examples that call it.
"""

import pathlib
import re
import shutil
import sys

from model import from_shell, load
from page import caller, calling, declared, read_examples, relatives, struct, types_of
from roff import argument, described, guard, notes, paragraphs, prose, roff

MOST_OF_A_LINE = 90

START = """\
.\\" Made from the headers by tools/contract.
.Dd $Mdocdate$
.Dt {title} {section}
.Os
.Sh NAME
.Nm {name}
.Nd {brief}
"""

SYNOPSIS = """\
.Sh LIBRARY
osier
.Pq \\fB\\-losier\\fP, \\fBpkg\\-config osier\\fP
.Sh SYNOPSIS
.In osier.h
"""

OVERVIEW = """\
.Sh DESCRIPTION
Python\\(aqs os.NAME is
.Fn os_NAME
in C, and os.path.NAME is
.Fn os_path_NAME ;
each function has a page of its own.
A function fails as its POSIX namesake does: with \\-1 or NULL, and
.Va errno
set; the rest of what Python\\(aqs OSError carries is in the record of
.Xr os_last_error 3 .
A returned \\fBchar *\\fP or list is one block: pass it to
.Xr free 3 .
.Pp
The headers, each with a page that lists its functions:
.Bl -tag -width Ds
"""

COMMAND = """\
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
Options may stand anywhere before
.Fl \\- .
Modes are octal, of
.Ic os.chmod
also symbolic, as in u+x.
Numbers may be names of constants, signals and errors with | between, as in O_RDWR|O_CREAT, SIGTERM, ENOENT;
users and groups may be names.
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
.It Fl h
Print how a verb or a function is called and what it does, on half a screen at most; of the command itself its verbs.
.It Fl \\-help
Print the same with what each option does.
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
No, different, or failed; the error is printed on standard error, in Python\\(aqs words.
A function returned False or None.
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


def start(name, section, brief):
    """The brief in the form of a page's one line: "creates the directory path"."""
    text = brief.split(". ")[0].removesuffix(".").replace("`", "")
    if len(text) > MOST_OF_A_LINE:  # what follows says more of it, and is the description's
        text = re.split(r"[:;] ", text)[0]
    text = text[0].lower() + text[1:] if re.match(r"(?!Python)[A-Z][a-z ]", text) else text
    return START.format(title=name.upper(), section=section, name=name, brief=roff(text))


# ---- C

def prototype(entry):
    text = f".Ft {argument(entry.type)}\n.Fo {entry.name}\n"
    text += "".join(f".Fa {argument(declared(variable))}\n" for variable in entry.variables)
    text += ".Fa ...\n" if entry.variadic else ""
    return text + ("" if entry.variables else ".Fa void\n") + ".Fc\n"


def literal(text):
    lines = "".join(guard(roff(line)) + "\n" for line in text.split("\n"))
    return f".Bd -literal\n{lines}.Ed\n"


def members(entry, macro):
    return notes(macro, [one for one in entry.variables if one.text])


def type_text(entry):
    """A struct without the comments in it, and then what they say; an enum's names; else as it is."""
    text = described(entry)
    if entry.kind == "struct" and entry.variables:
        return text + literal(struct(entry)) + members(entry, "Va")
    if entry.kind == "enum":
        return text + members(entry, "Dv")
    return text + literal(entry.declaration)


# ---- The pages of functions

def section(title, text):
    return f".Sh {title}\n{text}" if text else ""


def function_page(contract, header, entry, others, examples):
    text = start(entry.name, 3, entry.brief) + SYNOPSIS + prototype(entry)
    text += section("DESCRIPTION", described(entry) + notes("Fa", entry.params))
    for one in types_of(contract, entry):
        text += f".Ss struct {one.name}\n{type_text(one)}"
    text += section("RETURN VALUES", prose(entry.returns))
    text += section("EXAMPLES", "".join(map(literal, calling(header, entry, examples))))
    text += section("ERRORS", notes("Er", entry.errors))
    text += section("PYTHON", "\n.Pp\n".join(prose(one).rstrip("\n") for one in entry.pythons) + "\n" if entry.pythons else "")
    shell = caller(contract, entry)
    text += section("FROM A SHELL", f".Ql osier {shell.shell.name}\n" if shell else "")
    names = sorted([*others, "osier_" + header.topic], key=str.lower)
    text += ".Sh SEE ALSO\n" + " ,\n".join(f".Xr {name} 3" for name in names) + "\n"
    return text + section("STANDARDS", prose("; ".join(entry.sources)))


# ---- The other pages

def header_page(header):
    functions = [entry for entry in header.entries if entry.kind == "function"]
    text = start("osier_" + header.topic, 3, header.brief) + SYNOPSIS + f".Sh DESCRIPTION\n{described(header)}"
    if functions:
        items = "".join(f".It Xr {one.name} 3\n{prose(one.brief)}" for one in functions)
        text += f".Ss Functions\n.Bl -tag -width Ds\n{items}.El\n"
    for entry in header.entries:
        if entry.kind != "function":
            text += f".Ss {entry.kind + ' ' if entry.kind in ('struct', 'enum') else ''}{entry.name}\n{type_text(entry)}"
    return text + ".Sh SEE ALSO\n.Xr osier 1 ,\n.Xr osier 3\n"


def library_page(contract):
    text = start("osier", 3, "Python's os module, natively in C") + SYNOPSIS + OVERVIEW
    for header in contract.headers:
        if not header.verbs:
            text += f".It Xr osier_{header.topic} 3\n{prose(header.brief)}"
    return text + ".El\n.Sh SEE ALSO\n.Xr osier 1\n"


def form(one, many=True):
    """A word of a call as its line shows it."""
    if one.kind == "POSITIONAL":
        return f"Ar {one.name}" + (" ..." if one.many and many else "")
    if one.letters:
        return f"Fl {one.letters[0]}"
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
    return start("osier", 1, "files, trees and the machine from a shell, and Python's os module") + COMMAND + "".join(map(commands, contract.headers)) + COMMAND_END


def pages(contract, examples):
    others = relatives(contract)
    yield "osier.3", library_page(contract)
    for header in contract.headers:
        if header.verbs:
            continue
        yield f"osier_{header.topic}.3", header_page(header)
        for entry in header.entries:
            if entry.kind == "function":
                yield f"{entry.name}.3", function_page(contract, header, entry, others[entry.name], examples)


def main(source, command, folder, *examples):
    contract = load(source)
    pathlib.Path(command).write_text(command_page(contract), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    pathlib.Path(folder).mkdir()
    for name, text in pages(contract, read_examples(examples)):
        pathlib.Path(folder, name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
