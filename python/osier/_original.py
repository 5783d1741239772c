# SPDX-License-Identifier: MIT
"""The interpreter's own modules, held before anything of them is replaced."""

import genericpath
import os
import posix
import posixpath

NAMES = ("genericpath", "os", "os.path", "posix", "posixpath")
