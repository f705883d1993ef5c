"""The equipment that connections may be built of: conductors and transformers by type (P15)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from capacity.tables.works import Mark, weakest

Level = Literal["mv", "lv"]
Laid = Literal["overhead", "cable"]


@dataclass(frozen=True)
class LineType:
    """A conductor, as one circuit: positive sequence, resistance at 20 °C.

    Attributes
    ----------
    size_mm2 : of one conductor.
    mark, source_zh, source_en : the weakest mark of its figures, and where they come from.
    """

    name: str
    level: Level
    laid: Laid
    size_mm2: float
    r_ohm_per_km: float
    x_ohm_per_km: float
    max_i_ka: float
    mark: Mark = "typical"
    source_zh: str = ""
    source_en: str = ""


@dataclass(frozen=True)
class TransformerType:
    """A 10/0.4 kV transformer; ``series`` is the name without the rating, such as ``S20-M``."""

    name: str
    series: str
    rated_kva: float
    vk_percent: float
    vkr_percent: float
    pfe_kw: float
    i0_percent: float
    mark: Mark = "typical"
    source_zh: str = ""
    source_en: str = ""


@dataclass(frozen=True)
class Catalogue:
    """Everything there is to choose from; names are unique."""

    lines: tuple[LineType, ...]
    transformers: tuple[TransformerType, ...]

    def line(self, name: str) -> LineType | None:
        """The conductor of that name; None where there is none."""
        return next((one for one in self.lines if one.name == name), None)

    def ratings(self, series: str) -> tuple[TransformerType, ...]:
        """The transformers of a series, smallest first."""
        return tuple(sorted((one for one in self.transformers if one.series == series), key=lambda one: one.rated_kva))


def weakest_mark(marks: Iterable[Mark]) -> Mark:
    """The weakest mark of several figures; ``typical`` where there is none."""
    found = tuple(marks)
    return weakest(found) if found else "typical"
