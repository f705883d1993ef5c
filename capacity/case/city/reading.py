"""Read a city folder: what it says about itself, and what does not fit between its members."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from capacity.case.city import problems
from capacity.case.folder.reading import (
    AREAS_FILE,
    REQUIRED_FILES,
    SETTINGS_FILE,
    policy_file,
    standard_time,
)
from capacity.case.folder.tabular import decode, read_csv_table
from capacity.errors import InputError
from capacity.tables.city import City, CitySettings
from capacity.tables.inputs.areas import AREAS
from capacity.tables.inputs.feeders import FEEDERS
from capacity.tables.inputs.substations import SUBSTATIONS
from capacity.tables.inputs.transformers import TRANSFORMERS
from capacity.tables.issue import Issue
from capacity.tables.settings import CaseSettings

CITY_FILE = "city.toml"
ID_TABLES = {"substations.csv": SUBSTATIONS, "feeders.csv": FEEDERS, "transformers.csv": TRANSFORMERS}
"""Tables whose first column must be unique over the city; areas are looked at too."""
ALIKE = ("step_minutes", "time_zone", "policy")
"""Settings in which members must agree with each other (their as-of date agrees with the city's)."""


def read_city(folder: Path) -> City:
    """Read ``city.toml`` and look whether its members fit together.

    Reads the settings and the short tables of every member, one member after the other, not their networks: ids of
    nodes and lines are not compared.

    Parameters
    ----------
    folder : the city's folder.

    Returns
    -------
    City
        Its ``reading_issues`` name every problem: members that are missing or lack files, ids used in two members,
        members that differ in as-of date, step, time zone or policy.

    Raises
    ------
    InputError
        There is no such folder or no usable ``city.toml``.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError([problems.no_folder(folder)])
    settings = read_settings(folder)
    issues: list[Issue] = [problems.named_twice(name) for name in _repeated(settings.members)]
    seen = Seen(settings)
    for name in dict.fromkeys(settings.members):
        issues += seen.look_at(name, folder / name)
    return City(settings, folder, (*issues, *seen.between_members()))


def read_settings(folder: Path) -> CitySettings:
    """The contents of ``city.toml``.

    Raises
    ------
    InputError
        It is missing or cannot be used.
    """
    path = folder / CITY_FILE
    if not path.is_file():
        raise InputError([problems.no_city_file(folder)])
    try:
        data = path.read_bytes()
    except OSError as why:
        raise InputError([problems.damaged(str(why.strerror))]) from why
    text, issues = decode(data, CITY_FILE)
    if text is None:
        raise InputError(issues)
    try:
        return CitySettings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as why:
        raise InputError([problems.damaged(str(why))]) from why
    except ValidationError as why:
        raise InputError([problems.setting(error) for error in why.errors()]) from why


def missing_files(folder: Path) -> list[str]:
    """Files without which a member cannot be read."""
    return [file for file in REQUIRED_FILES if not (folder / file).is_file()]


class Seen:
    """What has been met so far of the members looked at."""

    def __init__(self, city: CitySettings) -> None:
        self._city = city
        self._members_of: dict[tuple[str, str], list[str]] = {}
        self._values: dict[str, dict[str, list[str]]] = {name: {} for name in ALIKE}
        self._as_of: list[tuple[str, Any]] = []

    def look_at(self, name: str, folder: Path) -> Iterator[Issue]:
        """What is wrong with one member alone; its ids and settings are kept for :meth:`between_members`."""
        if not folder.is_dir():
            yield problems.member_missing(name)
            return
        if absent := missing_files(folder):
            yield problems.member_incomplete(name, absent)
        settings, why = _settings_of(folder)
        if settings is None:
            if why:
                yield problems.member_settings(name, why)
            return
        if settings.as_of != self._city.as_of:
            self._as_of.append((name, settings.as_of))
        values = settings.model_dump() | {"policy": _policy_of(folder, settings)}
        for key in ALIKE:
            self._values[key].setdefault(str(values[key]), []).append(name)
        for kind, one in _ids_of(folder, settings):
            self._members_of.setdefault((kind, one), []).append(name)

    def between_members(self) -> Iterator[Issue]:
        """What does not fit between the members looked at."""
        if self._as_of:
            yield problems.other_as_of(self._city.as_of, self._as_of)
        stated = {"step_minutes": str(self._city.step_minutes)}
        for key, members in self._values.items():
            expected = stated.get(key) or max(members, key=lambda value: len(members[value]), default="")
            if others := {value: names for value, names in members.items() if value != expected}:
                yield problems.unlike(key, expected.split("\n")[0], others)
        doubled: dict[str, list[tuple[str, list[str]]]] = {}
        for (kind, one), names in self._members_of.items():
            if len(names) > 1:
                doubled.setdefault(kind, []).append((one, names))
        for kind, found in doubled.items():
            yield problems.ids_in_two_members(kind, found)


def _settings_of(folder: Path) -> tuple[CaseSettings | None, str]:
    path = folder / SETTINGS_FILE
    if not path.is_file():
        return None, ""
    try:
        text, _ = decode(path.read_bytes(), SETTINGS_FILE)
        return CaseSettings.model_validate(tomllib.loads(text or "")), ""
    except (OSError, tomllib.TOMLDecodeError) as why:
        return None, str(why)
    except ValidationError as why:
        return None, "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in why.errors())


def _policy_of(folder: Path, settings: CaseSettings) -> str:
    """A policy's name, and its text where the member brings its own."""
    own = folder / policy_file(settings.policy)
    if own.name != policy_file(settings.policy) or not own.is_file():
        return settings.policy
    text, _ = decode(own.read_bytes(), own.name)
    return f"{settings.policy}\n{text}"


def _ids_of(folder: Path, settings: CaseSettings) -> Iterator[tuple[str, str]]:
    """Kind and id of a member's substations, feeders, transformers and areas; unreadable ones are left to reading."""
    zone = standard_time(settings.time_zone)
    for file, schema in ID_TABLES.items():
        path = folder / file
        if path.is_file():
            frame, _ = read_csv_table(path.read_bytes(), file, schema, zone)
            key = next(iter(schema.columns))
            yield from ((key, str(one)) for one in frame[key].dropna())
    path = folder / AREAS_FILE
    if path.is_file():
        yield from (("area_id", one) for one in _area_ids(path))


def _area_ids(path: Path) -> list[str]:
    try:
        features = json.loads(path.read_bytes().decode("utf-8-sig"))["features"]
        found = [dict(feature.get("properties") or {}) for feature in features]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
    headings = ("area_id", str((AREAS.columns["area_id"].metadata or {})["zh"]))
    return [str(one[key]).strip() for one in found for key in headings if one.get(key)]


def _repeated(names: tuple[str, ...]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
