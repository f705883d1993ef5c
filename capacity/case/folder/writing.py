"""Write a case folder: what reading gives back is the same case."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Any

import pandas as pd
import tomli_w

from capacity.case.folder.areas import areas_text
from capacity.case.folder.filling import DERIVED_FEEDER
from capacity.case.folder.network import network_text
from capacity.case.folder.reading import (
    AREAS_FILE,
    CASE_FILES,
    NETWORK_FILE,
    PROFILES_FILE,
    REQUIRED_FILES,
    SETTINGS_FILE,
    TABLE_FILES,
    policy_file,
)
from capacity.tables.case import Case
from capacity.tables.settings import CaseSettings


def write_case(case: Case, folder: Path) -> None:
    """Write ``case`` to ``folder``, all of it or nothing.

    Everything is written to a folder beside it first, which then takes its place; files there that are none of a
    case's own (a README, scenarios) are kept. What was derived while reading (polygons, feeders of transformers,
    substations and feeders without table) is not written, so that it is derived, and said so, again.

    Raises
    ------
    OSError
        When the folder cannot be written.
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = _sibling(folder)
    try:
        _write_files(case, fresh)
        _keep_other_files(folder, fresh)
        _replace(folder, fresh)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _sibling(folder: Path) -> Path:
    """A new folder beside ``folder``, on the same disk and with ordinary rights."""
    fresh = folder.parent / f".{folder.name}-{uuid.uuid4().hex[:8]}"
    fresh.mkdir()
    return fresh


def _write_files(case: Case, folder: Path) -> None:
    (folder / SETTINGS_FILE).write_text(settings_text(case.settings), encoding="utf-8")
    (folder / NETWORK_FILE).write_text(network_text(case.net), encoding="utf-8")
    derived = set(case.derived_polygons)
    (folder / AREAS_FILE).write_text(areas_text(case.areas, derived, case.settings.crs), encoding="utf-8")
    if case.policy_text:
        (folder / policy_file(case.settings.policy)).write_text(case.policy_text, encoding="utf-8")
    if len(case.profiles.columns) > 1 or len(case.profiles):
        case.profiles.to_parquet(folder / PROFILES_FILE, index=False)
    for file, frame in _tables(case).items():
        if file.endswith(".csv"):
            write_csv(frame, folder / file)
        else:
            frame.to_parquet(folder / file, index=False)


def settings_text(settings: CaseSettings) -> str:
    """``case.toml`` as text."""
    return tomli_w.dumps(settings.model_dump(exclude_none=True))


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """A table as Excel opens it: UTF-8 with BOM, dates without the time where it is always midnight."""
    texts = frame.copy()
    for name in texts.columns:
        if pd.api.types.is_datetime64_dtype(texts[name]):
            texts[name] = _moment_texts(texts[name])
    texts.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def _moment_texts(moments: pd.Series) -> pd.Series:
    if (moments.dropna() == moments.dropna().dt.normalize()).all():
        return moments.dt.strftime("%Y-%m-%d")
    whole = (moments.dropna() == moments.dropna().dt.floor("s")).all()
    return moments.dt.strftime("%Y-%m-%d %H:%M:%S" if whole else "%Y-%m-%d %H:%M:%S.%f")


def _tables(case: Case) -> dict[str, pd.DataFrame]:
    """The tables to write by file: those required or not empty, without what was derived."""
    found: dict[str, pd.DataFrame] = {}
    for file, schema in TABLE_FILES.items():
        frame: Any = getattr(case, file.split(".")[0])
        if file in ("substations.csv", "feeders.csv"):
            listed: Any = getattr(case.topology, file.split(".")[0])
            key = f"{file.split('.')[0][:-1]}_id"
            frame = frame[~frame[key].isin(listed.loc[listed["derived"], key])]
        if file == "transformers.csv":
            guessed = frame["transformer_id"].isin(_derived_ids(case, DERIVED_FEEDER))
            frame = frame.assign(feeder_id=frame["feeder_id"].mask(guessed))
        if len(frame) or file in REQUIRED_FILES:
            found[file] = frame[list(schema.columns)]
    return found


def _derived_ids(case: Case, check: str) -> tuple[str, ...]:
    return tuple(one for issue in case.reading_issues if issue.check == check for one in issue.ids)


def _keep_other_files(folder: Path, fresh: Path) -> None:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.name in CASE_FILES or (fresh / path.name).exists():
            continue
        if path.is_dir():
            shutil.copytree(path, fresh / path.name)
        else:
            shutil.copy2(path, fresh / path.name)


def _replace(folder: Path, fresh: Path) -> None:
    """Put the new folder in the place of the old one, which comes back if that fails."""
    if not folder.exists():
        fresh.rename(folder)
        return
    aside = _sibling(folder) / folder.name
    folder.rename(aside)
    try:
        fresh.rename(folder)
    except OSError:
        aside.rename(folder)
        raise
    finally:
        shutil.rmtree(aside.parent, ignore_errors=True)
