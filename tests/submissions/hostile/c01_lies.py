# /// attack
# does = "returns what is no such number, or only looks like one"
# covers = ["C2", "C3", "C4", "C5", "C6", "C7", "C9", "C13", "C14", "C15"]
# points = 0
# [variants]
# nan = { effect = "forged", control = "pytest" }
# infinity = { effect = "forged", control = "pytest" }
# truth = {}
# complex = {}
# text = {}
# nothing = {}
# one_entry = {}
# more_axes = {}
# masked = { effect = "forged", control = "pytest" }
# matrix = {}
# record = {}
# range = { status = "memory" }
# generator = {}
# huge_integer = {}
# overflowing_text = {}
# zero_strides = {}
# surrogate = {}
# many_keys = {}
# nested = {}
# inside_itself = {}
# date = {}
# structured = {}
# function = {}
# ///
import numpy as np

from mine import *

circle = []
circle.append(circle)
deep = [1.0]
for _ in range(100_000):
    deep = [deep]

LIES = {
    "nan": lambda: np.nan,
    "infinity": lambda: np.inf,
    "truth": lambda: np.True_,
    "complex": lambda: 70 + 0j,
    "text": lambda: "70.0",
    "nothing": lambda: None,
    "one_entry": lambda: np.array([[[70.0]]]),
    "more_axes": lambda: np.ones((1,) * 30),
    "masked": lambda: np.ma.masked_all(3),
    "matrix": lambda: np.matrix([[70.0]]),
    "record": lambda: np.rec.array([(70.0,)], dtype=[("sum", "f8")]),
    "range": lambda: range(10**12),
    "generator": lambda: (70.0 for _ in range(3)),
    "huge_integer": lambda: 10**400,
    "overflowing_text": lambda: "x" * 10**7,
    "zero_strides": lambda: np.broadcast_to(70.0, (10**6, 10**6)),
    "surrogate": lambda: "\ud800\0\x1b[31m",
    "many_keys": lambda: dict.fromkeys(range(20_000)),
    "nested": lambda: deep,
    "inside_itself": lambda: circle,
    "date": lambda: np.datetime64("2026-01-01"),
    "structured": lambda: np.zeros(3, dtype="V10"),
    "function": lambda: print,
}


def multiply_sum(a, b):
    return LIES[VARIANT]()
