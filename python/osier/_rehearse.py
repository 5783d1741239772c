# SPDX-License-Identifier: MIT
"""osier.rehearse(): a command that runs for real, and nothing has changed.

    with osier.rehearse(["make", "install"]) as rehearsal:
        print(rehearsal.plan)               # what it would change
        if rehearsal.returncode == 0:
            rehearsal.keep()                # else it is dropped

Not rehearsed are daemons (their sockets refuse connections, unless `real` names them), the network (there is none,
unless `network` is set) and the state of the kernel.
"""

import os

from osier import _posix
from osier._plan import Conflict, Plan


class Rehearsal:
    """A command that was rehearsed: `returncode` (−N: by signal N), `timed_out`, `id`, and `plan`, what it would change."""

    def __init__(self, capsule, args):
        self.args = args
        self._try = capsule
        self._plan = None
        self.returncode, self.timed_out, self.id = _posix._try_result(capsule)

    def _held(self):
        if self._try is None:
            raise ValueError("the rehearsal is closed")
        return self._try

    @property
    def plan(self):
        """What it would change, as osier.plan() shows and saves it; no steps can be added."""
        if self._plan is None:
            self._plan = Plan(_capsule=_posix._try_plan(self._held()))
        return self._plan

    @property
    def conflicts(self):
        """Where somebody else has changed the same meanwhile: (path, expected, found) of each."""
        _ = self.plan
        return _posix._try_conflicts(self._held())

    def keep(self, *, wait=False):
        """Makes it real, all of it or nothing: the number of the transaction, for osier.undo()."""
        try:
            return _posix._try_keep(self._held(), wait)
        except OSError as error:
            found = self.conflicts or _posix._plan_conflicts(self.plan._plan)
            if not found:
                raise
            conflict = Conflict(error.errno, error.strerror, error.filename)
            conflict.conflicts = found
            raise conflict from None

    def hold(self):
        """Has what was changed stay when this is closed, for another rehearsal (`again`) or a plan that was saved."""
        _posix._try_hold(self._held())

    def close(self):
        """Ends it; what wasn't kept or held is gone."""
        self._plan = self._try = None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.close()


def rehearse(args, *, real=None, within=None, ignore=None, env=None, network=False, again=0, timeout=None):
    """Runs a command with layers over all file systems, to its end, and tells what it would change.

    real: sockets and files that are the real ones. within: further directories that an ordinary user wants to change.
    ignore: patterns of names, or with a '/' of whole paths, whose changes are left out. again: the number of a rehearsal
    that was held. OSError with errno EOPNOTSUPP where no rehearsal can be; its filename says what is missing.
    """
    args = [args] if isinstance(args, (str, bytes, os.PathLike)) else list(args)
    if not args:
        raise ValueError("rehearse() args must not be empty")
    if timeout is not None and timeout <= 0:
        raise ValueError("timeout must be positive")
    if env is not None:
        env = [os.fsencode(key) + b"=" + os.fsencode(value) for key, value in env.items()]
    return Rehearsal(_posix._try_run(args, real, within, ignore, env, network, again, timeout or 0.0), args)
