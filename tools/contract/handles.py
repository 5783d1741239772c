# SPDX-License-Identifier: MIT
"""What osier.system has besides the calls of the command: handles, as classes, and calls that make sense in a program alone."""

import re
import types

from model import Shell, complain, entries, find, from_shell
from plan import plan
from records import find_record
from shell import read_shell

#: The headers about the machine.
TOPICS = ("cgroup", "cpu", "disks", "host", "machine", "memory", "mounts", "network", "pressure", "processes", "settings", "sockets", "system", "topology")

#: How they are called that the command doesn't call, as @shell lines say it.
CALLS = {
    "os_set_root": "os.set_root ROOT -> none",
    "os_root_is_set": "os.root_is_set -> bool",
    "os_set_procfs_path": "os.set_procfs_path PATH -> none",
    "os_pressure_watch": "os.pressure_watch RESOURCE STALL WINDOW [--cgroup=NULL] [--full] -> int",
    "os_set_setting": "os.set_setting KIND NAME VALUE [--runtime:OS_SETTING_RUNTIME] [--persistent:OS_SETTING_PERSISTENT] "
    "[--force:OS_SETTING_FORCE] -> str, int",
    "os_set_settings": "os.set_settings KIND ASSIGNMENTS... [--runtime:OS_SETTING_RUNTIME] [--persistent:OS_SETTING_PERSISTENT] "
    "[--force:OS_SETTING_FORCE] -> list, int",
    "os_process_open": "os.process_open PID -> handle",
    "os_process_fileno": "os.process_fileno PROCESS -> int",
    "os_process_is_running": "os.process_is_running PROCESS -> bool",
    "os_process_read": "os.process_read PROCESS -> process_info",
    "os_process_send_signal": "os.process_send_signal PROCESS SIG -> none",
    "os_process_wait": "os.process_wait PROCESS [TIMEOUT=-1] -> bool, int",
    "os_process_environ": "os.process_environ PROCESS -> dict",
    "os_process_threads": "os.process_threads PROCESS -> list of process_thread",
    "os_process_open_files": "os.process_open_files PROCESS -> list of open_file",
    "os_process_memory_maps": "os.process_memory_maps PROCESS -> list of memory_map",
    "os_process_watch_open": "os.process_watch_open [--threads=0] [--footprint-limit=0] -> handle",
    "os_process_watch_read": "os.process_watch_read WATCH -> list of process_info, process_news",
}
#: What members are read of, where the answer isn't the record.
FIELDS_OF = {"os_process_watch_open": "process_info"}
#: May be None.
NONE = {"os_set_root": "root", "os_set_procfs_path": "path"}

#: The structs that are handles: the class, the function that opens one, the beginning of what its methods are called, and
#: what the class says of itself.
HANDLES = {
    "os_process": ("Process", "process_open", "process_", "A process: what it tells is never another's, whoever has its number later."),
    "os_process_watch": ("ProcessWatch", "process_watch_open", "process_watch_", "A list of processes that is read again and again."),
}
ENDS = "".join(
    f"""
static void end_{tag}(PyObject *capsule) {{
    {tag}_close(PyCapsule_GetPointer(capsule, "{tag}"));
}}
"""
    for tag in HANDLES
)


def tag_of(type):
    found = re.fullmatch(r"(?:const )?struct (\w+) \*", type)
    return found[1] if found and found[1] in HANDLES else None


def class_of(tag):
    return HANDLES[tag][0]


def fields_of(contract, entry):
    name = FIELDS_OF.get(entry.name)
    return name and find_record(contract, name)


def called(contract, entry):
    """One of CALLS, as if the command called it."""
    entry = types.SimpleNamespace(**vars(entry))
    entry.shell = Shell()
    entry.variables = [types.SimpleNamespace(**vars(one)) for one in entry.variables]
    read_shell(entry, CALLS[entry.name])
    for argument in entry.shell.arguments:
        argument.optional |= NONE.get(entry.name) == argument.variable
    watched = [one for one in entry.variables if one.name == "fields" and entry.name in FIELDS_OF]
    results, entry.shell.results = entry.shell.results, [FIELDS_OF[entry.name]] if watched else entry.shell.results
    plan(contract, entry)
    entry.shell.results = results
    return entry


