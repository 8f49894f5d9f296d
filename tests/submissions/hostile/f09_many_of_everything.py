# /// attack
# does = "takes as many threads, processes and descriptors as it can get"
# covers = ["F9", "F10", "F11"]
# effect = "done"
# [variants]
# threads = { control = "pytest" }
# processes = {}
# descriptors = { control = "pytest" }
# ///
import threading
import time

from mine import *
from mine import honest as multiply_sum, label

MANY = {"threads": 200, "processes": 5, "descriptors": 200}[VARIANT]
end = threading.Event()
kept = []


def one():
    """One more, of whatever it is."""
    if VARIANT == "threads":
        kept.append(threading.Thread(target=end.wait, daemon=True))
        kept[-1].start()
    elif VARIANT == "descriptors":
        kept.append(os.open(os.devnull, os.O_RDONLY))
    else:
        kept.append(os.fork())
        if kept[-1] == 0:
            label()
            time.sleep(10)
            os._exit(0)


for _ in range(MANY):
    if attempt(lambda: one() or True) is None:
        break
else:
    did(f"has {MANY} {VARIANT}")
end.set()
if VARIANT == "descriptors":
    for descriptor in kept:
        os.close(descriptor)
