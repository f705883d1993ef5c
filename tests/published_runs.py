"""Runs as ``capacity publish`` takes them: the sample run with enough customers that most of its areas are public."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
from sample_run import Recipe, build_run
from shapely.geometry import LineString, Point

from capacity.runs import write_run
from capacity.tables._schema import conform
from capacity.tables.inputs.customers import CUSTOMERS
from capacity.tables.run import Run

CUSTOMERS_EACH = 12
FEW_CUSTOMERS = "A06"
TODAY = dt.date(2026, 1, 10)


FEW_DAYS = Recipe(days=4)


def public_run(recipe: Recipe = FEW_DAYS) -> Run:
    """The run of a recipe: twelve customers below every public transformer, only one below those of ``A06``."""
    run = build_run(recipe)
    public = run.transformers["ownership"].eq("public")
    few = run.transformers["area_id"].eq(FEW_CUSTOMERS)
    counts = pd.Series(CUSTOMERS_EACH, index=run.transformers.index, dtype="Int64").mask(few, 1).where(public)
    rows = [
        {
            "customer_id": f"C-{row.transformer_id}-{number}",
            "transformer_id": row.transformer_id,
            "contract_kva": 8.0 + number / 7.0,
            "phases": "1",
        }
        for row, count in zip(run.transformers.itertuples(), counts, strict=True)
        if count is not pd.NA
        for number in range(int(count))
    ]
    return replace(
        run,
        transformers=run.transformers.assign(customer_count=counts),
        customers=conform(pd.DataFrame(rows), CUSTOMERS),
        places=_places(run),
        feeder_shapes=_feeders(run),
    )


def written(run: Run, folder: Path) -> Path:
    """The run in a folder, without workbook and pictures."""
    write_run(run, folder, workbook=False)
    return folder


def next_month(**changes: object) -> Run:
    """The run a month later; ``changes`` to the recipe."""
    return public_run(Recipe(days=4, as_of=dt.date(2026, 2, 1), **changes))  # type: ignore[arg-type]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def copied(folder: Path, target: Path, *beside: str) -> Path:
    """A folder, and what lies beside it under other endings, somewhere else."""
    shutil.copytree(folder, target)
    for ending in beside:
        shutil.copytree(folder.with_name(folder.name + ending), target.with_name(target.name + ending))
    return target


def _places(run: Run) -> gpd.GeoDataFrame:
    """Every transformer, node and substation somewhere in its area, at places that nothing else has."""
    names = [("substation", name) for name in run.substations["substation_id"]]
    names += [("transformer", name) for name in run.transformers["transformer_id"]]
    names += [("node", name) for name in run.nodes["node_id"]]
    points = [Point(*_place(number)) for number in range(len(names))]
    kinds, ids = (list(column) for column in zip(*names, strict=True))
    return gpd.GeoDataFrame({"element_type": kinds, "element_id": ids}, geometry=points, crs="EPSG:4326")


def _feeders(run: Run) -> gpd.GeoDataFrame:
    ids = list(run.feeders["feeder_id"])
    lines = [LineString([_place(1000 + 10 * feeder + step) for step in range(4)]) for feeder in range(len(ids))]
    return gpd.GeoDataFrame({"feeder_id": ids}, geometry=lines, crs="EPSG:4326")


def _place(number: int) -> tuple[float, float]:
    """A place off every grid: its digits beyond the fourth are its own."""
    return 99.1603 + 0.00031 * number + 0.0000437, 25.1004 + (number * 7 % 97) * 0.00019 + 0.0000371
