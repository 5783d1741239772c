# SPDX-License-Identifier: MIT
"""What a row of the differential table is.

How to add a function: a line in tests/differential/rows_TOPIC.py, whose list ROWS is found by name.

    Row("os_path_join", [many(paths)], os.path.join, TEXT, c=lambda parts: …)
    Row("os_mkdir", [names, modes], os.mkdir, STATUS, disk=True)

The strategies (inputs.py) give the arguments, which go to the C function (bytes as char *, numbers
as long, a list of bytes as a NULL-terminated char **) and to the Python function. Where the two take
them differently, `c` or `python` is a function of the drawn arguments. The converter (library.py) makes a
Python value of the C result. Results, errno and the record's file names must be the same.
A row with `disk=True` runs in random sequences over two equal trees, one for each side; the others run
by themselves, as they look at no file.
"""

import dataclasses
import typing


@dataclasses.dataclass
class Row:
    name: str  #: the C function
    arguments: list  #: a strategy for each argument
    python: typing.Callable  #: what Python calls with them
    converter: tuple  #: TEXT, TEXTS, STATUS …; or a callable(*arguments) that does the C call itself
    c: typing.Callable | None = None  #: the arguments of the C function, where they differ
    disk: bool = False  #: looks at or changes files
    ignore_names: bool = False  #: Python's OSError has no or other file names here, and should have
    weight: int = 1  #: how often a sequence takes it

    def __str__(self):
        return self.name
