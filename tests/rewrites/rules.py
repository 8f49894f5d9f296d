"""Which container an answer may have, the numbers of designs, and how a student would try a module out."""

from __future__ import annotations

__all__ = ["GIVES", "KNOBS", "TRIALS"]

# By function, the family of containers that the contract allows for its answer.
GIVES = {
    "multiply_sum": "number",
    "load_image": "picture",
    "top_left": "picture",
    "filtered_shape": "pair",
    "convolve": "array",
    "horizontal_line_filter": "whole",
    "prewitt_filter": "whole",
    "vertical_edge_filter": "array",
    "left_shoulder_filter": "array",
    "prewitt_variants": "variants",
    "channels_last": "array",
    "quiz": "words",
    "build_vgg16": "same",
    "load_vgg16_weights": "same",
    "compile_vgg16": "same",
    "read_bgr": "picture",
    "transform_image": "float32",
    "load_labels": "labels",
    "top_k": "ranking",
    "first_layer_filters": "tensor",
    "get_layer_output": "tensor",
    "tile_filters": "tensor",
    "load_cifar10": "four",
    "prepare": "prepared",
    "build_cifar10_model": "same",
    "compile_cifar10_model": "same",
    "weight_counts": "counts",
    "make_augmentation": "augmented",
    "train": "same",
}
# Numbers of designs, by the name that parts have for them; all combinations were held against the contract.
KNOBS = {
    "HEIGHT": tuple(map(str, range(1, 16))),
    "WIDTH": tuple(map(str, range(2, 16))),
    "SCALE": ("1.0", "-1.0", "0.5", "1 / 3", "-255", "1e-06", "1e6", "2"),
    "COLOURS": ("(0.0, 0.0, 1.0)", "(1, 2, 3)", "(0.299, 0.587, 0.114)", "(0.2, 0.3, 0.5)", "[0, 1, 0]", "(-1, 0, 2)"),
}
TRIALS = {
    "multiply_sum": "multiply_sum(__import__('numpy').ones(3), __import__('numpy').ones(3))",
    "convolve": "convolve(__import__('numpy').ones((3, 4)), __import__('numpy').ones((2, 2)))",
    "filter_design": "quiz()",
    "vgg_assembly": "None",
    "cifar_setup": "None",
}