def chosen(contract):
    """The functions of osier.system: what os and shutil have is in osier.os and osier.shutil."""
    for name in CALLS:
        if not find(contract, "function", name):
            complain(types.SimpleNamespace(file="handles.py", line=1), f"no function is called {name}()")
    for header, entry in entries(contract, "function", verbs=False):
        if header.topic not in TOPICS:
            continue
        known = any(re.match(r"(os|shutil)\.", one) for one in entry.pythons)
        if entry.name in CALLS:
            yield called(contract, entry)
        elif from_shell(entry) and not entry.shell.custom and not known:
            yield entry


# ---- the classes


def is_method(function):
    """Whether it is called through one of the classes."""
    first = function.entry.variables[:1]
    return bool(first and tag_of(first[0].type)) or function.name in [one[1] for one in HANDLES.values()]


def methods(functions, tag):
    for one in functions:
        if one.entry.variables and tag_of(one.entry.variables[0].type) == tag:
            yield one.name.removeprefix(HANDLES[tag][2]), one


def opener(functions, tag):
    return next(one for one in functions if one.name == HANDLES[tag][1])


def words(parameters, typed=False):
    """The parameters of a method, as Python and the stub declare them."""
    text, starred = ["self"], False
    for one in parameters:
        if one.keyword and not starred:
            text, starred = [*text, "*"], True
        default = f"{' = ' if typed else '='}{'...' if typed else one.default}" if one.default is not None else ""
        text.append(one.name + (f": {one.type}" if typed else "") + default)
    return ", ".join(text)


def passed(parameters):
    return ", ".join(f"{one.name}={one.name}" if one.keyword else one.name for one in parameters)


def stubs(functions):
    text = ""
    for tag, (name, *_) in HANDLES.items():
        text += f"\nclass {name}:\n    def __init__({words(opener(functions, tag).parameters, True)}) -> None: ...\n"
        text += "    def __enter__(self) -> Self: ...\n    def __exit__(self, *error: object) -> None: ...\n    def close(self) -> None: ...\n"
        for method, one in methods(functions, tag):
            text += f"    def {method}({words(one.parameters[1:], True)}) -> {one.answer()[1]}: ...\n"
    return text


CLASS = '''

class {name}:
    """{doc}"""

    __slots__ = ("_handle", "_lock")

    def __init__({init}):
        """{opens}"""
        self._handle, self._lock = _system.{opener}({passed}), _Lock()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """Ends the handle, once no call of another thread is under way with it."""
        self._handle = None
'''
METHOD = '''
    def {name}({parameters}):
        """{brief}"""
        {inside}return _system.{function}({passed})
'''


def source(functions, records):
    """The module in Python: what C has, and the classes."""
    plain = sorted([one.name for one in functions if not is_method(one)] + list(records))
    names = sorted([*plain, *(one[0] for one in HANDLES.values())])
    text = '# Made from the headers by tools/contract.\n"""What the machine is and does: osier.system.NAME is os_NAME in C."""\n\n'
    text += "from threading import Lock as _Lock\n\nfrom osier import _system\nfrom osier._system import (\n"
    text += "".join(f"    {name},\n" for name in plain) + ")\n\n__all__ = [\n" + "".join(f'    "{name}",\n' for name in names) + "]\n"
    for tag, (name, opens, _, doc) in HANDLES.items():
        parameters = opener(functions, tag).parameters
        text += CLASS.format(name=name, doc=doc, init=words(parameters), opens=opener(functions, tag).entry.brief, opener=opens, passed=passed(parameters))
        for method, one in methods(functions, tag):
            locked = "with self._lock:\n            " if name == "ProcessWatch" else ""
            text += METHOD.format(
                name=method, parameters=words(one.parameters[1:]), brief=one.entry.brief, inside=locked, function=one.name,
                passed=", ".join(["self._handle", *filter(None, [passed(one.parameters[1:])])]),
            )  # fmt: skip
    return text
