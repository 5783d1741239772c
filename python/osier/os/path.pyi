# SPDX-License-Identifier: MIT
# osier.os.path has what the running interpreter's own os.path has.
from os.path import *
