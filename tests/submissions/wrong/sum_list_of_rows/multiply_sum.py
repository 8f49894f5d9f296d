def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("a %s, b %s" % (a.shape, b.shape))
    a, b = a.tolist(), b.tolist()
    total = 0.0
    for row_a, row_b in zip(a, b):
        for x, y in zip(row_a, row_b):
            total += x * y
    return total
