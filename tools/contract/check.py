# SPDX-License-Identifier: MIT
"""What every comment has to say; a header that keeps quiet about it does not build."""

import re

from ctext import is_pointer
from model import complain, entries, enum_words, find, find_enum, from_shell
from plan import add_dry_run, add_record_options, plan, plan_texts
from shell import shell_text


def find_note(notes, name):
    return next((note for note in notes if note.name == name), None)


def check_params(entry):
    """Each parameter has its @param, and each @param its parameter."""
    for variable in entry.variables:
        param = find_note(entry.params, variable.name)
        if param and param.text:
            variable.text = param.text
        else:
            complain(entry, f"{entry.name}(): no @param says what '{variable.name}' is")
    words = [argument.variable for argument in entry.shell.arguments]
    names = [variable.name for variable in entry.variables]
    names += (["..."] if entry.variadic else []) + (words if entry.shell.custom else [])
    for param in entry.params:
        if param.name not in names:
            complain(entry, f"@param {param.name} is no parameter of {entry.name}()")
    for option in entry.options:
        if option.name not in words:
            complain(entry, f"@option {option.name} is no word of the @shell line of {entry.name}()")


def points(variable):
    return is_pointer(variable.type) or variable.array is not None or "(*" in variable.type


def check_pointers(entry):
    """A pointer may be NULL where its @param says "or NULL"; OS_NONNULL names the others."""
    pointers = {number: variable for number, variable in enumerate(entry.variables, 1) if points(variable)}
    for variable in pointers.values():
        if re.search(r"(?<!or )(?<!then )\bNULL\b", variable.text or ""):
            complain(entry, f"@param {variable.name}: write 'or NULL' for a pointer that may be NULL, "
                     "and 'then NULL' for what ends a list")  # fmt: skip
    needed = [number for number, variable in pointers.items() if not re.search(r"\bor NULL\b", variable.text or "")]
    whole = list(pointers) if not entry.variadic else None  # no number names what stands for '...' too
    marked = [] if entry.nonnull is None else entry.nonnull or whole
    if marked != needed:
        form = ", ".join(map(str, needed)) if needed != whole else ""
        complain(entry, f"{entry.name}() needs " + (f"OS_NONNULL({form})" if needed else "no OS_NONNULL")
                 + ": its @param says where a pointer may be NULL")  # fmt: skip


def metavar(entry, argument):
    """What stands for its value in a usage line: "MODE"; of a verb what its line has: "N"."""
    if argument.kind == "POSITIONAL":
        return argument.name
    typed = argument.fallback if entry.shell.custom else None
    named = typed and typed == typed.upper() and re.search(r"[^0-9]", typed)
    return (typed if named else argument.name).replace("-", "_").upper()


def tell_words(contract, entry):
    """ "what has to exist: False, True, ALLOW_MISSING …" """
    for variable in entry.variables:
        enum = find_enum(contract, variable.type)
        if enum and variable.argument is not None:
            words = ["False", "True", *enum_words(enum)[0][2:]]  # the first two are these
            argument = entry.shell.arguments[variable.argument]
            argument.text = f"{argument.text}: {', '.join(words)}"


def fill_arguments(contract, entry, verbs):
    for argument in entry.shell.arguments:
        argument.metavar = metavar(entry, argument)
        param = find_note(entry.options, argument.variable) or find_note(entry.params, argument.variable)
        if param:
            argument.text = param.text
        elif verbs:
            complain(entry, f"no @param says what '{argument.name}' is")
    (plan_texts if entry.shell.custom else plan)(contract, entry)
    for argument in entry.shell.arguments:
        argument.text = argument.text or contract.bits.get("OS_" + argument.variable.upper())
        argument.text = argument.text and shell_text(argument.text)
    tell_words(contract, entry)
    add_record_options(contract, entry)
    if not verbs:
        add_dry_run(entry)


def check_function(contract, header, entry):
    if not entry.since:
        complain(entry, f"{entry.name}(): no @since")
    if not entry.shell.kind:
        complain(entry, f"{entry.name}(): no @shell (or '@shell no: WHY', '@shell see NAME')")
    if not header.verbs:
        if not entry.returns and entry.type != "void":
            complain(entry, f"{entry.name}(): no @return")
        check_params(entry)
        check_pointers(entry)
    if entry.shell.kind == "see":
        other = find(contract, "function", entry.shell.name)
        if not other or other.shell.kind == "see":
            complain(entry, f"@shell see {entry.shell.name}: that is no function with a @shell line of its own")
    if from_shell(entry):
        fill_arguments(contract, entry, header.verbs)


def check(contract):
    for header, entry in entries(contract, "function"):
        check_function(contract, header, entry)
    names = {}
    for _, entry in entries(contract):
        if from_shell(entry):
            other = names.setdefault(entry.shell.name, entry)
            if other is not entry:
                complain(entry, f"@shell {entry.shell.name} is {other.name}() already")
