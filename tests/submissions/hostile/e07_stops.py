# /// attack
# does = "stops itself, with all pipes open, and neither reads nor answers"
# covers = ["E7"]
# at_process = "timeout"
# points = 0
# [variants]
# import = { status = "import_error" }
# call = {}
# ///
import signal

from mine import *


def stop():
    os.kill(os.getpid(), signal.SIGSTOP)


def multiply_sum(a, b):
    stop()
    return 42


if VARIANT == "import":
    stop()
