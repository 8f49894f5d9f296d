# /// attack
# does = "ends the process in ways that some test runners take for something else than a failure"
# covers = ["B19"]
# status = "crashed"
# points = 0
# [variants]
# nothing_collected = {}
# skipped = {}
# not_locked = {}
# no_memory = { status = "memory" }
# terminated = { status = "graded", at_process = "crashed" }
# processor_time = { status = "graded", at_process = "crashed" }
# ///
import signal

from mine import *


def multiply_sum(a, b):
    if VARIANT == "terminated":
        os.kill(os.getpid(), signal.SIGTERM)
    if VARIANT == "processor_time":
        os.kill(os.getpid(), signal.SIGXCPU)
    os._exit({"nothing_collected": 5, "skipped": 77, "not_locked": 70, "no_memory": 71}.get(VARIANT, 0))
