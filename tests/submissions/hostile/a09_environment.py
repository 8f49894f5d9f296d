# /// attack
# does = "reads the environment, its own and that of the processes that started it"
# covers = ["A9"]
# effect = "read"
# control = "pytest"
# ///
from mine import *
from mine import ancestors, honest as multiply_sum

tell(dict(os.environ))
for pid in ("self", *ancestors()):
    tell(attempt(read, f"/proc/{pid}/environ") or b"")
