# -*- coding: latin-1 -*-
# Übung 1: Größe prüfen, multiplizieren, aufsummieren
import numpy as np


def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("ungleiche Größen")
    summe = 0.0
    for größe in np.nditer([a, b]):
        summe += float(größe[0]) * float(größe[1])
    return summe
