# SPDX-License-Identifier: MIT
from collections.abc import Mapping
from os import PathLike
from typing import Any, NamedTuple

from osier._plan import Plan

class Problem(NamedTuple):
    path: str | None
    line: int
    column: int
    source: str | None
    message: str

class Verdict(NamedTuple):
    kind: str
    name: str
    origin: str
    right: bool
    warns: bool
    what: str | None
    perfdata: str | None

class Command(NamedTuple):
    name: str
    text: str
    origin: str
    perhaps: bool

class Event(NamedTuple):
    kind: str
    id: int
    name: str | None
    text: str | None
    error: int

class Var(NamedTuple):
    value: str
    origin: str

class StateError(ValueError):
    problems: list[Problem]
    def __init__(self, problems: list[Problem]) -> None: ...

class StateFailed(RuntimeError):
    events: list[Event]
    def __init__(self, events: list[Event]) -> None: ...

class State:
    def __init__(
        self,
        path: str | bytes | PathLike[str],
        text: str | None = None,
        vars: Mapping[str, object] | None = None,
        title: str | None = None,
    ) -> None: ...
    @property
    def fits(self) -> bool: ...
    @property
    def vars(self) -> dict[str, Var]: ...
    def plan(self) -> Plan: ...
    @property
    def commands(self) -> list[Command]: ...
    def apply(self, plan: Plan | None = None, *, wait: bool = False) -> list[Event]: ...
    def check(self) -> list[Verdict]: ...

def state(
    source: str | bytes | PathLike[str] | Mapping[str, Any],
    *,
    vars: Mapping[str, object] | None = None,
    title: str | None = None,
    path: str | bytes | PathLike[str] = "state.json",
) -> State: ...
