"""Public checks of networks in a student's hands: the table of shapes, and what half-built work is told."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from handouts import FILES, ROOT, laid_out, run

from grader.check.instruments import Equipped
from grader.check.judged import Judges, Network
from grader.check.public import Index, PublicExercise
from grader.check.shapes import shapes, table
from grader.handout.judges import replayed
from grader.messages import Trouble
from grader.networks.parts import Part, fitted
from grader.outcomes import Outcome, Raised, Returned
from grader.probing import CheckFailed
from grader.recorded import Recording

__all__: list[str] = []

Layers = list[dict[str, Any]]
INDEX = msgspec.json.decode(FILES["grader/check/examples/index.json"], type=Index)
VGG, CIFAR = (exercise for exercise in INDEX.exercises if exercise.network is not None)
SIZE = [32, 32, 3]
PADDING = {"padding": [[1, 1], [1, 1]]}
POOL = 16


def parts_of(exercise: PublicExercise) -> tuple[Part, ...]:
    """The parts of a network as students get them, with ten classes."""
    assert exercise.network is not None
    return fitted(exercise.network.parts, 10, [])


PARTS = parts_of(VGG)
ASKED = [layer for part in PARTS for layer in part.layers]


def built(layers: Any = ASKED, size: list[int] = SIZE) -> dict[str, Any]:
    """What an instrument tells of a network with these layers."""
    told = [
        {"class": kind, "genuine": True, "name": f"layer_{number}", "shape": shape} | options
        for number, ((kind, options), shape) in enumerate(zip(layers, shapes(layers, size), strict=True))
    ]
    return {"class": "Sequential", "input": size, "layers": told}


def lines(facts: dict[str, Any], parts: tuple[Part, ...] = PARTS) -> list[str]:
    """The table, which has to fit on a screen beside what stands in front of it."""
    rows = table(parts, SIZE, facts).split("\n")
    assert len(rows) <= 25
    assert max(map(len, rows)) <= 74
    return rows


def here(rows: list[str]) -> tuple[str, str]:
    """The row that is marked, and the one below it."""
    [marked] = [number for number, row in enumerate(rows) if row.startswith("-> here")]
    return rows[marked], rows[marked + 1].strip()


# The table


def test_the_shapes_are_those_of_keras() -> None:
    found = shapes(ASKED, [224, 224, 3])
    assert (found[0], found[4], found[30], found[31], found[36]) == (
        [226, 226, 3], [112, 112, 64], [7, 7, 512], [25088], [10]
    )  # fmt: skip
    assert shapes(ASKED, SIZE)[30] == [1, 1, 512]
    assert shapes(ASKED, [16, 16, 3])[30:] == [[]] * 7  # nothing is left of so small a picture
    small = [layer for part in parts_of(CIFAR)[:1] for layer in part.layers]
    assert shapes(small, SIZE) == [[32, 32, 32], [30, 30, 32], [15, 15, 32], [15, 15, 32]]


def test_a_finished_network_is_a_row_a_part() -> None:
    rows = lines(built())
    assert len(rows) == 8
    assert not any("here" in row for row in rows)
    assert rows[2].split() == ["block", "1", "0-4", "as", "asked", "for", "16x16x64", "16x16x64"]


def test_the_first_block_alone() -> None:
    rows = lines(built(ASKED[:5]))
    assert rows[2].split()[-2:] == ["16x16x64", "16x16x64"]
    marked, below = here(rows)
    assert marked.split() == ["->", "here", "5", "nothing", "more", "so", "far", "-", "18x18x64"]
    assert below == "asked for: ZeroPadding2D"
    assert sum("not there yet" in row for row in rows) == 4


def test_a_network_that_ends_within_a_block() -> None:
    rows = lines(built(ASKED[:8]))
    assert rows[3].startswith("block 2  5")
    assert here(rows)[1] == "asked for: Conv2D 128 3x3 relu"
    assert rows[rows.index(next(row for row in rows if "end of block 2" in row))].endswith("8x8x128")


@pytest.mark.parametrize(
    ("place", "change", "marked", "asked"),
    [
        (1, {"strides": [3, 3]}, "1     Conv2D 64 3x3 strides 3x3 relu", "Conv2D 64 3x3 relu"),
        (1, {"padding": "same"}, "1     Conv2D 64 3x3 same relu", "Conv2D 64 3x3 relu"),
        (18, {"filters": 256}, "18    Conv2D 256 3x3 relu", "Conv2D 512 3x3 relu"),
        (1, {"activation": "linear"}, "1     Conv2D 64 3x3", "Conv2D 64 3x3 relu"),
        (33, {"rate": 0.25}, "33    Dropout 0.25", "Dropout 0.5"),
        (POOL, {"strides": [1, 1]}, "16    MaxPooling2D 2x2 strides 1x1", "MaxPooling2D 2x2"),
        (0, {"padding": [[2, 2], [2, 2]]}, "0     ZeroPadding2D by 2", "ZeroPadding2D"),
    ],
)
def test_an_argument_that_differs(place: int, change: dict[str, Any], marked: str, asked: str) -> None:
    layers = [(kind, options | change) if n == place else (kind, options) for n, (kind, options) in enumerate(ASKED)]
    row, below = here(lines(built(layers)))
    assert marked in row
    assert below == f"asked for: {asked}"


def test_a_padding_layer_that_is_missing_and_another_class() -> None:
    row, below = here(lines(built(ASKED[:5] + ASKED[6:])))
    assert row.split()[2:] == ["5", "Conv2D", "128", "3x3", "relu", "14x14x128", "18x18x64"]
    assert below == "asked for: ZeroPadding2D"
    other = ("AveragePooling2D", ASKED[POOL][1])
    row, below = here(lines(built([*ASKED[:POOL], other, *ASKED[POOL + 1 :]])))
    assert "16    AveragePooling2D 2x2" in row
    assert below == "asked for: MaxPooling2D 2x2"


def test_layers_that_were_added_twice() -> None:
    rows = lines(built(ASKED + ASKED[:3]))
    assert here(rows)[1] == "asked for: no further layer"
    whole = built(ASKED)
    rows = lines(whole | {"layers": whole["layers"] * 2})
    assert "... and 31 more" in "\n".join(rows)
    assert here(rows)[0].split()[2] == "37"


def test_channels_first_is_seen_at_the_input() -> None:
    row, _ = here(lines({"class": "Sequential", "input": [3, 32, 32], "layers": built(ASKED[:2])["layers"]}))
    assert row.split() == ["->", "here", "input", "3x32x32", "32x32x3"]


def test_pictures_of_another_size_have_shapes_of_their_own() -> None:
    rows = lines(built(ASKED, [224, 224, 3]))
    assert rows[1].split() == ["input", "224x224x3", "224x224x3"]
    assert "-> here" not in "\n".join(rows)


def test_sizes_that_are_left_open_fit() -> None:
    facts = built()
    facts["layers"] = [layer | {"shape": [None, None, *layer["shape"][2:]]} for layer in facts["layers"][:31]]
    rows = lines(facts | {"input": [None, None, 3]})
    assert rows[1].split() == ["input", "?x?x3", "32x32x3"]
    assert here(rows)[0].split()[2] == "31"


def test_names_count_where_nothing_else_differs() -> None:
    unnamed = built()
    unnamed["layers"][3] = unnamed["layers"][3] | {"name": "conv2d"}
    row, below = here(lines(unnamed))
    assert row.split()[2] == "3"
    assert below == "asked for: Conv2D 64 3x3 relu, called conv1_2"
    unnamed["layers"][18] = unnamed["layers"][18] | {"filters": 1}
    assert here(lines(unnamed))[0].split()[2] == "18"


def test_layers_that_are_listed_once() -> None:
    """A padding layer at the end belongs to the block that it begins, not to the head."""
    rows = lines(built(ASKED[:15]))
    assert [row.split()[0] for row in rows].count("head") == 1
    assert "not there yet" in rows[-1]


def test_what_an_error_left_has_no_shapes() -> None:
    facts = built(ASKED[:3])
    facts["layers"] = [layer | {"shape": []} for layer in facts["layers"]]
    assert here(lines(facts | {"input": []}))[0].split()[2] == "3"


# Verdicts


def network(outcome: Outcome, again: Outcome | None = None) -> Network:
    """The network of VGG-16's exercise, from what its two calls came to."""
    assert VGG.network is not None
    return Network(VGG.network, [outcome, again or outcome])


