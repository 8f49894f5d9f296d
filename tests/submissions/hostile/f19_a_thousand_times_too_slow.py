# /// attack
# does = "answers right, the slower the larger the arrays are"
# covers = ["F19", "F20"]
# status = "timeout"
# points = 2
# ///
import time

from mine import honest


def multiply_sum(a, b):
    until = time.process_time() + 0.002 * a.size**2
    while a.size > 8 and time.process_time() < until:
        pass
    return honest(a, b)
