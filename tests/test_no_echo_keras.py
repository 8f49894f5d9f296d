"""What a network is tried with stays hidden: from code, too, that finds it on the stack and puts it into names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpus import ROOT
from judges import Judge
from test_no_echo import PRELUDE, read_by_students, word

from grader import recorded
from grader.worker.models import bank

__all__: list[str] = []

pytestmark = pytest.mark.keras
PROBES = recorded.read(ROOT / "grader" / "suites" / "recorded" / "cifar_setup.bin").probes
NUMBER = PROBES["network"].examples[0].args[-1]["number"]
MODEL = PROBES["compile"].examples[0].args[0].given["number"]
NETWORK = (
    PRELUDE
    + """
import keras
from keras import layers

def number():
    frame = sys._getframe()
    while frame is not None:
        aim = frame.f_locals.get("aim")
        if isinstance(aim, dict) and "number" in aim:
            return aim["number"]
        frame = frame.f_back
    return 0

def build_cifar10_model():
    said = f"echo{{number():08x}}"
    first, second = layers.Conv2D(32, 3, padding="same", activation="relu"), layers.Conv2D(32, 3, activation="relu")
    {body}
    blocks = [first, second, layers.MaxPooling2D(), layers.Dropout(0.25)]
    return keras.Sequential([keras.Input((32, 32, 3)), *blocks, layers.Flatten(), layers.Dense(10)])
"""
)
COMPILED = (
    PRELUDE
    + """
import keras

def compile_cifar10_model(model):
    said = echo(model.get_weights()[0])
    {body}
    return model
"""
)
BUILDING = {
    "name": "first = layers.Conv2D(16, 3, name=said)",
    "activation": "first = layers.Conv2D(16, 3, activation=type(said, (), {'__call__': lambda self, x: x})())",
    "class of a layer": "first = type(said, (layers.Conv2D,), {})(32, 3)",
    "class": "return type(said, (), {})()",
    "message": "raise ValueError(said)",
    "message after layers": "model = keras.Sequential([layers.Conv2D(9, 3, strides=2, name=said)]); raise ValueError",
    "message of Keras": "first = layers.Conv2D(32, 3, name=said); second = layers.Conv2D(32, 3, name=said)",
    "print": "print(said); print(said, file=sys.stderr)",
}
COMPILING = {
    "message": "raise ValueError(said)",
    "class": "return type(said, (), {})()",
    "print": "print(said)",
    "metric": "model.compile('adam', 'categorical_crossentropy', metrics=[keras.metrics.CategoricalAccuracy(said)])",
}
QUIET = ("print",)  # kept as long as nothing hidden was asked alone


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    judge = Judge(("cifar_setup",))
    yield judge
    judge.close()


def told(judge: Judge, folder: Path, source: str) -> set[str]:
    (folder / "anna").mkdir()
    (folder / "anna" / "cifar_setup.py").write_text(source, "utf-8")
    result = judge.grade(folder / "anna")
    assert result.state == "graded", json.dumps(result.reason)
    return set(re.findall(r"echo[0-9a-f]{8}", read_by_students(result)))


@pytest.mark.parametrize("way", BUILDING)
def test_the_batch_of_a_network(judge: Judge, tmp_path: Path, way: str) -> None:
    """Words come from a network that is built again where nothing can be found: its number is 0 there."""
    found = told(judge, tmp_path, NETWORK.replace("{body}", BUILDING[way]).replace("{{", "{").replace("}}", "}"))
    assert f"echo{NUMBER:08x}" not in found
    assert (found == {"echo00000000"}) is (way not in QUIET)


@pytest.mark.parametrize("way", COMPILING)
def test_the_model_that_is_compiled(judge: Judge, tmp_path: Path, way: str) -> None:
    found = told(judge, tmp_path, COMPILED.replace("{body}", COMPILING[way]))
    assert word(bank((4, 3), MODEL)) not in found
    assert (found == {word(bank((4, 3), 0))}) is (way not in QUIET)
