"""Checks of `cifar_setup`; the index knows their points and which waits for which."""

from __future__ import annotations

from grader.fixture import StudentFixture
from grader.probing import CheckFailed
from grader.suites.augmenting import Draws
from grader.suites.cifar_layers import PARTS
from grader.suites.compiling import compiles
from grader.suites.networks import Network, Plan
from grader.suites.trainings import Training

__all__: list[str] = []

PLAN = Plan("build_cifar10_model", PARTS, whole="network")


def test_load(student: StudentFixture) -> None:
    """gives images and labels of both sets as four arrays"""
    student.agrees("load")


def test_scaled(student: StudentFixture) -> None:
    """divides the images of both sets by 255"""
    student.agrees("scaled")


def test_one_hot(student: StudentFixture) -> None:
    """turns labels of either shape into rows of ten, whatever classes a set holds"""
    student.agrees("one_hot")


def test_prepare_form(student: StudentFixture) -> None:
    """gives float32 images, leaves its arguments as they were, and answers twice the same"""
    student.agrees("prepare_form")


def test_model(student: StudentFixture) -> None:
    """builds a keras.Sequential of Keras layers"""
    Network.of(student, PLAN).genuine()


def test_block_1(student: StudentFixture) -> None:
    """the first block computes what two convolutions with 32 filters, a pooling and a dropout of 0.25 compute"""
    Network.of(student, PLAN).part(0)


def test_block_2(student: StudentFixture) -> None:
    """the second block computes the same with 64 filters"""
    Network.of(student, PLAN).part(1)


def test_head(student: StudentFixture) -> None:
    """the head flattens, has a dense layer of 512 with a dropout of 0.5, and gives ten probabilities"""
    Network.of(student, PLAN).part(2)


def test_layers(student: StudentFixture) -> None:
    """the network has exactly the twelve layers of the table, in their order"""
    Network.of(student, PLAN).listed()
    Network.of(student, PLAN).computes()


def test_compile(student: StudentFixture) -> None:
    """compiles with Adam and categorical cross-entropy, and reports accuracy"""
    compiles(student, "compile", "Adam")


def test_counts(student: StudentFixture) -> None:
    """counts weights and biases of both first layers, and all parameters"""
    student.agrees("counts")


def test_normalise(student: StudentFixture) -> None:
    """without training, only centres and scales each channel, by statistics of the training images"""
    try:
        student.agrees("normalise")
    except CheckFailed as failure:
        if failure.status == "graded" and not failure.misconception:
            Draws.of(student).settled()
        raise


def test_shift(student: StudentFixture) -> None:
    """in training, moves each picture at random by up to a tenth of its sides, and turns or stretches nothing"""
    Draws.of(student).shifted()


def test_flip(student: StudentFixture) -> None:
    """in training, flips about half of the pictures from left to right, and none upside down"""
    Draws.of(student).flipped()


def test_fresh(student: StudentFixture) -> None:
    """draws anew for each picture and each call, and the same again for the same seed"""
    Draws.of(student).fresh()


def test_history(student: StudentFixture) -> None:
    """returns the History of Keras with one entry an epoch, validation included"""
    Training.of(student).history()


def test_learns(student: StudentFixture) -> None:
    """trains the model itself, in batches of the size that is asked for, until it reads digits it has not seen"""
    Training.of(student).learns()


def test_augments(student: StudentFixture) -> None:
    """trains on images that are augmented anew in each epoch"""
    Training.of(student).augments()


def test_validates(student: StudentFixture) -> None:
    """validates on test images that are normalised and not augmented"""
    Training.of(student).validates()
