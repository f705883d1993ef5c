"""Tables of the keys of ``case.toml``, ``city.toml``, scenario files and the manifest, from their pydantic models."""

from __future__ import annotations

import re
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from capacity.tables.city import CitySettings
from capacity.tables.network_change import NetworkChange
from capacity.tables.release import DisclosureRules, ReleaseAbout
from capacity.tables.run import Manifest
from capacity.tables.scenario import (
    Adoption,
    Control,
    Curve,
    Device,
    Growth,
    PointLoad,
    PolicyVariant,
    Prospect,
    Range,
    Scenario,
    SwitchChange,
    TransformerChange,
)
from capacity.tables.settings import BusbarVoltage, CaseSettings, DataSource, ServiceNumbers
from tools import markdown


def case_toml() -> str:
    """The keys of ``case.toml`` and of the tables inside it."""
    parts = [
        _section("case.toml", CaseSettings),
        _section("[busbar_voltage.SUBSTATION_ID]", BusbarVoltage),
        _section("[service_numbers]", ServiceNumbers),
        _section("[[sources]]", DataSource),
    ]
    return "\n\n".join(parts)


def city_toml() -> str:
    """The keys of ``city.toml``."""
    return _keys(CitySettings)


def scenario_yaml() -> str:
    """The keys of a scenario file."""
    parts = [
        _section("scenario", Scenario),
        _section("point_loads", PointLoad),
        _section("switches", SwitchChange),
        _section("transformers", TransformerChange),
    ]
    return "\n\n".join(parts)


def future_yaml() -> str:
    """The keys of a scenario file that describe a future."""
    parts = [
        _section("growth", Growth),
        _section("a figure as a range", Range),
        _section("prospects", Prospect),
        _section("adoption", Adoption),
        _section("adoption.share", Curve),
        _section("devices", Device),
        _section("control", Control),
        _section("policy", PolicyVariant),
    ]
    return "\n\n".join(parts)


def network_changes() -> str:
    """The kinds of change of a network and their keys."""
    kinds = get_args(get_args(NetworkChange)[0])  # of the union within Annotated
    return "\n\n".join(_section(f"kind: {_kind(one)}", one) for one in kinds)


def _kind(model: type[BaseModel]) -> str:
    return str(model.model_fields["kind"].annotation.__args__[0])  # type: ignore[union-attr]  # a Literal of one word


def manifest() -> str:
    """The keys of ``manifest.json``."""
    return _keys(Manifest)


def release() -> str:
    """What a release says about itself, and the rules that it names."""
    return "\n\n".join([_section("about", ReleaseAbout), _section("rules", DisclosureRules)])


def _section(heading: str, model: type[BaseModel]) -> str:
    return f"#### `{heading}`\n\n{markdown.prose(_docstring(model))}\n\n{_keys(model)}"


def _docstring(model: type[BaseModel]) -> str:
    return re.sub(r"\n +", "\n", model.__doc__ or "").strip()


def _keys(model: type[BaseModel]) -> str:
    rows = (
        (f"`{name}`", _type_words(field.annotation), _default(field), markdown.prose(_meaning(field)))
        for name, field in model.model_fields.items()
    )
    return markdown.table(("key", "type", "default", "meaning"), rows)


def _meaning(field: Any) -> str:
    bounds = [_bound(item) for item in field.metadata]
    return "; ".join(part for part in (field.description, *bounds) if part)


def _bound(constraint: Any) -> str:
    for attribute, sign in (("gt", ">"), ("ge", "≥"), ("lt", "<"), ("le", "≤")):
        value = getattr(constraint, attribute, None)
        if value is not None:
            return f"{sign} {markdown.number(value)}"
    pattern = getattr(constraint, "pattern", None)
    return f"matches `{pattern}`" if pattern else ""


def _default(field: Any) -> str:
    if field.is_required():
        return "required"
    if field.default is PydanticUndefined or isinstance(field.default, BaseModel):
        return "empty" if field.default is PydanticUndefined else "see below"
    return "none" if field.default in (None, (), "") else f"`{field.default}`"


def _type_words(annotation: Any) -> str:
    text = getattr(annotation, "__name__", "") if isinstance(annotation, type) and not _args(annotation) else ""
    text = text or str(annotation)
    text = re.sub(r"typing\.Annotated\[.*FieldInfo\(.*\)\]", "network change", text)
    text = re.sub(r"\b(?:typing|datetime|capacity(?:\.\w+)+)\.", "", text)
    text = re.sub(r"Literal\[(.*?)\]", lambda match: match[1].replace("'", "").replace(", ", " / "), text)
    text = re.sub(r"dict\[(\w+), (.*)\]$", r"\1 → \2", text)
    text = re.sub(r"(?:list|tuple)\[(.*?)(?:, \.\.\.)?\]", r"list of \1", text)
    words = {"str": "text", "float": "number", "int": "whole number", "bool": "true/false", "None": "none"}
    return re.sub(r"\b(str|float|int|bool|None)\b", lambda match: words[match[1]], text).replace(" | ", " or ")


def _args(annotation: Any) -> tuple[Any, ...]:
    return getattr(annotation, "__args__", ())
