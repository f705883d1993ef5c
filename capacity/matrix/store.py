"""Cells as files: one Parquet per cell, written whole or not at all, with what it was made from inside it."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from capacity.errors import RunError
from capacity.tables._schema import conform
from capacity.tables.matrix import CELLS, CellFacts, MatrixRecord

FOLDER, RECORD = "cells", "matrix.json"
FACTS = b"capacity.cell"


def cell_file(target: Path, scenario: str, year: int, draw: int) -> Path:
    """Where a cell is kept."""
    return target / FOLDER / scenario / str(year) / f"draw-{draw:03d}.parquet"


def key_of(parts: Mapping[str, object]) -> str:
    """SHA-256 over everything that decides about a cell."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode("utf-8")).hexdigest()


def write_cell(file: Path, figures: pd.DataFrame, facts: CellFacts) -> None:
    """Write a cell; another process sees it whole or not at all."""
    cells = figures.assign(scenario=facts.scenario, year=facts.year, draw=facts.draw, basis=facts.basis)
    table = pa.Table.from_pandas(conform(cells, CELLS), preserve_index=False)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), FACTS: facts.model_dump_json().encode()})
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.stem}-{uuid.uuid4().hex[:8]}")
    try:
        pq.write_table(table, beside)
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)


def facts_of(file: Path) -> CellFacts | None:
    """What a cell was made from; None where there is none, or no readable one."""
    try:
        metadata = pq.read_schema(file).metadata or {}
        return CellFacts.model_validate_json(metadata[FACTS])
    except (OSError, KeyError, ValueError, pa.ArrowException):
        return None


def read_cell(file: Path) -> pd.DataFrame:
    """The rows of a cell, ``tables.matrix.CELLS``."""
    return conform(pq.read_table(file).to_pandas(), CELLS)


def write_record(target: Path, record: MatrixRecord) -> None:
    """Write ``matrix.json``."""
    beside = target / f".{RECORD}-{uuid.uuid4().hex[:8]}"
    beside.write_text(record.model_dump_json(indent=1), encoding="utf-8")
    os.replace(beside, target / RECORD)


def read_record(target: Path) -> MatrixRecord:
    """The record of a matrix.

    Raises
    ------
    RunError
        The folder holds no readable matrix.
    """
    try:
        return MatrixRecord.model_validate_json((target / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as why:
        raise RunError(
            f"'{target}' holds no complete matrix of scenarios: {why}\n“{target}”中没有完整的情景矩阵结果：{why}"
        ) from why
