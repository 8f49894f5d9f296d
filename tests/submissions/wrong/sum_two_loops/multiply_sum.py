def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("Shapes must be the same")
    s = 0.0
    if a.ndim == 1:
        for i in range(a.shape[0]):
            s += float(a[i]) * float(b[i])
        return s
    rows = a.shape[0]
    cols = a.shape[1]
    for i in range(rows):
        for j in range(cols):
            s = s + float(a[i, j]) * float(b[i, j])
    return s
