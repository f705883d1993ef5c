"""The monthly rhythm: append the readings, check, run, and look back at last month."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from capacity.case import load_case
from capacity.case.ledger import append_readings
from capacity.errors import RunError
from capacity.proof import started_from
from capacity.runs import read_manifest, read_run
from capacity.study import Progress, run_study
from capacity.tables.case import Case
from capacity.tables.issue import Issue
from capacity.tables.run import Manifest, Run

MEASUREMENTS_FILE = "measurements.parquet"
WORKBOOK = "month.xlsx"


@dataclass(frozen=True)
class Month:
    """A month's run, and the run it is compared with (None: there is none yet).

    ``added`` counts the new readings; ``issues`` says what was wrong with the exports.
    """

    run: Run
    previous: Run | None
    added: int
    issues: tuple[Issue, ...]


def run_month(
    folder: Path,
    readings: Sequence[Path],
    *,
    readings_are: Literal["auto", "start", "end"] = "auto",
    contradictory: Literal["keep_stored", "take_new"] = "keep_stored",
    as_of: pd.Timestamp | None = None,
    previous: Path | None = None,
    results: Path = Path("results"),
    prepare: Callable[[Case], Case] | None = None,
    progress: Progress | None = None,
) -> Month:
    """Append meter exports to a case and run it as of the day after their last reading.

    Parameters
    ----------
    readings_are : whether the meters' times name the start or the end of their interval.
    contradictory : what stays where a new reading differs from the stored one.
    as_of : another as-of date.
    prepare : changes the case before it is run, e.g. puts a register's applications in place of its own.
    previous : the run to compare with; by default the newest earlier one of this case, without a scenario, in
        ``results``.

    Raises
    ------
    InputError
        An export or the case has errors; the case's readings are then as they were.
    RunError
        ``previous`` is not a readable run.
    """
    with _as_it_was_on_error(folder / MEASUREMENTS_FILE):
        report = append_readings(folder, readings, readings_are=readings_are, contradictory=contradictory)
        case = load_case(folder)
        if as_of is None and report.last is not None:
            as_of = report.last.normalize() + pd.Timedelta(days=1)
        dated = case if as_of is None else case.with_as_of(as_of)
        made = run_study(prepare(dated) if prepare else dated, progress=progress)
        run = started_from(made, folder)
    before = previous or _newest_before(run.manifest, results)
    return Month(run, read_run(before) if before else None, report.added, report.issues)


@contextmanager
def _as_it_was_on_error(file: Path) -> Iterator[None]:
    """The file's former contents come back if what follows fails."""
    former = file.read_bytes() if file.exists() else None
    try:
        yield
    except BaseException:
        if former is not None:
            beside = file.with_name(f".{file.name}-{uuid.uuid4().hex[:8]}")
            beside.write_bytes(former)
            os.replace(beside, file)
        raise


def _newest_before(manifest: Manifest, results: Path) -> Path | None:
    """The newest earlier run of the same case without a scenario."""
    found: list[tuple[str, str, Path]] = []
    for folder in sorted(results.glob("*/manifest.json")):
        try:
            other = read_manifest(folder.parent)
        except RunError:
            continue  # a damaged or foreign folder beside the runs is not last month's run
        if other.case_name == manifest.case_name and other.scenario is None and other.as_of < manifest.as_of:
            found.append((str(other.as_of), str(other.created_at), folder.parent))
    return max(found)[2] if found else None
