"""Every threshold exactly at, just below and just above (P3–P6), the file that holds them, and status P11."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from capacity.errors import PolicyError
from capacity.policy import area_status, load_policy
from capacity.policy.status import pre_control_variant

POLICY = load_policy("baoshan-2021")


@pytest.mark.parametrize(
    ("name", "value", "fires"),
    [
        ("may_initiate", 49.999999, False),
        ("may_initiate", 50.0, True),
        ("must_initiate", 69.999999, False),
        ("must_initiate", 70.0, True),
        ("pre_control", 160.0, False),
        ("pre_control", 159.999999, True),
        ("connection", 80.0, False),
        ("connection", 80.000001, True),
        ("connection", (200.0 + 114.0 / 0.95) / 400.0 * 100.0, False),  # 80 on paper, 80.00000000000001 in binary
        ("must_initiate", (0.1 + 0.2) / 0.3 * 70.0, True),
        ("may_initiate", np.nan, False),
        ("pre_control", np.nan, False),
    ],
)
def test_fires__at_the_threshold_and_beside_it(name: str, value: float, fires: bool) -> None:
    assert POLICY.triggers[name].fires(value) is fires


def _area(sum_kva: float, allowed_kva: float, *, lower_bound: bool = False) -> pd.Series:
    return pd.Series(
        {"allowed_sum_kva": sum_kva, "allowed_kva": allowed_kva, "allowed_sum_is_lower_bound": lower_bound}
    )


@pytest.mark.parametrize(
    ("area", "status", "variant"),
    [
        (_area(160.0, 160.0), "open", ""),
        (_area(159.9, 159.9), "pre_control", "sum"),
        (_area(300.0, 159.9), "pre_control", "grid_limited"),
        (_area(300.0, 0.0), "blocked", "grid_limited"),
        (_area(0.0, 0.0), "blocked", "sum"),
        (_area(np.nan, np.nan), "no_data", ""),
        (_area(159.9, 159.9, lower_bound=True), "no_data", ""),
        (_area(160.0, 160.0, lower_bound=True), "open", ""),
        (_area(300.0, np.nan), "no_data", ""),
        (_area(159.9, np.nan), "pre_control", "sum"),  # settled by the sum, whatever the grid above allows
        (_area(159.9, 0.0, lower_bound=True), "no_data", ""),
    ],
)
def test_area_status__first_match_wins(area: pd.Series, status: str, variant: str) -> None:
    assert area_status(area, POLICY) == status
    assert pre_control_variant(area, POLICY) == variant


def test_voltage_bands__volts_against_the_nominal() -> None:
    standard = POLICY.voltage_standards["GB/T 12325"]
    three, single, mv = standard.band(0.4, "3"), standard.band(0.4, "1"), standard.band(10.5)
    assert three.lower_pu(0.4) == pytest.approx(0.8835)
    assert three.upper_pu(0.4) == pytest.approx(1.0165)
    assert single.lower_pu(0.4) == pytest.approx(0.855)
    assert standard.band(0.4, "unknown") == three
    assert mv.lower_pu(10.5) == pytest.approx(9.3 / 10.5)
    assert standard.band(10.0).upper_pu(10.0) == pytest.approx(1.07)


def test_load_policy__unknown_name_says_what_there_is() -> None:
    with pytest.raises(PolicyError, match=r"no policy 'nowhere'.*baoshan-2021"):
        load_policy("nowhere")


def test_load_policy__every_fault_at_once(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("name: mine\ntriggers: 7\n", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"(?s)title_zh.*triggers"):
        load_policy("mine", tmp_path)


def test_load_policy__beside_the_case_and_incomplete(tmp_path: Path) -> None:
    import yaml

    from capacity.policy import file

    content = yaml.safe_load((Path(file.__file__).parent / "baoshan-2021.yaml").read_text(encoding="utf-8"))
    del content["triggers"]["connection"], content["choices"]["section_limit_percent"]
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"lacks triggers.connection, choices.section_limit_percent"):
        load_policy("mine", tmp_path)
