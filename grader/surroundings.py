"""What templates are started with: environment variables, and the libraries that they import at once."""

from __future__ import annotations

import os

__all__ = ["ENVIRONMENT", "KINDS"]

ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OPENCV_LOG_LEVEL": "ERROR",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "PYTHONSAFEPATH": "1",
    "PYTHONUTF8": "1",
}
# What a template is started with beside the common environment, and the libraries that it imports at once.
KINDS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "numpy": ({}, ()),
    "keras": (
        {
            "CUDA_VISIBLE_DEVICES": "-1",
            "HDF5_USE_FILE_LOCKING": "FALSE",  # a worker may not write, not even a lock
            "JAX_PLATFORMS": "cpu",
            "KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "tensorflow"),
            "MALLOC_ARENA_MAX": "2",  # every thread's arena would count as address space
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_ENABLE_ONEDNN_OPTS": "0",  # the same order of additions on every processor
        },
        ("keras",),
    ),
}
