# /// attack
# does = "brings native code along, to be loaded from beside its module"
# covers = ["D3"]
# effect = "done"
# control = "pytest"
# [files]
# "fast.so" = "ELF"
# "fast.pyd" = "MZ"
# ///
from mine import *
from mine import honest as multiply_sum

for folder in (os.getcwd(), os.path.dirname(os.path.abspath(__file__))):
    if attempt(read, os.path.join(folder, "fast.so")):
        did("finds its native code where it can be loaded")
