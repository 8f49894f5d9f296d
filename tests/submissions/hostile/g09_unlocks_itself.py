# /// attack
# does = "takes back what it was locked by: its end with the grader, its closed memory, its limits"
# covers = ["G9"]
# effect = "done"
# [variants]
# death = {}
# dumpable = {}
# limits = { control = "pytest" }
# filter = {}
# ///
import ctypes
import resource

from mine import *
from mine import call, honest as multiply_sum

libc = ctypes.CDLL(None, use_errno=True)


def unlock():
    """Whether one of the locks could be taken off."""
    if VARIANT == "death":
        return libc.prctl(1, 0, 0, 0, 0) == 0
    if VARIANT == "dumpable":
        return libc.prctl(4, 1, 0, 0, 0) == 0
    if VARIANT == "filter":
        return libc.prctl(22, 2, None, 0, 0) == 0 or ctypes.get_errno() == 14
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    return True


if attempt(unlock):
    did(f"took off a lock: {VARIANT}")
