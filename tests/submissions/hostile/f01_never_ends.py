# /// attack
# does = "never answers"
# covers = ["F1", "F2", "F3", "F4"]
# status = "timeout"
# points = 0
# [variants]
# busy = { covers = ["F1"] }
# asleep = { covers = ["F2"] }
# in_c = { covers = ["F3"] }
# deaf = { covers = ["F4"] }
# ///
import signal
import time

from mine import *


def multiply_sum(a, b):
    if VARIANT == "asleep":
        time.sleep(10**6)
    if VARIANT == "in_c":
        return 10 ** 10 ** int(a.ndim + 7)
    if VARIANT == "deaf":
        for number in set(range(1, 32)) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
