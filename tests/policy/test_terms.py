"""Connection terms (P12–P14): limits and dates exactly at, before and after; the table says what the function says."""

import datetime as dt
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.errors import PolicyError, RequestError
from capacity.policy import connection_terms, load_policy, terms_for
from capacity.policy.terms import row_values
from capacity.tables import service
from capacity.tables.public.terms import TERMS
from capacity.tables.words import AREA_CLASS, CUSTOMER_KIND, SUPPLY, ZERO_INVESTMENT

POLICY = load_policy("baoshan-2021")
AFTER = dt.date(2026, 6, 1)
_ABOVE_100, _ABOVE_160 = 100.000001, 160.000001


def zero(kind: str, area_class: str, kw: float, on: str) -> str:
    return terms_for(POLICY, kind, area_class, kw, dt.date.fromisoformat(on)).zero_investment


@pytest.mark.parametrize(
    ("area_class", "kw", "on", "answer"),
    [
        # urban: 160 kW from 2021-12-31
        *((place, 160.0, "2021-12-30", "ask") for place in ("city", "county")),
        *((place, 160.0, "2021-12-31", "yes") for place in ("city", "county")),
        *((place, _ABOVE_160, "2021-12-31", "no") for place in ("city", "county")),
        # rural, and by choice towns: 100 kW from 2021-12-31, 160 kW from 2022-12-31
        *((place, 100.0, "2021-12-30", "ask") for place in ("town", "rural")),
        *((place, 100.0, "2021-12-31", "yes") for place in ("town", "rural")),
        *((place, _ABOVE_100, "2021-12-31", "ask") for place in ("town", "rural")),
        *((place, _ABOVE_100, "2022-12-30", "ask") for place in ("town", "rural")),
        *((place, _ABOVE_100, "2022-12-31", "yes") for place in ("town", "rural")),
        *((place, 160.0, "2022-12-30", "ask") for place in ("town", "rural")),
        *((place, 160.0, "2022-12-31", "yes") for place in ("town", "rural")),
        *((place, _ABOVE_160, "2022-12-31", "no") for place in ("town", "rural")),
        ("rural", 160.0 * (0.1 + 0.2) / 0.3, "2022-12-31", "yes"),  # 160 on paper, 160.00000000000003 in binary
    ],
)
def test_zero_investment__small_businesses_by_class_size_and_date(
    area_class: str, kw: float, on: str, answer: str
) -> None:
    assert zero("small_business", area_class, kw, on) == answer


@pytest.mark.parametrize("area_class", AREA_CLASS)
def test_zero_investment__residents_of_any_size_others_never(area_class: str) -> None:
    for kw in (3.0, 160.0, _ABOVE_160, 5000.0):
        assert zero("resident", area_class, kw, "2021-12-30") == "yes"
        assert zero("other", area_class, kw, "2026-06-01") == "no"


def test_voltage__low_up_to_160_kw() -> None:
    voltages = [terms_for(POLICY, "other", "city", kw, AFTER).voltage for kw in (0.1, 160.0, _ABOVE_160)]
    assert voltages == ["lv", "lv", "hv"]


@pytest.mark.parametrize(
    ("kind", "kw", "supply", "days", "total", "whole"),
    [
        ("resident", 8.0, "single", [1, 1], 2, 2),
        ("small_business", 160.0, "single", [1, 4], 5, 5),
        ("other", 160.0, "single", [1, 4], 5, None),
        ("small_business", 200.0, "single", [1, 4, 10], 15, None),
        ("resident", 200.0, "single", [1, 4, 10], 15, None),
        ("other", 200.0, "dual", [1, 14, 15], 30, None),
        ("small_business", 100.0, "dual", [1, 14, 15], 30, None),
    ],
)
def test_time_limits(
    kind: str, kw: float, supply: service.Supply, days: list[int], total: int, whole: int | None
) -> None:
    terms = terms_for(POLICY, kind, "city", kw, AFTER, supply)
    assert [step.working_days for step in terms.steps] == days
    assert (terms.days_total, terms.whole_process_days) == (total, whole)
    assert terms.voltage == ("lv" if total <= 5 else "hv")


