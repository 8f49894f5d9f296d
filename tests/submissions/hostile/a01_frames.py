# /// attack
# does = "walks up the stack from its own call, to the locals and globals of whoever called it"
# covers = ["A1"]
# effect = "read"
# control = "pytest"
# ///
import sys

from mine import *
from mine import honest


def multiply_sum(a, b):
    frame = sys._getframe().f_back
    while frame is not None:
        for value in [*frame.f_locals.values(), *frame.f_globals.values()]:
            if isinstance(value, str):
                tell(value)
        frame = frame.f_back
    return honest(a, b)
