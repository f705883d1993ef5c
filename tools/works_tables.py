"""The works page's tables, from the files of prices and durations that come with the package."""

from __future__ import annotations

from collections.abc import Iterable

from capacity.tables.stage_plan import Pace
from capacity.tables.words import PROJECT_STAGE, WORK_KIND, WORK_PART, WORK_VARIANT
from capacity.tables.works import KINDS, Split, Work
from capacity.works import bundled_durations, bundled_prices, cost_of, stages_of
from capacity.works.durations import STAGES, Days
from capacity.works.prices import Price
from tools import markdown

_PAYS = {True: "the company", False: "by zero investment or the offer", None: "as the work says"}
_EXAMPLE = (
    Work("lv_cable", type_name="YJLV22-0.6/1-120", length_m=60.0, shared=False),
    Work("trench", length_m=40.0, shared=False),
    Work("lv_box", shared=False),
    Work("metering_lv"),
    Work("lv_cable", type_name="YJLV22-0.6/1-120", length_m=20.0, side="premises"),
)
_PLANS = (
    ("a service drop of 30 m with its meter", (Work("lv_service_drop", size=16, length_m=30.0), Work("metering_lv"))),
    ("the small shop above", _EXAMPLE),
    ("transformer replaced by one of 400 kVA", (Work("transformer_replacement", size=400),)),
    (
        "10 kV line of 800 m, tee, compact station of 630 kVA for everybody",
        (
            Work("mv_line", size=120, length_m=800.0),
            Work("mv_tee_switch"),
            Work("transformer_station", variant="box", size=630),
        ),
    ),
)


def kinds() -> str:
    """Every kind of work with its words and what holds for it."""
    return markdown.table(
        (
            "code",
            "中文",
            "English",
            "counted in",
            "size",
            "made as (first: default)",
            "before the line, paid by",
            "outage",
        ),
        (
            (
                f"`{code}`",
                WORK_KIND[code].zh,
                WORK_KIND[code].en,
                kind.unit,
                kind.size_unit,
                ", ".join(f"`{variant}`" for variant in kind.variants if variant),
                "the customer" if kind.side == "premises" else _PAYS[kind.shared],
                "yes" if kind.outage else "",
            )
            for code, kind in KINDS.items()
        ),
    )


def prices() -> str:
    """Every unit price of the bundled file."""
    rows: list[tuple[str, ...]] = []
    for price in bundled_prices().prices:
        for number, row in enumerate(price.rows):
            first = number == 0
            size = "any" if row.up_to is None else f"up to {row.up_to:g} {_size_unit(price)}"
            rows.append(
                (
                    f"`{price.key}`" if first else "",
                    _of_what(price) if first else "",
                    size,
                    f"{row.low:,.10g}",
                    f"{row.value:,.10g}",
                    f"{row.high:,.10g}",
                    f"CNY/{price.unit}",
                    str(price.year) if first else "",
                    f"{price.includes_zh}<br>{price.includes_en}" if first else "",
                    f"{price.mark}, `{price.source}`" if first else "",
                )
            )
    header = ("entry", "part of", "size", "low", "value", "high", "unit", "year", "includes", "mark, source")
    return markdown.table(header, rows)


def factors() -> str:
    """Price year, class of area and fees."""
    file = bundled_prices()
    area, fees = file.area_factor, file.fees
    classes = ", ".join(f"{name} {factor:g}" for name, factor in area.by_area_class.items())
    years = ", ".join(f"{year} {index:g}" for year, index in file.year_index.by_year.items())
    rows = (
        ("price year", str(file.price_year), "", ""),
        ("index of years", years, file.year_index.mark, f"`{file.year_index.source}`"),
        (f"class of area, on {', '.join(area.parts)}", classes, area.mark, f"`{area.source}`"),
        (
            f"fees: {fees.includes_zh} ({fees.includes_en}), on equipment, installation, civil",
            f"{fees.value:g} % ({fees.low:g} to {fees.high:g} %)",
            fees.mark,
            f"`{fees.source}`",
        ),
    )
    return markdown.table(("what", "value", "mark", "source"), rows)


