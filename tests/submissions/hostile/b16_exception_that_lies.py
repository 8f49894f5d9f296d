# /// attack
# does = "raises exceptions that break whoever looks at them"
# covers = ["B16"]
# points = 0
# [variants]
# wordless = {}
# leaves = {}
# endless = { status = "timeout" }
# kind = {}
# ///
from mine import *


def leave(self):
    raise SystemExit(0)


def never(self):
    while True:
        pass


WAYS = {
    "wordless": {"__str__": lambda self: 1 / 0, "__repr__": lambda self: 1 / 0},
    "leaves": {"__str__": leave, "__repr__": leave},
    "endless": {"__str__": never, "__repr__": never},
    "kind": {"__class__": property(lambda self: ValueError), "__str__": lambda self: "passed"},
}


def multiply_sum(a, b):
    raise type("Liar", (KeyError,), WAYS[VARIANT])()
