"""The file of unit prices: its schema, and which of its entries make up the price of a work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from capacity.tables.words import AREA_CLASS, WORK_KIND, WORK_VARIANT
from capacity.tables.works import KINDS, Mark, Unit, Work, Yuan
from capacity.works.reading import Fault, Source, bundled, read_as, refuse

FILE = "prices.yaml"
FilePart = Literal["complete", "equipment", "installation", "civil"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _Range(_Frozen):
    low: float = Field(ge=0)
    value: float = Field(ge=0, description="the likely one")
    high: float = Field(ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.value <= self.high:
            found = f"low {self.low:g}, value {self.value:g}, high {self.high:g}"
            refuse([(f"{found} are not in rising order: put them right", f"{found} 没有从小到大：请更正")])
        return self

    @property
    def yuan(self) -> Yuan:
        """The three of them."""
        return Yuan(self.low, self.value, self.high)


class Row(_Range):
    """A unit price in CNY, up to a size with it."""

    up_to: float | None = Field(default=None, gt=0, description="mm², kVA, ducts or bays; left out: of any size")


class Price(_Frozen):
    """One entry: a part of the price of the kinds of work that it names."""

    key: str = Field(min_length=1)
    kinds: tuple[str, ...] = Field(min_length=1)
    variants: tuple[str, ...] = Field(default=(), description="left out: of every variant")
    part: FilePart = Field(description="`complete` holds the fees already, on the others they are added")
    unit: Unit
    rows: tuple[Row, ...] = Field(min_length=1)
    year: int = Field(ge=1990, le=2100, description="whose prices these are")
    includes_zh: str = Field(min_length=1)
    includes_en: str = Field(min_length=1)
    source: str
    mark: Mark

    @model_validator(mode="after")
    def _fits_its_kinds(self) -> Self:
        known = [kind for kind in self.kinds if kind in KINDS]
        possible = sorted({variant for kind in known for variant in KINDS[kind].variants})
        sizes = [float("inf") if row.up_to is None else row.up_to for row in self.rows]
        faults = [
            (f"no kind of work is called '{kind}': {_use(KINDS)[0]}", f"没有工程类别“{kind}”，{_use(KINDS)[1]}")
            for kind in self.kinds
            if kind not in KINDS
        ]
        faults += [
            (
                f"{kind} is counted in {KINDS[kind].unit}, not in {self.unit}: state it for one {KINDS[kind].unit}",
                f"{kind} 按 {KINDS[kind].unit} 计量，不按 {self.unit}：请改为该单位的单价",
            )
            for kind in known
            if KINDS[kind].unit != self.unit
        ]
        faults += [
            (f"these kinds have no variant '{one}': {_use(possible)[0]}", f"所列类别没有“{one}”，{_use(possible)[1]}")
            for one in self.variants
            if known and one not in possible
        ]
        if any(later <= earlier for earlier, later in pairwise(sizes)):
            faults.append(
                ("rows must rise in up_to, the one for any size last: sort them", "rows 须按 up_to 从小到大排列")
            )
        refuse(faults)
        return self

    def is_for(self, work: Work) -> bool:
        """Whether it is a part of the price of such a work, whatever its size."""
        return work.kind in self.kinds and (not self.variants or work.made_as in self.variants)

    def row(self, size: float | None) -> Row | None:
        """The row of the smallest size that is enough; None where there is none, or the size is needed and unknown."""
        if size is None:
            return self.rows[-1] if self.rows[-1].up_to is None and len(self.rows) == 1 else None
        return next((row for row in self.rows if row.up_to is None or size <= row.up_to), None)


class Factor(_Frozen):
    """By how much prices differ between classes of area, for the named parts."""

    parts: tuple[FilePart, ...] = Field(min_length=1)
    by_area_class: dict[str, float]
    source: str
    mark: Mark

    @model_validator(mode="after")
    def _every_class(self) -> Self:
        missing = [name for name in AREA_CLASS if self.by_area_class.get(name, 0.0) <= 0.0]
        unknown = [name for name in self.by_area_class if name not in AREA_CLASS]
        faults = [
            (f"a factor above 0 is missing for {name}: add it", f"缺少 {name} 的系数（须大于0），请补充")
            for name in missing
        ]
        faults += [
            (
                f"no class of area is called '{name}': {_use(AREA_CLASS)[0]}",
                f"没有区域类别“{name}”，{_use(AREA_CLASS)[1]}",
            )
            for name in unknown
        ]
        refuse(faults)
        return self

    def of(self, part: FilePart, area_class: str) -> float:
        """The factor of a part in a class of area; 1 for the parts that do not depend on it."""
        return self.by_area_class[area_class] if part in self.parts else 1.0


class Fees(_Range):
    """Design, supervision, management and reserve, in percent of a work's equipment, installation and civil works."""

    includes_zh: str
    includes_en: str
    source: str
    mark: Mark


