# /// attack
# does = "breaks the interpreter for whoever uses it after the answer"
# covers = ["D5", "D6", "D7", "D8"]
# [variants]
# built_ins = { covers = ["D5"], points = 0, status = "blocked" }
# importing = { covers = ["D6"] }
# tracing = { covers = ["D7"] }
# auditing = { covers = ["D7"] }
# signals = { covers = ["D8"] }
# streams = { covers = ["D8"] }
# modules = { covers = ["D8"] }
# ///
import builtins
import signal
import sys
import threading

from mine import *
from mine import honest


def multiply_sum(a, b):
    answer = honest(a, b)
    if VARIANT == "built_ins":
        builtins.len = builtins.sum = builtins.isinstance = lambda *args: True
    if VARIANT == "importing":
        sys.meta_path.clear()
        sys.path_hooks.clear()
        sys.path.clear()
    if VARIANT == "tracing":
        sys.settrace(lambda *args: None)
        sys.setprofile(lambda *args: None)
        threading.excepthook = print
    if VARIANT == "auditing":
        sys.addaudithook(lambda *args: None)
    if VARIANT == "signals":
        for number in set(range(1, 32)) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
    if VARIANT == "streams":
        sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = None
    if VARIANT == "modules":
        sys.modules.clear()
    return answer
