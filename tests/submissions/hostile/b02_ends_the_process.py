# /// attack
# does = "ends the process with the exit status of a success"
# covers = ["B2"]
# status = "crashed"
# points = 0
# [variants]
# import = {}
# call = { points = 0 }
# ///
from mine import *


def multiply_sum(a, b):
    os._exit(0)


if VARIANT == "import":
    os._exit(0)
