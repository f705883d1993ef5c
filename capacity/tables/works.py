"""Grid works: what is to be built, what it costs and who pays (P12, P13).

Connection options and planning describe works by :class:`Work`; the room ``works`` answers with a
:class:`CostEstimate` and with a :class:`~capacity.tables.stage_plan.StagePlan`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from capacity.tables.service import Answer
from capacity.tables.words import WORK_KIND, WORK_VARIANT, Word

Unit = Literal["m", "piece", "kwh"]
Side = Literal["network", "premises"]
Payer = Literal["company", "customer", "open"]
Mark = Literal["verified", "typical", "assumed"]
Part = Literal["complete", "equipment", "installation", "civil", "fees"]

MARKS: tuple[Mark, ...] = ("verified", "typical", "assumed")
"""From the best to the weakest: an estimate is as good as its weakest line."""

STANDARD_KVA = (30, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500)
"""Ratings that 10/0.4 kV transformers are made in."""


@dataclass(frozen=True)
class WorkKind:
    """What holds for every work of a kind.

    Attributes
    ----------
    unit : what is counted: metres, pieces or kWh.
    size_unit : what ``Work.size`` states (mm², kVA, number of ducts or bays); empty where there are no sizes.
    variants : the ways it is made; the first is meant where none is named.
    side : where it stands unless said otherwise.
    shared : it serves everybody on the network, so the company pays; False: it is one customer's connection (P13);
        None: it can be either, so that a work has to say.
    outage : the section has to be switched off for it, so that it wants to be bundled (P18).
    """

    unit: Unit
    size_unit: str = ""
    variants: tuple[str, ...] = ("",)
    side: Side = "network"
    shared: bool | None = True
    outage: bool = False


_TRANSFORMER = ("oil", "dry")
_STATION = ("pole", "box", "room")
KINDS: dict[str, WorkKind] = {
    "lv_service_drop": WorkKind("m", "mm²", ("overhead", "cable"), shared=False),
    "lv_line": WorkKind("m", "mm²", ("three_phase", "single_phase"), shared=None, outage=True),
    "lv_cable": WorkKind("m", "mm²", ("aluminium", "copper"), shared=None, outage=True),
    "lv_dedicated_circuit": WorkKind("piece", shared=False, outage=True),
    "lv_pole": WorkKind("piece", shared=None),
    "lv_box": WorkKind("piece", shared=None, outage=True),
    "transformer_replacement": WorkKind("piece", "kVA", _TRANSFORMER, outage=True),
    "transformer_station": WorkKind("piece", "kVA", _STATION, outage=True),
    "mv_line": WorkKind("m", "mm²", shared=None, outage=True),
    "mv_cable": WorkKind("m", "mm²", ("copper", "aluminium"), shared=None, outage=True),
    "mv_tee_switch": WorkKind("piece", shared=False, outage=True),
    "ring_main_unit": WorkKind("piece", "bays", shared=None, outage=True),
    "customer_transformer": WorkKind("piece", "kVA", _STATION, side="premises", shared=False),
    "metering_lv": WorkKind("piece", variants=("three_phase", "single_phase"), shared=False),
    "metering_hv": WorkKind("piece", shared=False),
    "second_supply": WorkKind("piece", side="premises", shared=False),
    "trench": WorkKind("m", shared=None),
    "ducts": WorkKind("m", "ducts", shared=None),
    "road_crossing": WorkKind("m", shared=None),
    "tap_change": WorkKind("piece", outage=True),
    "load_rebalancing": WorkKind("piece", outage=True),
    "open_point_move": WorkKind("piece"),
    "storage": WorkKind("kwh"),
    "managed_charging": WorkKind("piece"),
}
METERING = ("metering_lv", "metering_hv")
"""Belongs to the network's side wherever it hangs: P13 puts it before the property line."""

_VARIANT_OF_TYPE = (
    (r"YJL[VY]|VLV", "aluminium"),
    (r"YJ[VY]|VV", "copper"),
    (r"BLV", "overhead"),
    (r"BV", "cable"),
    (r"SC", "dry"),
    (r"S\d", "oil"),
)


