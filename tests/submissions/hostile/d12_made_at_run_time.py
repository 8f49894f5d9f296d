# /// attack
# does = "answers right, by an object that was made at run time"
# covers = ["D12", "D14"]
# ///
import inspect
import sys

from mine import honest


class Made(type):
    def __call__(cls, a, b):
        return honest(a, b)


namespace = {"Made": Made}
exec("class multiply_sum(metaclass=Made): pass", namespace)
multiply_sum = namespace["multiply_sum"]
assert "metaclass" in inspect.getsource(sys.modules[__name__])
