"""Append meter exports to a case, for the monthly rhythm."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from capacity.case.folder.reading import load_case
from capacity.case.ledger import sentences as say
from capacity.case.meters.readings import Stamps, read_readings
from capacity.errors import InputError
from capacity.tables.inputs.measurements import MEASUREMENTS
from capacity.tables.issue import Issue

MEASUREMENTS_FILE = "measurements.parquet"
_KEY = ["transformer_id", "timestamp"]
_VALUES = [name for name in MEASUREMENTS.columns if name not in _KEY]


@dataclass(frozen=True)
class AppendReport:
    """What appending did: counts of moments per transformer, and what was wrong.

    ``added`` new moments, ``completed`` known moments that gained a quantity, ``unchanged`` repeated ones,
    ``contradictory`` moments whose new reading differs from the stored one; the span is that of the new files.
    """

    added: int
    completed: int
    unchanged: int
    contradictory: int
    first: pd.Timestamp | None
    last: pd.Timestamp | None
    issues: tuple[Issue, ...]


def append_readings(
    case_folder: Path,
    readings: Sequence[Path],
    *,
    readings_are: Stamps = "auto",
    contradictory: Literal["keep_stored", "take_new"] = "keep_stored",
) -> AppendReport:
    """Append meter exports to the ``measurements.parquet`` of a case and touch nothing else.

    Identical readings are dropped, quantities that were missing are completed. Where a new reading contradicts the
    stored one, the stored one stays unless ``take_new``; either way it is named. The file is replaced in one go.

    Raises
    ------
    InputError
        When the case or an export cannot be read; the case is then as it was.
    """
    folder = Path(case_folder)
    case = load_case(folder)
    damaged = [i for i in case.reading_issues if i.severity == "error" and i.file == MEASUREMENTS_FILE]
    if damaged:
        raise InputError(damaged)
    fresh, issues = read_readings(
        readings,
        case.transformers,
        step_minutes=case.settings.step_minutes,
        stamps=readings_are,
        time_zone=case.settings.time_zone,
    )
    if any(issue.severity == "error" for issue in issues):
        raise InputError(issues)
    stored = case.measurements
    merged, counts, clashes = merge_readings(stored, fresh, take_new=contradictory == "take_new")
    if len(clashes):
        issues.append(_contradicts(clashes, taken=contradictory == "take_new"))
    issues += _without_load(case.net, case.transformers, stored, fresh)
    if counts["added"] or counts["completed"] or (counts["contradictory"] and contradictory == "take_new"):
        _replace(merged, folder / MEASUREMENTS_FILE)
    span = (fresh["timestamp"].min(), fresh["timestamp"].max()) if len(fresh) else (None, None)
    return AppendReport(**counts, first=span[0], last=span[1], issues=tuple(issues))


def merge_readings(
    stored: pd.DataFrame, fresh: pd.DataFrame, *, take_new: bool
) -> tuple[pd.DataFrame, dict[str, int], pd.DataFrame]:
    """Both tables of readings as one, the counts of ``AppendReport``, and the new rows whose values clash."""
    once = stored.drop_duplicates(_KEY).set_index(_KEY)[_VALUES]
    known = pd.MultiIndex.from_frame(fresh[_KEY]).isin(once.index) if len(fresh) else np.zeros(0, dtype=bool)
    seen, new = fresh[known], fresh[~known]
    old = once.reindex(pd.MultiIndex.from_frame(seen[_KEY])).to_numpy(dtype=float) if len(seen) else np.empty((0, 6))
    now = seen[_VALUES].to_numpy(dtype=float)
    both = ~np.isnan(old) & ~np.isnan(now)
    differs = (both & ~np.isclose(old, now, rtol=1e-9, atol=1e-9)).any(axis=1)
    gains = (np.isnan(old) & ~np.isnan(now)).any(axis=1) & ~differs
    changed = gains | (differs if take_new else np.zeros(len(seen), dtype=bool))
    better = seen[changed].copy()
    filled = np.where(np.isnan(now), old, now)[changed]
    better[_VALUES] = filled
    replaced = pd.MultiIndex.from_frame(stored[_KEY]).isin(pd.MultiIndex.from_frame(better[_KEY]))
    parts = [part for part in (stored[~replaced], better, new) if len(part)]
    merged = pd.concat(parts) if parts else stored
    merged = merged.sort_values(_KEY, kind="stable").reset_index(drop=True)[list(MEASUREMENTS.columns)]
    counts = {
        "added": len(new.drop_duplicates(_KEY)),
        "completed": int(gains.sum()),
        "unchanged": int((~differs & ~gains).sum()),
        "contradictory": int(differs.sum()),
    }
    return merged, counts, seen[differs]


def _replace(frame: pd.DataFrame, path: Path) -> None:
    """Write beside the file and put it in its place."""
    beside = path.with_name(f".{path.name}-{uuid.uuid4().hex[:8]}")
    try:
        frame.to_parquet(beside, index=False)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _contradicts(clashes: pd.DataFrame, *, taken: bool) -> Issue:
    ids = sorted(clashes["transformer_id"].unique())
    first = clashes["timestamp"].min()
    en = (
        "the new ones replaced them"
        if taken
        else "the stored ones were kept; append again taking the new ones if they are right"
    )
    zh = "已采用新读数" if taken else "已保留原读数；如新读数正确，请选择采用新读数后重新追加"
    return say.issue(
        "warning",
        "contradicts_stored",
        MEASUREMENTS_FILE,
        None,
        f"{len(clashes)} new reading(s) of {len(ids)} transformer(s) differ from stored ones "
        f"(first at {first:%Y-%m-%d %H:%M}): {en}.",
        f"{len(ids)} 台配变有 {len(clashes)} 个新读数与已存读数不同（最早 {first:%Y-%m-%d %H:%M}）：{zh}。",
        ids=ids,
        effect="rejected_readings",
    )


def _without_load(net: object, transformers: pd.DataFrame, stored: pd.DataFrame, fresh: pd.DataFrame) -> list[Issue]:
    """Transformers metered for the first time: the network holds no load of theirs to scale."""
    known = set(stored["transformer_id"].unique())
    ids = [
        one
        for one in fresh["transformer_id"].unique()
        if one not in known and one in set(transformers["transformer_id"])
    ]
    if not ids:
        return []
    return [
        say.issue(
            "info",
            "first_readings",
            MEASUREMENTS_FILE,
            None,
            f"{len(ids)} transformer(s) have readings for the first time; import the ledger again to give them loads "
            "in the network if it has none.",
            f"{len(ids)} 台配变首次有量测；若网络中尚无其负荷，请重新导入台账以建立负荷。",
            ids=ids,
            effect="lower_accuracy",
        )
    ]
