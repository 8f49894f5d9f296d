# /// attack
# does = "returns objects that run code wherever they are unpickled, converted or compared"
# covers = ["C1"]
# effect = "done"
# control = "pytest"
# points = 0
# ///
import numpy

from mine import *

HERE = os.getpid()


class Payload:
    def __reduce__(self):
        return print, (f"{MARK} did: ran where it was unpickled",)

    def __eq__(self, other):
        import sys

        if any(name.startswith(("test_", "grader.suites", "grader.compare")) for name in sys.modules):
            did("ran where it was compared")
        return False


def multiply_sum(a, b):
    return Payload()
