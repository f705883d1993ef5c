"""Allowed capacity of areas (P8), with what the planner reads beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.headroom.figure import NEEDED, simultaneous_figure, verify_whole_feeders
from capacity.headroom.grid import Grid, counted_transformers
from capacity.headroom.transformers import UNKNOWN_REASONS
from capacity.tables._schema import empty
from capacity.tables.policy import Policy
from capacity.tables.results.areas import AREAS

_OF_TRANSFORMERS = ["transformer_id", "max_loading_percent", "max_loading_at", "reserved_kva", "reason"]
_OF_TRANSFORMERS += ["customer_count", "feeder_id", "rated_kva", "allowed_kva"]
_OF_LINES = ["line_id", "transformer_id", "max_loading_percent", "max_loading_at"]
_OF_NODES = ["transformer_id", "low_voltage"]

Columns = dict[str, np.ndarray[tuple[int], np.dtype[Any]]]


def area_headroom(grid: Grid, lines: pd.DataFrame, nodes: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """One row per area with every column of ``tables.results.areas`` but ``status`` and ``quality_count``.

    ``share_kva`` of the transformers is returned in ``attrs["shares_kva"]`` of the frame.
    """
    shares: dict[str, float] = {}
    verify_whole_feeders(grid)
    transformers = counted_transformers(grid)
    groups, counted_of = transformers[NEEDED], _Parts(transformers, "area_id", _OF_TRANSFORMERS)
    loaded = lines[lines["max_loading_percent"].notna()]
    lines_of, nodes_of = _Parts(loaded, "area_id", _OF_LINES), _Parts(nodes, "area_id", _OF_NODES)
    upstream = _Sections(loaded)
    rows = []
    for area in grid.case.areas.itertuples():
        counted = counted_of[area.area_id]
        figure = simultaneous_figure(grid, groups.iloc[counted_of.rows(area.area_id)])
        shares.update(figure.shares_kva)
        rows.append(
            {
                "area_id": area.area_id,
                "name": area.name,
                "area_class": area.area_class,
                "branch": area.branch,
                "supply_station": area.supply_station,
                **_sums(counted, policy),
                **_highest_load_rate(counted, lines_of[area.area_id]),
                **upstream.most_loaded(grid.sections_above(counted["transformer_id"])),
                **figure.columns,
                **_network(nodes_of[area.area_id]),
            }
        )
    frame = pd.DataFrame(rows) if rows else empty(AREAS).drop(columns=["status", "quality_count"])
    frame.attrs["shares_kva"] = shares
    return frame


class _Parts:
    """Columns of a frame by a key, its rows in their order; none where a key has none."""

    def __init__(self, frame: pd.DataFrame, key: str, names: list[str]) -> None:
        self._columns = {name: _plain(frame[name]) for name in names}
        self._rows = frame.groupby(key, sort=False).indices

    def rows(self, key: object) -> npt.NDArray[np.int64]:
        """Positions in the frame."""
        return np.asarray(self._rows.get(key, ()), dtype=np.int64)

    def __getitem__(self, key: object) -> Columns:
        rows = self.rows(key)
        return {name: values[rows] for name, values in self._columns.items()}


def _plain(column: pd.Series) -> np.ndarray[tuple[int], np.dtype[Any]]:
    """Numbers and times as numpy's own, missing as NaN or NaT; what else there is as objects, missing as None."""
    if pd.api.types.is_bool_dtype(column):
        return column.fillna(False).to_numpy(dtype=bool)
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    if pd.api.types.is_datetime64_dtype(column):
        return column.to_numpy()
    return column.astype(object).where(column.notna(), None).to_numpy()


class _Sections:
    """Load rates of lines, looked up many times."""

    def __init__(self, loaded: pd.DataFrame) -> None:
        self._ids = loaded["line_id"].tolist()
        self._percent = loaded["max_loading_percent"].to_numpy(dtype=np.float64)
        self._position = {name: at for at, name in enumerate(self._ids)}

    def most_loaded(self, above: set[str]) -> dict[str, object]:
        """The most loaded 10 kV section on the way to any transformer of an area; of equal ones the first."""
        rows = sorted(self._position[name] for name in above if name in self._position)
        top = rows[int(np.argmax(self._percent[rows]))] if rows else None
        return {
            "upstream_max_loading_percent": np.nan if top is None else self._percent[top],
            "upstream_max_element": None if top is None else self._ids[top],
        }


def _sums(counted: Columns, policy: Policy) -> dict[str, object]:
    unknown = np.isin(counted["reason"].astype(str), UNKNOWN_REASONS)
    k, rated_kva = policy.choice("transformer_limit_percent") / 100.0, float(np.nansum(counted["rated_kva"]))
    customers = counted["customer_count"]
    return {
        "feeder_ids": ";".join(sorted({name for name in counted["feeder_id"] if name is not None})) or None,
        "transformer_count": len(unknown),
        "unknown_count": int(unknown.sum()),
        "rated_kva": rated_kva,
        "customer_count": int(customers.sum()) if len(customers) and np.isfinite(customers).all() else None,
        "allowed_sum_kva": float(np.nansum(counted["allowed_kva"])) if (~unknown).any() else np.nan,
        "allowed_sum_is_lower_bound": bool(unknown.any()),
        "reserved_kva": float(np.nansum(counted["reserved_kva"])),
        "structural": policy.triggers["pre_control"].fires(k * rated_kva),
    }


def _highest_load_rate(counted: Columns, loaded: Columns) -> dict[str, object]:
    """P2: over the in-service public transformers and their LV lines; of equal ones the first."""
    mine = set(counted["transformer_id"])
    own = np.array([name in mine for name in loaded["transformer_id"]], dtype=bool)
    percent = np.concatenate([counted["max_loading_percent"], loaded["max_loading_percent"][own]])
    if np.isnan(percent).all():
        return {
            "max_loading_percent": np.nan,
            "max_loading_element": None,
            "max_loading_type": None,
            "max_loading_at": pd.NaT,
        }
    top, n = int(np.nanargmax(percent)), len(counted["transformer_id"])
    is_line = top >= n
    element = loaded["line_id"][own][top - n] if is_line else counted["transformer_id"][top]
    return {
        "max_loading_percent": percent[top],
        "max_loading_element": element,
        "max_loading_type": "line" if is_line else "transformer",
        "max_loading_at": pd.Timestamp(
            loaded["max_loading_at"][own][top - n] if is_line else counted["max_loading_at"][top]
        ),
    }


def _network(nodes: Columns) -> dict[str, object]:
    of = [name for name in nodes["transformer_id"] if name is not None]
    modelled = len(set(of)) < len(of)
    return {
        "lv_modelled": modelled,
        "low_voltage_nodes": int(nodes["low_voltage"].sum()) if modelled else None,
    }
