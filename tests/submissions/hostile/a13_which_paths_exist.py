# /// attack
# does = "asks whether a hidden file exists, and how large it is"
# covers = ["A13"]
# effect = "done"
# known = "no lock here hides whether a path exists, how large a file is and when it changed; SECURITY.md says so"
# ///
from mine import *
from mine import course, honest as multiply_sum

for path in ("grader/suites/test_multiply_sum.py", "solutions/multiply_sum.py", "test_multiply_sum.py"):
    if attempt(os.stat, os.path.join(course(), path)):
        did(f"knows that there is {path}")
