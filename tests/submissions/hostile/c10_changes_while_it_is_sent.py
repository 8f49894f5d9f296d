# /// attack
# does = "lets a thread change an array while it is sent and judged"
# covers = ["C10"]
# points = 0
# ///
import threading

import numpy

answer = numpy.array([1.0, 2.0])


def change():
    while True:
        answer[:] = answer[::-1]


threading.Thread(target=change, daemon=True).start()


def multiply_sum(a, b):
    return answer
