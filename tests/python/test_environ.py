# SPDX-License-Identifier: MIT
"""os.environ is Python's in all but speed: one dictionary of bytes, whoever changes it."""

import copy
import inspect
import os as python_os
import pickle
import random
import subprocess
import sys
import threading
from unittest import mock

import pytest

import osier.os as os


class Text(str):
    pass


def answer(call, *arguments, **keywords):
    try:
        result = call(*arguments, **keywords)
    except Exception as error:
        return type(error), error.args, error.__cause__, error.__suppress_context__
    return type(result), result


@pytest.fixture(autouse=True)
def clean():
    before = dict(python_os.environ)
    yield
    python_os.environ.clear()
    python_os.environ.update(before)


KEYS = ["X", "Y", "NOT", "", "é", "\udcff", "a=b", "a\0b", Text("X"), b"X", b"NOT", bytearray(b"X"), None, 1, [], ("X",)]


def ask_all(module):
    """What every way of reading gives for every kind of key."""
    for name in ("environ", "environb"):
        environ = getattr(module, name)
        for key in KEYS:
            yield name, "[]", key, answer(environ.__getitem__, key), answer(lambda: environ[key])
            yield name, "in", key, answer(environ.__contains__, key), answer(lambda: key in environ)
            yield name, "get", key, answer(environ.get, key), answer(environ.get, key, 3), answer(environ.get, key=key, default=4)
    for name in ("getenv", "getenvb"):
        for key in KEYS:
            call = getattr(module, name)
            yield name, key, answer(call, key), answer(call, key, 3), answer(call, key=key, default=4), answer(call, key, default=5)


def test_reading():
    for value in ("1", "", "é", "\udcff", "1"):
        python_os.environ["X"] = value
        for _ in range(2):  # asked for before, or not
            assert list(ask_all(os)) == list(ask_all(python_os))
    del os.environ["X"]
    assert list(ask_all(os)) == list(ask_all(python_os))


def test_wrong_calls():
    for environ in (os.environ, python_os.environ):
        for arguments in ((), ("X", 1, 2)):
            with pytest.raises(TypeError):
                environ.get(*arguments)
        with pytest.raises(TypeError):
            environ.get("X", no=1)
    for module in (os, python_os):
        for arguments in ((), ("X", 1, 2)):
            with pytest.raises(TypeError):
                module.getenv(*arguments)


def test_changes_are_seen():
    for change in (os.environ, python_os.environ):
        for value in ("a", "b", "a"):
            change["X"] = value
            assert os.environ["X"] == os.getenv("X") == python_os.environ["X"] == value
            assert os.environb[b"X"] == value.encode()
        assert subprocess.run(["printenv", "X"], capture_output=True).stdout == b"a\n"
        del change["X"]
        assert "X" not in os.environ and os.getenv("X") is None and "X" not in python_os.environ
        assert subprocess.run(["printenv", "X"], capture_output=True).returncode == 1
    os.environb[b"X"] = b"\xff"
    assert os.environ["X"] == "\udcff"
    os.environ._data[b"X"] = b"straight"
    assert os.environ["X"] == "straight"
    os.putenv("X", "behind its back")
    assert os.environ["X"] == "straight"
    os.unsetenv("X")
    assert os.environ["X"] == "straight"


def test_many_names():
    """More than are kept, in any order."""
    generator = random.Random(1)
    for i in range(1000):
        os.environ[f"X{i}"] = str(i)
    for _ in range(5000):
        i = generator.randrange(1200)
        assert os.environ.get(f"X{i}") == (str(i) if i < 1000 else None)


def test_kind():
    assert type(os.environ) is type(os.environb) is os._Environ
    assert (os._Environ.__name__, os._Environ.__qualname__, os._Environ.__module__) == ("_Environ", "_Environ", "osier.os")
    assert isinstance(os.environ, os.MutableMapping) and type(os._Environ) is type(python_os._Environ)
    assert isinstance(os.environ, python_os._Environ)
    assert repr(os.environ) == repr(python_os.environ)
    assert os.environ == python_os.environ and len(os.environ) == len(python_os.environ)
    assert vars(os.environ) == vars(python_os.environ)
    assert os.environ._data is python_os.environ._data is os.environb._data


def test_operators():
    other = {"X": "1"}
    for operator in ("__or__", "__ror__"):
        ours, theirs = getattr(os.environ, operator)(other), getattr(python_os.environ, operator)(other)
        assert type(ours) is type(theirs) is dict and ours == theirs
    environ = os.environ
    environ |= other
    assert environ is os.environ and python_os.environ["X"] == "1"
    assert environ.copy() == dict(environ) == python_os.environ.copy()
    assert dict(environ.items()) == dict(python_os.environ.items()) and list(environ) == list(python_os.environ)
    assert environ.setdefault("X", "2") == environ.pop("X") == "1" and environ.pop("X", None) is None
    assert answer(environ.pop, "X") == answer(python_os.environ.pop, "X")


