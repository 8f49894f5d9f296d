# /// attack
# does = "wipes out the arrays that it is given, the expected answer's too if they were shared"
# covers = ["C12"]
# effect = "forged"
# control = "pytest"
# points = 0
# ///


def multiply_sum(a, b):
    a[...] = 0
    b[...] = 0
    return 0.0
