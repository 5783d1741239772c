# SPDX-License-Identifier: MIT
"""`import osier.shutil as shutil`: Python's shutil over osier's os, its trees and files on the core."""

import sys

import osier
from osier._assemble import assemble_shutil

sys.modules[__name__] = assemble_shutil(osier.modules())
