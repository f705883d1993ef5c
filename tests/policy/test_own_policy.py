"""A case with a policy file of its own: every threshold in it is followed everywhere (P1–P11)."""

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hand_case import WINDOW, application, hand_case

from capacity.case import load_case, write_case
from capacity.errors import PolicyError
from capacity.policy import load_policy, policy_of, reliability_rules
from capacity.study import past_window, run_study
from capacity.tables.case import Case
from capacity.tables.run import Run


def with_policy(case: Case, **changes: float) -> Case:
    """The case with a copy of the bundled policy in which choices or thresholds of that name have other values."""
    content = yaml.safe_load((files("capacity.policy") / "baoshan-2021.yaml").read_text(encoding="utf-8"))
    for name, value in changes.items():
        if name in content["triggers"]:
            content["triggers"][name]["threshold"] = value
        else:
            content["choices"][name]["value"] = value
    content["name"] = "mine"
    settings = case.settings.model_copy(update={"policy": "mine"})
    return replace(case, settings=settings, policy_text=yaml.safe_dump(content, allow_unicode=True))


def study(case: Case) -> Run:
    return run_study(case, window=WINDOW)


def row(run: Run, transformer_id: str) -> pd.Series:
    return run.transformers.set_index("transformer_id").loc[transformer_id]


def test_case_folder__own_policy_is_read_written_and_used(tmp_path: Path) -> None:
    write_case(with_policy(hand_case(), may_initiate=60.0), tmp_path / "hand")
    assert (tmp_path / "hand" / "mine.yaml").is_file()
    case = load_case(tmp_path / "hand")
    assert "mine.yaml" in case.hashes
    run = study(case)
    assert (run.manifest.policy, run.manifest.policy_values["may_initiate"]) == ("mine", 60.0)
    assert run.alerts.loc[run.alerts["rule"].eq("P3"), "element_id"].tolist() == ["T2"]  # T1's 50.0 % no longer


def test_policy__load_rate_triggers_and_levels_follow() -> None:
    run = study(with_policy(hand_case(), must_initiate=60.0, heavy_percent=50.0, sustained_hours=0.25))
    assert run.alerts.loc[run.alerts["element_id"].eq("T2"), "rule"].tolist() == ["P4"]
    assert (row(run, "T1")["hours_ge_80"], row(run, "T1")["heavy_load"]) == (0.25, True)


def test_policy__transformer_limit_and_pre_control_follow() -> None:
    run = study(with_policy(hand_case(), transformer_limit_percent=100.0, pre_control=303.1))
    assert (row(run, "T1")["allowed_kva"], row(run, "T2")["allowed_kva"]) == (200.0, 103.0)
    area = run.areas.iloc[0]
    assert (area["allowed_sum_kva"], area["status"], area["structural"]) == (303.0, "pre_control", False)
    assert study(with_policy(hand_case(), pre_control=573.0)).areas.iloc[0]["structural"]  # 0.8 · 715 = 572


def test_policy__connection_threshold_follows() -> None:
    asked = pd.DataFrame([application("N1", "T1", 114.0, status="received")])  # to exactly 80 %
    run = study(with_policy(hand_case(applications=asked), connection=79.9))
    assert "P6" in set(run.alerts["rule"])


def test_policy__grid_limits_follow() -> None:
    run = study(with_policy(hand_case(line_max_i_ka=0.02), section_limit_percent=200.0))
    assert run.areas.iloc[0]["reason"] == "ok"
    tight = study(with_policy(hand_case(), substation_limit_percent=4.0))  # 400 kVA of 10 MVA
    assert tight.areas.iloc[0]["binding_criterion"] == "substation_loading"
    assert tight.substations.iloc[0]["limit_percent"] == 4.0


def test_policy__coverage_and_window_follow() -> None:
    case = hand_case()
    start = WINDOW.end - (WINDOW.end - WINDOW.start) * 0.4
    late = case.measurements["timestamp"] >= start
    poor = replace(case, measurements=case.measurements[late | case.measurements["transformer_id"].eq("T1")])
    assert row(study(poor), "T2")["reason"] == "insufficient_data"
    assert row(study(with_policy(poor, coverage_min_percent=39.5)), "T2")["reason"] == "ok"
    half_year = past_window(with_policy(case, window_months=6))
    assert (half_year.start, half_year.end) == (pd.Timestamp("2025-07-03"), pd.Timestamp("2026-01-03"))


def test_policy__voltage_standard_that_it_lacks_is_named() -> None:
    case = with_policy(hand_case())
    other = replace(case, settings=case.settings.model_copy(update={"voltage_standard": "IEEE 1"}))
    with pytest.raises(PolicyError, match=r"no voltage standard 'IEEE 1'.*EN 50160, GB/T 12325"):
        study(other)


def test_policy__without_reliability_p19_is_refused_and_the_rest_works() -> None:
    policy = load_policy("baoshan-2021")
    assert reliability_rules(policy).outage_hours["town"].threshold == 9.0
    with pytest.raises(PolicyError, match=r"no section 'reliability' \(P19\)[\s\S]*缺少 reliability"):
        reliability_rules(policy.model_copy(update={"reliability": None}))


def test_policy__faults_of_reliability_are_named_at_once() -> None:
    content = yaml.safe_load((files("capacity.policy") / "baoshan-2021.yaml").read_text(encoding="utf-8"))
    content["reliability"]["fault_outages"]["unit"] = "h"
    content["reliability"]["outages"]["comparison"] = "<"
    del content["reliability"]["outage_hours"]["town"]
    case = replace(hand_case(), policy_text=yaml.safe_dump(content, allow_unicode=True))
    with pytest.raises(PolicyError, match=r"fault_outages: its unit is 1.*outages: fires above.*outage_hours.town: is"):
        policy_of(case)