@dataclass(frozen=True)
class Work:
    """One piece of work.

    Attributes
    ----------
    kind : a code of ``KINDS``.
    variant : one of the kind's variants; empty: as the type says, else the kind's first.
    type_name : the equipment library's name (``YJLV22-0.6/1-120``, ``S20-M-400``), where it has one.
    size : mm² of the conductor, kVA of the transformer, number of ducts or bays; taken from the type's name where
        that ends in it.
    length_m : length along the route, for what is counted in metres.
    count : pieces; of lengths, circuits side by side.
    energy_kwh : for storage.
    side : which side of the property line, where it differs from the kind's.
    shared : whether it serves others too, where it differs from the kind's or the kind leaves it open.
    element_ids : the elements of the network that it touches.
    note_zh, note_en : what to say beside it.
    """

    kind: str
    variant: str = ""
    type_name: str = ""
    size: float | None = None
    length_m: float | None = None
    count: int = 1
    energy_kwh: float | None = None
    side: Side | None = None
    shared: bool | None = None
    element_ids: tuple[str, ...] = ()
    note_zh: str = ""
    note_en: str = ""

    @property
    def made_as(self) -> str:
        """The variant meant: as stated, else as the type's letters say, else the kind's first."""
        variants = KINDS[self.kind].variants
        by_type = next((v for letters, v in _VARIANT_OF_TYPE if re.match(letters, self.type_name)), "")
        return self.variant or (by_type if by_type in variants else variants[0])

    @property
    def rated(self) -> float | None:
        """The size meant: as stated, else as the type's name ends (``…-120``); None where neither says."""
        return self.size if self.size is not None else size_in_name(self.type_name)

    @property
    def quantity(self) -> float:
        """How much of the kind's unit there is to pay for."""
        unit = KINDS[self.kind].unit
        each = {"m": self.length_m, "kwh": self.energy_kwh, "piece": 1.0}[unit]
        return self.count * (each or 0.0)

    @property
    def stands(self) -> Side:
        """The side of the property line it stands on."""
        return "network" if self.kind in METERING else self.side or KINDS[self.kind].side

    @property
    def serves_all(self) -> bool | None:
        """Whether it serves others than the customer too; None where neither the kind nor the work says."""
        return KINDS[self.kind].shared if self.shared is None else self.shared

    @property
    def words(self) -> Word:
        """Kind, variant or type and size, in one phrase."""
        kind = WORK_KIND[self.kind]
        unit = KINDS[self.kind].size_unit
        size = f"{self.rated:g} {unit}" if unit and self.rated is not None and not self.type_name else ""
        plain = KINDS[self.kind].variants == ("",)
        made = WORK_VARIANT["" if self.type_name or plain else self.made_as]
        zh = " ".join(part for part in (kind.zh, made.zh, self.type_name, size) if part)
        return Word(zh, " ".join(part for part in (kind.en, made.en, self.type_name, size) if part))


def size_in_name(type_name: str) -> float | None:
    """The number that an equipment type's name ends in, as in ``JKLYJ-10-150``; None where there is none."""
    found = re.search(r"-(\d+(?:\.\d+)?)$", type_name)
    return float(found[1]) if found else None


def weakest(marks: Iterable[Mark]) -> Mark:
    """The weakest mark among them; there is at least one."""
    return max(marks, key=MARKS.index)


def standard_kva(at_least_kva: float) -> int | None:
    """The smallest standard rating of at least so much; None above the largest."""
    return next((rating for rating in STANDARD_KVA if rating >= at_least_kva), None)


@dataclass(frozen=True)
class Yuan:
    """An amount of money in CNY: the likely one between a low and a high one."""

    low: float
    likely: float
    high: float

    def times(self, factor: float) -> Yuan:
        """All three by a factor."""
        return Yuan(self.low * factor, self.likely * factor, self.high * factor)


@dataclass(frozen=True)
class Split:
    """Who pays for a customer's connection up to the property line (P12, P13).

    ``offer`` is what the supply offer states, where it has been made; it decides what the rules leave open.
    """

    zero_investment: Answer
    offer: Literal["company", "customer"] | None = None


@dataclass(frozen=True)
class CostItem:
    """One line of an estimate: ``quantity`` × ``unit_yuan`` × ``factor`` = ``amount``.

    Attributes
    ----------
    work : what it is a part of.
    price : the price's key in the price file.
    unit_yuan : per unit, as the file states it; of ``fees`` the percentage of the work's other lines.
    factor : price year and class of area together.
    """

    work: Work
    price: str
    part: Part
    quantity: float
    unit: str
    unit_yuan: Yuan
    factor: float
    amount: Yuan
    payer: Payer
    includes_zh: str
    includes_en: str
    source: str
    mark: Mark


@dataclass(frozen=True)
class CostEstimate:
    """What works cost in CNY of ``price_year``.

    Sums of low and of high amounts are plain sums: as if every line were low, or high, at the same time.

    Attributes
    ----------
    total : ``company`` + ``customer`` + ``open``.
    open : connection works up to the property line for which the rules do not say who pays.
    mark : the weakest mark of any line.
    sources : what the source keys of the lines stand for.
    """

    items: tuple[CostItem, ...]
    total: Yuan
    company: Yuan
    customer: Yuan
    open: Yuan
    price_year: int
    area_class: str
    mark: Mark
    sources: dict[str, Word] = field(hash=False)
