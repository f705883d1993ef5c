"""A run on disk: ``results/<run>/`` with one Parquet file per table, ``manifest.json`` and ``summary.xlsx``."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
from pydantic import ValidationError

from capacity.errors import RunError
from capacity.runs.swap import present, replace_whole
from capacity.runs.table_files import first_line, read_table, write_table
from capacity.runs.workbook import write_summary
from capacity.tables.results import ALL
from capacity.tables.run import FORMAT_VERSION, Manifest, Run

MANIFEST, SUMMARY = "manifest.json", "summary.xlsx"
SHAPES = {"area_shapes": "area_id", "feeder_shapes": "feeder_id", "places": "element_id"}
_LONG = frozenset({"transformer_curves", "feeder_curves"})  # checked by column and type; written a slice at a time
_OURS = frozenset(
    {
        MANIFEST,
        SUMMARY,
        "month.xlsx",
        "verification.json",
        "member.json",
        "pictures",
        *(f"{name}.parquet" for name in (*ALL, *SHAPES)),
    }
)


def write_run(run: Run, folder: Path, also: Callable[[Path], object] | None = None, *, workbook: bool = True) -> None:
    """Write a run as a folder that appears whole or not at all.

    Parameters
    ----------
    run : the finished run; its tables follow ``tables.results``.
    folder : the run's folder. A run that is already there is replaced when the new one is whole; files in it that
        are not ours (a planner's notes) are kept, its old pictures are not.
    also : called with the growing folder once everything else is in it, e.g. to draw pictures into it.
    workbook : whether the workbook for people is written beside the tables.

    Raises
    ------
    RunError
        When ``folder`` holds something that is not a run, is being written by another process, or holds a file that
        another program keeps open. The former state is unchanged then.
    pandera.errors.SchemaErrors
        When a table breaks its schema: a fault of the program, not of the input.
    """
    _refuse_foreign(folder)

    def fill(growing: Path) -> None:
        for name, schema in ALL.items():
            write_table(getattr(run, name), schema, growing / f"{name}.parquet", long=name in _LONG)
        for name in SHAPES:
            getattr(run, name).to_parquet(growing / f"{name}.parquet", compression="zstd", index=False)
        if workbook:
            write_summary(run, growing / SUMMARY)
        if folder.is_dir():
            _keep_foreign_files(folder, growing)
        if also is not None:
            also(growing)
        (growing / MANIFEST).write_text(run.manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")

    replace_whole(folder, fill)


def read_run(folder: Path) -> Run:
    """Read a run's folder.

    Raises
    ------
    RunError
        When files are missing, damaged or of another format version: every problem at once, in English and Chinese.
    """
    place = present(folder)
    problems: list[str] = []
    manifest = _read_manifest(place, folder, problems)
    tables = {
        name: read_table(place / f"{name}.parquet", schema, problems, long=name in _LONG)
        for name, schema in ALL.items()
    }
    shapes = {name: _read_shapes(place, name, key, problems) for name, key in SHAPES.items()}
    if problems or manifest is None:
        raise RunError("\n".join([f"'{folder}' is not a complete run / 不是完整的计算结果:", *problems]))
    return Run(manifest=manifest, **tables, **shapes)


def read_manifest(folder: Path) -> Manifest:
    """Read only what a run says about itself (for lists of runs).

    Raises
    ------
    RunError
        When the manifest is missing, damaged or of another format version.
    """
    problems: list[str] = []
    manifest = _read_manifest(present(folder), folder, problems)
    if manifest is None:
        raise RunError("\n".join(problems))
    return manifest


def _refuse_foreign(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise RunError(f"'{folder}' is a file, not a folder.\n“{folder}”是文件，不是文件夹。")
    if any(folder.iterdir()) and not (folder / MANIFEST).exists():
        raise RunError(
            f"'{folder}' holds files but no {MANIFEST}: it is not a run and will not be replaced. "
            f"Choose another folder, or empty this one.\n"
            f"“{folder}”中有文件但没有 {MANIFEST}，不是计算结果，不会覆盖。请另选文件夹或先清空。"
        )


def _keep_foreign_files(folder: Path, growing: Path) -> None:
    for path in folder.iterdir():
        if path.name in _OURS or path.name.startswith("~$"):  # "~$": the mark Excel leaves beside an open file
            continue
        if path.is_dir():
            shutil.copytree(path, growing / path.name)
        else:
            shutil.copy2(path, growing / path.name)


def _read_manifest(place: Path, folder: Path, problems: list[str]) -> Manifest | None:
    path = place / MANIFEST
    if not place.is_dir():
        problems.append(f"  - there is no folder '{folder}' / 文件夹不存在")
        return None
    if not path.exists():
        problems.append(f"  - {MANIFEST}: missing / 缺失")
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        version = content.get("format_version")
        if version != FORMAT_VERSION:
            problems.append(
                f"  - {MANIFEST}: format version {version}, this program reads {FORMAT_VERSION}; run the case again "
                f"/ 格式版本为 {version}，本程序读取版本 {FORMAT_VERSION}，请重新计算"
            )
            return None
        return Manifest.model_validate(content)
    except (ValidationError, ValueError, AttributeError, OSError) as error:
        problems.append(f"  - {MANIFEST}: damaged / 已损坏 ({first_line(error)})")
        return None


def _read_shapes(place: Path, name: str, key: str, problems: list[str]) -> gpd.GeoDataFrame | None:
    path = place / f"{name}.parquet"
    if not path.exists():
        if place.is_dir():
            problems.append(f"  - {path.name}: missing / 缺失")
        return None
    try:
        shapes = gpd.read_parquet(path)
        if key not in shapes.columns:
            problems.append(f"  - {path.name}: column '{key}' is missing / 缺少列")
            return None
        return shapes
    except (pa.ArrowException, ValueError, TypeError, KeyError, OSError) as error:
        problems.append(f"  - {path.name}: damaged / 已损坏 ({first_line(error)})")
    return None
