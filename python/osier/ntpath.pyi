# SPDX-License-Identifier: MIT
# osier.ntpath has what the running interpreter's own ntpath has.
from ntpath import *
