# /// attack
# does = "replaces what packs its answers, so that they say that all is well"
# covers = ["B12"]
# status = "blocked"
# points = 0
# ///
import sys

from mine import *


def multiply_sum(a, b):
    return 42


wire = sys.modules.get("grader.wire")
if wire is not None:
    verdict = b"\x82\xa4type\xa6answer\xa6passed\xc3"
    wire.frame = lambda message, buffers: wire.PREFIX.pack(len(verdict), 0) + verdict
