"""Judges a network that student code built, part by part: each part by what it computes, its list of layers apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from grader.fixture import StudentFixture
from grader.judging import request
from grader.probing import CheckFailed, CheckNotRun
from grader.recorded import Example
from grader.refusals import refusal
from grader.student import Raised, Returned
from grader.suites.network_words import added_twice, described, differences, error_words, strange
from grader.suites.remembered import Remembered
from grader.suites.reports import Network as Report
from grader.suites.reports import checked

__all__ = ["Network", "Part", "Plan", "parts_of", "ranges"]

# Single precision, layer after layer, on any device: entries may differ by this share of the largest one.
RTOL = 1e-3
# A dropout layer switches off this share of 10,000 units more or less than its rate says, nearly never.
DROPPED = 0.03


@dataclass(frozen=True)
class Part:
    """A stretch of the contract's list of layers, `(class, options)` each.

    Judged alone it gets a batch of shape `input`, and the weights of the layers from number `layer` on.
    """

    name: str
    layers: tuple[tuple[str, dict[str, Any]], ...]
    input: tuple[int, ...]
    layer: int
    start: int

    @property
    def piece(self) -> dict[str, Any]:
        """What the instrument is told of it, where the list of layers is the contract's."""
        return self.asked(self.start, self.start + len(self.layers))

    def asked(self, start: int, stop: int) -> dict[str, Any]:
        """The same where it consists of other layers of a student's list."""
        return {"start": start, "stop": stop, "input": list(self.input), "layer": self.layer}

    @property
    def rates(self) -> list[float]:
        """The rates of its Dropout layers."""
        return [options["rate"] for kind, options in self.layers if kind == "Dropout"]

    @property
    def tokens(self) -> list[str]:
        """What the part is recognised by."""
        return [token for kind, options in self.layers if (token := token_of(kind, options))]


def parts_of(*cuts: tuple[str, int, tuple[int, ...]], layers: Sequence[tuple[str, dict[str, Any]]]) -> tuple[Part, ...]:
    """A list of layers cut into parts: name, number of layers, and shape of a batch of each."""
    parts: list[Part] = []
    start = learning = 0
    for name, count, shape in cuts:
        mine = tuple(layers[start : start + count])
        parts.append(Part(name, mine, shape, learning, start))
        start, learning = start + count, learning + sum(kind in ("Conv2D", "Dense") for kind, _ in mine)
    return tuple(parts)


def token_of(kind: str, options: dict[str, Any]) -> str:
    """The mark of a layer that learns or changes the shape; "" for padding, dropout, activations."""
    if kind == "Conv2D":
        return f"C{options.get('filters')}"
    if kind == "Dense":
        return f"D{options.get('units')}"
    return {"MaxPooling2D": "P", "AveragePooling2D": "P", "Flatten": "F"}.get(kind, "")


@dataclass(frozen=True)
class Plan:
    """How a builder is examined: its parts, and the probes that call it.

    `whole` asks for the answers of all layers and of the parts; `others` for networks of other sizes.
    """

    function: str
    parts: tuple[Part, ...]
    whole: str
    others: tuple[str, ...] = ()


