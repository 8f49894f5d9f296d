# /// attack
# does = "works for hours while it is imported"
# covers = ["F18"]
# status = "timeout"
# points = 0
# ///


def multiply_sum(a, b):
    return 42


while True:
    pass
