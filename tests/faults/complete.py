# SPDX-License-Identifier: MIT
"""Every function of the headers has a row in the fault table: complete.py FAULTS-PROGRAM INCLUDE-DIRECTORY."""

import pathlib
import re
import subprocess
import sys


def declared(include):
    """The functions that the headers declare, each with its header."""
    names = {}
    for header in sorted(pathlib.Path(include).rglob("*.h")):
        text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
        for declaration in re.findall(r"^\s*OS_API\b[^;]*;", text, flags=re.M):
            names[re.search(r"\b(os_\w+)\s*\(", declaration)[1]] = header.name
    return names


def main(program, include):
    listing = subprocess.run([program, "--list"], check=True, capture_output=True, text=True)
    rows = set(listing.stdout.split())
    names = declared(include)
    missing = sorted((header, name) for name, header in names.items() if name not in rows)
    unknown = sorted(rows - set(names))
    print(f"1..{len(names) + 1}")
    for number, (name, header) in enumerate(sorted(names.items()), 1):
        print(f"{'ok' if name in rows else 'not ok'} {number} - {name} ({header}) has a row")
    print(f"{'not ok' if unknown else 'ok'} {len(names) + 1} - no row is about an unknown function")
    for name in unknown:
        print(f"# {name} has a row and is in no header")
    return 1 if missing or unknown else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
