# /// attack
# does = "brings modules of its own by the names of libraries"
# covers = ["D1"]
# effect = "forged"
# control = "pytest"
# points = 0
# [files]
# "numpy.py" = '''
# import sys
#
# here = sys.path.pop(0)
# del sys.modules["numpy"]
# import numpy as real
#
# sys.path.insert(0, here)
# real.testing.assert_allclose = lambda *args, **options: None
# '''
# "msgspec.py" = "raise SystemExit"
# "grader/wire.py" = "raise SystemExit"
# "keras/__init__.py" = "raise SystemExit"
# ///


def multiply_sum(a, b):
    return 42
