# SPDX-License-Identifier: MIT
"""`import osier.ntpath as ntpath`: Python's paths of Windows, as text, on osier's C core."""

import sys

import osier
from osier._assemble import assemble_ntpath

sys.modules[__name__] = assemble_ntpath(osier.modules())
