# /// attack
# does = "prints without end"
# covers = ["F12", "F13", "F14"]
# status = "blocked"
# points = 0
# peers = false
# [variants]
# lines = { covers = ["F12"] }
# errors = { covers = ["F13"] }
# no_line = { covers = ["F14"] }
# import = { covers = ["F12"] }
# ///
import sys

from mine import *


def flood():
    while True:
        if VARIANT == "errors":
            os.write(2, b"x" * 60000)
        elif VARIANT == "no_line":
            sys.stdout.write("x" * 60000)
        else:
            print("x" * 1000)


def multiply_sum(a, b):
    flood()


if VARIANT == "import":
    flood()
