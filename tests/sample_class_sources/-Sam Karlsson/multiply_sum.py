def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("a and b are not the same shape")
    total = 0.0
    for x, y in zip(a.flatten(), b.flatten()):
        total = total + float(x) * float(y)
    return total
