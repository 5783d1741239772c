from subprocess import *
from subprocess import CompletedProcess as CompletedProcess
from typing import Any, Literal

from _typeshed import ReadableBuffer, StrOrBytesPath

_Tree = bool | Literal["cgroup", "namespace", "supervisor"]

def run(
    args: StrOrBytesPath | list[StrOrBytesPath] | tuple[StrOrBytesPath, ...],
    *,
    input: ReadableBuffer | str | None = None,
    capture_output: bool = False,
    timeout: float | None = None,
    check: bool = False,
    tree: _Tree = False,
    grace: float = 0,
    **kwargs: Any,
) -> CompletedProcess[Any]: ...
