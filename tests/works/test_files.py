"""The files of prices and durations: what comes with the package, and what is said of a faulty one."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from capacity.errors import InputError
from capacity.tables.issue import Issue
from capacity.tables.works import KINDS, Work
from capacity.works import bundled_durations, bundled_prices, read_durations, read_prices, stages_of
from capacity.works.reading import bundled

Change = Callable[[Any], object]


def issues(read: Callable[[str, str], object], file: str, change: Change) -> tuple[Issue, ...]:
    """What is said of the bundled file after a change."""
    content = yaml.safe_load(bundled(file))
    change(content)
    with pytest.raises(InputError) as caught:
        read(yaml.safe_dump(content, allow_unicode=True), "own.yaml")
    return caught.value.issues


def entry(content: Any, key: str) -> Any:
    return next(one for part in ("prices", "works", "procedures") for one in content.get(part, ()) if one["key"] == key)


@pytest.mark.parametrize(
    ("change", "named", "said_en", "said_zh"),
    [
        (lambda c: entry(c, "trench").pop("mark"), "trench", "field required", "缺少此项"),
        (lambda c: entry(c, "trench").update(mark="sure"), "trench", "input should be", "不是可用的代码"),
        (lambda c: entry(c, "trench").update(unit="piece"), "trench", "counted in m, not in piece", "按 m 计量"),
        (
            lambda c: entry(c, "trench").update(kinds=["trnch"]),
            "trench",
            "no kind of work is called 'trnch'",
            "没有工程类别",
        ),
        (
            lambda c: entry(c, "lv_cable_copper").update(variants=["gold"]),
            "lv_cable_copper",
            "no variant 'gold'",
            "gold",
        ),
        (lambda c: entry(c, "mv_line")["rows"].reverse(), "mv_line", "rows must rise", "从小到大"),
        (lambda c: entry(c, "trench")["rows"][0].update(low=900), "trench", "not in rising order", "没有从小到大"),
        (lambda c: entry(c, "trench")["rows"][0].update(low=-1), "trench", "greater than or equal to 0", "数值过小"),
        (lambda c: entry(c, "trench")["rows"][0].update(value="dear"), "trench", "found 'dear'", "不是数值"),
        (lambda c: entry(c, "trench").update(source="hearsay"), "", "'hearsay' is not listed under sources", "hearsay"),
        (lambda c: entry(c, "trench").update(key="ducts"), "", "two entries are called 'ducts'", "都叫“ducts”"),
        (lambda c: entry(c, "trench").update(year=1999), "", "year_index has no 1999", "1999"),
        (lambda c: c["area_factor"]["by_area_class"].pop("town"), "area_factor", "missing for town", "town"),
        (lambda c: c["area_factor"]["by_area_class"].update(moon=1), "area_factor", "called 'moon'", "moon"),
        (lambda c: c.pop("fees"), "fees", "field required", "缺少此项"),
        (lambda c: c.update(currency="EUR"), "currency", "input should be 'CNY'", "CNY"),
    ],
)
def test_read_prices__names_entry_and_remedy(change: Change, named: str, said_en: str, said_zh: str) -> None:
    found = issues(read_prices, "prices.yaml", change)
    assert [one.file for one in found] == ["own.yaml"] * len(found)
    assert any(said_en in one.sentence_en and said_zh in one.sentence_zh for one in found), found
    if named:
        assert any(named in part for one in found for part in one.ids)


def test_read_prices__every_fault_at_once() -> None:
    def spoil(content: Any) -> None:
        entry(content, "trench").pop("mark")
        entry(content, "ducts").update(part="paint")
        entry(content, "lv_pole")["rows"][0].update(high=1)

    assert {part for one in issues(read_prices, "prices.yaml", spoil) for part in one.ids} == {
        "trench",
        "ducts",
        "lv_pole",
    }


@pytest.mark.parametrize("text", ["prices: [", "", "just words", "- 1"])
def test_read_prices__not_a_price_file(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_prices(text, "own.yaml")
    assert all(one.sentence_zh and one.sentence_en for one in caught.value.issues)


@pytest.mark.parametrize(
    ("change", "said_en"),
    [
        (lambda c: entry(c, "trench").update(procedure="tomorrow"), "there is no procedure 'tomorrow'"),
        (
            lambda c: entry(c, "quick")["stages"].update(construction={"short": 1, "usual": 1, "long": 1}),
            "move it there",
        ),
        (lambda c: entry(c, "quick")["stages"].update(dreaming={"short": 1, "usual": 1, "long": 1}), "input should be"),
        (lambda c: entry(c, "quick")["stages"]["design"].update(usual=9), "not in rising order"),
        (lambda c: c["works"].remove(entry(c, "storage")), "nothing is stated for storage of any size"),
        (lambda c: entry(c, "mv_line").update(up_to=500), "nothing is stated for mv_line of any size"),
        (lambda c: entry(c, "mv_line").update(kinds=["mv_lin"]), "no kind of work is called 'mv_lin'"),
        (lambda c: entry(c, "mv_line").update(source="hearsay"), "'hearsay' is not listed"),
        (lambda c: c.update(crews=0), "greater than or equal to 1"),
    ],
)
def test_read_durations__names_the_fault(change: Change, said_en: str) -> None:
    found = issues(read_durations, "durations.yaml", change)
    assert any(said_en in one.sentence_en and one.sentence_zh for one in found), found


def test_bundled_files__say_where_every_value_comes_from() -> None:
    prices, durations = bundled_prices(), bundled_durations()
    cited = {one.source for one in (*prices.prices, prices.year_index, prices.area_factor, prices.fees)}
    assert cited == set(prices.sources)
    cited = {one.source for one in (*durations.works, *durations.procedures)} | {durations.crews_source}
    assert cited == set(durations.sources)
    public = {key for key, text in prices.sources.items() if "https://" in text.zh and "https://" in text.en} | {
        "csg_2019_ratio"
    }
    assert {one.source for one in prices.prices if one.mark != "assumed"} <= public
    assert not {one.source for one in prices.prices if one.mark == "assumed"} & public


def test_stages_of__a_transformer_replacement() -> None:
    stages = stages_of([Work("transformer_replacement", size=400)], bundled_durations())
    assert stages == {
        "initiated": 5,
        "feasibility": 15,
        "released": 10,
        "design": 10,
        "procurement": 32,
        "construction": 3,  # 2 to set up, 1 for the piece
        "accepted": 3,
    }
    assert tuple(stages) == (
        "initiated",
        "feasibility",
        "released",
        "design",
        "procurement",
        "construction",
        "accepted",
    )


def test_stages_of__small_works_have_no_project_stages() -> None:
    stages = stages_of([Work("lv_service_drop", size=16, length_m=30), Work("metering_lv")], bundled_durations())
    assert stages == {"construction": 2, "accepted": 1}  # 1 + 0.3 days for the drop; the meter by the other crew
    assert sum(stages.values()) <= 5  # P14: a small business waits 5 working days on average, works included


def test_stages_of__size_decides_the_procedure() -> None:
    short, long = (stages_of([Work("lv_line", length_m=metres)], bundled_durations()) for metres in (300.0, 301.0))
    assert "initiated" not in short
    assert "initiated" in long
    pole, large = (stages_of([Work("transformer_station", size=kva)], bundled_durations()) for kva in (400.0, 500.0))
    assert pole["feasibility"] < large["feasibility"]


def test_stages_of__works_of_one_project_share_its_stages_and_its_crews() -> None:
    durations = bundled_durations()
    one = [Work("transformer_replacement", size=400)]
    assert stages_of(one * 2, durations) == stages_of(one, durations)  # two crews
    assert stages_of(one * 4, durations)["construction"] == 6  # 4 × 3 days shared by two
    mixed = stages_of([*one, Work("mv_line", size=120, length_m=800.0)], durations)
    assert mixed["feasibility"] == 30  # of the longer one
    assert mixed["construction"] == 20  # 8 + 8 × 1.5, longer than (20 + 3) / 2


def test_stages_of__what_is_done_is_left_out() -> None:
    left = stages_of([Work("transformer_replacement", size=400)], bundled_durations(), begin_with="procurement")
    assert left == {"procurement": 32, "construction": 3, "accepted": 3}


@pytest.mark.parametrize("kind", KINDS)
def test_stages_of__a_quicker_pace_is_never_slower(kind: str) -> None:
    work = Work(kind, length_m=500.0, size=400.0, energy_kwh=200.0)
    short, usual, long = (
        sum(stages_of([work], bundled_durations(), pace).values()) for pace in ("short", "usual", "long")
    )
    assert 0 < short <= usual <= long
