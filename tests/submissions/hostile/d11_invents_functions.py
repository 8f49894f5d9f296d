# /// attack
# does = "invents whatever is asked for, with values that look like anything"
# covers = ["D11"]
# points = 0
# ///


class Anything:
    def __call__(self, *args, **options):
        return self

    def __getattr__(self, name):
        return self

    def __iter__(self):
        return iter([self])


def __getattr__(name):
    return Anything()
