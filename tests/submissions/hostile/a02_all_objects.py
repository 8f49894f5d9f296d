# /// attack
# does = "looks through all objects of the process for tests, references and examples"
# covers = ["A2"]
# effect = "read"
# control = "pytest"
# ///
import gc

from mine import *
from mine import honest

gc.unfreeze()
asked = []


def multiply_sum(a, b):
    if not asked:
        asked.append(True)
        for thing in gc.get_objects():
            if type(thing) is dict:
                for value in list(thing.values()):
                    if type(value) is str and len(value) < 10**6:
                        tell(value)
    return honest(a, b)
