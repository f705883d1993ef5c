"""Reading a matrix back, and the fan of its triggers per year."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from capacity.matrix.store import FOLDER, cell_file, facts_of, read_cell, read_record
from capacity.tables._schema import conform, empty
from capacity.tables.matrix import CELLS, FAN, OUTLOOK, TRIGGERS, MatrixRecord

ALLOWED = "allowed_kva"
CENTRAL = 0


def read_cells(target: Path, *, level: str | None = None) -> pd.DataFrame:
    """Every cell of a matrix, ``tables.matrix.CELLS``.

    Parameters
    ----------
    level : ``area``, ``transformer``, ``feeder`` or ``substation``, if not all.

    Raises
    ------
    RunError
        The folder holds no matrix.
    """
    frames = []
    for file in cell_files(target, read_record(target)):
        cell = read_cell(file)
        frames.append(cell if level is None else cell[cell["level"] == level])
    return conform(pd.concat(frames, ignore_index=True), CELLS) if frames else empty(CELLS)


def cell_files(target: Path, record: MatrixRecord) -> Iterator[Path]:
    """The files of the cells that belong to the matrix as it was last made, in order."""
    for scenario in sorted(record.scenarios):
        for folder in sorted((target / FOLDER / scenario).glob("*")):
            if folder.name.isdecimal() and int(folder.name) in record.years:
                files = (cell_file(target, scenario, int(folder.name), draw) for draw in range(record.draws + 1))
                yield from (file for file in files if facts_of(file) is not None)


def fan_of(cells: pd.DataFrame) -> pd.DataFrame:
    """How many areas raise each rule per scenario and year: median and 10/90 % over the draws, the central one beside.

    For P6 applications count, for P10 nodes below their limit make their area one that raises it. ``allowed_kva`` is
    the sum of the areas' P8 figures (areas on one feeder are alternatives: it falls with what is left, it cannot be
    promised as a whole). Areas that are not known are in no figure: ``unknown_areas`` says how many, and where all are
    unknown there is none.

    Returns
    -------
    DataFrame of ``tables.matrix.FAN``.
    """
    areas = cells[cells["level"] == "area"]
    rows = []
    for (scenario, year), mine in areas.groupby(["scenario", "year"], sort=True):
        counts, unknown = _per_draw(mine)
        basis = mine.drop_duplicates("draw").set_index("draw")["basis"]
        drawn = counts[counts.index != CENTRAL]
        for quantity in counts.columns:
            values = drawn[quantity].dropna().to_numpy(dtype=np.float64)
            low, median, high = np.quantile(values, [0.1, 0.5, 0.9]) if len(values) else (np.nan,) * 3
            central = CENTRAL in counts.index
            rows.append(
                {
                    "scenario": scenario,
                    "year": year,
                    "quantity": quantity,
                    "basis": basis[drawn.index[0]] if len(drawn) else None,
                    "draws": len(drawn),
                    "p10_value": low,
                    "median_value": median,
                    "p90_value": high,
                    "central_value": counts.at[CENTRAL, quantity] if central else np.nan,
                    "central_basis": basis[CENTRAL] if central else None,
                    "unknown_areas": unknown[quantity].max(),
                }
            )
    return conform(pd.DataFrame(rows), FAN) if rows else empty(FAN)


def outlook_of(cells: pd.DataFrame) -> pd.DataFrame:
    """Per area, scenario and year: how likely each rule is raised, load rates and what can be taken, over the draws.

    Returns
    -------
    DataFrame of ``tables.matrix.OUTLOOK``.
    """
    areas = cells[cells["level"] == "area"]
    if areas.empty:
        return empty(OUTLOOK)
    random = areas[areas["draw"] != CENTRAL]
    areas = random if len(random) else areas
    keys = ["scenario", "year", "area_id"]
    raised = areas.assign(**{rule: areas[rule].gt(0).astype("Float64") for rule in TRIGGERS})
    groups = raised.groupby(keys, sort=True)
    load = groups["max_loading_percent"]
    shares = groups[list(TRIGGERS)].mean() * 100.0
    full = pd.DataFrame(
        {
            "draws": groups["draw"].nunique(),
            "max_loading_p10_percent": load.quantile(0.1),
            "max_loading_median_percent": load.median(),
            "max_loading_p90_percent": load.quantile(0.9),
            **{f"{rule}_percent": shares[rule].astype("float64") for rule in TRIGGERS},
            "allowed_median_kva": groups[ALLOWED].median(),
            "voltage_min_median_pu": groups["voltage_min_pu"].median(),
        }
    )
    return conform(full.reset_index(), OUTLOOK)


def _per_draw(areas: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """By draw: areas that raise each rule and the sum of what they can take, NaN where no area is known; how many
    areas are not."""
    figures = pd.DataFrame(
        {**{rule: areas[rule].gt(0).astype("Float64") for rule in TRIGGERS}, ALLOWED: areas[ALLOWED]}
    ).astype("float64")
    sums = figures.groupby(areas["draw"]).sum(min_count=1)
    return sums.sort_index(), figures.isna().groupby(areas["draw"]).sum()
