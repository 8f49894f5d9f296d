"""Checks of `vgg_assembly`; the index knows their points and which waits for which."""

from __future__ import annotations

from grader.fixture import StudentFixture
from grader.probing import CheckFailed
from grader.suites.compiling import compiles
from grader.suites.exercise_texts import texts
from grader.suites.layer_outputs import dropout
from grader.suites.networks import Network, Plan
from grader.suites.vgg_layers import PARTS

__all__: list[str] = []

TEXTS = texts("vgg_assembly")

PLAN = Plan("build_vgg16", PARTS, whole="network", others=("defaults", "sizes"), shown=((32, 32, 3), 10))


def test_model(student: StudentFixture) -> None:
    """builds a keras.Sequential of Keras layers"""
    Network.of(student, PLAN).genuine()


def test_block_1(student: StudentFixture) -> None:
    """block 1 computes what two convolutions with 64 filters and a pooling compute"""
    Network.of(student, PLAN).part(0)


def test_block_2(student: StudentFixture) -> None:
    """block 2 computes what two convolutions with 128 filters and a pooling compute"""
    Network.of(student, PLAN).part(1)


def test_block_3(student: StudentFixture) -> None:
    """block 3 computes what three convolutions with 256 filters and a pooling compute"""
    Network.of(student, PLAN).part(2)


def test_block_4(student: StudentFixture) -> None:
    """block 4 computes what three convolutions with 512 filters and a pooling compute"""
    Network.of(student, PLAN).part(3)


def test_block_5(student: StudentFixture) -> None:
    """block 5 computes what three convolutions with 512 filters and a pooling compute"""
    Network.of(student, PLAN).part(4)


def test_head(student: StudentFixture) -> None:
    """the head flattens, has two dense layers with dropout, and gives a probability for each class"""
    Network.of(student, PLAN).part(5)


def test_layers(student: StudentFixture) -> None:
    """the list of layers is that of the table: padding layers, names, order"""
    Network.of(student, PLAN).listed()


def test_outputs(student: StudentFixture) -> None:
    """called as a whole, answers what VGG-16 with the same weights answers, as far as its blocks are right"""
    Network.of(student, PLAN).computes()


def test_sizes(student: StudentFixture) -> None:
    """takes pictures of other sizes and gives other numbers of classes"""
    Network.of(student, PLAN).sized()


def test_load_legacy(student: StudentFixture) -> None:
    """loads a .h5 file of the published layout, whatever its layers are called"""
    student.agrees("load_legacy")


def test_load_keras(student: StudentFixture) -> None:
    """loads a .weights.h5 file of Keras 3"""
    student.agrees("load_keras")


def test_load_broken(student: StudentFixture) -> None:
    """raises where weights are missing or misshaped, or the file is truncated, no HDF5, or not there"""
    try:
        student.agrees("load_broken")
    except CheckFailed as failure:
        if failure.misconception == "nothing raised":
            TEXTS.rename(failure, "weights_errors_swallowed")
        raise


def test_compile(student: StudentFixture) -> None:
    """compiles with SGD and categorical cross-entropy"""
    compiles(student, "compile", "SGD")


def test_read_bgr(student: StudentFixture) -> None:
    """reads a whole picture, blue first, resized to the width and height that are asked for"""
    student.agrees("read_bgr")


def test_transform(student: StudentFixture) -> None:
    """centres each channel by its own mean, as a float32 batch of one, and scales nothing"""
    student.agrees("transform")


def test_transform_intact(student: StudentFixture) -> None:
    """leaves the picture as it was, and answers twice the same"""
    student.agrees("transform_intact")


def test_labels(student: StudentFixture) -> None:
    """reads one label a line, commas and blanks included"""
    student.agrees("labels")


def test_top_k(student: StudentFixture) -> None:
    """names the k most probable classes with their probabilities, best first"""
    student.agrees("top_k")


def test_first_filters(student: StudentFixture) -> None:
    """gives the kernels of the first convolution as one picture a filter"""
    student.agrees("first_filters")


def test_layer_output(student: StudentFixture) -> None:
    """gives what one layer answers to a batch, dropout switched off"""
    try:
        student.agrees("layer_output")
    except CheckFailed as failure:
        if failure.status == "graded" and not failure.misconception:
            dropout(student, failure)
        raise


def test_tiles(student: StudentFixture) -> None:
    """tiles filters row by row on a square grid, scaled together to 0..1"""
    student.agrees("tiles")


def test_tiles_special(student: StudentFixture) -> None:
    """also constant input, whole numbers, other padding, and leaves its argument as it was"""
    student.agrees("tiles_special")