def error(message: str, seen: Any = None, kind: str = "ValueError") -> Raised:
    """A call that raised."""
    return Raised(Trouble("raised", kind, (kind, "Exception"), message, "vgg_assembly.py, line 9"), seen)


ZERO = "Computed output size would be zero or negative. Received: `inputs.shape=[None 1 1 64]`."


@pytest.mark.parametrize(
    ("outcome", "name", "said"),
    [
        (error(ZERO, built([("Conv2D", ASKED[1][1] | {"strides": [3, 3]})])), "strides instead of kernel size", "3"),
        (error(ZERO, built(ASKED[:3]) | {"input": [3, 224, 224]}), "channels first", "(3, 224, 224)"),
        (error(ZERO, built(ASKED[:3])), "maps too small", "smaller than its window"),
        (
            error("... Name 'conv3_2' is already the name", built(ASKED[:3])),
            "layer name given twice",
            "conv3_2 occurs twice",
        ),
        (error("name 'MaxPooling2d' is not defined", built(ASKED[:3]), "NameError"), "", "line 9"),
        (error("", built(ASKED[:3]), "NotImplementedError"), "", "not written yet"),
        (Returned({"class": "None"}), "no return", "returned None"),
        (Returned({"class": "keras.Functional"}), "another class", "keras.Functional"),
    ],
)
def test_a_builder_that_came_to_nothing(outcome: Outcome, name: str, said: str) -> None:
    found = network(outcome)
    with pytest.raises(CheckFailed) as failed:
        found.genuine()
    assert failed.value.misconception == name
    assert said in failed.value.observation
    assert ".." not in failed.value.observation.replace("...", "")
    assert bool(found.evidence()) == (isinstance(outcome, Raised) and outcome.seen is not None)


