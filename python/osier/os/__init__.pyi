# SPDX-License-Identifier: MIT
# osier.os has what the running interpreter's own os has, so its types are those of os.
from os import *
from os import path as path
from os import _Environ as _Environ
from os import _exit as _exit
from os import _wrap_close as _wrap_close
