# SPDX-License-Identifier: MIT
"""osier.state(): a machine as a file, or a dict, says it shall be.

    state = osier.state("site.toml", vars={"port": 8080})
    print(state.plan())                     # what isn't so
    state.apply()                           # it is so, all of it or nothing; osier.undo() takes it back
    wrong = [verdict for verdict in state.check() if not verdict.right]
"""

import errno
import json
import os
import threading
from typing import NamedTuple

from osier import _posix
from osier._plan import Plan


class Problem(NamedTuple):
    """What is wrong with a state: `line` and `column` from 1 on, 0 for none in particular."""

    path: str
    line: int
    column: int
    source: str
    message: str

    def __str__(self):
        place = f"{self.path}:{self.line}:{self.column}: " if self.line else f"{self.path}: " if self.path else ""
        return place + self.message


class Verdict(NamedTuple):
    """Whether a resource is as a state has it; `what` says why not, `perfdata` what was measured."""

    kind: str
    name: str
    origin: str
    right: bool
    warns: bool
    what: str
    perfdata: str


class Command(NamedTuple):
    """A command that a state runs; `perhaps` where what comes before it decides that."""

    name: str
    text: str
    origin: str
    perhaps: bool


class Event(NamedTuple):
    """What has happened: kind is "done", "runs", "failed" or "undone"; id is a transaction's."""

    kind: str
    id: int
    name: str
    text: str
    error: int


class Var(NamedTuple):
    value: str
    origin: str


class StateError(ValueError):
    """A state isn't right, or something is in its way: `problems` has all of it."""

    def __init__(self, problems):
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class StateFailed(RuntimeError):
    """A command or program of a state has failed, and what was applied was taken back: `events` tell."""

    def __init__(self, events):
        failed = [event for event in events if event.kind == "failed"]
        super().__init__("\n".join(f"{event.name}: {event.text}" for event in failed) or "nothing was changed")
        self.events = events


class State:
    """How a machine shall be; it is compared with the machine each time, and nothing is kept."""

    def __init__(self, path, text=None, vars=None, title=None):
        pairs = None if vars is None else [f"{name}={value}" for name, value in vars.items()]
        self._lock = threading.RLock()  # a state is for one thread at a time
        self._state = _posix._state_open(path, text, title, pairs)
        self._raise()

    def _problems(self):
        return [Problem(*problem) for problem in _posix._state_problems(self._state)]

    def _raise(self):
        problems = self._problems()
        if problems:
            raise StateError(problems)

    @property
    def fits(self):
        """Whether it is for this machine, as its table [only] says."""
        return _posix._state_fits(self._state)

    @property
    def vars(self):
        """Variables and facts by their names: (value, origin) of each."""
        with self._lock:
            return {name: Var(value, origin) for name, value, origin in _posix._state_vars(self._state)}

    def plan(self):
        """What isn't so, as osier.plan() shows and saves it; StateError where something is in the way."""
        with self._lock:
            capsule = _posix._state_plan(self._state)
            if capsule is None:
                self._raise()
            return Plan(_capsule=capsule)

    @property
    def commands(self):
        """The commands that the last plan() is followed by."""
        with self._lock:
            return [Command(*command) for command in _posix._state_commands(self._state)]

    def apply(self, plan=None, *, wait=False):
        """Makes it so, all of it or nothing, by the last plan() or a new one: the events.

        StateFailed where a command or program has failed, OSError where a plan can't be applied.
        """
        with self._lock:
            plan = plan or self.plan()
            number, events = _posix._state_apply(self._state, plan._plan, wait)
            events = [Event(*event) for event in events]
            if number == errno.EBADMSG:
                self._raise()
            if number:
                raise StateFailed(events)
            return events

    def check(self):
        """Whether each resource and assertion is so: a Verdict of each, and nothing is changed."""
        with self._lock:
            return [Verdict(*verdict) for verdict in _posix._state_check(self._state)]


def state(source, *, vars=None, title=None, path="state.json"):
    """A state from a file of TOML, JSON or tmpfiles.d, or from a dict of the same shape.

    vars: what {{name}} stands for, before the file's own. path: of a dict, what its relative paths are beside, and
    messages call it. StateError tells all that is wrong with it.
    """
    if isinstance(source, (str, bytes, os.PathLike)):
        return State(source, None, vars, title)
    return State(path, json.dumps(source, allow_nan=False), vars, title)
