# SPDX-License-Identifier: MIT
"""CPython's own ways through a tree: peers.py walk|fwalk|scan|remove|copy|listdir PATH [NEW]."""
import os
import shutil
import sys


def walk(path):
    return sum(len(directories) + len(files) for _, directories, files in os.walk(path))


def fwalk(path):
    return sum(os.stat(name, dir_fd=fd, follow_symlinks=False).st_blocks
               for _, directories, files, fd in os.fwalk(path) for name in directories + files)


def scan(path):
    return sum(1 for _ in os.scandir(path))


jobs = {"walk": walk, "fwalk": fwalk, "scan": scan, "remove": shutil.rmtree, "copy": shutil.copytree,
        "listdir": lambda path: len(os.listdir(path)), "file": shutil.copyfile}
jobs[sys.argv[1]](*sys.argv[2:])
