from collections.abc import Sequence
from subprocess import (
    DEVNULL as DEVNULL,
    PIPE as PIPE,
    STDOUT as STDOUT,
    CalledProcessError as CalledProcessError,
    CompletedProcess as CompletedProcess,
    Popen as Popen,
    SubprocessError as SubprocessError,
    TimeoutExpired as TimeoutExpired,
    call as call,
    check_call as check_call,
    check_output as check_output,
    getoutput as getoutput,
    getstatusoutput as getstatusoutput,
    list2cmdline as list2cmdline,
)
from typing import Any, Literal

from _typeshed import ReadableBuffer, StrOrBytesPath

_Tree = bool | Literal["cgroup", "namespace", "supervisor"]

def run(
    args: StrOrBytesPath | Sequence[StrOrBytesPath],
    *,
    input: ReadableBuffer | str | None = None,
    capture_output: bool = False,
    timeout: float | None = None,
    check: bool = False,
    tree: _Tree = False,
    grace: float = 0,
    **kwargs: Any,
) -> CompletedProcess[Any]: ...
