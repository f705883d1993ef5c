"""What works cost, line by line, and who pays for each (P12, P13)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from capacity.errors import RequestError
from capacity.tables.words import AREA_CLASS
from capacity.tables.works import CostEstimate, CostItem, Payer, Split, Work, Yuan, weakest
from capacity.works.faults import refuse_faulty
from capacity.works.prices import Price, Prices, without_price

FEES = "fees"


def cost_of(works: Sequence[Work], prices: Prices, *, split: Split | None, area_class: str = "rural") -> CostEstimate:
    """The estimate of works in CNY, every line visible.

    Parameters
    ----------
    works
        At least one.
    prices
        The bundled file (:func:`~capacity.works.bundled_prices`) or a case's own.
    split
        The answer to zero investment and, where it has been made, the supply offer. None for the company's own
        projects, which it pays whole.
    area_class
        ``city``, ``county``, ``town`` or ``rural``.

    Raises
    ------
    RequestError
        Faulty works, no such class of area, a work without a price, or one of which it has to be said whether it serves
        others: every fault with what to do.
    """
    refuse_faulty(works)
    zh, en = without_price(prices, works)
    for number, work in enumerate(works, start=1):
        if payer_of(work, split) is None:
            zh.append(f"第{number}项工程（{work.kind}）：须说明是否也供其他用户（shared），否则无法划分投资（P13）")
            en.append(
                f"work {number} ({work.kind}): state whether it serves others too (shared), to say who pays (P13)"
            )
    if area_class not in AREA_CLASS:
        listed = ", ".join(AREA_CLASS)
        zh.append(f"没有区域类别“{area_class}”，可用：{listed}")
        en.append(f"there is no class of area '{area_class}'; there are: {listed}")
    if en:
        raise RequestError(zh, en)
    items = [item for work in works for item in _items(work, prices, payer_of(work, split) or "open", area_class)]
    cited = dict.fromkeys(item.source for item in items)
    return CostEstimate(
        items=tuple(items),
        total=_sum(items),
        company=_sum(item for item in items if item.payer == "company"),
        customer=_sum(item for item in items if item.payer == "customer"),
        open=_sum(item for item in items if item.payer == "open"),
        price_year=prices.price_year,
        area_class=area_class,
        mark=weakest(item.mark for item in items),
        sources={key: prices.sources[key].words for key in cited},
    )


def payer_of(work: Work, split: Split | None) -> Payer | None:
    """Who pays for a work; None where the work does not say whether it serves others too, and that decides.

    Behind the property line the customer (P13); what serves everybody, the company. One customer's connection up to
    the line, metering included: the company where zero investment holds (P12), else whoever the supply offer names;
    before the offer that is open, because the rules leave it to the offer.
    """
    if split is None:
        return "company"
    if work.stands == "premises":
        return "customer"
    if work.serves_all or split.zero_investment == "yes":
        return "company"
    return None if work.serves_all is None else split.offer or "open"


def _items(work: Work, prices: Prices, payer: Payer, area_class: str) -> list[CostItem]:
    items = [_item(work, price, prices.factor(price, area_class), payer) for price in prices.parts_of(work)]
    charged = [item for item in items if item.part != "complete"]
    return [*items, _fees(work, charged, prices, payer)] if charged else items


def _item(work: Work, price: Price, factor: float, payer: Payer) -> CostItem:
    row = price.row(work.rated)
    assert row is not None, "without_price() has seen to it"
    return CostItem(
        work=work,
        price=price.key,
        part=price.part,
        quantity=work.quantity,
        unit=price.unit,
        unit_yuan=row.yuan,
        factor=factor,
        amount=row.yuan.times(work.quantity * factor),
        payer=payer,
        includes_zh=price.includes_zh,
        includes_en=price.includes_en,
        source=price.source,
        mark=price.mark,
    )


def _fees(work: Work, charged: Sequence[CostItem], prices: Prices, payer: Payer) -> CostItem:
    """Fees in percent of the likely amount of the other lines; low and high of those vary them too."""
    fees, base = prices.fees, _sum(charged)
    return CostItem(
        work=work,
        price=FEES,
        part="fees",
        quantity=base.likely,
        unit="%",
        unit_yuan=fees.yuan,
        factor=1.0,
        amount=Yuan(base.low * fees.low / 100, base.likely * fees.value / 100, base.high * fees.high / 100),
        payer=payer,
        includes_zh=fees.includes_zh,
        includes_en=fees.includes_en,
        source=fees.source,
        mark=fees.mark,
    )


def _sum(items: Iterable[CostItem]) -> Yuan:
    amounts = [item.amount for item in items]
    return Yuan(
        math.fsum(amount.low for amount in amounts),
        math.fsum(amount.likely for amount in amounts),
        math.fsum(amount.high for amount in amounts),
    )
