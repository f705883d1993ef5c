"""The bundled case, run as a whole, shows every situation that its generator planted — with the numbers."""

from pathlib import Path

import pytest

from capacity.case import load_case
from capacity.case.synthetic import (
    PLANTED,
    PLANTED_APPLICATIONS,
    PLANTED_FEEDERS,
    PLANTED_TRANSFORMERS,
)
from capacity.study import run_study
from capacity.tables.run import Run


@pytest.fixture(scope="module")
def run(bundled: Path) -> Run:
    return run_study(load_case(bundled))


def rules_of_area(run: Run, area_id: str) -> set[str]:
    found = set(run.alerts.loc[run.alerts["area_id"].eq(area_id) & run.alerts["rule"].ne("P6"), "rule"])
    return found | ({"P3"} if "P4" in found else set())


def test_run__is_confirmed_by_pandapower_and_complete(run: Run) -> None:
    assert run.manifest.crosscheck_passed
    assert run.manifest.synthetic
    assert run.manifest.steps_failed == 0
    assert run.manifest.steps_total == 35_040


def test_run__size_is_what_the_readme_says(run: Run) -> None:
    assert len(run.substations) == 2
    assert len(run.feeders) >= 6
    assert (run.transformers["ownership"] == "public").sum() >= 60
    assert (run.transformers["ownership"] == "dedicated").any()
    assert len(run.areas) >= 20
    assert len(run.nodes) >= 3_000


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.area_id)
def test_area__shows_what_was_planted(run: Run, planted) -> None:
    area = run.areas.set_index("area_id").loc[planted.area_id]
    tolerance = 0.0 if planted.exact else 0.01
    if planted.status is not None:
        assert area["status"] == planted.status
        assert rules_of_area(run, planted.area_id) == planted.rules
    if planted.max_loading_percent is not None:
        assert area["max_loading_percent"] == pytest.approx(planted.max_loading_percent, abs=tolerance, rel=1e-12)
    if planted.allowed_sum_kva is not None:
        assert area["allowed_sum_kva"] == pytest.approx(planted.allowed_sum_kva, abs=max(tolerance, 1e-9))
    if planted.binding_criterion is not None:
        assert area["binding_criterion"] == planted.binding_criterion
    if planted.p5_variant is not None:
        alert = run.alerts[run.alerts["rule"].eq("P5") & run.alerts["area_id"].eq(planted.area_id)].iloc[0]
        assert alert["variant"] == planted.p5_variant
    assert area["max_loading_type"] == planted.most_loaded_type
    assert bool(area["structural"]) is planted.structural
    assert bool(area["allowed_sum_is_lower_bound"]) is planted.lower_bound
    if planted.low_voltage:
        assert area["low_voltage_nodes"] > 0


@pytest.mark.parametrize("planted", PLANTED_TRANSFORMERS, ids=lambda planted: planted.transformer_id)
def test_transformer__shows_what_was_planted(run: Run, planted) -> None:
    row = run.transformers.set_index("transformer_id").loc[planted.transformer_id]
    for column in ("heavy_load", "overload", "reason", "source", "max_direction"):
        if getattr(planted, column) is not None:
            assert row[column] == getattr(planted, column), column
    for column in ("max_loading_percent", "allowed_kva"):
        if getattr(planted, column) is not None:
            assert row[column] == pytest.approx(getattr(planted, column), abs=0.01), column


@pytest.mark.parametrize("planted", PLANTED_APPLICATIONS, ids=lambda planted: planted.application_id)
def test_application__p6_as_planted(run: Run, planted) -> None:
    alerts = run.alerts[run.alerts["application_id"].eq(planted.application_id)]
    assert (len(alerts) == 1) is planted.triggers_p6
    if planted.triggers_p6:
        assert alerts["value"].iloc[0] == pytest.approx(planted.expected_percent, abs=0.01)


@pytest.mark.parametrize("planted", PLANTED_FEEDERS, ids=lambda planted: planted.feeder_id)
def test_feeder__limit_as_planted(run: Run, planted) -> None:
    if planted.limit_percent is not None:
        assert run.feeders.set_index("feeder_id").at[planted.feeder_id, "limit_percent"] == planted.limit_percent


def test_run__every_status_and_rule_occurs(run: Run) -> None:
    assert set(run.areas["status"]) == {"open", "pre_control", "blocked", "no_data"}
    assert set(run.alerts["rule"]) == {"P3", "P4", "P5", "P6"}
    assert set(run.alerts.loc[run.alerts["rule"].eq("P5"), "variant"]) == {"sum", "grid_limited"}
    assert run.transformers["heavy_load"].any()
    assert run.transformers["overload"].any()
    assert run.transformers["max_direction"].eq("export").any()
    assert run.nodes["low_voltage"].any()
    assert run.nodes.loc[run.nodes["low_voltage"].fillna(False), "phases"].isin(["1", "3"]).any()
    assert {"measured", "none"} <= set(run.transformers["source"])


def test_run__dedicated_transformers_count_for_no_area(run: Run) -> None:
    dedicated = run.transformers[run.transformers["ownership"].eq("dedicated")]
    assert dedicated["allowed_kva"].isna().all()
    assert not run.alerts["element_id"].isin(dedicated["transformer_id"]).any()
