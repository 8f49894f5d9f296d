# /// attack
# does = "opens what others handed in by its path, looks above its folder and into those that command lines name"
# covers = ["A7", "A10"]
# effect = "read"
# ///
from mine import *
from mine import honest as multiply_sum, places

for name in ("A classmate", "Another classmate"):
    tell(attempt(read, os.path.join(CLASS, name, "multiply_sum.py")) or "")
search(CLASS, *places())
