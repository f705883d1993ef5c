"""``CAPACITY.internal({…})``: the run's tables as columns, with where things stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import shapely
from geopandas import GeoDataFrame
from shapely.geometry.base import BaseGeometry

from capacity.disclosure.site.columns import Columns, Plain, columns_of, headings_of
from capacity.tables import words
from capacity.tables.results import ALL
from capacity.tables.run import Run
from capacity.tables.words import Word

MEMBER = "member"
_DECIMALS = 6
_EQUIPMENT = {"transformers": "transformer", "nodes": "node", "substations": "substation"}
_LEFT_OUT = {"nodes": ("vn_kv", "voltage_max_at", "voltage_lower_pu", "voltage_upper_pu", "generation_at")}
_WORDS: Mapping[str, Mapping[str, Word]] = {
    "status": words.STATUS,
    "area_class": words.AREA_CLASS,
    "ownership": words.OWNERSHIP,
    "source": words.SOURCE,
    "criterion": words.CRITERION,
    "reason": words.REASON,
    "element_type": words.ELEMENT_TYPE,
    "type": words.ELEMENT_TYPE,
    "action": words.ACTION,
    "direction": words.DIRECTION,
    "phases": words.PHASES,
    "variant": words.VARIANT,
}


def internal_payload(runs: Mapping[str, Run], area_keys: Sequence[tuple[str, str]]) -> dict[str, object]:
    """What the planners' page is handed.

    Parameters
    ----------
    runs : by member; a case alone has one, named ``""``. Rows of a city name their member in a column of that name.
    area_keys : member and area of every row of the release's areas, so that row and row belong together.

    Returns
    -------
    ``transformers``, ``nodes`` and ``substations`` with ``lon`` and ``lat`` (missing where the case has no place);
    ``feeders`` with ``lines``, each a list of lines of flat longitudes and latitudes; ``alerts``; ``areas``; their
    ``headings``, and ``words`` by kind of code.
    """
    content: dict[str, object] = {name: _equipment(runs, name, kind) for name, kind in _EQUIPMENT.items()}
    feeders = _all_members(runs, "feeders")
    content["feeders"] = _columns(feeders) | {"lines": _lines_of(runs, feeders)}
    content["alerts"] = _columns(_all_members(runs, "alerts"))
    content["areas"] = _columns(_in_order(_all_members(runs, "areas"), area_keys))
    tables = ("areas", "transformers", "nodes", "substations", "feeders", "alerts")
    content["headings"] = {name: headings_of(ALL[name]) for name in tables}
    content["words"] = {
        kind: {code: {"zh": entry.zh, "en": entry.en} for code, entry in entries.items()}
        for kind, entries in _WORDS.items()
    }
    return content


def _equipment(runs: Mapping[str, Run], name: str, kind: str) -> Columns:
    frame = _all_members(runs, name).drop(columns=list(_LEFT_OUT.get(name, ())))
    key = next(iter(ALL[name].columns))
    points = _by_member(runs, lambda run: run.places[run.places["element_type"] == kind], "element_id")
    places = [points.get(at) for at in zip(frame[MEMBER], frame[key], strict=True)]
    return _columns(frame) | {"lon": _ordinates(places, 0), "lat": _ordinates(places, 1)}


def _all_members(runs: Mapping[str, Run], name: str) -> pd.DataFrame:
    """One table of all members, each row with its member."""
    return pd.concat([getattr(run, name).assign(**{MEMBER: member}) for member, run in runs.items()], ignore_index=True)


def _columns(frame: pd.DataFrame) -> Columns:
    """The columns; ``member`` only where there are several."""
    return columns_of(frame if frame[MEMBER].nunique() > 1 else frame.drop(columns=MEMBER), times=True)


def _in_order(areas: pd.DataFrame, keys: Sequence[tuple[str, str]]) -> pd.DataFrame:
    index = pd.MultiIndex.from_frame(areas[[MEMBER, "area_id"]])
    rows = index.get_indexer(pd.MultiIndex.from_tuples(list(keys)))
    if (rows < 0).any():
        raise ValueError("an area of the release is not in the run")
    return areas.iloc[rows].reset_index(drop=True)


def _by_member(
    runs: Mapping[str, Run], choose: Callable[[Run], GeoDataFrame], key: str
) -> dict[tuple[str, str], BaseGeometry]:
    found: dict[tuple[str, str], BaseGeometry] = {}
    for member, run in runs.items():
        shapes = choose(run)
        found |= {(member, str(name)): shape for name, shape in zip(shapes[key], shapes.geometry, strict=True)}
    return found


def _ordinates(places: Sequence[BaseGeometry | None], axis: int) -> list[Plain]:
    return [None if place is None or place.is_empty else round((place.x, place.y)[axis], _DECIMALS) for place in places]


def _lines_of(runs: Mapping[str, Run], feeders: pd.DataFrame) -> list[list[list[float]]]:
    """For every feeder its lines as flat lists of longitude and latitude."""
    shapes = _by_member(runs, lambda run: run.feeder_shapes, "feeder_id")
    keys = zip(feeders[MEMBER], feeders["feeder_id"], strict=True)
    return [_flat(shapes.get(key)) for key in keys]


def _flat(shape: BaseGeometry | None) -> list[list[float]]:
    if shape is None or shape.is_empty:
        return []
    return [
        [round(float(value), _DECIMALS) for value in shapely.get_coordinates(part).ravel()]
        for part in shapely.get_parts(shape)
    ]