def test_the_table_stands_below_a_line_of_its_own() -> None:
    [shown] = network(Returned(built(ASKED[:5]))).evidence()
    assert shown.call == "build_vgg16((64, 64, 3), 10)"
    assert shown.given.startswith("a network of 5 layers\n  ")
    [shown] = network(error("", built(ASKED[:1]))).evidence()
    assert shown.given.startswith("nothing; by then there was a network of 1 layer\n  ")


def test_a_second_network_that_has_all_layers_twice() -> None:
    twice = built()
    first = built() | {"pieces": []}
    with pytest.raises(CheckFailed, match="37 layers, and a second one a network of 74"):
        network(Returned(first), Returned(twice | {"layers": twice["layers"] * 2})).genuine()
    again = error("All layers added to a Sequential model should have unique names. Name 'conv1_1' is already ...")
    with pytest.raises(CheckFailed, match="and a second one raised"):
        network(Returned(first), again).genuine()


def test_a_second_size_that_fails_is_no_matter_of_the_first_check() -> None:
    first, again = Returned(built() | {"pieces": []}), error("no such size")
    network(first, again).genuine()
    with pytest.raises(CheckFailed, match="no such size"):
        network(first, again).sized()
    assert CIFAR.network is not None
    with pytest.raises(CheckFailed, match="no such size"):
        Network(CIFAR.network, [first, again]).genuine()


def test_a_network_that_is_too_large_to_be_tried() -> None:
    with pytest.raises(CheckFailed, match="40,000,000,000 weights") as failed:
        network(Returned(built() | {"weights": 40_000_000_000})).part(5)
    assert "dense layers" in failed.value.next_step


