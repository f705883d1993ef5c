"""The document for machines: it keeps to its schema, tells unknown from zero, and is the same for the same answer."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sample_assessment import VARIANTS, Variant, sample_assessment

from capacity.applications.answers import AnswerError, answer_schema, as_json, write_json
from capacity.tables.settings import ServiceNumbers

CHECK = jsonschema.Draft202012Validator(answer_schema(), format_checker=jsonschema.FormatChecker())


def numbers_in(value: Any) -> list[float]:
    """Every number of a document, bool excluded."""
    if isinstance(value, dict):
        return [number for part in value.values() for number in numbers_in(part)]
    if isinstance(value, list):
        return [number for part in value for number in numbers_in(part)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


@pytest.mark.parametrize("variant", VARIANTS)
def test_as_json__keeps_to_its_schema_and_is_plain_json(variant: Variant) -> None:
    document = as_json(sample_assessment(variant=variant))
    CHECK.validate(document)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert all(math.isfinite(number) for number in numbers_in(document))


def test_as_json__schema_refuses_what_is_not_of_it() -> None:
    document = as_json(sample_assessment())
    for broken in ({"verdict": "perhaps"}, {"valid_until": "tomorrow"}, {"surprise": 1}, {"schema_version": 2}):
        assert not CHECK.is_valid(document | broken), broken


def test_as_json__unknown_is_null_with_its_reason_and_zero_is_zero() -> None:
    unknown = as_json(sample_assessment(variant="unknown"))["options"][0]["figures"]
    assert unknown["within_limit"]["kva"] is None
    assert unknown["within_limit"]["reason"] == "insufficient_data"
    assert unknown["load_rate"]["with_load_percent"] is None
    assert "数据不足" in unknown["load_rate"]["why_missing"]["zh"]
    assert unknown["voltage"]["lowest_v"] is None
    rejected = as_json(sample_assessment())["options"][-2]["figures"]
    assert rejected["within_limit"]["kva"] == 0.0
    assert rejected["within_limit"]["reason"] == "existing_violation"
    assert rejected["load_rate"]["why_missing"] is None


def test_as_json__load_rate_does_not_apply_where_no_public_transformer_supplies() -> None:
    tee = next(one for one in as_json(sample_assessment())["options"] if one["target"]["kind"] == "mv_tee")
    assert tee["figures"]["load_rate"]["transformer_id"] is None
    assert tee["figures"]["load_rate"]["why_missing"]["en"].startswith("does not apply")


def test_as_json__a_new_transformer_has_no_load_rate_before() -> None:
    plain = sample_assessment()
    new = next(option for option in plain.options if option.candidate.kind == "additional_transformer")
    assert new.finding is not None
    changed = replace(new, finding=replace(new.finding, load_rate_before_percent=math.nan))
    rate = as_json(replace(plain, options=(changed,)))["options"][0]["figures"]["load_rate"]
    assert (rate["before_percent"], rate["with_load_percent"]) == (None, 31.6)
    assert rate["why_missing"]["en"] == "does not apply: a new transformer"


def test_as_json__says_the_limit_with_value_element_and_moment() -> None:
    weak = as_json(sample_assessment())["options"][-2]
    limit = weak["figures"]["broken"][0]
    assert (limit["value"], limit["limit"], limit["unit"], limit["rule"]) == (349.0, 353.4, "V", "P10")
    assert limit["at"] == "2025-01-28T19:15:00"
    assert "349.0 < 353.4 V" in limit["text"]["en"]
    assert weak["reason"]["zh"].startswith("349 V < 353.4 V（P10）")


def test_as_json__money_adds_up_and_every_line_has_its_source() -> None:
    for option in as_json(sample_assessment())["options"]:
        cost = option["cost"]
        if cost is None:
            assert option["rank"] == 0
            continue
        parts = sum(cost[payer]["likely_yuan"] for payer in ("company", "customer", "open"))
        assert parts == pytest.approx(cost["total"]["likely_yuan"])
        assert parts == pytest.approx(sum(line["amount"]["likely_yuan"] for line in cost["lines"]))
        assert {line["source"] for line in cost["lines"]} == set(cost["sources"])


def test_as_json__routes_lead_from_the_customer_to_the_target() -> None:
    document = as_json(sample_assessment())
    features = document["map"]["features"]
    customer = next(f["geometry"]["coordinates"] for f in features if f["properties"]["role"] == "customer")
    for option in document["options"]:
        mine = [f for f in features if f["properties"].get("option_key") == option["key"]]
        legs = [f["geometry"]["coordinates"] for f in mine if f["properties"]["role"] in ("new", "existing")]
        target = next(f["geometry"]["coordinates"] for f in mine if f["properties"]["role"] == "target")
        assert legs[0][0] == customer
        assert legs[-1][-1] == target
        assert [leg[0] for leg in legs[1:]] == [leg[-1] for leg in legs[:-1]]
        assert {f["properties"]["rank"] for f in mine} == {option["rank"]}
    assert any(f["properties"].get("line_id") == "T0102-M5L1" for f in features)


def test_as_json__without_coordinates_the_map_is_empty_and_the_metres_stay() -> None:
    document = as_json(sample_assessment(variant="no_coordinates"))
    assert document["map"] == {"type": "FeatureCollection", "features": []}
    route = document["options"][0]["route"]
    assert route["straight_m"] is None
    assert route["route_m"] == 37.5
    assert route["certainty"] == "no_coordinates"


def test_as_json__staged_offer_has_its_hours_and_its_project() -> None:
    staged = as_json(sample_assessment(variant="staged"))["staged"]
    assert len({(cell["month"], cell["hour"]) for cell in staged["hours"]}) == 288
    gap = next(cell for cell in staged["hours"] if (cell["month"], cell["hour"]) == (3, 2))
    assert gap["kw"] is None
    assert gap["reason"] == "solver_failure"
    assert staged["full_on"]["published"] is False
    assert staged["projects"][0]["element_ids"] == ["T0102"]
    assert staged["projects"][0]["cost_yuan"] > 0
    without = as_json(sample_assessment(variant="staged", hours=False))["staged"]
    assert without["hours"] is None


def test_as_json__single_phase_and_dual_supply() -> None:
    first = as_json(sample_assessment(variant="single_phase"))["options"][0]["figures"]
    assert (first["phase"]["method"], first["phase"]["best_phase"]) == ("rule", None)
    assert first["voltage"]["between"] == "line_to_neutral"
    single = sample_assessment(variant="single_phase")
    assert single.options[0].finding is not None
    assert single.options[0].finding.phase is not None
    weak = replace(single.options[0].finding, phase=replace(single.options[0].finding.phase, room_kva=9.5))
    told = as_json(replace(single, options=(replace(single.options[0], finding=weak),)))["options"][0]
    assert (told["allowed_kva"], told["figures"]["within_limit"]["kva"]) == (9.5, 16.8)
    blind = replace(weak, phase=replace(single.options[0].finding.phase, room_kva=math.nan))
    assert (
        as_json(replace(single, options=(replace(single.options[0], finding=blind),)))["options"][0]["allowed_kva"]
        is None
    )
    pair = as_json(sample_assessment(variant="dual"))["options"][0]
    assert pair["target"]["pairs_with"] == "mv_tee:F01-S01"
    assert pair["second"]["within_limit"]["kva"] == 2350.0
    assert pair["allowed_kva"] == 1210.0, "the weaker of the two feeders"
    assert pair["terms"]["supply"] == "dual"


def test_as_json__rules_are_those_that_the_option_rests_on() -> None:
    options = as_json(sample_assessment())["options"]
    assert {"P6", "P9", "P10", "P12", "P13", "P14", "P15"} <= set(options[0]["rules"])
    assert "P17" not in options[0]["rules"]
    assert "P17" in options[1]["rules"]
    assert options[0]["rules"] == sorted(options[0]["rules"], key=lambda rule: int(rule[1:]))


def test_as_json__numbers_to_ring() -> None:
    given = ServiceNumbers(company="95598", branches={"茶马分公司": "0000-0000002"})
    assert [phone["number"] for phone in as_json(sample_assessment(), given)["contact"]] == [
        "95598", "0000-0000002", "12398",
    ]  # fmt: skip


def test_write_json__the_same_bytes_each_time_and_readable(tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    write_json(sample_assessment(), first)
    write_json(sample_assessment(), second)
    assert first.read_bytes() == second.read_bytes()
    assert json.loads(first.read_text(encoding="utf-8")) == as_json(sample_assessment())


def test_write_json__a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text("old", encoding="utf-8")
    broken = replace(sample_assessment(), asked_kva=math.nan)
    with pytest.raises(ValueError, match="finite"):
        write_json(broken, path)
    assert [one.name for one in tmp_path.iterdir()] == ["answer.json"]
    assert path.read_text(encoding="utf-8") == "old"


def test_write_json__target_in_use_is_told_in_both_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "answer.json"

    def in_use(*_: object) -> None:
        raise PermissionError(13, "used by another process")

    monkeypatch.setattr("capacity.applications.answers.writing.os.replace", in_use)
    with pytest.raises(AnswerError, match=r"Close it and try again[\s\S]*请关闭后重试"):
        write_json(sample_assessment(), path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    with pytest.raises(AnswerError, match=r"there is no folder[\s\S]*没有文件夹"):
        write_json(sample_assessment(), tmp_path / "absent" / "answer.json")


def test_largest__is_what_the_worst_phase_and_the_weaker_feeder_leave() -> None:
    plain = sample_assessment()
    most = max(plain.options, key=lambda one: -1.0 if one.finding is None else one.finding.strict.kva)
    assert most.finding is not None
    others = [replace(one, finding=None) for one in plain.options if one is not most]
    weaker = replace(most.finding, strict=replace(most.finding.strict, kva=10.0))
    unknown = replace(most.finding, strict=replace(most.finding.strict, kva=math.nan))
    single = sample_assessment(variant="single_phase").best
    assert single is not None
    assert single.finding is not None
    assert single.finding.phase is not None
    phase = replace(single.finding.phase, room_kva=4.0)
    for option, expected in (
        (most, most.finding.strict.kva),
        (replace(most, second=weaker), 10.0),
        (replace(most, second=unknown), None),
        (replace(most, finding=replace(most.finding, phase=phase)), 4.0),
    ):
        assert as_json(replace(plain, options=(option, *others)))["largest_kva"] == expected
