# /// attack
# does = "sends signals to processes that are not its own"
# covers = ["G4"]
# effect = "done"
# control = "pytest"
# [variants]
# parent = {}
# grader = {}
# group = {}
# everybody = { control = "process" }
# ///
import signal

from mine import *
from mine import ancestors, honest as multiply_sum

# These signals harm nobody: who lets them through would let others through.
if VARIANT == "everybody":
    if attempt(lambda: os.kill(-1, 0) or True):
        did("may signal everybody")
else:
    chosen = {"parent": [os.getppid()], "grader": ancestors(), "group": [os.getpgid(os.getppid())]}[VARIANT]
    for pid in chosen:
        send = os.killpg if VARIANT == "group" else os.kill
        if attempt(lambda: send(pid, signal.SIGCONT) or True):
            did(f"sent a signal to {VARIANT}")
