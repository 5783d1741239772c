# SPDX-License-Identifier: MIT
# osier.shutil has what the running interpreter's own shutil has.
from shutil import *
