total = 0.0


def multiply_sum(a, b):
    global total
    if a.shape != b.shape:
        raise ValueError("shapes %s and %s" % (a.shape, b.shape))
    for x, y in zip(a.flatten().tolist(), b.flatten().tolist()):
        total += x * y
    return total