def durations() -> str:
    """Procedures and constructions of the bundled file."""
    file = bundled_durations()
    stages = [stage for stage in STAGES if stage != "construction"]
    named = [f"{PROJECT_STAGE[stage].zh} {PROJECT_STAGE[stage].en}" for stage in stages]
    procedures = markdown.table(
        ("procedure", "is for", *named, "mark, source"),
        (
            (
                f"`{one.key}`",
                f"{one.text_zh}<br>{one.text_en}",
                *(_days(one.stages.get(stage)) for stage in stages),
                f"{one.mark}, `{one.source}`",
            )
            for one in file.procedures
        ),
    )
    constructions = markdown.table(
        ("kinds", "up to", "procedure", "setup", "per 100 m", "per piece", "mark, source"),
        (
            (
                ", ".join(f"`{kind}`" for kind in one.kinds),
                "any" if one.up_to is None else f"{one.up_to:g} {_measure(one.kinds[0])}",
                f"`{one.procedure}`",
                _days(one.setup),
                _days(one.per_100_m),
                _days(one.per_piece),
                f"{one.mark}, `{one.source}`",
            )
            for one in file.works
        ),
    )
    crews = f"Constructions of one project are shared by {file.crews} crews ({file.crews_mark})."
    return f"{procedures}\n\nConstruction (施工), of one crew:\n\n{constructions}\n\n{crews}"


def plans() -> str:
    """Working days of some works, stage by stage."""
    paces: tuple[Pace, ...] = ("short", "usual", "long")
    rows = []
    for what, works in _PLANS:
        found = {pace: stages_of(works, bundled_durations(), pace) for pace in paces}
        cells = ("/".join(f"{found[pace].get(stage, 0)}" for pace in paces) for stage in STAGES)
        rows.append((what, *cells, "/".join(f"{sum(found[pace].values())}" for pace in paces)))
    return markdown.table(("works", *(PROJECT_STAGE[stage].en for stage in STAGES), "in all"), rows)


def example() -> str:
    """The estimate of a small shop in a county seat, line by line."""
    estimate = cost_of(_EXAMPLE, bundled_prices(), split=Split("yes"), area_class="county")
    rows = [
        (
            item.work.words.en,
            WORK_PART[item.part].en,
            f"{item.quantity:,.10g} {'CNY' if item.part == 'fees' else item.unit}",
            f"{item.unit_yuan.likely:g} {'%' if item.part == 'fees' else ''}",
            f"{item.factor:.6f}",
            f"{item.amount.likely:,.2f}",
            item.payer,
        )
        for item in estimate.items
    ]
    sums = (
        f"{name} {amount.likely:,.2f} ({amount.low:,.0f} to {amount.high:,.0f})"
        for name, amount in (("company", estimate.company), ("customer", estimate.customer), ("in all", estimate.total))
    )
    header = ("work", "part", "quantity", "unit price", "factor", "amount, CNY", "paid by")
    return f"{markdown.table(header, rows)}\n\nSums in CNY of {estimate.price_year}: {'; '.join(sums)}."


def sources() -> str:
    """What each source key stands for."""
    told = [("prices", bundled_prices().sources), ("durations", bundled_durations().sources)]
    return markdown.table(
        ("file", "source", "中文", "English"),
        ((file, f"`{key}`", source.zh, source.en) for file, found in told for key, source in found.items()),
    )


def _of_what(price: Price) -> str:
    made = ", ".join(WORK_VARIANT[variant].en for variant in price.variants)
    kinds = ", ".join(f"`{kind}`" for kind in price.kinds)
    return f"{kinds}{f' ({made})' if made else ''}: {WORK_PART[price.part].en}"


def _size_unit(price: Price) -> str:
    return KINDS[price.kinds[0]].size_unit


def _measure(kind: str) -> str:
    return "m" if KINDS[kind].unit == "m" else KINDS[kind].size_unit


def _days(days: Days | None) -> str:
    return "" if days is None or days.long == 0 else _joined((days.short, days.usual, days.long))


def _joined(values: Iterable[float]) -> str:
    return " / ".join(markdown.number(value) for value in values)
