"""Estimates that can be redone on paper, and who pays for what (P12, P13)."""

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.errors import RequestError
from capacity.tables.words import PAYER, WORK_KIND, WORK_VARIANT
from capacity.tables.works import KINDS, STANDARD_KVA, Split, Work, size_in_name, standard_kva
from capacity.works import bundled_prices, cost_of, payer_of

PRICES = bundled_prices()
SMALL_SHOP = [
    Work("lv_cable", type_name="YJLV22-0.6/1-120", length_m=60.0, shared=False, element_ids=("N7",)),
    Work("trench", length_m=40.0, shared=False),
    Work("lv_box", shared=False),
    Work("metering_lv"),
    Work("lv_cable", type_name="YJLV22-0.6/1-120", length_m=20.0, side="premises"),
]
FACTORY = [
    Work("mv_tee_switch", element_ids=("F1-S3",)),
    Work("mv_line", type_name="JKLYJ-10-120", length_m=800.0, shared=False),
    Work("metering_hv"),
    Work("customer_transformer", variant="box", size=630),
]


def of_size(kind: str, **facts: Any) -> Work:
    """A work of the kind that has whatever its unit and price ask for."""
    measured = {"m": {"length_m": 100.0}, "kwh": {"energy_kwh": 200.0}, "piece": {}}[KINDS[kind].unit]
    sizes = {"mm²": 120.0, "kVA": 400.0, "ducts": 4.0, "bays": 4.0, "": None}
    return Work(kind, **{"size": sizes[KINDS[kind].size_unit], "shared": True, **measured, **facts})


def test_cost_of__small_shop_redone_on_paper() -> None:
    """Prices of 2024 are those of 2026 times 114.9/110.4, the county seat's times 1.15: together 1.196875."""
    estimate = cost_of(SMALL_SHOP, PRICES, split=Split("yes"), area_class="county")
    lines = {(item.price, item.payer): item.amount.likely for item in estimate.items}
    assert lines == pytest.approx(
        {
            ("lv_cable_aluminium", "company"): 60 * 150 * 1.196875,  # 10 771.875
            ("trench", "company"): 40 * 120 * 1.196875,  # 5 745.00
            ("fees", "company"): 0.20 * 5745.0,  # on the trench alone: the others are complete prices
            ("lv_box", "company"): 6000 * 1.196875,  # 7 181.25
            ("metering_lv_three_phase", "company"): 1500 * 1.196875,  # 1 795.3125
            ("lv_cable_aluminium", "customer"): 20 * 150 * 1.196875,  # 3 590.625, behind the property line
        }
    )
    assert estimate.company.likely == pytest.approx(26642.4375)
    assert estimate.customer.likely == pytest.approx(3590.625)
    assert estimate.open.likely == 0.0
    assert estimate.total.likely == pytest.approx(30233.0625)
    assert estimate.price_year == 2026
    assert estimate.mark == "assumed"


def test_cost_of__factory_at_10_kv_pays_its_own_installation_and_the_offer_says_the_rest() -> None:
    estimate = cost_of(FACTORY, PRICES, split=Split("no"))
    payers = {item.work.kind: item.payer for item in estimate.items}
    assert payers == {
        "mv_tee_switch": "open",
        "mv_line": "open",
        "metering_hv": "open",
        "customer_transformer": "customer",
    }
    line = next(item for item in estimate.items if item.price == "mv_line")
    assert line.amount.likely == pytest.approx(800 * 232.6 * 1.149)  # rows up to 95, 150, 240 mm²; 2019 to 2026
    own = 110_000 + 120_000 + 30_000 + 30_000  # transformer, housing and switchgear, installation, foundation
    transformer = next(item for item in estimate.items if item.price == "transformer_oil")
    assert transformer.unit_yuan.likely == 110_000
    assert estimate.customer.likely == pytest.approx(own * 114.9 / 110.4 * 1.20)
    assert estimate.company.likely == 0.0


def test_cost_of__offer_decides_what_the_rules_leave_open() -> None:
    for payer in ("company", "customer"):
        estimate = cost_of(FACTORY, PRICES, split=Split("ask", offer=payer))
        assert estimate.open.likely == 0.0
        assert {item.payer for item in estimate.items if item.work.kind == "mv_line"} == {payer}


