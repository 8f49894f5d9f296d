# /// attack
# does = "returns an object that is equal to everything"
# covers = ["B9"]
# effect = "forged"
# control = "pytest"
# points = 0
# ///


class Equal:
    __class__ = float

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __bool__(self):
        return True


def multiply_sum(a, b):
    return Equal()
