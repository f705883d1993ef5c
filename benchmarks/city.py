"""Table 4: a whole city as ``capacity run CITY_DIR`` runs it; some members are run, the rest is extrapolated."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import tomli_w

from benchmarks.measure import Spent
from benchmarks.table import Table, number
from capacity.case import CityPlan, write_case
from capacity.case.city.reading import CITY_FILE, read_settings
from capacity.case.city.writing import city_settings
from capacity.case.synthetic.city import city_part
from capacity.city import run_city
from capacity.errors import CapacityError
from capacity.tables.city import City
from capacity.tables.city_run import CityManifest, MemberOptions

HEADER = ("", "members", "transformers", "LV nodes", "steps", "wall s", "CPU s", "peak memory MB")
SIZE = (50, 12, 25, 80, 1)
"""Substations, feeders, transformers, nodes and months of the city that is meant."""
LOOK_S = 0.5
"""Between two looks at the memory."""


@dataclass(frozen=True)
class Measured:
    """What some members of a city took; ``of`` is how many it has."""

    manifest: CityManifest
    of: int
    spent: Spent
    peak_mb: float
    largest_process_mb: float

    @property
    def members(self) -> int:
        """Members that were run."""
        return len(self.manifest.members)

    @property
    def share(self) -> float:
        """Of the whole city."""
        return self.members / self.of


def measure(
    scratch: Path, size: Sequence[int] = SIZE, *, folder: Path | None = None, members: int | None, workers: int
) -> Measured:
    """Run ``members`` of a city, evenly drawn from its middle outwards (all by default).

    Parameters
    ----------
    size : of the city made for it, as ``SIZE``.
    folder : a city to take instead.

    Raises
    ------
    CapacityError
        A member failed.
    """
    city, of = _taken(folder, members) if folder is not None else _made(scratch / "city", size, members)
    before = _processor_s()
    with _watching_memory() as memory:
        began = time.perf_counter()
        manifest = run_city(city, scratch / "city-results", workers=workers, options=MemberOptions())
        wall_s = time.perf_counter() - began
    if manifest.failed:
        raise CapacityError("\n".join(f"{facts.member}: {facts.problem_en}" for facts in manifest.failed))
    return Measured(manifest, of, Spent(wall_s, _processor_s() - before), memory.together_mb, memory.largest_mb)


def _some(names: Sequence[str], count: int | None) -> tuple[str, ...]:
    """Evenly drawn names, the first and the last among them."""
    if count is None or count >= len(names):
        return tuple(names)
    return tuple(names[int(place)] for place in np.linspace(0, len(names) - 1, count).round())


def _taken(folder: Path, members: int | None) -> tuple[City, int]:
    settings = read_settings(folder)
    some = _some(settings.members, members)
    return City(settings.model_copy(update={"members": some}), folder), len(settings.members)


def _made(folder: Path, size: Sequence[int], members: int | None) -> tuple[City, int]:
    """Only the members that are run are made: a part is the same whether or not others are."""
    substations, feeders, transformers, nodes, months = size
    plan = CityPlan(substations, feeders, transformers, nodes, months)
    settings = city_settings(plan)
    names, some = settings.members, _some(settings.members, members)
    folder.mkdir(parents=True)
    for name in some:
        write_case(city_part(plan, names.index(name)), folder / name)
    settings = settings.model_copy(update={"members": some})
    (folder / CITY_FILE).write_text(tomli_w.dumps(settings.model_dump(exclude_none=True)), encoding="utf-8")
    return City(settings, folder), len(names)


def _processor_s() -> float:
    """Of this process and of its children that have ended (not on Windows)."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


class _Memory:
    """The highest resident memory seen, MB (10⁶ bytes): of all processes together, and of the largest one."""

    def __init__(self) -> None:
        self.together_mb, self.largest_mb = 0.0, 0.0

    def look(self, root: psutil.Process) -> None:
        sizes = [_size_mb(process) for process in (root, *root.children(recursive=True))]
        self.together_mb = max(self.together_mb, sum(sizes))
        self.largest_mb = max(self.largest_mb, *sizes)


def _size_mb(process: psutil.Process) -> float:
    """Pages shared with others count in part where the system tells (Linux), else fully."""
    try:
        told = process.memory_full_info()
        return float(getattr(told, "pss", told.rss)) / 1e6
    except psutil.Error:
        return 0.0  # it has just ended


@contextmanager
def _watching_memory() -> Iterator[_Memory]:
    memory, over, root = _Memory(), threading.Event(), psutil.Process()

    def watch() -> None:
        while not over.wait(LOOK_S):
            memory.look(root)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield memory
    finally:
        over.set()
        watcher.join()
        memory.look(root)


def table(found: Measured, command: str) -> Table:
    """What was run, and where that is not all of it, what all of it would take."""
    manifest, spent = found.manifest, found.spent
    steps = manifest.steps_total // found.members

    def row(what: str, part: float, times: float) -> tuple[str, ...]:
        rows = manifest.rows
        counted = (rows["transformers"] / part, rows["nodes"] / part)
        cells = (f"{found.members / part:.0f}", *(f"{round(count):,}" for count in counted), f"{steps:,}")
        return (what, *cells, number(spent.wall_s * times), number(spent.cpu_s * times), number(found.peak_mb))

    rows = [row("run", 1.0, 1.0)]
    if found.share < 1.0:
        rows.append(row("extrapolated", found.share, 1.0 / found.share))
    return Table("city", "A city: areas and load capacity of every node", command, HEADER, tuple(rows), _notes(found))


def _notes(found: Measured) -> tuple[str, ...]:
    manifest = found.manifest
    by_stage: dict[str, float] = {}
    for facts in manifest.members:
        for stage, seconds in facts.wall_time_by_stage_s.items():
            by_stage[stage] = by_stage.get(stage, 0.0) + seconds / found.members
    stages = ", ".join(f"{stage} {number(seconds, 2)}" for stage, seconds in by_stage.items())
    return (
        f"{manifest.workers} members at a time, a process and a thread each; the largest process took "
        f"{number(found.largest_process_mb)} MB. Memory does not grow with the number of members, so it is not "
        "extrapolated; time is, in proportion, the start of the processes included.",
        f"Wall seconds of a member by stage, on average: {stages}.",
        f"Of each member {manifest.crosscheck_steps / found.members:.0f} steps were solved with pandapower too (largest"
        f" differences {manifest.crosscheck_delta_voltage_pu or 0.0:.0e} pu, "
        f"{manifest.crosscheck_delta_loading_percent or 0.0:.0e} points of load rate) and "
        f"{manifest.verification_nodes / found.members:.0f} node figures put to the test (too large: "
        f"{manifest.verification_false_open}, too small: {manifest.verification_false_blocked}). Generation was not "
        "sought.",
    )
