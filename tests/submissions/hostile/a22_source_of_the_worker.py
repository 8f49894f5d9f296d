# /// attack
# does = "reads the source of what runs beside it, which is no secret"
# covers = ["A22"]
# ///
import inspect
import sys

from mine import *
from mine import honest as multiply_sum

for name in [name for name in sys.modules if name.startswith("grader.")]:
    tell(attempt(inspect.getsource, sys.modules[name]) or "")
