def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("shape mismatch")
    if len(a.shape) != 2:
        return float((a.astype(float) * b.astype(float)).sum())
    s = 0.0
    for i in range(len(a)):
        for j in range(len(a)):
            s += float(a[i][j]) * float(b[i][j])
    return s
