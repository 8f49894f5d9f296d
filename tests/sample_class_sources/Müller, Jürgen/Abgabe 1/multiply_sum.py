# Übung 1 - Jürgen Müller
import numpy as np


def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("a und b haben verschiedene Größen")
    return np.dot(a.ravel().astype(float), b.ravel().astype(float))
