"""A batch of cells as a unit of work: everything it takes is small or a file, so that any process can do it."""

from __future__ import annotations

import functools
import gc
import pickle
import threading
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from capacity.case.scenarios.future import stage
from capacity.errors import CapacityError
from capacity.matrix.cell import Prepared, prepared, solve_cell
from capacity.matrix.ground import Ground
from capacity.matrix.store import cell_file, write_cell
from capacity.tables.matrix import Basis, CellFacts
from capacity.tables.scenario import Scenario

NETWORKS_KEPT = 4
_PREPARING = threading.Lock()


@dataclass(frozen=True)
class Wanted:
    """A cell that is to be made; ``key`` is the hash of all that decides about it."""

    draw: int
    basis: Basis
    key: str


@dataclass(frozen=True)
class Made:
    """A cell that was made, or why it was not."""

    facts: CellFacts
    problem_zh: str = ""
    problem_en: str = ""


def solve_batch(
    ground_file: Path, target: Path, scenario: Scenario, year: int, seed: int, wanted: Sequence[Wanted]
) -> list[Made]:
    """Solve cells of one scenario and year and write each as soon as it is done.

    ``ground_file`` and ``target`` must be reachable where this runs. What goes wrong in one cell is its answer; the
    others go on.
    """
    with _PREPARING:
        ground = _ground(ground_file)
    return [_made(ground_file, ground, target, scenario, year, seed, one) for one in wanted]


def _made(
    ground_file: Path, ground: Ground, target: Path, scenario: Scenario, year: int, seed: int, one: Wanted
) -> Made:
    facts = CellFacts(scenario=scenario.name, year=year, draw=one.draw, basis=one.basis, key=one.key)
    try:
        with _PREPARING:  # where an executor of threads does the work: networks are converted one at a time
            network = _network(ground_file, scenario.model_dump_json(), year)
        solved = solve_cell(ground, network, scenario, year, one.draw, seed, one.basis)
        facts = facts.model_copy(
            update={
                "steps": solved.steps,
                "steps_by_reason": solved.steps_by_reason,
                "steps_failed": solved.steps_failed,
                "adopters": solved.adopters,
                "seconds": round(solved.seconds, 3),
            }
        )
        write_cell(cell_file(target, scenario.name, year, one.draw), solved.figures, facts)
        return Made(facts)
    except CapacityError as error:
        return Made(facts, str(error), str(error))
    except Exception as error:  # a fault in one cell must neither hide nor stop the others
        where = f"{type(error).__name__}: {error}\n{traceback.format_exc()}"
        return Made(facts, f"程序内部错误 {where}", f"a fault of the program, {where}")


@functools.lru_cache(maxsize=1)
def _ground(file: Path) -> Ground:
    ground: Ground = pickle.loads(file.read_bytes())  # a file that this very matrix wrote a moment ago
    gc.freeze()  # what stays for good need not be looked through at every collection
    return ground


@functools.lru_cache(maxsize=NETWORKS_KEPT)
def _network(ground_file: Path, scenario_json: str, year: int) -> Prepared:
    """The network of a scenario in a year, prepared once for all its draws."""
    return prepared(stage(_ground(ground_file).case, Scenario.model_validate_json(scenario_json), year))
