# /// attack
# does = "crashes with as large a dump of its memory as it is let have"
# covers = ["A15"]
# effect = "done"
# control = "pytest"
# status = "crashed"
# points = 0
# ///
import resource
import sys

from mine import *


def multiply_sum(a, b):
    if resource.getrlimit(resource.RLIMIT_CORE)[1] != 0:
        did("may leave a dump of its memory")
    sys.stdout.flush()
    os.abort()
