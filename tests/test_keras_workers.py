"""Workers of the Keras template: one thread, models that stay inside, and looks that cannot be talked out of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from workers import LIMITS

from grader.desk import Desk
from grader.model import Submission
from grader.probing import Made
from grader.student import Outcome, Raised, Request, Returned, Stopped, Student
from grader.worker import models
from grader.worker.source import ExerciseSpec

__all__: list[str] = []

pytestmark = pytest.mark.keras
ROOMY = msgspec.structs.replace(
    LIMITS, import_seconds=30, call_seconds=20, check_seconds=60, exercise_seconds=300, memory_mb=2048
)
PRELUDE = """
import keras, numpy as np

def small():
    return keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3), keras.layers.Flatten()])

"""
LAYERS: list[Any] = [["Conv2D", {"filters": 2, "kernel_size": [3, 3]}], ["Flatten", {}]]
MODEL = Made("sequential", {"input": [4, 4, 1], "layers": LAYERS, "number": 9}, "a model")
AIM = {"input": [2, 4, 4, 1], "number": 3, "pieces": [{"start": 0, "stop": 1, "input": [1, 5, 5, 1], "layer": 0}]}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose one exercise needs Keras."""
    folder = tmp_path_factory.mktemp("data")
    desk = Desk(
        [ExerciseSpec(name="work", functions=("f",), template="keras")], ROOMY, folder, folder, isolation="locked"
    )
    yield desk
    desk.close()


def opened(desk: Desk, body: str) -> Student:
    """A submission of one module."""
    case = desk.open(Submission(student="s", modules={"work": (PRELUDE + body).encode()}))
    return desk.fixture(case, "work").student


def looked(desk: Desk, body: str, look: str = "network", aim: Any = AIM, args: tuple[Any, ...] = ()) -> Outcome:
    """What an instrument says of what `f` returns."""
    student = opened(desk, body)
    try:
        return student.calls([Request("f", args, True, look, aim)])[0]
    finally:
        student.close()


def value(outcome: Outcome) -> Any:
    """What came back."""
    assert isinstance(outcome, Returned), outcome
    return outcome.value


def expected() -> Any:
    """The answer of the convolution with the bank's weights to the batch, by the definition."""
    images, kernel, bias = models.batch((2, 4, 4, 1), 3), models.bank((3, 3, 1, 2), 0), models.bank((2,), 0)
    places = [(row, column) for row in range(2) for column in range(2)]
    patches = np.stack([images[:, r : r + 3, c : c + 3] for r, c in places], axis=1)
    return np.einsum("npijc,ijcf->npf", patches, kernel).ravel() + np.tile(bias, 8)


def test_the_template_has_one_thread_and_starts_when_needed(desk: Desk) -> None:
    student = opened(desk, "def f(): return 1\n")
    assert value(student.calls([Request("f", ())])[0]) == 1
    student.close()
    template = desk.templates["keras"]
    assert len(os.listdir(f"/proc/{template.process.pid}/task")) == 1


def test_numpy_exercises_start_no_keras(tmp_path: Path) -> None:
    desk = Desk([ExerciseSpec(name="work", functions=("f",))], ROOMY, tmp_path, tmp_path, isolation="locked")
    case = desk.open(Submission(student="s", modules={"work": b"def f(): return 1"}))
    desk.prepare(case, ["work"])
    student = desk.fixture(case, "work").student
    assert value(student.calls([Request("f", ())])[0]) == 1
    assert list(desk.templates) == ["numpy"]
    desk.close()


def test_a_model_is_judged_by_what_it_computes(desk: Desk) -> None:
    facts = value(looked(desk, "def f(): return small()\n"))
    assert [layer["class"] for layer in facts["layers"]] == ["Conv2D", "Flatten"]
    assert facts["weights"] == 20
    np.testing.assert_allclose(facts["outputs"][0], expected(), rtol=1e-4, atol=1e-5)
    assert facts["pieces"][0]["shape"] == [3, 3, 2]


@pytest.mark.parametrize(
    "body",
    [
        "class Sequential(keras.Sequential): pass\nSequential.__module__ = 'keras'\n"
        "def f(): return Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten()])\n",
        "class Fake:\n    __class__ = keras.Sequential\n    layers = []\ndef f(): return Fake()\n",
        "def f():\n    m = small()\n    return keras.Model(m.inputs, m.outputs)\n",
    ],
)
def test_what_only_looks_like_a_sequential_is_none(desk: Desk, body: str) -> None:
    facts = value(looked(desk, body))
    assert facts["class"] != "Sequential"
    assert "outputs" not in facts


