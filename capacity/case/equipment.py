"""Equipment named by Chinese standard types: a library of values with source and mark, and how they enter a network.

The values stand in ``equipment.yaml`` beside this file. Each carries its source and whether it was compared with a
public source (``verified``) or is a customary or computed figure (``typical``).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pandapower
import yaml

from capacity.case._type_names import family_letters, plain, rating_in_name, section_and_level, series_code
from capacity.errors import InputError
from capacity.tables.issue import Issue

__all__ = [
    "Equipment",
    "LineType",
    "TransformerType",
    "Value",
    "add_line",
    "add_lines",
    "add_transformer",
    "line",
    "load",
    "rating_in_name",
    "register_line",
    "suggest",
    "transformer",
    "unknown_type",
]

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


def transformer(name: str, rated_kva: float | None = None) -> TransformerType | None:
    """The distribution transformer type that a nameplate text means, or None when the library does not hold it.

    Parameters
    ----------
    name : e.g. ``S13-M-400/10``, ``S13-M.RL-400kVA``, ``S11-400``, ``S20-M``; full-width letters are understood.
    rated_kva : the rating; taken from the name when absent.
    """
    return load().transformer(name, rated_kva)


def line(name: str, level: Level | None = None) -> LineType | None:
    """The conductor type that a text means, or None when the library does not hold it or the text is ambiguous.

    Parameters
    ----------
    name : e.g. ``JKLYJ-10-120``, ``JKLYJ-10kV-1×120``, ``YJV22-8.7/15-3*300``, ``LGJ-120/20``, ``YJLV22-4x120``.
    level : ``mv`` or ``lv`` where the text does not say it (``JKLYJ-120``).
    """
    return load().line(name, level)


def suggest(name: str, kind: Literal["transformer", "line"], rated_kva: float | None = None) -> tuple[str, ...]:
    """Up to five canonical names near an unknown one, for messages."""
    library = load()
    if kind == "transformer" and (series := _series(library, name)):
        wanted = rated_kva or rating_in_name(name) or 0.0
        ratings = sorted(
            (one for one in library.transformers.values() if one.series == series),
            key=lambda one: abs(one.rated_kva - wanted),
        )
        return tuple(one.name for one in ratings[:3])
    known: list[str] = list(library.transformers if kind == "transformer" else library.lines)
    return tuple(difflib.get_close_matches(plain(name), known, n=5, cutoff=0.4) or known[:5])


def add_transformer(
    net: pandapower.pandapowerNet,
    hv_bus: int,
    lv_bus: int,
    type_name: str,
    rated_kva: float,
    name: str,
    tap_pos: int = 0,
    **columns: object,
) -> int:
    """Add a distribution transformer of the library to a network; further ``columns`` go into its row.

    Returns the pandapower index. The type is registered as a standard type of the network under its canonical name.

    Raises
    ------
    InputError
        When the library does not hold the type; the sentence names similar ones.
    """
    found = transformer(type_name, rated_kva)
    if found is None:
        raise InputError([unknown_type(type_name, "transformer", name, rated_kva)])
    if found.name not in net.std_types["trafo"]:
        pandapower.create_std_type(net, found.pandapower_type, found.name, element="trafo")
    return int(
        pandapower.create_transformer(net, hv_bus, lv_bus, std_type=found.name, name=name, tap_pos=tap_pos, **columns)
    )


def add_line(
    net: pandapower.pandapowerNet,
    from_bus: int,
    to_bus: int,
    type_name: str,
    length_km: float,
    name: str,
    parallel: int = 1,
    **columns: object,
) -> int:
    """Add a line section of the library to a network; the level follows the bus voltage. Returns its index.

    Raises
    ------
    InputError
        When the library does not hold the type; the sentence names similar ones.
    """
    std_type = register_line(net, type_name, _level(net, from_bus), name)
    return int(
        pandapower.create_line(
            net, from_bus, to_bus, length_km, std_type=std_type, name=name, parallel=parallel, **columns
        )
    )


def add_lines(
    net: pandapower.pandapowerNet,
    from_buses: Sequence[int],
    to_buses: Sequence[int],
    type_names: Sequence[str],
    lengths_km: Sequence[float],
    names: Sequence[str],
) -> None:
    """Add many line sections at once, which is much faster than one by one; see :func:`add_line`."""
    if not len(names):
        return
    std_types = [
        register_line(net, t, _level(net, bus), name)
        for t, bus, name in zip(type_names, from_buses, names, strict=True)
    ]
    pandapower.create_lines(
        net, list(from_buses), list(to_buses), list(lengths_km), std_type=std_types, name=list(names)
    )


def register_line(net: pandapower.pandapowerNet, type_name: str, level: Level, name: str = "") -> str:
    """Register a conductor as a standard type of the network and return its canonical name.

    Raises
    ------
    InputError
        When the library does not hold the type.
    """
    found = line(type_name, level)
    if found is None:
        raise InputError([unknown_type(type_name, "line", name)])
    if found.name not in net.std_types["line"]:
        pandapower.create_std_type(net, found.pandapower_type, found.name, element="line")
    return found.name


def unknown_type(
    type_name: str, kind: Literal["transformer", "line"], element: str, rated_kva: float | None = None
) -> Issue:
    """The error that names an unknown type and similar known ones."""
    near = ", ".join(suggest(type_name, kind, rated_kva))
    rating = f" {rated_kva:g} kVA" if rated_kva else ""
    return Issue(
        severity="error",
        check="equipment.unknown_type",
        table="transformers" if kind == "transformer" else "lines",
        column="type_name",
        ids=(element,),
        sentence_en=f"The equipment library has no type '{type_name}'{rating}. Similar types: {near}.",
        sentence_zh=f"设备库中没有型号“{type_name}”{rating}。相近型号：{near}。",
    )


def _level(net: pandapower.pandapowerNet, bus: int) -> Level:
    return "mv" if float(net.bus.at[bus, "vn_kv"]) > 1.0 else "lv"


def _series(library: Equipment, name: str) -> str | None:
    return library.series_of.get(series_code(name) or "")


def _match_transformer(library: Equipment, name: str, rated_kva: float | None) -> TransformerType | None:
    series, rating = _series(library, name), rated_kva or rating_in_name(name)
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
