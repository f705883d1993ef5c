"""Another policy file: every place that compares with one of its values follows (P1, P2)."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hand_case import WINDOW, hand_case

from capacity import policy
from capacity.study import check, run_study
from capacity.tables.policy import Policy


@pytest.fixture
def other_policy(tmp_path: Path):
    """``other_policy(heavy_percent=60.0)``: the bundled policy with other choices, by way of a file."""

    def with_choices(**values: float) -> Policy:
        bundled = policy.load_policy("baoshan-2021").model_dump(mode="json")
        for name, value in values.items():
            bundled["choices"][name]["value"] = value
        (tmp_path / "ours.yaml").write_text(yaml.safe_dump(bundled, allow_unicode=True), encoding="utf-8")
        return policy.load_policy("ours", tmp_path)

    return with_choices


def test_heavy_and_overload__transformers_and_lines_follow(other_policy) -> None:
    case = hand_case(line_max_i_ka=0.025)  # L1: 285 kVA at T1's peak are 16 A, about 66 %; T2: 67.3 %

    def hours(rules: Policy | None) -> list[tuple[float, ...]]:
        run = run_study(case, window=WINDOW, rules=rules)
        t2 = run.transformers.set_index("transformer_id").loc["T2"]
        l1 = run.lines.set_index("line_id").loc["L1"]
        assert [t2["heavy_load"], t2["overload"]] == [t2["hours_ge_80"] > 0.0, t2["hours_ge_100"] > 0.0]
        of = ("hours_ge_80", "longest_run_ge_80_h", "hours_ge_100", "longest_run_ge_100_h")
        return [tuple(float(row[name]) for name in of) for row in (t2, l1)]

    assert hours(None) == [(0.0, 0.0, 0.0, 0.0)] * 2
    only_heavy = other_policy(heavy_percent=60.0, sustained_hours=0.25)
    t2, l1 = hours(only_heavy)
    assert t2 == (0.25, 0.25, 0.0, 0.0)
    assert l1[0] > 0.0
    assert l1[2:] == (0.0, 0.0)
    both = other_policy(heavy_percent=60.0, overload_percent=60.0, sustained_hours=0.25)
    assert all(row[:2] == row[2:] and row[0] > 0.0 for row in hours(both))


def test_coverage__checks_and_load_rates_follow(other_policy) -> None:
    case = hand_case()
    of_t1 = case.measurements.index[case.measurements["transformer_id"].eq("T1")]
    fewer = case.measurements.drop(index=of_t1[:4]).reset_index(drop=True)  # 188 of 192 steps: 97.9 %
    case = replace(case, measurements=fewer)
    for least_percent, enough in ((97.9, True), (98.0, False)):
        rules = other_policy(coverage_min_percent=least_percent)
        said = {i.check for i in check(case, WINDOW, rules=rules) if "T1" in i.ids and i.check.startswith("coverage.")}
        assert said == {"coverage.some_missing" if enough else "coverage.insufficient"}
        run = run_study(case, window=WINDOW, rules=rules)
        t1 = run.transformers.set_index("transformer_id").loc["T1"]
        assert list(t1[["max_loading_at", "allowed_kva"]].notna()) == [enough, enough]
        assert bool(run.quality["check"].eq("coverage.insufficient").any()) is not enough
        assert policy_value_of(run) == least_percent


def policy_value_of(run) -> float:
    """The coverage that the manifest says was asked for."""
    (value,) = [value for name, value in run.manifest.policy_values.items() if name.endswith("coverage_min_percent")]
    return float(value)