@pytest.mark.parametrize(
    ("work", "split", "payer"),
    [
        (Work("lv_service_drop", size=16, length_m=20), Split("yes"), "company"),
        (Work("lv_service_drop", size=16, length_m=20), Split("no"), "open"),
        (Work("lv_service_drop", size=16, length_m=20), Split("ask"), "open"),
        (Work("metering_lv", side="premises"), Split("yes"), "company"),  # P13: metering included
        (Work("customer_transformer", size=400), Split("no", offer="company"), "customer"),
        (Work("transformer_replacement", size=400), Split("no"), "company"),  # serves everybody
        (Work("transformer_station", size=400, shared=False), Split("no"), "open"),
        (Work("mv_line", length_m=10), Split("yes"), "company"),
        (Work("mv_line", length_m=10), Split("no"), None),  # for one customer, or for all?
        (Work("mv_line", length_m=10), None, "company"),
    ],
)
def test_payer_of(work: Work, split: Split | None, payer: str | None) -> None:
    assert payer_of(work, split) == payer


def test_cost_of__asks_whether_a_line_serves_others() -> None:
    with pytest.raises(RequestError, match="state whether it serves others") as caught:
        cost_of([Work("mv_line", size=95, length_m=10.0)], PRICES, split=Split("no"))
    assert "shared" in caught.value.faults_zh[0]


@pytest.mark.parametrize("kind", KINDS)
def test_bundled_prices__have_every_kind_in_every_variant(kind: str) -> None:
    for variant in KINDS[kind].variants:
        estimate = cost_of([of_size(kind, variant=variant)], PRICES, split=None)
        assert 0.0 < estimate.total.low < estimate.total.likely < estimate.total.high
        assert set(estimate.sources) == {item.source for item in estimate.items}


@pytest.mark.parametrize("kind", ["transformer_replacement", "transformer_station", "customer_transformer"])
def test_bundled_prices__have_every_standard_rating_and_rise_with_it(kind: str) -> None:
    for variant in KINDS[kind].variants:
        ratings = [rating for rating in STANDARD_KVA if variant != "pole" or rating <= 400]
        costs = [cost_of([of_size(kind, variant=variant, size=r)], PRICES, split=None).total.likely for r in ratings]
        assert costs == sorted(costs)


def test_cost_of__size_exactly_at_a_row_and_just_above() -> None:
    at, above = (cost_of([of_size("mv_line", size=mm2)], PRICES, split=None).items[0] for mm2 in (95.0, 95.1))
    assert (at.unit_yuan.likely, above.unit_yuan.likely) == (221.4, 232.6)


def test_cost_of__copper_is_not_priced_as_aluminium() -> None:
    copper, aluminium = (
        cost_of([Work("lv_cable", type_name=name, length_m=1.0)], PRICES, split=None).items[0].price
        for name in ("YJV22-0.6/1-120", "YJLV22-0.6/1-120")
    )
    assert (copper, aluminium) == ("lv_cable_copper", "lv_cable_aluminium")


def test_cost_of__a_whole_price_counts_once() -> None:
    """10 kV copper cables have an entry up to 240 mm² and one for larger ones: each length is paid for once."""
    for size, key in ((70.0, "mv_cable_copper"), (240.0, "mv_cable_copper"), (400.0, "mv_cable_copper_large")):
        items = cost_of([of_size("mv_cable", size=size)], PRICES, split=None).items
        assert [item.price for item in items] == [key]


def test_cost_of__names_every_fault_at_once() -> None:
    faulty = [
        Work("tunnel"),
        Work("mv_line", size=95),
        Work("lv_cable", length_m=float("nan"), size=120),
        Work("lv_cable", variant="gold", length_m=10, size=120),
        Work("transformer_replacement", type_name="S20-M-400", size=315),
        Work("metering_lv", count=0),
    ]
    with pytest.raises(RequestError) as caught:
        cost_of(faulty, PRICES, split=None)
    assert [fault.split(":")[0] for fault in caught.value.faults_en] == [
        "work 1 (tunnel)",
        "work 2 (mv_line)",
        "work 3 (lv_cable)",
        "work 4 (lv_cable)",
        "work 5 (transformer_replacement)",
        "work 6 (metering_lv)",
    ]
    assert len(caught.value.faults_zh) == 6
    with pytest.raises(RequestError, match="no works"):
        cost_of([], PRICES, split=None)


