"""Table: requests answered one after another, and by many engineers at once who never pause."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyproj

from benchmarks.question import SEED, Question
from benchmarks.table import Table, number
from capacity.applications.answers import as_json
from capacity.assessing import CaseAssessor, open_assessor
from capacity.errors import RequestError
from capacity.tables.assessment import Request
from capacity.tables.places import PlaceRequest

AT_ONCE = (1, 5, 20)
EACH = 5
"""Requests of every engineer."""
POWERS_KW = (8.0, 20.0, 40.0, 80.0, 120.0, 160.0, 400.0, 1000.0)
AROUND_DEG = 3e-4
HEADER = ("engineers", "requests", "options checked", "median, s", "95 %, s", "requests per second")


@dataclass(frozen=True)
class Measured:
    """Seconds of every request with so many engineers at once, and of all together; ``checked`` are options."""

    engineers: int
    seconds: tuple[float, ...]
    wall_s: float
    checked: int


def measure(question: Question, *, workers: int) -> list[Measured]:
    """Open an assessor, ask everything once, then measure with 1, 5 and 20 engineers."""
    assessor = open_assessor(question.case, rules=question.rules, workers=workers)
    requests = drawn_requests(question, max(AT_ONCE) * EACH)
    for one in requests:
        _answered(assessor, one)  # compiled, and every network once known, as in the course of a day
    return [_at_once(assessor, requests, engineers) for engineers in AT_ONCE]


def _at_once(assessor: CaseAssessor, requests: Sequence[Request], engineers: int) -> Measured:
    """Every engineer asks one request after the other, without a pause."""

    def ask_all(number_of_engineer: int) -> list[tuple[float, int]]:
        found = []
        for one in requests[number_of_engineer * EACH : (number_of_engineer + 1) * EACH]:
            began = time.perf_counter()
            checked = _answered(assessor, one)
            found.append((time.perf_counter() - began, checked))
        return found

    began = time.perf_counter()
    with ThreadPoolExecutor(engineers) as pool:
        found = [one for of_one in pool.map(ask_all, range(engineers)) for one in of_one]
    return Measured(
        engineers, tuple(one[0] for one in found), time.perf_counter() - began, sum(one[1] for one in found)
    )


def _answered(assessor: CaseAssessor, request: Request) -> int:
    """Answer as the service does; the number of options that were checked by load flow."""
    try:
        answer = assessor.assess(request)
    except RequestError:
        return 0
    as_json(answer)
    return sum(option.finding is not None for option in answer.options)


def drawn_requests(question: Question, count: int) -> list[Request]:
    """Points near LV nodes, with powers from a flat's to a factory's."""
    rng, buses = np.random.default_rng(SEED), question.case.topology.buses
    near = buses[buses["level"].eq("lv") & buses["transformer_id"].notna() & buses["x"].notna()]
    to_degrees = pyproj.Transformer.from_crs(question.case.settings.crs, "EPSG:4326", always_xy=True)
    requests = []
    for row in rng.choice(len(near), count):
        longitude, latitude = to_degrees.transform(float(near["x"].iloc[row]), float(near["y"].iloc[row]))
        place = PlaceRequest(
            longitude + float(rng.normal(0.0, AROUND_DEG)), latitude + float(rng.normal(0.0, AROUND_DEG))
        )
        requests.append(Request(place, float(rng.choice(POWERS_KW)), area_class="county"))
    return requests


def table(question: Question, measured: Sequence[Measured], command: str) -> Table:
    """One row per number of engineers."""
    rows = tuple(
        (
            str(one.engineers),
            str(len(one.seconds)),
            number(one.checked / len(one.seconds)),
            number(float(np.median(one.seconds))),
            number(float(np.percentile(one.seconds, 95))),
            number(len(one.seconds) / one.wall_s),
        )
        for one in measured
    )
    return Table(
        name="engineers",
        title=f"{question.network}: requests answered, {question.n_steps:,} steps each",
        command=command,
        header=HEADER,
        rows=rows,
        notes=("Warm: every request was asked once before. Each engineer asks the next as soon as one is answered.",),
    )
