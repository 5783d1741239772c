# SPDX-License-Identifier: MIT
from types import ModuleType

from osier._plan import plan as plan, undo as undo
from osier._rehearse import rehearse as rehearse
from osier._state import StateError as StateError, StateFailed as StateFailed, state as state
from osier.run import run as run

__all__ = ["install", "installed", "modules"]
__version__: str

def modules() -> dict[str, ModuleType]: ...
def installed() -> bool: ...
def install(psutil: bool = False) -> None: ...
