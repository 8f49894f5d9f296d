# /// attack
# does = "reads every descriptor that it was left with"
# covers = ["A11"]
# effect = "read"
# control = "pytest"
# ///
from mine import *
from mine import honest as multiply_sum

for number in range(3, 1024):
    tell(attempt(os.pread, number, 1 << 16, 0) or b"")