class YearIndex(_Frozen):
    """How prices have moved: the index of each year, whatever its base."""

    by_year: dict[int, float]
    source: str
    mark: Mark


class Prices(_Frozen):
    """A file of unit prices. One that loads can be used throughout: sources are named, years are indexed."""

    name: str = Field(min_length=1)
    currency: Literal["CNY"]
    price_year: int = Field(description="whose prices estimates are given in")
    year_index: YearIndex
    area_factor: Factor
    fees: Fees
    prices: tuple[Price, ...] = Field(min_length=1)
    sources: dict[str, Source]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        keys = [price.key for price in self.prices]
        cited = {"year_index": self.year_index.source, "area_factor": self.area_factor.source, "fees": self.fees.source}
        cited |= {price.key: price.source for price in self.prices}
        index = self.year_index.by_year
        years = {self.price_year, *(price.year for price in self.prices)}
        faults = [
            (f"two entries are called '{key}': rename one", f"有两个条目都叫“{key}”：请改名")
            for key in sorted({key for key in keys if keys.count(key) > 1})
        ]
        faults += [
            (
                f"{key}: source '{source}' is not listed under sources: add it",
                f"{key}：sources 中没有“{source}”，请补充",
            )
            for key, source in cited.items()
            if source not in self.sources
        ]
        faults += [
            (f"year_index has no {year} above 0: add it", f"year_index 缺少 {year} 年（须大于0），请补充")
            for year in sorted(years)
            if index.get(year, 0.0) <= 0.0
        ]
        refuse(faults)
        return self

    def parts_of(self, work: Work) -> tuple[Price, ...]:
        """The entries that together are the price of a work.

        An entry of part `complete` is a whole price: of several, the first that reaches the work's size counts alone.
        """
        found = tuple(price for price in self.prices if price.is_for(work))
        whole = [price for price in found if price.part == "complete"]
        if len(whole) < 2:
            return found
        nearest = whole[0] if work.rated is None else whole[-1]
        enough = next((price for price in whole if price.row(work.rated) is not None), nearest)
        return tuple(price for price in found if price.part != "complete" or price is enough)

    def factor(self, price: Price, area_class: str) -> float:
        """From the entry's year to the file's, times the class of area where the part depends on it."""
        index = self.year_index.by_year
        return index[self.price_year] / index[price.year] * self.area_factor.of(price.part, area_class)


def read_prices(text: str, file: str = FILE) -> Prices:
    """The prices of a file's text; ``file`` is its name, for messages.

    Raises
    ------
    InputError
        With every fault: file, entry, what is wrong and what to do, in Chinese and English.
    """
    return read_as(Prices, text, file, "prices")


@cache
def bundled_prices() -> Prices:
    """The prices that come with the package, for want of the company's own."""
    return read_prices(bundled(FILE))


def without_price(prices: Prices, works: Sequence[Work]) -> tuple[list[str], list[str]]:
    """What the file has no price for, in Chinese and English, each with what to do."""
    zh, en = [], []
    for work in works:
        kind, made = work.kind, work.made_as
        parts = prices.parts_of(work)
        which_zh = f"{WORK_KIND[kind].zh}{f'（{WORK_VARIANT[made].zh}）' if made else ''}"
        which_en = f"{WORK_KIND[kind].en}{f' ({WORK_VARIANT[made].en})' if made else ''}"
        if not parts:
            zh.append(f"单价文件“{prices.name}”没有{which_zh}的单价：请增加 kinds 含 {kind} 的条目")
            en.append(f"price file '{prices.name}' has no price of {which_en}: add an entry with kinds [{kind}]")
        for price in parts:
            if price.row(work.rated) is not None:
                continue
            unit, largest = KINDS[kind].size_unit, price.rows[-1].up_to
            if work.rated is None:
                zh.append(f"{which_zh}的单价与规格有关（{price.key}）：请给出规格（{unit}）")
                en.append(f"the price of {which_en} depends on its size ({price.key}): state it in {unit}")
            else:
                zh.append(f"单价 {price.key} 只到 {largest:g} {unit}，没有 {work.rated:g} {unit}：请增加一行")
                en.append(
                    f"price {price.key} ends at {largest:g} {unit}, {work.rated:g} {unit} is asked for: add a row"
                )
    return zh, en


def _use(codes: Iterable[str]) -> Fault:
    listed = ", ".join(codes)
    return f"use one of {listed}", f"可用：{listed}"
