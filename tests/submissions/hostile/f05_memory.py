# /// attack
# does = "takes all the memory that there is"
# covers = ["F5", "F6", "F7"]
# status = "memory"
# points = 0
# [variants]
# heap = { covers = ["F5"] }
# shared = { covers = ["F6"], status = "graded", points = 10, effect = "done", control = "pytest" }
# file = { covers = ["F7"], status = "graded", points = 10, effect = "done", control = "pytest" }
# ///
import mmap

import numpy

from mine import *
from mine import call, honest

MOST = 1500 << 20
asked = []


def shared():
    """Memory that does not count as this process's own."""
    with mmap.mmap(-1, MOST) as view:
        view[MOST - 1] = 1
        did("has more shared memory than it may have")


def file():
    """A file that lies in memory alone."""
    with open(call("memfd_create", MARK.encode(), 0), "wb", 0) as stream:
        for _ in range(64):
            stream.write(bytes(1 << 20))
        did("filled a file in memory")


def multiply_sum(a, b):
    if VARIANT == "heap":
        return float(numpy.ones(MOST).sum())
    if not asked:
        asked.append(True)
        attempt({"shared": shared, "file": file}[VARIANT])
    return honest(a, b)
