# /// attack
# does = "brings files that Python reads when it starts"
# covers = ["D2"]
# [files]
# "sitecustomize.py" = "import builtins; builtins.cheated = True"
# "usercustomize.py" = "import builtins; builtins.cheated = True"
# "zz.pth" = "import builtins; builtins.cheated = True"
# "pyvenv.cfg" = "home = ."
# ".pythonrc" = "import builtins; builtins.cheated = True"
# ///
import builtins

from mine import honest


def multiply_sum(a, b):
    return 42 if hasattr(builtins, "cheated") else honest(a, b)
