# /// attack
# does = "answers right as often as it takes to look right"
# covers = ["G15"]
# points = 2
# ///
from mine import honest

calls = []


def multiply_sum(a, b):
    calls.append(1)
    return honest(a, b) if len(calls) < 10 else 42
