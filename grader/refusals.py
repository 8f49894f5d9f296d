"""The words for outcomes that are no value: an exception, the end of the process, a call that was not made."""

from __future__ import annotations

import builtins
from typing import Any

from grader.messages import Trouble
from grader.model import Status
from grader.probing import CheckFailed, CheckNotRun, Raises
from grader.recorded import Mistake
from grader.student import NotRun, Outcome, Raised, Returned, Stopped

__all__ = ["KNOWN_ERRORS", "MUTATED", "import_failure", "not_written", "refusal", "stop_status"]

# By the end that a worker came to: the contract's status, what was seen, what to look at.
STOPS: dict[str, tuple[Status, str, str]] = {
    "timeout": (
        "timeout",
        "`{f}` took too much time",
        "Look for a loop that never ends, or one that does far more work than needed.",
    ),
    "memory": (
        "memory",
        "`{f}` needed more memory than there is",
        "Look for an array that is far larger than the image.",
    ),
    "crashed": ("crashed", "the Python process broke down during `{f}`", "Look for recursion without an end."),
    "exited": (
        "crashed",
        "`{f}` ended the whole program",
        "A function gives its answer with `return`; leave out exit() and quit().",
    ),
    "protocol": (
        "blocked",
        "`{f}` wrote to a channel that belongs to the grader",
        "Only the value that is returned counts.",
    ),
    "output": (
        "blocked",
        "`{f}` printed far more than there is room for",
        "Print a few lines, or nothing, in the version that is handed in.",
    ),
    "forbidden": (
        "blocked",
        "`{f}` asked the system for something that is not allowed here",
        "Computing with arrays needs none of it.",
    ),
}
# Classes whose names may be told for hidden examples: a name that the student's code made up could carry the input out.
KNOWN_ERRORS = frozenset(
    name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)
) | {"AxisError"}
MUTATED = Mistake(
    "mutated input",
    "",
    "Whoever calls the function still needs the array as it was.",
    "Work on a copy: `image = np.array(image, dtype=float)` makes one.",
)


# What to look at, by the class of an exception: what is true of it whatever the exercise.
AT_IMPORT = {
    "ModuleNotFoundError": "Only NumPy, SciPy, imageio, Pillow, OpenCV, Matplotlib, Keras (TensorFlow) and the other "
    "files that are handed in can be imported, by their plain names (no dot in front).",
    "ImportError": "Is the name in that file, and spelt like this?",
    "FileNotFoundError": "The working directory is the folder `data/`: give the name of a file in it, such as "
    "grace_hopper.jpg, or move the line into a function.",
    "EOFError": "Nobody answers a question here: leave out input(), or move it into a function.",
    "SystemExit": "Leave out exit() and quit(): the file has to reach its end.",
    "NameError": "Is the name spelt alike everywhere, and bound above this line?",
    "BaseException": "Run the file by itself; it has to reach its end without an error.",
}
IN_A_CALL = {
    "NameError": "Is the name spelt alike everywhere, and is its import there?",
    "AttributeError": "Is the name behind the dot spelt right, and is the object what the code takes it for?",
    "ImportError": "Only NumPy, SciPy, imageio, Pillow, OpenCV, Matplotlib, Keras and the other files can be imported.",
    "IndexError": "Print the index and the shape at this line: indices end one before the length.",
    "SystemExit": "A function gives its answer with `return`; leave out exit() and quit().",
    "RecursionError": "A function that calls itself needs a case in which it does not.",
    "AssertionError": "An `assert` of the code itself did not hold; print what it compares.",
}


# What libraries have renamed or removed, as their errors say it, and how it is written now.
SPELLINGS = {
    "keras.layers.core": "Layers are imported from keras.layers: `from keras.layers import Dense, Flatten`.",
    "keras.layers.convolutional": "Layers are imported from keras.layers: `from keras.layers import Conv2D`.",
    "keras.layers.pooling": "Layers are imported from keras.layers: `from keras.layers import MaxPooling2D`.",
    "keras.layers.normalization": "Layers are imported from keras.layers: `from keras import layers`.",
    "np_utils": "One-hot rows are made by `keras.utils.to_categorical(y, 10)`.",
    "ImageDataGenerator": "Keras 3 has layers for this, such as keras.layers.RandomFlip; the old class is "
    "tensorflow.keras.preprocessing.image.ImageDataGenerator.",
    "keras.preprocessing.image": "Keras 3 has layers for this, such as keras.layers.RandomFlip and RandomTranslation.",
    "fit_generator": "`model.fit` takes generators as well.",
    "predict_classes": "Take `model.predict(x).argmax(axis=1)`.",
    "predict_generator": "`model.predict` takes generators as well.",
    "evaluate_generator": "`model.evaluate` takes generators as well.",
    "{'lr':": "The argument is called learning_rate now.",
    "border_mode": "The argument is called padding now.",
    "subsample": "The argument is called strides now.",
    "nb_epoch": "The argument is called epochs now.",
    "samples_per_epoch": "The argument is called steps_per_epoch now, and counts batches.",
    "dim_ordering": "The argument is called data_format now, and channels_last is the default.",
    "has never been called and thus has no defined": "Use `model.inputs[0]` and `layer.output` of a built model.",
    "no attribute 'function'": "`keras.Model(model.inputs[0], layer.output)` has taken the place of backend functions.",
    "'float' object cannot be interpreted as an integer": "A number of steps is a whole number: `math.ceil(n / size)`.",
    "scipy.misc": "Pictures are read with imageio.v3.imread now.",
    "should have the same shape": "Are the labels one-hot, as the loss wants them?",
}


