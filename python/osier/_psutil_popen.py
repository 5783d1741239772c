# SPDX-License-Identifier: MIT
"""The Popen of osier.psutil."""

import subprocess

from osier._psutil_process import Process


class Popen(Process):
    """subprocess.Popen and Process in one."""

    def __init__(self, *args, **kwargs):
        self.__subproc = subprocess.Popen(*args, **kwargs)
        Process.__init__(self, self.__subproc.pid)

    def __dir__(self):
        return sorted(set(dir(Popen) + dir(subprocess.Popen)))

    def __enter__(self):
        self.__subproc.__enter__()
        return self

    def __exit__(self, *args):
        return self.__subproc.__exit__(*args)

    def __getattribute__(self, name):
        try:
            return object.__getattribute__(self, name)
        except AttributeError:
            try:
                return object.__getattribute__(self.__subproc, name)
            except AttributeError:
                raise AttributeError(f"{type(self)!r} has no attribute {name!r}") from None

    def wait(self, timeout=None):
        """Waits until it ends: its exit status."""
        if self.__subproc.returncode is None:
            self.__subproc.returncode = super().wait(timeout)
        return self.__subproc.returncode