class Network(Remembered):
    """One student's network, built and looked at once."""

    def __init__(self, student: StudentFixture, plan: Plan) -> None:
        super().__init__(student)
        self.plan = plan
        self.cache: dict[str, Any] = {}

    def example(self, probe: str) -> Example:
        """The recorded example of a probe, with the expected answers."""
        return self.student.recording().probes[probe].examples[0]

    def ask(self, probe: str, **aim: Any) -> dict[str, Any]:
        """What the worker's instrument tells of the network; CheckFailed where there is none."""
        recorded = self.student.recording().probes[probe]
        asked = request(recorded, self.example(probe), self.student.locate)
        outcome = self.student.outcome(replace(asked, aim=asked.aim | aim), recorded.seconds)
        if isinstance(outcome, Returned):
            facts = checked(outcome.value, Report)
            if (fault := strange(self.plan.function, facts)) is not None:
                raise fault.failure
            return facts
        failure = refusal(self.plan.function, outcome, public=True)
        fault = None
        if isinstance(outcome, Raised) and outcome.seen and "ValueError" in outcome.trouble.family:
            padding = any(kind == "ZeroPadding2D" for kind, _ in self.plan.parts[0].layers)
            fault = error_words(outcome.seen, padding)
        if fault is None:
            raise failure
        raise replace(fault, observation=f"{failure.observation} {fault.observation}").failure

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The layers of the network, as the worker describes them."""
        return self.ask(self.plan.others[0] if self.plan.others else self.plan.whole, pieces=[])

    def genuine(self) -> None:
        """CheckFailed unless it is a `keras.Sequential` of Keras layers, and nothing that looks like one."""
        layers = self.layers
        try:
            again = len(self.seen.get("layers", ())) if "pieces" in self.seen else 0
        except CheckFailed as failure:
            if failure.status != "graded":
                raise
            again = 0
        if again != len(layers):
            raise added_twice(self.plan.function, len(layers), again).failure

    @property
    def layers(self) -> list[dict[str, Any]]:
        """The description of each layer."""
        layers: list[dict[str, Any]] = self.facts["layers"]
        return layers

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Which of the student's layers make up each part."""
        return ranges(self.layers, self.plan.parts)

    @cached_property
    def seen(self) -> dict[str, Any]:
        """What the small network and its parts compute; where it cannot be built so small, the parts alone."""
        pieces = [part.asked(*span) for part, span in zip(self.plan.parts, self.spans, strict=True)]
        try:
            return self.ask(self.plan.whole, pieces=pieces)
        except CheckFailed as failure:
            if not self.plan.others or failure.status != "graded":
                raise
            return self.ask(self.plan.others[0], pieces=pieces, input=[])

    def stands(self, index: int) -> bool:
        """Whether a part computes what it should."""
        start, stop = self.spans[index]
        piece = self.seen["pieces"][index]
        if start == stop or "answer" not in piece:
            return False
        wanted = self._wanted(index)
        rates = [layer["dropped"] for layer in self.layers[start:stop] if "dropped" in layer]
        expected = self.plan.parts[index].rates
        fine = len(rates) == len(expected) and all(abs(a - b) <= DROPPED for a, b in zip(rates, expected, strict=True))
        return fine and piece["shape"] == wanted["shape"] and close(piece["answer"], wanted["answer"])

    def _wanted(self, index: int) -> dict[str, Any]:
        """The expected answer of a part; a head that ignores the number of classes has paid elsewhere."""
        expected = self.example(self.plan.whole).expected["pieces"][index]
        given = self.seen["pieces"][index].get("shape")
        if index == len(self.plan.parts) - 1 and given != expected["shape"] and self.plan.others:
            other: dict[str, Any] = self.example(self.plan.others[0]).expected["pieces"][0]
            if given == other["shape"]:
                return other
        wanted: dict[str, Any] = expected
        return wanted

    def part(self, index: int) -> None:
        """CheckFailed, naming the layer, unless a part computes what it should."""
        if not self.stands(index):
            part, (start, stop) = self.plan.parts[index], self.spans[index]
            found = differences(part.layers, self.layers[start:stop], start, True)
            raise (found or described(part.name, self.seen["pieces"][index])).failure

    @cached_property
    def standing(self) -> list[bool]:
        """Which parts compute what they should; CheckNotRun where none does: nothing can be told of the whole then."""
        standing = [self.stands(index) for index in range(len(self.plan.parts))]
        if not any(standing):
            raise CheckNotRun("Not run: no part of the network computes what it should yet.")
        return standing

    def listed(self) -> None:
        """CheckFailed unless the parts that stand consist of exactly the contract's layers."""
        for part, (start, stop), stands in zip(self.plan.parts, self.spans, self.standing, strict=True):
            fault = differences(part.layers, self.layers[start:stop], start, False) if stands else None
            if fault is not None:
                raise fault.failure

    def computes(self) -> None:
        """CheckFailed unless the whole network answers, up to its first faulty part, as the contract's does."""
        prefix = [*self.standing, False].index(False)
        answers = {self.plan.whole: self.seen.get("outputs", [])}
        answers |= {probe: self.whole(probe).get("outputs", []) for probe in self.plan.others[:1]}
        if not any(answers.values()):
            raise CheckFailed(f"No network of `{self.plan.function}` takes the pictures that it was asked for.")
        for probe, given in answers.items():
            self._compare(probe, given, prefix)
        if self.standing[-1] and self.seen.get("outputs"):
            total = np.asarray(self.seen["outputs"][-1], float)
            batch = self.example(self.plan.whole).args[-1]["input"][0]
            if total.size != self.example(self.plan.whole).args[-1]["classes"] * batch:
                return  # another number of classes, or a sample of many
            if not np.isfinite(total).all() or abs(total.sum() - batch) > 1e-3 * batch or total.min() < 0:
                raise CheckFailed(
                    f"The answers of the last layer sum to {total.sum() / batch:.4g}, not to 1.",
                    "Probabilities are not negative and sum to 1; softmax makes them so.",
                    'Give the last Dense layer activation="softmax".',
                    misconception="softmax missing",
                )

    def whole(self, probe: str) -> dict[str, Any]:
        """What a network of another size computes; the first one was looked at before."""
        if probe not in self.cache:
            self.cache[probe] = self.facts if probe == self.plan.others[0] else self.ask(probe, pieces=[])
        found: dict[str, Any] = self.cache[probe]
        return found

    def sized(self) -> None:
        """CheckFailed unless networks of other sizes take the pictures and give the answers that were asked for."""
        head = self.standing[-1]
        for probe in self.plan.others:
            facts, wanted = self.whole(probe), self.example(probe).args[-1]
            text = "A network for other pictures, or another number of classes, should come out of the same function."
            step = "Use the parameters where numbers stand now: `keras.Input(input_shape)` and `Dense(classes, ...)`."
            if not facts["built"] or facts["input"] != wanted["build"]:
                shape = tuple(facts["input"]) if facts["built"] else "open"
                seen = f"Asked for pictures of shape {tuple(wanted['build'])}, the network's input shape is {shape}."
                raise CheckFailed(seen, text, step, misconception="ignores an argument")
            if head and facts["layers"][-1]["shape"] != [wanted["classes"]]:
                answers = tuple(facts["layers"][-1]["shape"])
                seen = f"Asked for {wanted['classes']} classes, the network gives answers of shape {answers}."
                raise CheckFailed(seen, text, step, misconception="ignores an argument")

    def _compare(self, probe: str, given: list[Any], prefix: int) -> None:
        """Holds the answers at the end of each part of the prefix against the recorded ones."""
        expected = self.example(probe).expected["outputs"]
        place = 0
        for part, (_, stop) in list(zip(self.plan.parts, self.spans, strict=True))[:prefix]:
            place += len(part.layers)
            if place > len(expected) or stop > len(given):
                return
            if part is self.plan.parts[-1] and self.plan.others and np.shape(given[-1]) != np.shape(expected[-1]):
                return  # another number of classes than was asked for is judged elsewhere
            if not close(given[stop - 1], expected[place - 1]):
                name = part.name.replace("_", " ")
                raise CheckFailed(
                    f"Called as a whole, the network answers something else after {name} than its layers would one by "
                    "one.",
                    "In a Sequential each layer gets what the one before answers, in the order of the list.",
                    "Compare the order of the blocks with the table.",
                )


