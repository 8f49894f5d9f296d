# /// attack
# does = "says in every place what a page, a terminal or a table would take for more than text"
# covers = ["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9"]
# effect = "injected"
# control = "pytest"
# points = 0
# [variants]
# raised = {}
# printed = {}
# named = {}
# returned = {}
# imported = { status = "import_error" }
# ///
import sys

from mine import *

WORDS = f"<b>{MARK}</b>\x1b[31m{MARK}\u202e{MARK}\u200b\0\r\n=cmd|{MARK}\n6 passed\ud800 ![]({MARK})]]>" + "x" * 10**6


def multiply_sum(a, b):
    if VARIANT == "raised":
        raise ValueError(WORDS)
    if VARIANT == "named":
        raise type(WORDS.replace("\0", "").replace("\ud800", ""), (ValueError,), {})(WORDS)
    if VARIANT == "returned":
        return type(WORDS.replace("\0", "").replace("\ud800", ""), (), {})()
    attempt(print, WORDS.replace("\ud800", "")[:4000])
    attempt(print, WORDS.replace("\ud800", "")[:4000], file=sys.stderr)
    return "".join(WORDS)


if VARIANT == "imported":
    raise ValueError(WORDS)