def test_cost_of__says_which_price_is_missing_and_what_to_do() -> None:
    wanted = [Work("transformer_station", variant="pole", size=500), Work("mv_cable", length_m=10.0)]
    with pytest.raises(RequestError) as caught:
        cost_of(wanted, PRICES, split=None, area_class="village")
    said = "\n".join(caught.value.faults_en)
    assert "price pole_platform_equipment ends at 400 kVA, 500 kVA is asked for: add a row" in said
    assert "depends on its size (mv_cable_copper): state it in mm²" in said
    assert "there is no class of area 'village'" in said
    assert len(caught.value.faults_zh) == len(caught.value.faults_en)


works = st.builds(
    of_size,
    st.sampled_from(sorted(KINDS)),
    count=st.integers(1, 4),
    shared=st.booleans(),
)
splits = st.builds(Split, st.sampled_from(["yes", "no", "ask"]), st.sampled_from([None, "company", "customer"]))


@given(st.lists(works, min_size=1, max_size=4), st.lists(works, min_size=1, max_size=4), splits)
def test_cost_of__is_additive_and_split_without_remainder(one: list[Work], other: list[Work], split: Split) -> None:
    first, second, both = (cost_of(each, PRICES, split=split) for each in (one, other, one + other))
    for end in ("low", "likely", "high"):
        assert math.isclose(
            getattr(both.total, end), getattr(first.total, end) + getattr(second.total, end), rel_tol=1e-12
        )
        parts = math.fsum(getattr(getattr(both, payer), end) for payer in PAYER)
        assert math.isclose(getattr(both.total, end), parts, rel_tol=1e-12)
        assert math.isclose(getattr(both.total, end), math.fsum(getattr(i.amount, end) for i in both.items))


@given(works, st.integers(2, 5))
def test_cost_of__grows_with_the_number(work: Work, times: int) -> None:
    once, often = (cost_of([replace(work, count=n)], PRICES, split=None).total.likely for n in (1, times))
    assert math.isclose(often, once * times, rel_tol=1e-12)


def test_approved_budgets__lie_in_the_range_of_the_bundled_prices() -> None:
    """Hanchuan 2023, second batch of works for connections: 3.08 km of 10 kV, 20 transformers with 4,700 kVA, 1.74 km
    LV, approved at 5.5 million (https://www.cwc.net.cn/mobile/news/show-21090.html)."""
    hanchuan = [
        Work("mv_line", size=150, length_m=3080.0),
        Work("transformer_station", variant="pole", size=235, count=20),
        Work("lv_line", length_m=1740.0),
    ]
    estimate = cost_of(hanchuan, PRICES, split=None, area_class="town")
    assert estimate.total.low < 5.5e6 < estimate.total.high


def test_words__of_every_kind_and_variant() -> None:
    assert set(KINDS) == set(WORK_KIND)
    assert {variant for kind in KINDS.values() for variant in kind.variants} | {""} == set(WORK_VARIANT)
    assert Work("transformer_replacement", type_name="S20-M-400").words.en == "transformer replacement S20-M-400"
    assert Work("customer_transformer", size=630, variant="box").words.zh == "用户配变（专变） 箱式 630 kVA"
    assert Work("mv_line", size=120, length_m=1).words.zh == "10千伏架空线路 120 mm²"


@pytest.mark.parametrize(
    ("name", "size"),
    [("JKLYJ-10-150", 150.0), ("YJLV22-0.6/1-120", 120.0), ("S20-M-400", 400.0), ("", None), ("RM6", None)],
)
def test_size_in_name(name: str, size: float | None) -> None:
    assert size_in_name(name) == size


def test_standard_kva__next_rating() -> None:
    assert [standard_kva(kva) for kva in (1, 30, 31, 400, 400.1, 2500, 2501)] == [30, 30, 50, 400, 500, 2500, None]
