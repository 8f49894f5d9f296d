# /// attack
# does = "answers right five times, then ends the process, so that later checks cannot fail"
# covers = ["B20"]
# status = "crashed"
# points = 2
# ///
from mine import *
from mine import honest

calls = []


def multiply_sum(a, b):
    calls.append(1)
    if len(calls) > 5:
        os._exit(0)
    return honest(a, b)
