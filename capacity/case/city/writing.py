"""Make a synthetic city on disk, member by member; a stopped one is taken up where it stopped."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import tomli_w

from capacity.case.city import problems
from capacity.case.city.reading import CITY_FILE, missing_files, read_city, read_settings
from capacity.case.city.readme import readme_text
from capacity.case.folder.reading import PROFILES_FILE
from capacity.case.folder.writing import write_case
from capacity.case.synthetic.city import CityPlan, city_part
from capacity.errors import InputError
from capacity.tables.city import City, CitySettings

README_FILE = "README.md"
VERSION = 1
"""Of the generator: raised when the same plan gives another city."""
POLICY_MONTHS = 12

Progress = Callable[[int, int], None]


def write_city(plan: CityPlan, folder: Path, progress: Progress | None = None) -> City:
    """Make the city of a plan in ``folder``, one substation after the other.

    A member is written beside its place first and moved there whole. Members that are already whole are kept, so the
    same call completes a city that was stopped.

    Parameters
    ----------
    folder : an empty or new folder, or one that holds a city of the same plan.
    progress : called as ``progress(done, total)`` after every member.

    Raises
    ------
    InputError
        The folder holds something else, or a city of another plan.
    OSError
        The folder cannot be written.
    """
    folder = Path(folder)
    settings = city_settings(plan)
    _refuse_other_contents(folder, settings)
    folder.mkdir(parents=True, exist_ok=True)
    _write_text(folder / CITY_FILE, tomli_w.dumps(settings.model_dump(exclude_none=True)))
    _write_text(folder / README_FILE, readme_text(plan, settings))
    for part, name in enumerate(settings.members):
        _clear_leftovers(folder, name)
        if not _is_whole(folder / name):
            write_case(city_part(plan, part), folder / name)
        if progress:
            progress(part + 1, len(settings.members))
    return read_city(folder)


def city_settings(plan: CityPlan) -> CitySettings:
    """``city.toml`` of a plan: synthetic, and saying so."""
    return CitySettings(
        name=plan.name,
        title_zh=plan.title_zh,
        title_en=plan.title_en,
        as_of=plan.as_of,
        synthetic=True,
        step_minutes=plan.step_minutes,
        window_months=plan.months if plan.months < POLICY_MONTHS else None,
        members=tuple(member.lower() for member in plan.member_ids),
        notes=("合成城市：地名、电网和数据均为虚构", "synthetic city: places, grid and data are invented"),
        generator={"version": VERSION, **plan.as_record()},
    )


def _refuse_other_contents(folder: Path, settings: CitySettings) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / CITY_FILE).is_file():
        raise InputError([problems.not_empty(folder)])
    there = _flat(read_settings(folder).generator)
    wanted = _flat(settings.generator)
    if differing := sorted(key for key in there.keys() | wanted.keys() if there.get(key) != wanted.get(key)):
        raise InputError([problems.other_city(folder, differing)])


def _flat(record: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Nested values under dotted names, comparable whether they come from a plan or from a file."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{before}{key}.")
        else:
            flat[before + key] = str(value) if isinstance(value, dt.date) else value
    return flat


def _is_whole(member: Path) -> bool:
    return member.is_dir() and not missing_files(member) and (member / PROFILES_FILE).is_file()


def _clear_leftovers(folder: Path, name: str) -> None:
    """What a stopped attempt at writing a member left beside its place."""
    for path in folder.glob(f".{name}-*"):
        shutil.rmtree(path, ignore_errors=True)


def _write_text(path: Path, text: str) -> None:
    """All of the text or nothing."""
    fresh = path.with_name(f".{path.name}-{uuid.uuid4().hex[:8]}")
    fresh.write_text(text, encoding="utf-8", newline="\n")
    os.replace(fresh, path)