def test_copies():
    for environ in (os.environ, python_os.environ):
        with pytest.raises((AttributeError, pickle.PicklingError)):
            pickle.dumps(environ)
    os.environ["X"] = "1"
    shallow, deep = copy.copy(os.environ), copy.deepcopy(os.environ)
    assert shallow._data is os.environ._data and deep._data is not os.environ._data
    os.environ["X"] = "2"
    assert (shallow["X"], deep["X"], deep.get("X"), "X" in deep) == ("2", "1", "1", True)


def test_replaced():
    os.environ["X"] = "1"
    with mock.patch.dict(os.environ, {"X": "2", "Y": "3"}, clear=True):
        assert dict(os.environ) == {"X": "2", "Y": "3"} and os.getenv("Y") == "3"
    assert os.environ["X"] == "1" and "Y" not in os.environ
    with mock.patch.object(os.environ, "_data", {b"X": b"other"}):
        assert os.environ["X"] == os.getenv("X") == "other"
    with mock.patch.object(os.environ, "encodekey", lambda key: b"X"):
        assert os.environ["Z"] == os.environ.get("Z") == "1" and "Z" in os.environ
    with mock.patch.object(os.environ, "decodevalue", lambda value: "decoded"):
        assert os.environ["X"] == os.environ.get("X") == "decoded"
    with mock.patch.object(os, "environ", {"X": "mapping"}):
        assert os.getenv("X") == "mapping" and os.getenv("NOT", 3) == 3
    assert os.environ["X"] == os.getenv("X") == "1"
    own = os._Environ({b"X": b"own"}, *[getattr(os.environ, name) for name in ("encodekey", "decodekey", "encodevalue", "decodevalue")])
    assert own["X"] == own.get("X") == "own" and "X" in own and "Y" not in own


@pytest.mark.skipif(not hasattr(os, "reload_environ"), reason="since 3.14")
def test_reload():
    os.environ["X"] = "1"
    os.putenv("X", "2")
    assert os.environ["X"] == "1"
    os.reload_environ()
    assert os.environ["X"] == "2"


def test_signatures():
    for name in ("getenv", "getenvb"):
        assert inspect.signature(getattr(os, name)) == inspect.signature(getattr(python_os, name))
        assert getattr(os, name).__doc__ == getattr(python_os, name).__doc__


def test_nothing_is_kept():
    name, value = "X" * 40, "y" * 1000
    os.environ[name] = value
    data = os.environ._data[name.encode()]
    before = sys.getrefcount(data), sys.getrefcount(None)
    for _ in range(1000):
        os.environ[name], os.environ.get(name), os.getenv(name), name in os.environ, os.environ.get("NOT"), os.getenv("NOT")
    assert sys.getrefcount(data) - before[0] < 5
    if sys.version_info < (3, 12):  # from then on None counts nothing
        assert abs(sys.getrefcount(None) - before[1]) < 100


def test_going_through_while_another_thread_deletes():
    """Whoever goes through the mapping sees what it was when he began."""
    stop = threading.Event()

    def change():
        while not stop.is_set():
            for name in names:
                os.environ[name] = "value"
            for name in names:
                os.environ.pop(name, None)

    names = [f"CHANGES{i}" for i in range(50)]
    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(300):
            for call in (dict, lambda environ: environ.copy(), lambda environ: list(environ.items()),
                         lambda environ: {name: environ[name] for name in environ}):
                found = call(os.environ)
                assert "PATH" in found or ("PATH", os.environ["PATH"]) in found
            dict(os.environb), list(os.environ.values()), os.environ | {}, {} | os.environ
    finally:
        stop.set()
        thread.join()


def test_what_is_gone_is_gone():
    """Who deletes a variable himself, on the way or not, finds it no more."""
    os.environ["GONE"] = "1"
    for name in os.environ:
        if name == "GONE":
            assert os.environ[name] == "1"
            del os.environ[name]
            for environ in (os.environ, os.environb):
                with pytest.raises(KeyError):
                    environ["GONE" if environ is os.environ else b"GONE"]
    os.environ["GONE"] = "1"
    walk = iter(os.environ)
    next(walk)
    del walk
    python_os.environ.pop("GONE")
    with pytest.raises(KeyError) as caught:
        os.environ["GONE"]
    assert caught.value.__suppress_context__
