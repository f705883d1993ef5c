"""The numbers behind candidate measures: defaults of ours, read from one file, each with its words."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from capacity.errors import InputError
from capacity.tables.catalogue import Laid
from capacity.tables.issue import Issue

FILE = "choices.yaml"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _Worded(_Frozen):
    text_zh: str = Field(min_length=1)
    text_en: str = Field(min_length=1)


class Value(_Worded):
    """One number with what it means."""

    value: float = Field(gt=0)
    unit: str


class Count(_Worded):
    """How many of something."""

    value: int = Field(gt=0)
    unit: str


class Named(_Worded):
    """A series or a type of the equipment library."""

    name: str = Field(min_length=1)


class Values(_Frozen):
    """The numbers."""

    transformer_sizes: Count
    largest_public_kva: Value
    area_exchanges: Count
    pole_station_kva: Value
    voltage_margin_percent: Value
    least_gain_percent: Value
    tap_positions: Count
    conductor_sizes: Count
    least_line_gain_percent: Value
    least_relief_percent: Value
    tie_positions: Count
    tie_longest_m: Value
    new_ties: Count
    detour_factor: Value
    branch_longest_m: Value
    own_peak_factor: Value
    ring_main_bays: Count
    load_margin_percent: Value
    neighbour_radius_m: Value
    neighbours: Count
    jumper_m: Value
    transformer_radius_m: Value
    split_places: Count
    charging_participation_percent: Value
    least_charging_percent: Value
    home_point_kw: Value
    public_point_kw: Value
    storage_margin_percent: Value
    storage_step_kw: Value
    storage_largest_kw: Value
    storage_short_h: Value
    storage_long_h: Value
    sets_per_network: Count


class Conductors(_Frozen):
    """Families that lines of an unknown conductor are rebuilt with."""

    lv_overhead: Named
    lv_cable: Named
    mv_overhead: Named
    mv_cable: Named


class Built(_Frozen):
    """Types that new lines are built of, by what is built and how it is laid."""

    branch_overhead: Named
    branch_cable: Named
    tie_overhead: Named
    tie_cable: Named
    circuit_overhead: Named
    circuit_cable: Named

    def of(self, what: Literal["branch", "tie", "circuit"], laid: Laid) -> str:
        """The name of a type."""
        one: Named = getattr(self, f"{what}_{laid}")
        return one.name


class Choices(_Frozen):
    """One file of choices."""

    name: str = Field(min_length=1)
    values: Values
    transformer_series: Named
    conductors: Conductors
    built: Built


def read_choices(text: str, file: str = FILE) -> Choices:
    """The choices of a file's text; ``file`` is its name, for messages.

    Raises
    ------
    InputError
        With every entry that cannot be used, in Chinese and English.
    """
    try:
        return Choices.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise InputError(
            [_issue(file, "", "this is not YAML: indent by spaces only", "不是可读的 YAML，请只用空格缩进")]
        ) from error
    except ValidationError as error:
        faults = [(".".join(str(part) for part in fault["loc"]), fault["msg"]) for fault in error.errors()]
        raise InputError(
            [
                _issue(file, entry, f"{msg[:1].lower()}{msg[1:]}", "此项不可用，请对照程序自带的文件修改")
                for entry, msg in faults
            ]
        ) from error


@cache
def bundled_choices() -> Choices:
    """The choices that come with the package."""
    return read_choices(files("capacity.planning.candidates").joinpath(FILE).read_text(encoding="utf-8"))


def _issue(file: str, entry: str, en: str, zh: str) -> Issue:
    place = f"{entry}: " if entry else ""
    ids = (entry,) if entry else ()
    return Issue(
        "error", "candidates.choices", "candidate_choices", "", ids,
        f"{place}{en}.", f"{place.replace(': ', '：')}{zh}。", file=file,
    )  # fmt: skip