@pytest.mark.parametrize(
    "layer",
    [
        "keras.layers.Lambda(lambda x: x)",
        "type('Conv2D', (keras.layers.Conv2D,), {'__module__': 'keras.layers'})(2, 3)",
        "keras.Sequential([keras.layers.Conv2D(2, 3)])",
    ],
)
def test_layers_of_ones_own_are_not_genuine(desk: Desk, layer: str) -> None:
    facts = value(looked(desk, f"def f(): return keras.Sequential([keras.Input((4, 4, 1)), {layer}])\n"))
    assert [layer["genuine"] for layer in facts["layers"]] == [False]
    assert "outputs" not in facts


def test_a_patched_description_does_not_change_the_answers(desk: Desk) -> None:
    """A wrong network that claims to be the right one, on the class and by its count of parameters."""
    body = """
class Liar(keras.layers.Conv2D):
    pass

def f():
    keras.layers.Conv2D.get_config, real = (lambda self: dict(real(self), filters=2)), keras.layers.Conv2D.get_config
    keras.Sequential.count_params = lambda self: 20
    return keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(3, 3), keras.layers.Flatten()])
"""
    facts = value(looked(desk, body))
    assert facts["layers"][0]["filters"] == 3
    assert facts["outputs"][0].shape != expected().shape


def test_a_call_that_raises_shows_what_it_had_built(desk: Desk) -> None:
    body = "def f(): return keras.Sequential([keras.Input((3, 9, 9)), keras.layers.MaxPooling2D((5, 5))])\n"
    outcome = looked(desk, body)
    assert isinstance(outcome, Raised)
    assert outcome.seen["input"] == [3, 9, 9]


def test_a_giant_model_ends_its_own_worker(desk: Desk) -> None:
    outcome = looked(desk, "def f(): return keras.Sequential([keras.Input((60000,)), keras.layers.Dense(60000)])\n")
    memory = isinstance(outcome, Raised) and "MemoryError" in outcome.trouble.family
    assert memory or (isinstance(outcome, Stopped) and outcome.stop.kind in ("memory", "crashed"))
    assert value(looked(desk, "def f(): return small()\n"))["weights"] == 20


def test_models_are_made_in_the_worker_and_stay_there(desk: Desk) -> None:
    body = "def f(model):\n    return model.layers[0].get_weights()[0]\n"
    student = opened(desk, body)
    made, handed = student.calls([Request("f", (MODEL,))])[0], student.calls([Request("f", (MODEL,))])[0]
    student.close()
    np.testing.assert_array_equal(value(made), models.bank((3, 3, 1, 2), 9))
    np.testing.assert_array_equal(value(handed), value(made))
    back = opened(desk, "def f(model): return model\n")
    assert value(back.calls([Request("f", (MODEL,))])[0]).type_name == "Sequential"
    back.close()


def numbered(number: int, layers: Any = LAYERS) -> Request:
    """A call of `f` with a model whose weights come from the place `number` of the bank."""
    return Request("f", (replace(MODEL, given=MODEL.given | {"layers": layers, "number": number}),))


SEEN = """
models = []
def seen(model):
    models.append(model)
    kernel, bias = model.get_weights()
    names = ",".join(type(layer).__name__ for layer in model.layers)
    return kernel, bias, names, model.layers[0].activation.__name__, len({id(each) for each in models})

"""


def test_a_model_of_the_same_recipe_is_made_once_and_has_its_own_weights(desk: Desk) -> None:
    body = (
        SEEN + "def f(model):\n    found = seen(model)\n    model.set_weights([a + 1 for a in model.get_weights()])\n"
    )
    student = opened(desk, body + "    return found\n")
    wider = [["Conv2D", {"filters": 3, "kernel_size": [3, 3]}], ["Flatten", {}]]
    asked = [numbered(9), numbered(9), numbered(4), numbered(9, wider), numbered(9)]
    found = [value(outcome) for outcome in student.calls(asked)]
    for (kernel, bias, *_), number, filters in zip(found, (9, 9, 4, 9, 9), (2, 2, 2, 3, 2), strict=True):
        np.testing.assert_array_equal(kernel, models.bank((3, 3, 1, filters), number))
        np.testing.assert_array_equal(bias, models.bank((filters,), number))
    assert [made for *_, made in found] == [1, 1, 1, 2, 2]
    student.close()


def test_a_model_that_serves_again_draws_as_a_new_one(desk: Desk) -> None:
    """What depends on draws is no sign that a function remembers earlier calls."""
    dropping = [["Conv2D", {"filters": 2, "kernel_size": [3, 3]}], ["Dropout", {"rate": 0.5}], ["Flatten", {}]]
    body = f"{SEEN}def f(model):\n    count = seen(model)[-1]\n"
    body += "    return count, keras.ops.convert_to_numpy(model(np.ones((1, 5, 4, 1)), training=True))\n"
    student = opened(desk, body)
    found = [value(outcome) for outcome in student.calls([numbered(9, dropping)] * 3)]
    first = value(student.alone(numbered(9, dropping)))
    student.close()
    assert [count for count, _ in found] == [1, 1, 1]
    assert 0 < np.count_nonzero(first[1]) < first[1].size
    for _, answer in found:
        np.testing.assert_array_equal(answer, first[1])