@pytest.mark.parametrize(
    ("size", "answers", "said"), [(SIZE, 3, "of shape (72, 88, 1)"), ([72, 88, 1], 10, "Asked for 3 classes")]
)
def test_arguments_that_are_ignored(size: list[int], answers: int, said: str) -> None:
    piece = {"shape": [10], "answer": [1.0]}
    first = built() | {"pieces": [piece] * 6, "wanted": [piece] * 6}
    for layer in first["layers"]:
        layer |= {"dropped": 0.5} if layer["class"] == "Dropout" else {}
    other = built()
    other["layers"][-1] = other["layers"][-1] | {"shape": [answers]}
    with pytest.raises(CheckFailed, match=re.escape(said)):
        network(Returned(first), Returned(other | {"input": size})).sized()


# What students get


def test_no_answer_is_given_away() -> None:
    """The quiz on weights is asked for by its keys, and hidden sizes, numbers and batches stay here."""
    counts = next(check for check in CIFAR.checks if check.name == "counts")
    assert counts.judge[:2] == ("keys", "weight_counts")
    assert not any(isinstance(word, int) for word in counts.judge)
    assert "when you hand in" in counts.title
    assert not re.search(rb"9216|\b864\b", FILES["grader/check/examples/index.json"])
    assert not any(name.startswith("grader/suites") for name in FILES)


def test_each_function_has_a_public_check() -> None:
    later = {exercise.name: {check.name for check in exercise.checks if not check.made} for exercise in (VGG, CIFAR)}
    assert later["vgg_assembly"] == {"outputs"}
    assert later["cifar_setup"] == {"shift", "flip", "fresh", "learns", "augments", "validates"}


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("student.agrees('a')", ["a"]),
        ("try:\n        student.agrees('a')\n    except E as e:\n        words(student, e)\n        raise", ["a"]),
        ("try:\n        student.agrees('a')\n    except E as e:\n        words(student, e)", []),
        ("student.agrees('a')\n    assert student.mean([1]) == 1", []),
    ],
)
def test_a_check_that_does_more_than_compare_is_no_comparison(body: str, names: list[str]) -> None:
    [test] = ast.parse(f"def test_x(student):\n    {body}\n").body
    assert isinstance(test, ast.FunctionDef)
    assert list(replayed(test)) == names


def keyed(value: Any) -> None:
    """Judges what `weight_counts` returned."""
    judges = Judges(CIFAR, Recording("cifar_setup", "", {}, {}, {}), str)
    check = next(check for check in CIFAR.checks if check.name == "counts")
    judges.outcomes = {"counts": [Returned(value)]}
    judges.judge(check, None)  # type: ignore[arg-type]


def test_the_form_of_an_answer_that_is_compared_later() -> None:
    right = dict.fromkeys(("conv_1_weights", "conv_1_biases", "conv_2_weights", "conv_2_biases", "total"), 1)
    keyed(right)
    for wrong, said in ((5, "returned"), ({"total": 1}, "The keys are 'total'"), (right | {"total": "1"}, "'total'")):
        with pytest.raises(CheckFailed, match=said):
            keyed(wrong)


def test_equipment_needs_no_keras_until_it_is_asked() -> None:
    assert {"shown", "network", "compiled", "trained"} <= set(Equipped.looks)


# With Keras, from the bundle


