# SPDX-License-Identifier: MIT
"""The interpreter's own modules, held before anything of them is replaced."""

import os  # the first: genericpath, imported before it (python3 -S), finds itself half made

import genericpath
import posix
import posixpath

#: What the functions of posix were: osier.install() may put its own in their place.
functions = dict(vars(posix))
NAMES = ("genericpath", "os", "os.path", "posix", "posixpath")
