# SPDX-License-Identifier: MIT
"""Every family of functions from many threads: briefly here, a minute where Python has no lock around all."""

import os
import pathlib
import re
import subprocess
import sys
import sysconfig

SECONDS = float(os.environ.get("OSIER_THREADS_SECONDS", 60 if sysconfig.get_config_var("Py_GIL_DISABLED") else 2))


def test_families():
    program = pathlib.Path(__file__).with_name("threads.py")
    done = subprocess.run([sys.executable, "-X", "dev", program, str(SECONDS)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = dict(re.findall(r"^(\w+) +(\d+)$", done.stdout, re.M))
    assert len(counts) == 12 and all(int(count) for count in counts.values()), counts
    without = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    assert f"with{'out' if without else ''} a lock" in done.stdout
