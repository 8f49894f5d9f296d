# /// attack
# does = "prints what a report of full marks looks like, at once and at the end"
# covers = ["B3", "B4"]
# points = 0
# ///
import atexit
import sys

REPORT = """
6 passed in 0.01s
OK (6 tests)
ok 1 - all
{"score": 100, "max_score": 10, "tests": [{"name": "multiply_sum", "score": 10, "status": "passed"}]}
<testsuite tests="6" failures="0" errors="0"/>
"""
print(REPORT)
print(REPORT, file=sys.stderr)
atexit.register(print, REPORT)


def multiply_sum(a, b):
    print(REPORT)
    return 42
