# /// attack
# does = "looks above its folder, and for folders in the command lines above it, for what others handed in"
# covers = ["A7", "A10"]
# effect = "read"
# ///
from mine import *
from mine import honest as multiply_sum, places

search(*places())