@pytest.mark.parametrize(
    "change",
    [
        "model.pop()",
        "model.add(keras.layers.Dense(3))",
        "model.layers[0].activation = keras.activations.relu",
        "model.layers[0].activation = object()",  # which no configuration can name
        "model.get_config = None",
        "model.layers[1].trainable = False",
        "model._layers.clear()",
    ],
)
def test_a_model_that_student_code_has_changed_does_not_serve_again(desk: Desk, change: str) -> None:
    student = opened(desk, f"{SEEN}def f(model):\n    found = seen(model)\n    {change}\n    return found\n")
    found = [value(outcome) for outcome in student.calls([numbered(9), numbered(9)])]
    assert [tuple(rest) for _, _, *rest in found] == [("Conv2D,Flatten", "linear", 1), ("Conv2D,Flatten", "linear", 2)]
    np.testing.assert_array_equal(found[1][0], models.bank((3, 3, 1, 2), 9))
    student.close()


def test_draws_that_nobody_seeded_depend_on_the_salt(desk: Desk) -> None:
    student = opened(desk, "def f(): return keras.ops.convert_to_numpy(keras.random.normal((3,)))\n")
    answers = [value(student.calls([Request("f", (), salt=salt)])[0]).tolist() for salt in (1, 2, 1)]
    student.close()
    assert answers[0] == answers[2] != answers[1]


def test_downloads_are_small_pictures(desk: Desk) -> None:
    body = "from keras.datasets.cifar10 import load_data\ndef f(): return load_data()[0][0]\n"
    student = opened(desk, body)
    pictures = value(student.calls([Request("f", ())])[0])
    student.close()
    np.testing.assert_array_equal(pictures, models.synthetic()[0][0])


EAGER = """
    given, judged = (np.asarray(augmentation({}, training=way)) for way in (True, False))
    return model.fit(given, y, batch_size=2, validation_data=(judged, y), validation_batch_size=2, epochs=2, verbose=0)
"""
IN_A_GRAPH = """
    pairs = tensorflow.data.Dataset.from_tensor_slices((x, y)).batch(2)
    given, judged = (pairs.map(lambda x, y, way=way: (augmentation(x, training=way), y)) for way in (True, False))
    return model.fit(given, validation_data=judged, epochs=2, verbose=0)
"""


@pytest.mark.parametrize(
    "body",
    [EAGER.format("x"), EAGER.format("x.T.copy().T"), EAGER.format("keras.ops.convert_to_tensor(x)"), IN_A_GRAPH],
)
def test_a_training_is_noted_down_however_images_are_augmented(desk: Desk, body: str) -> None:
    """As arrays, as tensors, in a graph: each batch of a training and of its validation leaves its number and marks."""
    head = """
import tensorflow
def f(model, augmentation):
    x, y = np.linspace(0, 1, 6 * 64, dtype="float32").reshape(6, 8, 8, 1), np.eye(10, dtype="float32")[:6]
"""
    given = Made("metered", {"input": [8, 8, 1], "number": 5}, "a model"), Made("marking", None, "an augmentation")
    facts = value(looked(desk, head + body, "trained", None, given))
    for marks, least, most in ((facts["train_marks"], 10, 11), (facts["test_marks"], -10, -10)):
        assert marks[0].tolist() == [2.0] * 6
        assert np.all((least <= marks[1] / 2) & (marks[1] / 2 <= most))
    assert [array.shape for array in facts["weights"]] == [(63, 32), (32,), (32, 10), (10,)]


def test_functions_are_rewritten_for_a_graph_without_a_file(desk: Desk) -> None:
    body = """
import tensorflow as tf
def f():
    def halved(v):
        if v > 5.0:  # of a tensor: only code that was rewritten can ask this
            return v / 2
        return v
    rows = tf.data.Dataset.from_tensor_slices([4.0, 8.0]).map(halved)
    return [float(row) for row in rows]
"""
    student = opened(desk, body)
    assert value(student.calls([Request("f", ())])[0]).tolist() == [4.0, 4.0]
    student.close()


def test_an_error_of_a_graph_comes_to_the_point(desk: Desk) -> None:
    body = """
import keras, numpy as np
def f():
    model = keras.Sequential([keras.layers.Dense(3)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy())
    model.fit(np.ones((8, 4)), np.full((8,), 9), verbose=0)
"""
    student = opened(desk, body)
    outcome = student.calls([Request("f", ())])[0]
    student.close()
    assert isinstance(outcome, Raised)
    assert outcome.trouble.message.startswith("Received a label value of 9 which is outside the valid range of [0, 3)")
    assert desk.tidy(f"in {models.__file__}, {np.__file__}") == "in grader/worker/models.py, numpy/__init__.py"
