"""Exercise 1"""
from __future__ import annotations

import numpy as np


def multiply_sum(a: np.ndarray, b: np.ndarray) -> float:
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise ValueError(f"Both arrays need the same shape. Received: {a.shape} and {b.shape}.")
    return float(np.sum(a.astype(np.float64) * b.astype(np.float64)))
