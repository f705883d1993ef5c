"""Equipment named by Chinese standard types: a library of values with source and mark, and how they enter a network.

The values stand in ``equipment.yaml`` beside this file. Each carries its source and whether it was compared with a
public source (``verified``) or is a customary or computed figure (``typical``).
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandapower
import pandas as pd

from capacity.case.equipment.library import (
    Level,
    LineType,
    TransformerType,
    load,
    series_named,
)
from capacity.case.equipment.type_names import plain, rating_in_name
from capacity.errors import InputError
from capacity.tables.issue import Issue


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
    if kind == "transformer" and (series := series_named(library, name)):
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
    std_type = register_transformer(net, type_name, rated_kva, name)
    return int(
        pandapower.create_transformer(net, hv_bus, lv_bus, std_type=std_type, name=name, tap_pos=tap_pos, **columns)
    )


def add_transformers(
    net: pandapower.pandapowerNet,
    hv_buses: Sequence[int],
    lv_buses: Sequence[int],
    type_names: Sequence[str],
    ratings_kva: Sequence[float],
    names: Sequence[str],
    tap_positions: Sequence[int],
) -> None:
    """Add many distribution transformers at once, much faster than one by one; see :func:`add_transformer`.

    The table is the same as if they had been added singly, down to the order of its columns.
    """
    if not len(names):
        return
    found = [
        register_transformer(net, type_name, rated_kva, name)
        for type_name, rated_kva, name in zip(type_names, ratings_kva, names, strict=True)
    ]
    parameters = pd.DataFrame([net.std_types["trafo"][name] for name in found])
    pandapower.create_transformers_from_parameters(
        net,
        list(hv_buses),
        list(lv_buses),
        name=list(names),
        std_type=found,
        tap_pos=list(tap_positions),
        **{column: _one_or_many(parameters[column].tolist()) for column in parameters.columns},
    )
    last = ["vector_group", "oltc"]
    net.trafo = net.trafo[[*net.trafo.columns.drop(last), *last]]


def register_transformer(net: pandapower.pandapowerNet, type_name: str, rated_kva: float, name: str = "") -> str:
    """Register a transformer as a standard type of the network and return its canonical name.

    Raises
    ------
    InputError
        When the library does not hold the type.
    """
    found = transformer(type_name, rated_kva)
    if found is None:
        raise InputError([unknown_type(type_name, "transformer", name, rated_kva)])
    if found.name not in net.std_types["trafo"]:
        pandapower.create_std_type(net, found.pandapower_type, found.name, element="trafo")
    return found.name


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
    levels = np.where(net.bus["vn_kv"].reindex(from_buses).to_numpy() > 1.0, "mv", "lv").tolist()
    std_type_of: dict[tuple[str, Level], str] = {}
    for type_name, level, name in zip(type_names, levels, names, strict=True):
        if (type_name, level) not in std_type_of:
            std_type_of[type_name, level] = register_line(net, type_name, level, name)
    std_types = [std_type_of[key] for key in zip(type_names, levels, strict=True)]
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


def _one_or_many(values: list[Any]) -> Any:
    """The value that all share, else the list: pandapower takes some texts (the vector group) for all rows only."""
    return values[0] if len(set(values)) == 1 else values


def _level(net: pandapower.pandapowerNet, bus: int) -> Level:
    return "mv" if float(net.bus.at[bus, "vn_kv"]) > 1.0 else "lv"
