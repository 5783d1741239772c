# SPDX-License-Identifier: MIT
"""Waiting for the end of a process that osier.psutil holds."""

import enum
import os
import select
import signal
import time

from osier._psutil_types import TimeoutExpired

timer = time.monotonic

# Signals as the exit status of what they ended.
_Negsignal = enum.IntEnum("Negsignal", {sig.name: -sig.value for sig in signal.Signals})


def _status(info):
    if info is None:
        return None
    if info.si_code == os.CLD_EXITED:
        return info.si_status
    try:
        return _Negsignal(-info.si_status)
    except ValueError:
        return -info.si_status


def wait(process, timeout):
    """Waits by a descriptor that is of this very process."""
    began = timer()
    try:
        fd = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return None
    try:
        if not process.is_running():
            return None
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        if not poll.poll(None if timeout is None else timeout * 1000):
            raise TimeoutExpired(timeout, process.pid, process._name)
        try:
            return _status(os.waitid(os.P_PIDFD, fd, os.WEXITED))
        except ChildProcessError:
            _wait_for_others(process, timeout, began)
            return None
    finally:
        os.close(fd)


def _wait_for_others(process, timeout, began):
    """Waits until the parent of one that is no child of ours has asked for it."""
    pause = 0.0001
    while process.is_running():
        if timeout is not None and timer() - began >= timeout:
            raise TimeoutExpired(timeout, process.pid, process._name)
        time.sleep(pause)
        pause = min(pause * 2, 0.04)
