# /// attack
# does = "crashes"
# covers = ["F22"]
# status = "crashed"
# points = 0
# [variants]
# segment = {}
# abort = {}
# kill = { status = "graded", at_process = "crashed" }
# descriptors = {}
# ///
import ctypes
import signal

from mine import *


def multiply_sum(a, b):
    if VARIANT == "segment":
        ctypes.string_at(0)
    if VARIANT == "abort":
        os.abort()
    if VARIANT == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    os.closerange(0, 1024)
