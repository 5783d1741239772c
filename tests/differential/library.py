# SPDX-License-Identifier: MIT
"""libosier.so through ctypes, and what a call of it or of Python's os gave."""

import ctypes
import dataclasses
import errno
import os
import pathlib
import stat

BUILD = pathlib.Path(os.environ.get("OSIER_BUILD", pathlib.Path(__file__).parents[2] / "build"))
LIBRARY = ctypes.CDLL(str(BUILD / "libosier.so"), use_errno=True)
LIBC = ctypes.CDLL(None)
LIBC.free.argtypes = [ctypes.c_void_p]


def content_of(path, mode):
    """A file's content, for its owner also where its mode keeps that out."""
    closed = os.geteuid() != 0 and not mode & stat.S_IRUSR
    if closed:
        os.chmod(path, 0o600)
    try:
        with open(path, "rb") as file:
            return file.read()
    finally:
        if closed:
            os.chmod(path, stat.S_IMODE(mode))


class Record(ctypes.Structure):
    """struct os_error"""

    _fields_ = [
        ("number", ctypes.c_int),
        ("operation", ctypes.c_char_p),
        ("filename", ctypes.c_char_p),
        ("filename2", ctypes.c_char_p),
        ("message", ctypes.c_char_p),
    ]


LIBRARY.os_last_error.restype = ctypes.POINTER(Record)


@dataclasses.dataclass(frozen=True)
class Failure:
    """What an OSError tells; `words` is what another exception says."""

    number: int
    filename: bytes | None = None
    filename2: bytes | None = None
    words: str | None = None

    def __str__(self):
        name = errno.errorcode.get(self.number, self.number)
        return f"{name} {self.filename!r} {self.filename2!r} {self.words or ''}".rstrip()


def failure():
    """The thread's error record, after a call that failed."""
    number = ctypes.get_errno()
    record = LIBRARY.os_last_error()
    if not record:
        return Failure(number, words="osier left no record")
    words = record[0].message
    if words == b"KeyError":
        words += f": {record[0].filename!r}".encode()
    return Failure(number, record[0].filename, record[0].filename2, words.decode() if words else None)


def argument(value):
    """A Python value as ctypes passes it; a list of texts becomes a char **."""
    if isinstance(value, (list, tuple)):
        return (ctypes.c_char_p * (len(value) + 1))(*value, None)
    if isinstance(value, bool) or value is None or isinstance(value, bytes):
        return value
    return ctypes.c_long(value) if isinstance(value, int) else value


#: what Python gives where the running one can't tell what is right
UNKNOWN = object()

# Converters: (what ctypes takes the result for, what makes a Python value or Failure of it).


def _text(address):
    if not address:
        return failure()
    text = ctypes.string_at(address)
    LIBC.free(address)
    return text


def _texts(address):
    if not address:
        return failure()
    pointers = ctypes.cast(address, ctypes.POINTER(ctypes.c_char_p))
    texts = []
    while (text := pointers[len(texts)]) is not None:
        texts.append(text)
    LIBC.free(address)
    return texts


def _status(number):
    return failure() if number < 0 else None


def _number(number):
    return failure() if number == -1 else number


def _truth(number):
    return failure() if number < 0 else bool(number)


def _descriptor(number):
    """What a descriptor leads to, and that it is not inherited; closes it."""
    if number < 0:
        return failure()
    return opened(number)


TEXT = (ctypes.c_void_p, _text)  # an owned char *
TEXTS = (ctypes.c_void_p, _texts)  # an owned char **, as a list
STATUS = (ctypes.c_int, _status)  # 0 or −1; Python returns None
NUMBER = (ctypes.c_int64, _number)  # −1 is a failure
INT = (ctypes.c_int, _number)
TRUTH = (ctypes.c_int, _truth)  # 1, 0 or −1
BOOL = (ctypes.c_bool, bool)  # never fails
DESCRIPTOR = (ctypes.c_int, _descriptor)


def opened(descriptor):
    """The Python side of DESCRIPTOR."""
    import fcntl

    state = os.fstat(descriptor)
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    seen = (state.st_mode, state.st_size, flags, os.get_inheritable(descriptor))
    os.close(descriptor)
    return seen


def osier(name, converter, arguments):
    """Calls the C function."""
    function = getattr(LIBRARY, name)
    function.restype, convert = converter
    ctypes.set_errno(0)
    return convert(function(*map(argument, arguments)))


def python(function, arguments):
    """Calls the Python function; its exception becomes a Failure."""
    try:
        return function(*arguments)
    except OSError as error:
        return Failure(error.errno, error.filename, error.filename2)
    except KeyError as error:
        return Failure(errno.ENOENT, words=f"KeyError: {error}")
    except (ValueError, TypeError, NotImplementedError) as error:
        return Failure(errno.EINVAL, words=f"{type(error).__name__}: {error}")