def test_whole_process__promised_to_businesses_only_once_covered() -> None:
    before = terms_for(POLICY, "small_business", "rural", 130.0, dt.date(2022, 12, 30))
    assert (before.zero_investment, before.whole_process_days) == ("ask", None)
    since = terms_for(POLICY, "small_business", "rural", 130.0, dt.date(2022, 12, 31))
    assert (since.zero_investment, since.whole_process_days) == ("yes", 5)


def test_dual_supply__is_high_voltage_and_no_zero_investment_is_promised() -> None:
    terms = terms_for(POLICY, "small_business", "city", 50.0, AFTER, "dual")
    assert (terms.voltage, terms.zero_investment, terms.boundary.zero_investment) == ("hv", "ask", "ask")
    assert any("双电源" in note.zh for note in terms.notes)


def test_voltage__may_be_stated_where_the_lv_network_cannot_take_it() -> None:
    terms = terms_for(POLICY, "small_business", "city", 120.0, AFTER, voltage="hv")
    assert (terms.voltage, terms.days_total, terms.whole_process_days) == ("hv", 15, None)
    assert terms.zero_investment == "yes"  # the promise is by power applied for


def test_notes__name_rule_and_clause_and_mark_choices() -> None:
    notes = terms_for(POLICY, "small_business", "town", 80.0, dt.date(2022, 3, 1)).notes
    assert [note.source_en for note in notes] == [
        "P12, 四(三)1",
        "P12, 四(三)3, our choice",
        "P13, 四(三)2",
        "P14, our choice",
        "P14, 附件",
        "P21",
    ]
    assert all(note.zh and note.en for note in notes)


def test_terms_for__every_fault_of_a_question_at_once() -> None:
    with pytest.raises(RequestError) as caught:
        terms_for(POLICY, "factory", "village", 0.0, AFTER)
    assert len(caught.value.faults_zh) == len(caught.value.faults_en) == 3
    for name in ("factory", "village", "0 kW"):
        assert name in str(caught.value)


@pytest.mark.parametrize("kw", [-1.0, 0.0, float("nan"), float("inf")])
def test_terms_for__power_must_be_a_positive_number(kw: float) -> None:
    with pytest.raises(RequestError, match="above 0 kW"):
        terms_for(POLICY, "other", "city", kw, AFTER)


def test_terms_for__no_dual_supply_at_low_voltage() -> None:
    with pytest.raises(RequestError, match="no dual supply at low voltage"):
        terms_for(POLICY, "other", "city", 10.0, AFTER, "dual", voltage="lv")


def test_terms_for__no_more_at_low_voltage_than_its_limit() -> None:
    assert terms_for(POLICY, "other", "city", 160.0, AFTER, voltage="lv").voltage == "lv"
    with pytest.raises(RequestError, match="up to 160 kW are connected, not 5000 kW"):
        terms_for(POLICY, "other", "city", 5000.0, AFTER, voltage="lv")


powers_kw = st.one_of(
    st.floats(min_value=1e-6, max_value=20_000.0),
    st.sampled_from([1e-6, 99.999999, 100.0, _ABOVE_100, 159.999999, 160.0, _ABOVE_160, 161.0]),
)
days = st.one_of(
    st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)),
    st.sampled_from([dt.date(2021, 12, 30), dt.date(2021, 12, 31), dt.date(2022, 12, 30), dt.date(2022, 12, 31)]),
)


@settings(deadline=None)
@given(st.sampled_from(list(CUSTOMER_KIND)), st.sampled_from(list(AREA_CLASS)), powers_kw, days)
def test_connection_terms__a_lookup_gives_what_the_function_gives(
    kind: str, area_class: str, kw: float, on: dt.date
) -> None:
    kw = round(kw, 6)
    table = connection_terms(POLICY, on)
    of_customer = table["customer_kind"].eq(kind) & table["area_class"].eq(area_class)
    in_range = table["above_kw"].lt(kw) & (table["up_to_kw"].isna() | table["up_to_kw"].ge(kw))
    (row,) = [values for _, values in table[of_customer & in_range].iterrows()]
    said = row_values(terms_for(POLICY, kind, area_class, kw, on))
    assert {name: None if pd.isna(row[name]) else row[name] for name in said} == said
    dual = terms_for(POLICY, kind, area_class, kw, on, "dual").days_total if row["voltage"] == "hv" else None
    assert (None if pd.isna(row["dual_supply_days"]) else row["dual_supply_days"]) == dual