def close(given: Any, expected: Any) -> bool:
    """Whether two sampled answers agree."""
    one, other = np.asarray(given, np.float64), np.asarray(expected, np.float64)
    if one.shape != other.shape:
        return False
    return bool(np.abs(one - other).max(initial=0.0) <= RTOL * max(float(np.abs(other).max(initial=0.0)), 1e-6))


def ranges(layers: Sequence[dict[str, Any]], parts: Sequence[Part]) -> list[tuple[int, int]]:
    """Cuts a student's layers into the parts that they most likely stand for, each `(start, stop)`."""
    places = [place for place, layer in enumerate(layers) if token_of(layer["class"], layer)]
    cuts = _cuts([token_of(layers[place]["class"], layers[place]) for place in places], [part.tokens for part in parts])
    stops = [_end(layers, places, cut) for cut in cuts[:-1]] + [len(layers)]
    return list(zip([0, *stops[:-1]], stops, strict=True))


def _end(layers: Sequence[dict[str, Any]], places: list[int], cut: int) -> int:
    """The place behind the layer before a cut, and behind the dropouts and activations that follow it."""
    end = places[cut - 1] + 1 if cut else 0
    while cut and end < len(layers) and layers[end]["class"] != "ZeroPadding2D" and end not in places:
        end += 1
    return end


def _cuts(tokens: list[str], wanted: list[list[str]]) -> list[int]:
    """Where to cut a row of tokens so that as many pieces as possible are as wanted (dynamic programming)."""
    nothing: list[int] = []
    best = [(0.0, nothing)] + [(-np.inf, nothing)] * len(tokens)
    for piece in wanted:
        best = [
            max(
                (score + _likeness(tokens[start:stop], piece), [*cuts, stop])
                for start, (score, cuts) in enumerate(best[: stop + 1])
            )
            for stop in range(len(tokens) + 1)
        ]
    return best[-1][1]


def _likeness(tokens: list[str], wanted: list[str]) -> float:
    """1000 for equal pieces; otherwise how much of the wanted one is there: its end, kinds of layers, their sizes."""
    if tokens == wanted:
        return 1000.0
    kinds = sum(a[0] == b[0] for a, b in zip(tokens, wanted, strict=False))
    sizes = sum(a == b for a, b in zip(tokens, wanted, strict=False))
    ends = 600.0 * (tokens[-1:] == wanted[-1:])  # a part ends where it should, before it is the right one throughout
    return 2.0 * kinds + sizes + ends - abs(len(tokens) - len(wanted))