EMPTY = "m = keras.Sequential([keras.Input(input_shape)])"
HEAD = "import keras\nfrom keras import layers as l\n"
# By name: a builder, and what the notebook says of it.
BUILDERS = {
    "first block": (
        "m = keras.Sequential([keras.Input(input_shape)])\n    block(m, 1, 2, 64)\n    return m",
        "block 2",
    ),
    "strides": (
        f"{EMPTY}\n    m.add(l.Conv2D(64, 3, 3, activation='relu'))\n"
        "    m.add(l.Conv2D(64, 3, 3, activation='relu'))\n    m.add(l.Conv2D(64, 3, 3, activation='relu'))\n"
        "    m.add(l.Conv2D(64, 3, 3, activation='relu'))\n    return m",
        "strides instead of kernel size",
    ),
    "turned": (
        "m = keras.Sequential([keras.Input(input_shape[::-1])])\n    block(m, 1, 2, 64)\n    block(m, 2, 2, 128)\n"
        "    block(m, 3, 3, 256)\n    return m",
        "channels first",
    ),
    "half-way": (
        f"{EMPTY}\n    block(m, 1, 2, 64)\n    raise RuntimeError('tea')",
        "RuntimeError",
    ),
    "own class": (
        f"class Mine(l.Layer):\n        def call(self, x):\n            return x\n    {EMPTY}\n    m.add(Mine())\n"
        "    return m",
        "Layer 0 of 1",
    ),
    "error first": ("return layers.Sequential()", "NameError"),
}
CELL = """
import json
from pathlib import Path
from grader.notebook import check
import keras
before = keras.datasets.cifar10.load_data, keras.initializers.GlorotUniform.__call__
said = {}
for name, source in json.loads(Path("builders.json").read_text()).items():
    space = {"check": check}
    exec(source + "\\nreport = check('vgg_assembly.model')\\nother = check('vgg_assembly.layers')", space)
    said[name] = [one._repr_mimebundle_()["text/html"] for one in (space["report"], space["other"])]
assert before == (keras.datasets.cifar10.load_data, keras.initializers.GlorotUniform.__call__)
print(json.dumps(said))
"""
BLOCK = """
def block(m, number, depth, filters):
    for place in range(1, depth + 1):
        m.add(l.ZeroPadding2D((1, 1)))
        m.add(l.Conv2D(filters, (3, 3), activation="relu", name=f"conv{number}_{place}"))
    m.add(l.MaxPooling2D((2, 2), strides=(2, 2)))

def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    """


@pytest.mark.keras
def test_a_notebook_shows_what_is_built_and_keeps_keras_as_it_was(tmp_path: Path) -> None:
    folder = laid_out(tmp_path / "bundle")
    sources = {name: HEAD + BLOCK + body for name, (body, _) in BUILDERS.items()}
    (folder / "builders.json").write_text(json.dumps(sources), encoding="utf-8")
    done = run(folder, CELL)
    assert done.returncode == 0, done.stderr
    said = {name: "".join(pages) for name, pages in json.loads(done.stdout.splitlines()[-1]).items()}
    for name, (_, wanted) in BUILDERS.items():
        assert wanted in said[name], name
        assert ("-&gt; here" in said[name]) == (name != "error first"), name
    assert "asked for: ZeroPadding2D" in said["first block"]


COMMAND = "from grader.__main__ import main; sys.argv[1:1] = ['check']; sys.exit(main())"


@pytest.mark.keras
def test_one_root_cause_first_in_the_terminal(tmp_path: Path) -> None:
    """A half-built VGG, an optimizer that is another, and a training that returns no history."""
    folder = laid_out(tmp_path / "bundle")
    half = f"{EMPTY}\n    block(m, 1, 2, 64)\n    block(m, 2, 2, 128)\n    return m"
    adam = "\ndef compile_vgg16(model):\n    model.compile('adam', 'categorical_crossentropy')\n    return model\n"
    (folder / "exercises" / "vgg_assembly.py").write_text(HEAD + BLOCK + half + adam, encoding="utf-8")
    source = (ROOT / "solutions" / "cifar_setup.py").read_text(encoding="utf-8")
    (folder / "exercises" / "cifar_setup.py").write_text(
        f"{source}\n_train = train\ndef train(*args, **more):\n    return _train(*args, **more).history\n", "utf-8"
    )
    done = run(folder, COMMAND, "vgg_assembly", "cifar_setup.history", "cifar_setup.counts", "cifar_setup.load")
    said = done.stdout
    assert "Traceback" not in done.stderr
    assert "failed  vgg_assembly.block_3" in said
    assert "-> here  10    nothing more so far" in said
    assert re.search(r"passed .*block_2", said)
    assert re.search(r"waits .*block_4.*waits? for block_3", said)
    assert "wrong optimizer" in said
    assert "failed  cifar_setup.history" in said
    assert "and the History of Keras was" in said
    assert re.search(r"passed .*counts", said)
    assert re.search(r"passed .*load", said)
    assert said.count("-> here") == 1
