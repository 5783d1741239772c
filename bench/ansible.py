#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The same 200 directories, 200 files, 50 links and 20 lines by osier and by Ansible: bench/ansible.py OSIER [PART], of PART 10 a tenth of each.

Both as whole programs on this machine, first and with nothing to do; once each, in turns. Everything is in a temporary directory.
"""

import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

PART = int(sys.argv[2]) if len(sys.argv) > 2 else 1
SOME, LINKS, LINES = 200 // PART, 50 // PART, 20 // PART


def write_osier(path, top):
    lines = []
    for i in range(SOME):
        lines.append(f'[dir."{top}/{i}"]\nmode = "0755"\n[file."{top}/{i}/f"]\ncontent = "text {i}"\nmode = "0644"\n')
        if i < LINKS:
            lines.append(f'[link."{top}/{i}/l"]\nto = "f"\n')
    lines.append(f'[line."{top}/hosts"]\n' + "".join(f'host{i} = "10.0.0.{i} host{i}"\n' for i in range(LINES)))
    path.write_text("".join(lines))


def write_playbook(path, top):
    """A task of each kind with a loop, as a person would write it."""
    tasks = [
        {"file": {"path": f"{top}/{{{{ item }}}}", "state": "directory", "mode": "0755"}, "loop": list(range(SOME))},
        {"copy": {"dest": f"{top}/{{{{ item }}}}/f", "content": "text {{ item }}", "mode": "0644"}, "loop": list(range(SOME))},
        {"file": {"path": f"{top}/{{{{ item }}}}/l", "src": "f", "state": "link"}, "loop": list(range(LINKS))},
        {"lineinfile": {"path": f"{top}/hosts", "line": "10.0.0.{{ item }} host{{ item }}", "create": True, "mode": "0644"}, "loop": list(range(LINES))},
    ]
    path.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))


def seconds(words, env):
    """What a program took: on the clock, and of processors, with all that it has run."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(words, env=env, check=True, stdout=subprocess.DEVNULL)
    took, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    osier = os.path.abspath(sys.argv[1])
    spent = {}
    with tempfile.TemporaryDirectory() as scratch:
        place = pathlib.Path(scratch)
        env = {**os.environ, "OSIER_STATE": str(place / "journal"), "HOME": scratch, "ANSIBLE_REMOTE_TEMP": f"{scratch}/remote", "ANSIBLE_LOCAL_TEMP": f"{scratch}/local", "ANSIBLE_LOCALHOST_WARNING": "False", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False"}
        write_osier(place / "site.toml", place / "osier")
        write_playbook(place / "site.json", place / "ansible")
        commands = {"osier": [osier, "apply", str(place / "site.toml"), "--yes"],
                    "ansible": ["ansible-playbook", "-i", "localhost,", "-c", "local", str(place / "site.json")]}
        for when in ("first", "unchanged"):
            for name, words in commands.items():
                spent[when, name] = seconds(words, env)
        for name in ("7/f", "hosts"):
            assert (place / "osier" / name).read_text() == (place / "ansible" / name).read_text()
    for when in ("first", "unchanged"):
        ours, theirs = spent[when, "osier"], spent[when, "ansible"]
        for what, mine, other in zip(("on the clock", "of processors"), ours, theirs, strict=True):
            print(f"{when}, {what}: osier {mine * 1e3:.0f} ms, ansible {other:.1f} s")


if __name__ == "__main__":
    main()
