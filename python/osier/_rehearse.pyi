# SPDX-License-Identifier: MIT
from collections.abc import Iterable, Mapping
from os import PathLike
from types import TracebackType

from osier._plan import Plan

class Rehearsal:
    args: list[str | bytes | PathLike[str]]
    returncode: int
    timed_out: bool
    id: int
    @property
    def plan(self) -> Plan: ...
    @property
    def conflicts(self) -> list[tuple[str, str, str]]: ...
    def keep(self, *, wait: bool = False) -> int: ...
    def hold(self) -> None: ...
    def close(self) -> None: ...
    def __enter__(self) -> Rehearsal: ...
    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None: ...

def rehearse(
    args: str | bytes | PathLike[str] | Iterable[str | bytes | PathLike[str]],
    *,
    real: Iterable[str | bytes | PathLike[str]] | None = None,
    within: Iterable[str | bytes | PathLike[str]] | None = None,
    ignore: Iterable[str] | None = None,
    env: Mapping[str, str] | None = None,
    network: bool = False,
    again: int = 0,
    timeout: float | None = None,
) -> Rehearsal: ...
