# /// attack
# does = "holds code that takes a parser or a compiler to its limits"
# covers = ["F17"]
# status = "import_error"
# points = 0
# [variants]
# parentheses = {}
# constants = { status = "memory" }
# ///
from mine import *

if VARIANT == "parentheses":
    eval("(" * 10**6)
else:
    eval("'x' * 10 ** 6 * 10 ** 6")


def multiply_sum(a, b):
    return 42
