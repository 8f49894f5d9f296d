"""A network is judged as a whole where it answers rightly, and part by part where it does not."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from corpus import ROOT

from grader import recorded
from grader.outcomes import Outcome, Request, Returned
from grader.probing import CheckFailed
from grader.suites.cifar_layers import LAYERS, PARTS
from grader.suites.networks import Network, Plan

__all__: list[str] = []

RECORDED = recorded.read(ROOT / "grader" / "suites" / "recorded" / "cifar_setup.bin").probes
EXPECTED = RECORDED["network"].examples[0].expected
Facts = dict[str, Any]


def described(numbers: range) -> list[Facts]:
    """These layers of the table as a worker describes them."""
    chosen = [(number, *LAYERS[number]) for number in numbers]
    return [
        {"class": kind, "genuine": True, "name": f"layer_{number}", "shape": [1], **options}
        | ({"dropped": options["rate"]} if kind == "Dropout" else {})
        for number, kind, options in chosen
    ]


class Worker:
    """For a `student` fixture whose worker has built a network; `pieces` are how many were asked for, by turns."""

    def __init__(self, layers: list[Facts], outputs: list[Any], pieces: list[Any]) -> None:
        about = {"class": "Sequential", "built": True, "input": [32, 32, 3], "weights": 1}
        self.facts = about | {"layers": layers, "outputs": outputs, "pieces": pieces}
        self.values: dict[str, Any] = {}
        self.pieces: list[int] = []
        self.locate = str

    def recording(self) -> Any:
        return SimpleNamespace(probes=RECORDED | {"other": RECORDED["network"]})

    def outcome(self, asked: Request, *more: Any, **other: Any) -> Outcome:
        self.pieces.append(len(asked.aim["pieces"]))
        told = deepcopy(self.facts)
        told["pieces"] = told["pieces"] if asked.aim["pieces"] else []
        told["outputs"] = told["outputs"] if asked.aim["input"] else []
        return Returned(told)


def right() -> Worker:
    return Worker(described(range(len(LAYERS))), deepcopy(EXPECTED["outputs"]), deepcopy(EXPECTED["pieces"]))


def otherwise(place: int) -> Callable[[Worker], None]:
    """Another answer of one layer in the whole network."""

    def change(worker: Worker) -> None:
        worker.facts["outputs"][place] = np.asarray(worker.facts["outputs"][place]) + 1.0

    return change


def no_dropout(worker: Worker) -> None:
    worker.facts["layers"][3]["dropped"] = 0.0


def cut_short(worker: Worker) -> None:
    worker.facts["outputs"] = worker.facts["outputs"][:5]


PLANS = [Plan("build", PARTS, whole="network"), Plan("build", PARTS, whole="network", others=("other",))]


@pytest.mark.parametrize("plan", PLANS, ids=["one size", "two sizes"])
def test_no_part_of_a_right_network_is_made_anew(plan: Plan) -> None:
    worker: Any = right()
    network = Network(worker, plan)
    for index in range(len(PARTS)):
        network.part(index)
    network.genuine()
    network.listed()
    network.computes()
    assert worker.pieces == [0, 0]  # it is built twice all the same: who goes on with the network of before shows


@pytest.mark.parametrize("plan", PLANS, ids=["one size", "two sizes"])
@pytest.mark.parametrize("change", [otherwise(3), otherwise(7), otherwise(11), no_dropout, cut_short])
def test_parts_are_made_anew_where_the_whole_is_not_right(plan: Plan, change: Callable[[Worker], None]) -> None:
    worker: Any = right()
    change(worker)
    assert Network(worker, plan).seen["pieces"]
    assert worker.pieces == [0, len(PARTS)]


def test_a_part_that_is_right_by_itself_stands_in_a_network_that_is_not() -> None:
    worker: Any = right()
    otherwise(3)(worker)
    network = Network(worker, PLANS[0])
    for index in range(len(PARTS)):
        network.part(index)
    with pytest.raises(CheckFailed, match="block 1"):
        network.computes()


@pytest.mark.parametrize("there", [range(8, 12), range(4), range(4, 12)], ids=["head", "first block", "no first block"])
def test_a_network_that_lacks_parts_fails_in_them(there: range) -> None:
    lacking = [index for index, part in enumerate(PARTS) if part.start not in there]
    pieces = [{"error": "no layers"} if index in lacking else one for index, one in enumerate(EXPECTED["pieces"])]
    network = Network(Worker(described(there), [], pieces), PLANS[0])  # type: ignore[arg-type]
    assert [index for index in range(len(PARTS)) if not network.stands(index)] == lacking
    for index in lacking:
        with pytest.raises(CheckFailed):
            network.part(index)
