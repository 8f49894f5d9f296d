# /// attack
# does = "answers right, by a thread that waits until the time is up"
# covers = ["F24"]
# status = "timeout"
# points = 0
# peers = false
# ///
import sys
import threading
import time

from mine import *
from mine import honest, reply


messages, wire = sys.modules["grader.messages"], sys.modules["grader.wire"]


def multiply_sum(a, b):
    answer = wire.frame(messages.Answer(0, wire.pack(honest(a, b), [])), [])
    threading.Timer(25, lambda: attempt(os.write, reply(), answer)).start()
    while True:
        time.sleep(1)
