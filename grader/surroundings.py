"""The environment variables that templates, and whoever computes as they do, are started with."""

from __future__ import annotations

import os

__all__ = ["ENVIRONMENT", "KERAS", "surroundings"]

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
# What a template that imports Keras at once is started with beside the common environment.
KERAS = {
    "HDF5_USE_FILE_LOCKING": "FALSE",  # a worker may not write, not even a lock
    "MALLOC_ARENA_MAX": "2",  # every thread's arena would count as address space
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_ENABLE_ONEDNN_OPTS": "0",  # the same order of additions on every processor
}
DEVICES = {
    "cpu": {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"},
    "gpu": {
        "CUDA_CACHE_DISABLE": "1",
        "JAX_PLATFORMS": "cuda",
        # Single precision as it is meant: without it, products have 10 bits behind the point on newer GPUs.
        "JAX_DEFAULT_MATMUL_PRECISION": "highest",
        "NVIDIA_TF32_OVERRIDE": "0",
        # Several workers share the memory of one GPU.
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    },
}
# Of the surroundings of the grader a template on a GPU keeps where the driver's libraries and the device are.
KEPT = ("CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH", "PATH")


def surroundings(kind: str, device: str = "cpu") -> dict[str, str]:
    """The environment of a template of that kind, beside the common one."""
    if kind != "keras":
        return {}
    kept = {name: os.environ[name] for name in KEPT if device == "gpu" and name in os.environ}
    return KERAS | {"KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "tensorflow")} | kept | DEVICES[device]
