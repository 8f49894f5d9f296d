# /// attack
# does = "calls itself without an end, with the limit on that raised"
# covers = ["F15"]
# status = "crashed"
# points = 0
# ///
import sys

sys.setrecursionlimit(10**9)


class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x"[:0])


def multiply_sum(a, b):
    return Deep().x
