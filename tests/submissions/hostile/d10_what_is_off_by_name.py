# /// attack
# does = "imports a library that is off in this exercise by a name that is put together when it runs"
# covers = ["D10", "J1"]
# status = "import_error"
# points = 0
# ///
import importlib

from mine import honest as multiply_sum

signal = importlib.import_module("sci" + "py.signal")
