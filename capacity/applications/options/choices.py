"""The values behind designing, judging and ranking: defaults of ours, read from one file, each with its words."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from capacity.errors import InputError
from capacity.tables.catalogue import Catalogue, Laid
from capacity.tables.issue import Issue
from capacity.tables.service import AreaClass

FILE = "choices.yaml"
Use = Literal[
    "service_overhead",
    "service_cable",
    "service_overhead_single",
    "service_cable_single",
    "lv_overhead",
    "lv_cable",
    "lv_overhead_single",
    "lv_cable_single",
    "mv_overhead",
    "mv_cable",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Value(_Frozen):
    """One value with the rule it serves and what it means."""

    rule: str
    value: float = Field(gt=0)
    unit: str
    text_zh: str = Field(min_length=1)
    text_en: str = Field(min_length=1)


class Values(_Frozen):
    """The numbers."""

    sizing_voltage_percent: Value
    line_load_percent: Value
    lv_drop_percent: Value
    mv_drop_percent: Value
    most_circuits: Value
    service_up_to_m: Value
    service_span_m: Value
    station_service_m: Value
    station_lv_kv: Value
    customer_load_percent: Value
    pole_station_kva: Value
    ring_main_bays: Value
    room_tolerance_kva: Value
    staged_minimum_kw: Value
    near_band_m: Value
    near_band_percent: Value
    offer_valid_days: Value
    largest_kw: Value
    single_phase_kw: Value
    years_ahead: Value

    @model_validator(mode="after")
    def _whole_where_counted(self) -> Self:
        counted = ("most_circuits", "ring_main_bays", "offer_valid_days", "years_ahead")
        faults = [name for name in counted if not getattr(self, name).value.is_integer()]
        if faults:
            listed = ", ".join(faults)
            raise ValueError(f"{listed}: must be whole numbers\n{listed} 须为整数")
        return self


class Types(_Frozen):
    """Names of equipment types, from the smallest to the largest."""

    names: tuple[str, ...] = Field(min_length=1)
    text_zh: str = Field(min_length=1)
    text_en: str = Field(min_length=1)


class Series(_Frozen):
    """A series of transformers."""

    name: str = Field(min_length=1)
    text_zh: str = Field(min_length=1)
    text_en: str = Field(min_length=1)


class LaidBy(_Frozen):
    """How LV lines are laid by class of area."""

    city: Laid
    county: Laid
    town: Laid
    rural: Laid
    text_zh: str = Field(min_length=1)
    text_en: str = Field(min_length=1)

    def of(self, area_class: AreaClass) -> Laid:
        """Overhead or cable."""
        laid: Laid = getattr(self, area_class)
        return laid


class OptionChoices(_Frozen):
    """One file of choices."""

    name: str = Field(min_length=1)
    values: Values
    types: dict[Use, Types]
    transformer_series: Series
    lv_laid: LaidBy

    @model_validator(mode="after")
    def _every_use(self) -> Self:
        missing = [use for use in Use.__args__ if use not in self.types]  # type: ignore[attr-defined]  # of a Literal
        if missing:
            listed = ", ".join(missing)
            raise ValueError(f"types: nothing stated for {listed}\ntypes 缺少 {listed}")
        return self


def read_choices(text: str, file: str = FILE) -> OptionChoices:
    """The choices of a file's text; ``file`` is its name, for messages.

    Raises
    ------
    InputError
        With every fault: file, entry, what is wrong, in Chinese and English.
    """
    try:
        return OptionChoices.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise InputError(
            [_issue(file, "", "this is not YAML: mend it, indent by spaces only", "不是可读的 YAML，请只用空格缩进")]
        ) from error
    except ValidationError as error:
        raise InputError([_issue(file, *_told(fault["loc"], fault["msg"])) for fault in error.errors()]) from error


def faults_against(choices: OptionChoices, catalogue: Catalogue) -> tuple[Issue, ...]:
    """Types that the choices name and the catalogue does not hold, all of them."""
    absent = [
        (use, name) for use, types in choices.types.items() for name in types.names if catalogue.line(name) is None
    ]
    issues = [
        _issue(
            FILE,
            f"types.{use}",
            f"the equipment library has no type '{name}': put one of its names there",
            f"设备库中没有型号“{name}”，请改用设备库中的型号",
        )
        for use, name in absent
    ]
    series = choices.transformer_series.name
    if not catalogue.ratings(series):
        issues.append(
            _issue(
                FILE,
                "transformer_series",
                f"the equipment library has no series '{series}': put one of its names there",
                f"设备库中没有系列“{series}”，请改用设备库中的系列",
            )
        )
    return tuple(issues)


@cache
def bundled_choices() -> OptionChoices:
    """The choices that come with the package."""
    return read_choices(files("capacity.applications.options").joinpath(FILE).read_text(encoding="utf-8"))


def _told(location: tuple[int | str, ...], message: str) -> tuple[str, str, str]:
    entry = ".".join(str(part) for part in location)
    en, _, zh = message.removeprefix("Value error, ").partition("\n")
    return entry, f"{en[:1].lower()}{en[1:]}", zh or "数值不可用，请对照程序自带的文件修改"


def _issue(file: str, entry: str, en: str, zh: str) -> Issue:
    place = f"{entry}: " if entry else ""
    return Issue(
        "error",
        "options.choices",
        "option_choices",
        "",
        (entry,) if entry else (),
        f"{place}{en}.",
        f"{place.replace(': ', '：')}{zh}。",
        file=file,
    )
