# /// attack
# does = "leaves while it is imported, as after a success"
# covers = ["B1"]
# status = "import_error"
# points = 0
# ///
import sys


def multiply_sum(a, b):
    return 42


sys.exit(0)
