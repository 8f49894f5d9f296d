# /// attack
# does = "imports a library that is off in this exercise"
# covers = ["D10", "J1"]
# status = "blocked"
# points = 0
# ///
from mine import honest as multiply_sum


def unused():
    from scipy import signal

    return signal
