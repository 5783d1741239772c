# SPDX-License-Identifier: MIT
"""Prints the directory below a prefix that this interpreter imports packages from: where.py PREFIX"""

import os
import sys

prefix = os.path.normpath(sys.argv[1])
searched = [path for path in sys.path if path.startswith(prefix + "/lib") and path.endswith("-packages")]
usual = f"{prefix}/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
print(searched[0] if searched else usual)