def test_connection_terms__ranges_touch_and_neighbours_differ() -> None:
    table = connection_terms(POLICY, dt.date(2022, 6, 1))
    for _, rows in table.groupby(["customer_kind", "area_class"], observed=True):
        assert rows["above_kw"].tolist() == [0.0, *rows["up_to_kw"].dropna()]
        assert pd.isna(rows["up_to_kw"].iloc[-1])
        assert rows["up_to_kw"].iloc[:-1].notna().all()
    rural = table[table["customer_kind"].eq("small_business") & table["area_class"].eq("rural")]
    assert rural["above_kw"].tolist() == [0.0, 100.0, 160.0]
    assert rural["zero_investment"].tolist() == ["yes", "ask", "no"]
    today = connection_terms(POLICY, AFTER)
    assert len(today) == len(CUSTOMER_KIND) * len(AREA_CLASS) * 2  # the division at 100 kW is history


@pytest.fixture
def changed_policy(tmp_path: Path):
    """``changed_policy(change)``: the bundled policy after ``change(its content)``, by way of a file."""

    def load(change):
        content = POLICY.model_dump(mode="json")
        change(content)
        (tmp_path / "ours.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        return load_policy("ours", tmp_path)

    return load


def test_policy_without_service__loads_has_no_terms_and_says_so(changed_policy) -> None:
    policy = changed_policy(lambda content: content.pop("service"))
    table = connection_terms(policy, AFTER)
    assert list(table.columns) == list(TERMS.columns)
    assert table.empty
    with pytest.raises(PolicyError, match="no section 'service'"):
        terms_for(policy, "other", "city", 10.0, AFTER)


def test_policy__another_limit_and_another_date_are_followed(changed_policy) -> None:
    def change(content) -> None:
        content["service"]["low_voltage"]["up_to_kw"] = 200.0
        content["service"]["zero_investment"][-1]["up_to_kw"] = 120.0
        content["service"]["zero_investment"][-1]["since"] = "2024-01-01"

    policy = changed_policy(change)
    rows = connection_terms(policy, dt.date(2024, 1, 1)).query(
        "customer_kind == 'small_business' and area_class == 'town'"
    )
    assert rows["up_to_kw"].dropna().tolist() == [120.0, 200.0]
    assert rows["zero_investment"].tolist() == ["yes", "no", "no"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s["time_limits"][0].update(total_working_days=3), "add up to 2 working days, not 3"),
        (lambda s: s["time_limits"].pop(3), "nothing stated for hv, dual, resident"),
        (lambda s: s["boundaries"].pop(), "boundaries: nothing stated for ask"),
        (lambda s: s["documents"].append(s["documents"][0]), "documents: stated twice for lv, resident"),
        (lambda s: s["time_limits"][0].update(supply="dual"), "not a way to be connected: lv, dual, resident"),
        (lambda s: s["whole_process"].append(s["whole_process"][0]), "whole_process: stated twice for resident"),
        (lambda s: s["documents"][0]["papers"][0].update(zh="甲;乙"), "papers"),
    ],
)
def test_policy__a_section_that_does_not_answer_every_question_is_refused(changed_policy, change, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        changed_policy(lambda content: change(content["service"]))


def test_service__every_value_is_stated_in_both_languages_with_its_source() -> None:
    rules = POLICY.service
    assert rules is not None
    stated = [rules.low_voltage, rules.dual_supply, *rules.zero_investment, *rules.boundaries]
    stated += [*rules.time_limits, *rules.whole_process, *rules.documents, *rules.cautions]
    assert [one for one in stated if not (one.rule and one.text_zh and one.text_en)] == []
    assert [one for one in stated if not (one.clause or one.choice or one.rule == "P21")] == []


def test_service__codes_are_those_of_the_words() -> None:
    for codes, words in (
        (service.CustomerKind, CUSTOMER_KIND),
        (service.AreaClass, AREA_CLASS),
        (service.Supply, SUPPLY),
        (service.Answer, ZERO_INVESTMENT),
    ):
        assert get_args(codes) == tuple(words)
