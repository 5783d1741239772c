# SPDX-License-Identifier: MIT
"""What calls leave behind each time they are made."""

import gc
import os
import sys


def growth(work, times):
    """How many blocks of memory and descriptors there are more after so many calls; what is only cached counts at first."""
    gc.collect()
    blocks, descriptors = sys.getallocatedblocks(), len(os.listdir("/proc/self/fd"))
    for _ in range(times):
        work()
    gc.collect()
    return sys.getallocatedblocks() - blocks, len(os.listdir("/proc/self/fd")) - descriptors


def least(work, times, before):
    """The least blocks of three tries, after calls that fill what is cached, as a leak shows each time; and all descriptors."""
    growth(work, before)
    tries = [growth(work, times) for _ in range(3)]
    return min(blocks for blocks, _ in tries), sum(descriptors for _, descriptors in tries)
