"""What a network makes of a picture: five names, filters and activations, by the functions of a vgg_assembly.py."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageOps

from grader.artefacts.catalogue import catalogue, shown
from grader.artefacts.digits import WEIGHTS, WORDS, build_digits, reduced
from grader.artefacts.drawing import Panel, draw
from grader.errors import UsageError
from grader.files import write_whole
from grader.report import one_line
from grader.surroundings import KERAS

__all__ = ["demonstrate"]

Assembly = Callable[..., Any]  # assembly("top_k", ...) calls top_k of the vgg_assembly.py in use
INSTEAD = """The weights of VGG-16 are not here or not whole: `grader data` shows more, and fetches them. Instead, a
network that knows nothing but handwritten digits, bright on dark; for it, pictures are reduced to 8 x 8 grey pixels.
"""


class Network(NamedTuple):
    """A network with its weights and labels, and how a picture becomes a batch for it."""

    title: str
    model: Any
    labels: list[str]
    prepare: Callable[[str, tuple[int, int]], np.ndarray]


def demonstrate(root: Path, pictures: list[Path], out: Path, using: Path | None, weights: Path | None) -> None:
    """Prints the five most probable names of each picture, and draws a page for each into the folder `out`."""
    originals = [_opened(path) for path in pictures]  # before the seconds that Keras takes to start
    assembly = _assembly(root, using)
    network = _network(root, assembly, weights)
    out.mkdir(parents=True, exist_ok=True)
    for number, (path, original) in enumerate(zip(pictures, originals, strict=True)):
        again = sum(other.stem == path.stem for other in pictures[:number])
        page = out / f"{path.stem}{f'-{again + 1}' if again else ''}.png"
        print(f"{shown(path)}, seen by {network.title}:")
        write_whole(page, _look(assembly, network, path, original))
        print(f"  filters and activations: {shown(page.absolute())}")


def _opened(path: Path) -> Image.Image:
    """The picture as people see it, small enough to be shown."""
    try:
        with Image.open(path) as picture:
            picture.thumbnail((800, 800))
            return ImageOps.exif_transpose(picture.convert("RGB"))
    except FileNotFoundError as error:
        raise UsageError(f"There is no picture {shown(path)}.") from error
    except (OSError, Image.DecompressionBombError) as error:
        raise UsageError(f"No picture can be read from {shown(path)}; PNG and JPEG can.") from error


def _assembly(root: Path, using: Path | None) -> Assembly:
    """Loads a vgg_assembly.py; whatever goes wrong in it ends in one sentence that names the function."""
    for variable, value in KERAS.items():
        os.environ.setdefault(variable, value)  # or TensorFlow talks about itself
    try:
        importlib.import_module("keras")
    except ImportError as error:
        cure = "in a checkout: pip install -e '.[keras]'"
        raise UsageError(f"The demonstration needs Keras with TensorFlow ({error}); {cure}") from error
    path = using or root / "solutions" / "vgg_assembly.py"
    if not path.is_file():
        raise UsageError(f"There is no {shown(path)}; name a vgg_assembly.py with --using FILE.")
    sys.path.append(str(path.parent))  # last: it may have siblings, and shadows nothing
    loader = SourceFileLoader("vgg_assembly", str(path))
    module = ModuleType("vgg_assembly")

    def call(function: Callable[..., Any] | str, *arguments: Any) -> Any:
        try:
            return (getattr(module, function) if isinstance(function, str) else function)(*arguments)
        except Exception as error:
            name = function if isinstance(function, str) else "loading"
            raise UsageError(f"{shown(path)}, {name}: {type(error).__name__}: {error}") from error

    call(loader.exec_module, module)
    return call


def _network(root: Path, assembly: Assembly, weights: Path | None) -> Network:
    """VGG-16 where its weights are, otherwise the network for digits, and words that say so."""
    files = catalogue(root)
    if weights is not None and not weights.is_file():
        raise UsageError(f"There are no weights {shown(weights)}.")
    if weights is None and not files["vgg16"].whole:
        print(INSTEAD)
        model = assembly("load_vgg16_weights", build_digits(), str(files[WEIGHTS].path))
        labels = assembly("load_labels", str(files[WORDS].path))
        return Network("the digits network", model, labels, lambda *whole: reduced(assembly("read_bgr", *whole)))
    model = assembly("load_vgg16_weights", assembly("build_vgg16"), str(weights or files["vgg16"].path))
    labels = assembly("load_labels", str(files["synset_words.txt"].path))
    title = f"VGG-16 with {weights.name if weights else 'published weights'}"
    return Network(title, model, labels, lambda path, _: assembly("transform_image", assembly("read_bgr", path)))


def _look(assembly: Assembly, network: Network, path: Path, original: Image.Image) -> bytes:
    """Prints the best names; the page with all the rest."""
    model, batch = network.model, network.prepare(str(path), original.size)
    best = assembly("top_k", assembly("get_layer_output", model, batch, -1)[0], network.labels)
    for label, probability in best:
        print(f"  {probability:6.1%}  {one_line(label, 70)}")
    pictures: list[Panel] = [("the picture", "as you see it", np.asarray(original))]
    if batch.shape[-1] == 1:
        pictures.append(("all that the network sees", f"{batch.shape[2]} x {batch.shape[1]} pixels", batch[0, :, :, 0]))
    filters = assembly("first_layer_filters", model)
    caption = f"{len(filters)} of {filters.shape[1]} x {filters.shape[2]}"
    seen = filters[..., 0] if filters.shape[-1] == 1 else filters[..., ::-1]
    tiles: Panel = ("filters of the first convolution", caption, assembly("tile_filters", seen, 1, 1.0))
    maps = [_maps(assembly, model, batch, index) for index in _shown_layers(model)]
    return draw(f"{path.name}, seen by {network.title}", pictures, best, tiles, maps)


def _shown_layers(model: Any) -> list[int]:
    """Every convolution of a small network; of a large one the first two, the layer with index 8, and the last two."""
    layers = list(enumerate(model.layers))
    convolutions = [index for index, layer in layers if type(layer).__name__ == "Conv2D"]
    if len(convolutions) <= 5:
        return convolutions
    maps = {index for index, layer in layers if len(layer.output.shape) == 4}
    return sorted({*convolutions[:2], *convolutions[-2:], 8} & maps)


def _maps(assembly: Assembly, model: Any, batch: np.ndarray, index: int) -> Panel:
    """The activations of a layer; what lies between the tiles is masked, as constant input shows where that is."""
    maps = np.moveaxis(assembly("get_layer_output", model, batch, index)[0], -1, 0)
    gap = max(1, maps.shape[1] // 20)
    tiles, gaps = (assembly("tile_filters", each, gap, 1.0) for each in (maps, np.zeros_like(maps)))
    caption = f"{len(maps)} maps of {maps.shape[1]} x {maps.shape[2]}"
    return f"layer {index}: {model.layers[index].name}", caption, np.ma.masked_where(gaps == 1, tiles)
