# SPDX-License-Identifier: MIT
"""`import osier.os as os`: Python's os on osier's C core.

The module puts the finished os in its own place, so that it is the real thing all through: its
names, its `path`, its functions by identity.
"""

import sys

import osier

_modules = osier.modules()
sys.modules["osier.os.path"] = _modules["os.path"]
sys.modules[__name__] = _modules["os"]
