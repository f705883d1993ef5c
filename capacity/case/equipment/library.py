"""The types of the equipment library, how its file is read, and which type a nameplate text means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from capacity.case.equipment.type_names import family_letters, rating_in_name, section_and_level, series_code

LIBRARY_FILE = Path(__file__).with_name("equipment.yaml")

Mark = Literal["verified", "typical"]
Level = Literal["mv", "lv"]


@dataclass(frozen=True)
class Value:
    """A figure of the library, with the key of its source and its mark."""

    value: float
    source: str
    mark: Mark


@dataclass(frozen=True)
class TransformerType:
    """A distribution transformer by series and rating.

    Losses in W at rated voltage and rated current, impedance and no-load current in percent of the rating.
    ``shift_degree`` is how far the low-voltage side lags (Dyn11: 330), taps sit on the high-voltage winding.
    """

    name: str
    series: str
    rated_kva: float
    no_load_loss_w: Value
    load_loss_w: Value
    impedance_percent: Value
    no_load_current_percent: Value
    vn_hv_kv: float
    vn_lv_kv: float
    vector_group: str
    shift_degree: float
    tap_side: str
    tap_neutral: int
    tap_min: int
    tap_max: int
    tap_step_percent: float

    @property
    def pandapower_type(self) -> dict[str, Any]:
        """The parameters of a pandapower ``trafo`` standard type."""
        return {
            "sn_mva": self.rated_kva / 1000.0,
            "vn_hv_kv": self.vn_hv_kv,
            "vn_lv_kv": self.vn_lv_kv,
            "vk_percent": self.impedance_percent.value,
            "vkr_percent": self.load_loss_w.value / 10.0 / self.rated_kva,
            "pfe_kw": self.no_load_loss_w.value / 1000.0,
            "i0_percent": self.no_load_current_percent.value,
            "shift_degree": self.shift_degree,
            "vector_group": self.vector_group,
            "tap_side": self.tap_side,
            "tap_neutral": self.tap_neutral,
            "tap_min": self.tap_min,
            "tap_max": self.tap_max,
            "tap_step_percent": self.tap_step_percent,
            "tap_step_degree": 0.0,
            "tap_changer_type": "Ratio",
        }


@dataclass(frozen=True)
class LineType:
    """A conductor by family and cross-section, per phase and positive sequence; resistance at 20 °C."""

    name: str
    family: str
    level: Level
    kind: str
    conductor: str
    cross_section_mm2: float
    r_ohm_per_km: Value
    x_ohm_per_km: Value
    c_nf_per_km: Value
    rated_current_a: Value

    @property
    def pandapower_type(self) -> dict[str, Any]:
        """The parameters of a pandapower ``line`` standard type."""
        return {
            "r_ohm_per_km": self.r_ohm_per_km.value,
            "x_ohm_per_km": self.x_ohm_per_km.value,
            "c_nf_per_km": self.c_nf_per_km.value,
            "max_i_ka": self.rated_current_a.value / 1000.0,
            "type": self.kind,
            "q_mm2": self.cross_section_mm2,
        }


@dataclass(frozen=True)
class Equipment:
    """The library: types by canonical name, other names of a series or family, and the sources by key."""

    transformers: Mapping[str, TransformerType]
    lines: Mapping[str, LineType]
    series_of: Mapping[str, str]
    families_of: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, str]

    def line(self, name: str, level: Level | None = None) -> LineType | None:
        """The conductor a name means; see :func:`line`."""
        return _match_line(self, name, level)

    def transformer(self, name: str, rated_kva: float | None = None) -> TransformerType | None:
        """The transformer a name means; see :func:`transformer`."""
        return _match_transformer(self, name, rated_kva)


@cache
def load(path: Path = LIBRARY_FILE) -> Equipment:
    """The library of a file, by default the bundled one.

    Raises
    ------
    ValueError
        When a value names a source the file does not state.
    """
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    sources: dict[str, str] = content["sources"]
    transformers = {one.name: one for one in _transformer_types(content["transformers"])}
    lines = {one.name: one for one in _line_types(content["lines"])}
    series_of = {alias: s["name"] for s in content["transformers"]["series"] for alias in (s["name"], *s["aliases"])}
    families_of: dict[str, tuple[str, ...]] = {}
    for family in content["lines"]["families"]:
        for alias in (family["name"], *family["aliases"]):
            base = family_letters(alias)
            families_of[base] = (*families_of.get(base, ()), family["name"])
    cited = {v.source for t in (*transformers.values(), *lines.values()) for v in vars(t).values() if type(v) is Value}
    if missing := cited - set(sources):
        raise ValueError(f"{path.name} cites sources it does not state: {', '.join(sorted(missing))}")
    return Equipment(transformers, lines, series_of, families_of, sources)


def series_named(library: Equipment, name: str) -> str | None:
    """The library's series that a text names, or None."""
    return library.series_of.get(series_code(name) or "")


def _match_transformer(library: Equipment, name: str, rated_kva: float | None) -> TransformerType | None:
    series, rating = series_named(library, name), rated_kva or rating_in_name(name)
    if series is None or rating is None:
        return None
    return library.transformers.get(f"{series}-{rating:g}")


def _match_line(library: Equipment, name: str, level: Level | None) -> LineType | None:
    families = library.families_of.get(family_letters(name), ())
    read = section_and_level(name)
    if read is None or (read[1] and level and read[1] != level):
        return None
    section, wanted = read[0], read[1] or level
    found = [one for family in families if (one := library.lines.get(f"{family}-{section:g}"))]
    if len(families) > 1:
        found = [one for one in found if wanted is None or one.level == wanted]
    return found[0] if len(found) == 1 else None


def _origin(spec: Mapping[str, Any], column: str, key: float, value: float) -> Value:
    origin = spec["origin"][column]
    if key in origin.get("verified", ()):
        return Value(float(value), origin["verified_by"], "verified")
    return Value(float(value), origin["source"], "typical")


def _transformer_types(content: Mapping[str, Any]) -> list[TransformerType]:
    common = {key: value for key, value in content["common"].items() if key not in ("source", "mark")}
    types = []
    for series in content["series"]:
        for row in series["rows"]:
            cells = dict(zip(content["columns"], row, strict=True))
            rated = cells.pop("rated_kva")
            values: dict[str, Any] = {column: _origin(series, column, rated, cell) for column, cell in cells.items()}
            name = f"{series['name']}-{rated:g}"
            types.append(TransformerType(name=name, series=series["name"], rated_kva=float(rated), **values, **common))
    return types


def _line_types(content: Mapping[str, Any]) -> list[LineType]:
    types = []
    for family in content["families"]:
        for row in family["rows"]:
            cells = dict(zip(content["columns"], row, strict=True))
            section = cells.pop("cross_section_mm2")
            values: dict[str, Any] = {column: _origin(family, column, section, cell) for column, cell in cells.items()}
            types.append(
                LineType(
                    name=f"{family['name']}-{section:g}",
                    family=family["name"],
                    level=family["level"],
                    kind=family["kind"],
                    conductor=family["conductor"],
                    cross_section_mm2=float(section),
                    **values,
                )
            )
    return types
