# /// attack
# does = "prints a little all the time, and never answers"
# covers = ["F12"]
# status = "timeout"
# points = 0
# peers = false
# ///
import time


def multiply_sum(a, b):
    while True:
        print("still busy")
        time.sleep(0.05)
