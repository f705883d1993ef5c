"""Limits that are broken already: on a node's way or in its own LV network they leave nothing, elsewhere a little."""

from __future__ import annotations

import numpy as np
import pytest
from addition_cases import ask

CLOSE = {"rel": 4e-4, "abs": 0.03}


def answers(figures, *buses):  # type: ignore[no-untyped-def]
    return {bus: tuple(figures.loc[bus, ["reason", "kind", "element"]]) for bus in buses}


def test_existing_violation__undervoltage_in_the_own_network_blocks_all_of_it() -> None:
    # H: 100 kW through 500 m of 0.32 Ω/km, 100 kW · 0.16 Ω / 0.4 kV ≈ 40 V = 10 %; K stands on another cable
    question = ask("BB-M 1; M=A 400; A-H 0.5; A-K 0.1; H 100 20; M=B 400; B 20 5")
    figures = question.figures()
    low = ("existing_violation", "voltage", "H")
    assert answers(figures, "A", "H", "K", "B") == {
        "A": low,
        "H": low,
        "K": low,
        "B": ("ok", "transformer_loading", "TB"),
    }
    assert figures.loc[["A", "H", "K"], "kva"].eq(0.0).all()
    assert figures.at["B", "kva"] == pytest.approx(question.largest("B"), **CLOSE)


def test_existing_violation__conductor_in_the_own_network() -> None:
    # 80 kW on a conductor for 100 A = 69 kVA
    figures = ask("BB-M 1; M=B 400; B-H .05 100; B-K .05; H 80 10").figures()
    over = ("existing_violation", "line_loading", "B-H")
    assert answers(figures, "B", "H", "K") == {"B": over, "H": over, "K": over}


def test_existing_violation__transformer_over_its_limit() -> None:
    # 330 kW on a 400 kVA transformer that may carry 320
    figures = ask("BB-M 1; M=B 400; B 330 10; B-H .05; H 1 0; M=A 400; A 3 1").figures()
    assert answers(figures, "B", "H") == dict.fromkeys("BH", ("over_limit", "transformer_loading", "TB"))
    assert figures.at["A", "reason"] == "ok"


def test_existing_violation__section_on_the_way_and_beside_it() -> None:
    # M-N is rated 50 A = 866 kVA and carries more than 1000: N is blocked; A stands before it, M-N may get 0.5 % worse
    question = ask("BB-M 3; M-N 3 50; N 1000 300; N=B 400; B 20 5; M=A 400; A 20 5")
    figures = question.figures()
    assert answers(figures, "B") == {"B": ("existing_violation", "section_loading", "M-N")}
    assert figures.at["A", "kva"] == pytest.approx(question.largest("A"), **CLOSE)


def test_existing_violation__section_beside_the_way_may_worsen_by_half_a_point() -> None:
    # behind 30 km a load at A lowers M's voltage, so the 1000 kW at N draw more current; the limit is 60 % of 80 A
    question = ask(
        "BB-M 30; M-N 3 80; N 1000 300; M=A 4000; A 20 5",
        line_percent={"M-N": 60.0},
        voltage_pu={"M": 0.5, "N": 0.5, "A": 0.5},
    )
    figures = question.figures()
    assert answers(figures, "A") == {"A": ("ok", "section_loading", "M-N")}
    assert figures.at["A", "kva"] == pytest.approx(question.largest("A"), **CLOSE)
    assert 10.0 < figures.at["A", "kva"] < 100.0


def test_existing_violation__conductor_in_another_network_may_worsen_by_half_a_point() -> None:
    floors = {"M": 0.5, "B": 0.5, "H": 0.5}
    question = ask("BB-M 30; M=B 400; B-H .05 100; H 80 10; M=A 4000; A 20 5", voltage_pu=floors)
    figures = question.figures()
    assert answers(figures, "A", "B") == {
        "A": ("ok", "line_loading", "B-H"),
        "B": ("existing_violation", "line_loading", "B-H"),
    }
    assert figures.at["A", "kva"] == pytest.approx(question.largest("A"), **CLOSE)


