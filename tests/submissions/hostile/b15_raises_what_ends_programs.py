# /// attack
# does = "raises what ends programs, skips tests or steers a search for examples"
# covers = ["B15", "B17", "B18"]
# points = 0
# [variants]
# exit = {}
# interrupt = {}
# generator = {}
# assertion = {}
# skip = {}
# skipped = {}
# unsatisfied = {}
# stop = {}
# group = {}
# ///
from mine import *


def multiply_sum(a, b):
    if VARIANT == "skip":
        import pytest

        pytest.skip("not today")
    raise {
        "exit": SystemExit(0),
        "interrupt": KeyboardInterrupt(),
        "generator": GeneratorExit(),
        "assertion": AssertionError(),
        "skipped": type("Skipped", (BaseException,), {"allow_module_level": True})("passed"),
        "unsatisfied": type("UnsatisfiedAssumption", (BaseException,), {})(),
        "stop": type("StopTest", (BaseException,), {})(),
        "group": BaseExceptionGroup("all", [SystemExit(0), ValueError("mine")]),
    }[VARIANT]