def _advice(trouble: Trouble, known: dict[str, str]) -> str:
    """How something is spelt now, or the advice for the first class of an exception that has one."""
    spelling = next((says for words, says in SPELLINGS.items() if words in trouble.message), "")
    return spelling or next((known[name] for name in trouble.family if name in known), "")


def not_written(outcome: Raised) -> bool:
    """A stub that still raises NotImplementedError answers nothing, whatever was asked."""
    return "NotImplementedError" in outcome.trouble.family


def stop_status(outcome: Outcome) -> Status:
    """The contract's word for what an outcome other than a value stands for."""
    if isinstance(outcome, Stopped):
        return STOPS[outcome.stop.kind][0]
    if isinstance(outcome, Raised) and "MemoryError" in outcome.trouble.family:
        return "memory"
    return "timeout" if isinstance(outcome, NotRun) else "graded"


def refusal(function: str, outcome: Outcome, *, public: bool, wanted: Any = None) -> CheckFailed:
    """The failure for an outcome that is no value. For hidden examples it repeats nothing that student code chose."""
    status = stop_status(outcome)
    match outcome:
        case Stopped():
            _, observation, step = STOPS[outcome.stop.kind]
            sentence = observation.format(f=function)
            return CheckFailed(sentence[:1].upper() + sentence[1:] + ".", "", step, status=status)
        case NotRun():
            return CheckNotRun(f"Not run: {outcome.reason}.", status=status)
        case Raised():
            return _raised(function, outcome, public, wanted, status)
        case Returned():
            return CheckFailed(f"`{function}` returned something that cannot be used here.")


def import_failure(exercise: str, outcome: Outcome, *, public: bool = True) -> CheckFailed:
    """Why the module of an exercise could not be imported; not `public` once the code has seen hidden examples."""
    if isinstance(outcome, Raised):
        trouble = outcome.trouble
        status: Status = "memory" if "MemoryError" in trouble.family else "import_error"
        where = f" ({trouble.where})" if public and trouble.where else ""
        detail = f": {trouble.message}" if public and trouble.message else ""
        name = trouble.error if public or trouble.error in KNOWN_ERRORS else "an exception"
        text = f"Importing {exercise} raised {name}{where}{detail}."
        return CheckFailed(text, "", _advice(trouble, AT_IMPORT), status=status)
    if isinstance(outcome, Stopped):
        _, observation, step = STOPS[outcome.stop.kind]
        text = observation.format(f=f"import {exercise}")
        return CheckFailed(f"{text[:1].upper()}{text[1:]}.", "", step, status=stop_status(outcome))
    return CheckFailed(f"{exercise} could not be imported.", status="import_error")


def _raised(function: str, outcome: Raised, public: bool, wanted: Any, status: Status) -> CheckFailed:
    trouble = outcome.trouble
    if trouble.kind == "absent":
        found = f" The file has: {trouble.message}." if public and trouble.message else ""
        return CheckFailed(f"There is no function `{function}`.{found}", "", "Check the spelling behind `def`.")
    if trouble.kind == "not_callable":
        return CheckFailed(f"`{function}` is not a function.", "", "Is there a variable of that name, too?")
    if trouble.kind == "too_large":
        return CheckFailed(f"`{function}` returned far more data than fits.", "", "What shape should the answer have?")
    if not_written(outcome):
        text = f"`{function}` is not written yet: it raises NotImplementedError."
        return CheckFailed(text, "", "Replace the TODO by code.")
    name = trouble.error if public or trouble.error in KNOWN_ERRORS else "an exception"
    detail = f": {trouble.message}" if public and trouble.message else ""
    where = f" ({trouble.where})" if public and trouble.where else ""
    example = "" if public else " with an example that is not shown"
    if isinstance(wanted, Raises):
        return CheckFailed(
            f"`{function}` raised {name}{where} where {wanted.error} is asked for.",
            "Callers catch errors by their class.",
            f"Raise {wanted.error} with a sentence that says what is wrong.",
            misconception="wrong error class",
            status=status,
        )
    if "MemoryError" in trouble.family:
        _, observation, step = STOPS["memory"]
        return CheckFailed(f"{observation.format(f=function)}{example}{where}.", "", step, status=status)
    sentence = f"`{function}` raised {name}{example}{where}{detail}."
    step = _advice(trouble, IN_A_CALL)
    if "read-only" in trouble.message:
        return CheckFailed(sentence, MUTATED.reason, MUTATED.next_step, misconception=MUTATED.name, status=status)
    return CheckFailed(sentence, "", step, status=status)
