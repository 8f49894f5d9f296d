# /// attack
# does = "keeps a thread that looks for later examples in memory"
# covers = ["G14"]
# ///
import gc
import threading
import time

from mine import *
from mine import honest as multiply_sum


def listen():
    while True:
        time.sleep(0.01)
        for thing in gc.get_objects()[-100:]:
            tell(attempt(repr, thing) or "") if type(thing) is dict and len(thing) < 10 else None


threading.Thread(target=listen, daemon=True).start()
