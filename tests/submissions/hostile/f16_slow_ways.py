# /// attack
# does = "hides endless work in what looks small"
# covers = ["F16"]
# status = "timeout"
# points = 0
# [variants]
# pattern = {}
# comprehension = {}
# text = {}
# ///
import re

from mine import *


def multiply_sum(a, b):
    if VARIANT == "pattern":
        return re.match(r"(a+)+$", "a" * 64 + "b")
    if VARIANT == "comprehension":
        return sum(1 for _ in range(10**12))
    text = ""
    while True:
        text = (text + "x")[-10**6 :]
