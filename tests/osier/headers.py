# SPDX-License-Identifier: MIT
"""What the public headers declare, read from their text."""

import pathlib
import re

SOURCE = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = SOURCE / "include"


def functions(include=INCLUDE):
    """The functions of the contract, each with its header's name."""
    names = {}
    for header in sorted(pathlib.Path(include).rglob("*.h")):
        text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
        for declaration in re.findall(r"^\s*OS_API\b[^;]*;", text, flags=re.M):
            names[re.search(r"\b(os_\w+)\s*\(", declaration)[1]] = header.name
    return names


def all_headers():
    """As a program includes them: "osier.h", "osier/error.h" …"""
    return sorted(str(header.relative_to(INCLUDE)) for header in INCLUDE.rglob("*.h"))