def test_existing_violation__undervoltage_in_another_network_may_worsen_by_epsilon() -> None:
    # H lies below 0.8835 pu; nothing else of its network may fall by more than 0.005 pu either
    question = ask("BB-M 10; M=B 400; B-H .5; H 100 20; M=A 2000; A 20 5")
    figures = question.figures()
    assert answers(figures, "A", "H") == {"A": ("ok", "voltage", "H"), "H": ("existing_violation", "voltage", "H")}
    assert figures.at["A", "kva"] == pytest.approx(question.largest("A"), **CLOSE)
    stricter = ask("BB-M 10; M=B 400; B-H .5; H 100 20; M=A 2000; A 20 5", epsilon_pu=0.001)
    assert stricter.figures().at["A", "kva"] < 0.3 * figures.at["A", "kva"]


def test_existing_violation__undervoltage_at_10_kv_on_the_way_and_beside_it() -> None:
    # B may lower N by 0.005 pu = 50 V over 10 km: 50 · 10 kV / (2.7 · 0.95 + 3.4 · 0.31 Ω), about 138 kVA
    question = ask("BB-M 10; M-N 10; N 1000 300; N=A 400; A 20 5; M=B 400; B 20 5", voltage_pu={"N": 0.95})
    figures = question.figures()
    assert answers(figures, "A", "B") == {
        "A": ("existing_violation", "voltage", "N"),
        "B": ("ok", "voltage", "N"),
    }
    assert figures.at["B", "kva"] == pytest.approx(question.largest("B"), **CLOSE)


def test_existing_violation__substation_over_its_limit() -> None:
    figures = ask("BB-M 1; M=B 400; B 30 10; BB-N 1; N=A 400; A 3 1", substation_kva={"BB": 30.0}).figures()
    over = ("existing_violation", "substation_loading", "BB")
    assert answers(figures, "A", "B") == {"A": over, "B": over}


def test_existing_violation__what_is_reserved_counts() -> None:
    # without the reserved 300 kVA there are more than 270 kVA of room
    question = ask("BB-M 1; M=A 400; A 40 20", connected_kw={"A": 300.0 + 0.0j})
    assert answers(question.figures(), "A") == {"A": ("over_limit", "transformer_loading", "TA")}
    question = ask("BB-M 1; M=A 400; A 40 20", connected_kw={"A": 200.0 + 0.0j})
    assert question.figures().at["A", "kva"] == pytest.approx(question.largest("A"), **CLOSE)


def test_existing_violation__only_where_the_addition_is_there() -> None:
    # the transformer is over its limit at night, when rooftop PV does nothing about it
    profile, sun = np.array([1.0, 0.1]), np.array([0.0, 1.0])
    day = ask("BB-M 1; M=A 400; A 330 10 load", 2, "load", load=profile, factor=sun)
    assert day.figures().at["A", "kva"] == pytest.approx(day.largest("A"), **CLOSE)
    assert ask("BB-M 1; M=A 400; A 330 10 load", 2, load=profile).figures().at["A", "reason"] == "over_limit"


@pytest.mark.parametrize("where", ["H", "M"])
def test_existing_violation__no_solution_with_what_is_reserved(where: str) -> None:
    """Where there is no load flow to begin with, nothing is known of anything on the same source."""
    impossible = {"H": 3_000.0, "M": 200_000.0}[where] + 0j
    question = ask(
        "BB-M 10; M=A 400; A-H 1; H 20 5; BB-N 1; N=B 400; B 20 5",
        connected_kw={where: impossible},
        substation_kva={"BB": 5_000.0},
    )
    figures = question.figures()
    assert figures["reason"].eq("solver_failure").all()
    assert figures["kva"].isna().all()
