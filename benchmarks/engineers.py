"""Table: requests answered one after another, and by many engineers at once who never pause; in one process or more."""

from __future__ import annotations

import math
import multiprocessing
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj

from benchmarks.question import SEED, Question
from benchmarks.table import Table, number
from capacity.applications.answers import as_json
from capacity.assessing import CaseAssessor, CaseFiles, Crew
from capacity.errors import RequestError
from capacity.tables.assessment import Request
from capacity.tables.places import PlaceRequest

AT_ONCE = (1, 5, 20)
EACH = 5
"""Requests of every engineer."""
POWERS_KW = (8.0, 20.0, 40.0, 80.0, 120.0, 160.0, 400.0, 1000.0)
AROUND_DEG = 3e-4
HEADER = (
    "processes", "engineers", "requests", "options checked", "median, s", "95 %, s", "longest, s",
    "requests per second", "CPU s per request",
)  # fmt: skip
READY_SECONDS = 600.0


@dataclass(frozen=True)
class Measured:
    """Seconds of every request with so many engineers at once, and of all together; ``checked`` are options.

    ``cpu_s`` is of all processes that assess; NaN where the system does not tell it of others.
    """

    processes: int
    engineers: int
    seconds: tuple[float, ...]
    wall_s: float
    checked: int
    cpu_s: float


def measure(question: Question, *, workers: int) -> list[Measured]:
    """Open an assessor, ask everything once, then measure with 1, 5 and 20 engineers; then so with ``workers``
    processes, as the service has them."""
    files = CaseFiles(question.folder)
    _, assessor = files.open(workers=workers)
    requests = drawn_requests(question, max(AT_ONCE) * EACH)
    for one in requests:
        _answered(assessor, one)  # compiled, and every network once known, as in the course of a day
    found = [_at_once(assessor, requests, 1, engineers) for engineers in AT_ONCE]
    if workers > 1:
        crew = Crew(assessor, files, None, workers)
        try:
            _wait_until_ready(crew, workers)
            for one in requests * workers:  # whichever of them is asked
                _answered(crew, one)
            found += [_at_once(crew, requests, workers, engineers) for engineers in AT_ONCE]
        finally:
            crew.close()
    return found


def _wait_until_ready(crew: Crew, count: int) -> None:
    until = time.monotonic() + READY_SECONDS
    while crew.idle < count:
        if time.monotonic() > until:
            raise RuntimeError(f"{crew.idle} of {count} processes are ready")
        time.sleep(0.2)


def _at_once(assessor: CaseAssessor | Crew, requests: Sequence[Request], processes: int, engineers: int) -> Measured:
    """Every engineer asks one request after the other, without a pause."""

    def ask_all(number_of_engineer: int) -> list[tuple[float, int]]:
        found = []
        for one in requests[number_of_engineer * EACH : (number_of_engineer + 1) * EACH]:
            began = time.perf_counter()
            checked = _answered(assessor, one)
            found.append((time.perf_counter() - began, checked))
        return found

    spent, began = _cpu_s(), time.perf_counter()
    with ThreadPoolExecutor(engineers) as pool:
        found = [one for of_one in pool.map(ask_all, range(engineers)) for one in of_one]
    wall_s, cpu_s = time.perf_counter() - began, _cpu_s() - spent
    seconds, checked = tuple(one[0] for one in found), sum(one[1] for one in found)
    return Measured(processes, engineers, seconds, wall_s, checked, cpu_s)


def _cpu_s() -> float:
    """CPU seconds of this process and of those it has begun; NaN where there is no /proc to tell."""
    total = time.process_time()
    for child in multiprocessing.active_children():
        try:
            fields = Path(f"/proc/{child.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            return math.nan
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def _answered(assessor: CaseAssessor | Crew, request: Request) -> int:
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
    """One row per number of processes and of engineers."""
    rows = tuple(
        (
            str(one.processes),
            str(one.engineers),
            str(len(one.seconds)),
            number(one.checked / len(one.seconds)),
            number(float(np.median(one.seconds))),
            number(float(np.percentile(one.seconds, 95))),
            number(max(one.seconds)),
            number(len(one.seconds) / one.wall_s),
            number(one.cpu_s / len(one.seconds)),
        )
        for one in measured
    )
    return Table(
        name=f"engineers {question.network}" if question.network[:1].isdigit() else "engineers",
        title=f"{question.network}: requests answered, {question.n_steps:,} steps each",
        command=command,
        header=HEADER,
        rows=rows,
        notes=(
            "Warm: every request was asked before. Each engineer asks the next as soon as one is answered; whoever has "
            "waited longest comes first.",
            "CPU seconds are those of all processes together: comparable where the machine is busy with other things.",
        ),
    )
