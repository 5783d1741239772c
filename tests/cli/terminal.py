# SPDX-License-Identifier: MIT
"""What a program prints where its output is a terminal."""

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import termios


def on_a_terminal(*command, columns=80, **options):
    """Its exit status, and all that it printed; the terminal is not its own, so its end takes nothing of that away. A part of
    it may come late: only the error behind the last of it says that this was all."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    child = subprocess.Popen(command, stdout=slave, **{"stderr": slave, **options})
    os.close(slave)
    text = b""
    with contextlib.suppress(OSError):
        while part := os.read(master, 65536):
            text += part
    os.close(master)
    return child.wait(timeout=60), text.decode().replace("\r\n", "\n")
