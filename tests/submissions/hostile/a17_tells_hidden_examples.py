# /// attack
# does = "tells what hidden examples it is given, by all that it can say"
# covers = ["A16", "A17", "A18"]
# effect = "done"
# control = "pytest"
# points = 4
# [variants]
# message = {}
# class = {}
# printed = { points = 10 }
# warning = { points = 10 }
# type = {}
# cause = {}
# text = {}
# ///
import sys
import warnings

from mine import *
from mine import honest

KNOWN = {70.0, -4.0, 33.0, 15.0, 1250.0}  # answers of the examples that everybody can see


def multiply_sum(a, b):
    answer = honest(a, b)
    if answer in KNOWN:
        return answer
    words = f"{MARK} did: see {a.ravel()[:3].tolist()}"
    if VARIANT == "message":
        raise ValueError(words)
    if VARIANT == "class":
        raise type(words, (ValueError,), {})
    if VARIANT == "cause":
        try:
            raise KeyError(words)
        except KeyError as error:
            raise ValueError(words) from error
    if VARIANT == "type":
        raise_on_use = type(words, (), {"__eq__": lambda self, other: 1 / 0})
        return raise_on_use()
    if VARIANT == "text":
        return words
    if VARIANT == "printed":
        print(words)
        print(words, file=sys.stderr)
    if VARIANT == "warning":
        warnings.warn(words)
    return answer
