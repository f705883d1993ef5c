"""What an answer names besides the figure: first limit to fail, step, next limit; and that nothing else changes it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from addition_cases import LOAD, PV, Asked, ask, bus_of

from capacity.loadflow import largest_additions

FAR = {
    "voltage": lambda bounds: replace(bounds, voltage_pu=bounds.voltage_pu * 0.4),
    "transformer_loading": lambda bounds: replace(bounds, trafo_percent=1e6),
    "line_loading": lambda bounds: replace(bounds, line_percent=bounds.line_percent * 1e4),
    "substation_loading": lambda bounds: replace(bounds, substation_kva=bounds.substation_kva * 1e4),
}
"""Bounds of which one kind is lifted: all voltages, or all lines."""


def test_binding__is_the_first_limit_to_fail_not_the_last_probe() -> None:
    """A bisection from 0 … 2000 kVA ends its search with a probe at which both limits are broken.

    The conductor for 200 A carries 138 kVA at 400 V, 126 at the 365 V that are left at H; H draws 20.6, so 106 kVA of
    load are the first limit. At any probe beyond 150 kVA the voltage is broken too.
    """
    question = ask("BB-M 1; M=A 1000; A-H 0.28 200; H 20 5")
    row = question.figures().loc["H"]
    assert (row["kind"], row["element"]) == ("line_loading", "A-H")
    assert row["kva"] == pytest.approx(question.largest("H"), rel=4e-4)
    broken = {what.split()[0] for what in question.broken("H", 1.6 * row["kva"])}
    assert broken == {"line", "voltage"}
    assert {what.split()[0] for what in question.broken("H", 1.002 * row["kva"])} == {"line"}


def test_binding__step_is_the_one_that_fails() -> None:
    load = np.array([0.2, 0.5, 0.9, 0.4, 0.3])
    question = ask("BB-M 1; M=A 400; A-H 0.2; A 100 40 load; H 20 5", 5, load=load)
    figures = question.figures()
    assert figures["step"].tolist() == [2, 2]
    assert question.broken("A", 1.005 * figures.at["A", "kva"]) == ["trafo 0 at 2"]


@pytest.mark.parametrize(
    "text",
    [
        "BB-M 1; M=A 400; A-H .2 300; H 40 20",
        "BB-M 5 400; M=A 400; A-H .4 300; H 40 20; A-K .1 150; K 10 3",
        "S~BB 800; BB-M 1; M=A 400; A-H .1 500; H 40 20; M=B 400; B-I .3; I 60 10",
    ],
)
@pytest.mark.parametrize("direction", ["load", "generation"])
def test_next_limit__is_what_binds_without_the_first(text: str, direction: str) -> None:
    """An estimate by a chord to where the limit was promised: within 4 % of the figure without the first kind."""
    if direction == "generation":
        lift_voltage = lambda bounds: replace(bounds, voltage_pu=bounds.voltage_pu * 2.0)  # noqa: E731
        lifts = FAR | {"voltage": lift_voltage}
    else:
        lifts = FAR
    question = ask(text, 1, direction, substation_kva={"BB": 600.0})
    figures = question.figures()
    for bus, row in figures.iterrows():
        other = replace(question, bounds=lifts[row["kind"]](question.bounds)).figures().loc[bus]
        assert (row["next_kind"], row["next_element"]) == (other["kind"], other["element"])
        assert row["next_kva"] == pytest.approx(other["kva"], rel=0.04)


def test_ceiling__is_stated() -> None:
    question = ask("BB-M 1; M=A 400; A-H .01 3000; H 3 1; A 250 20", ceiling_kva=50.0)
    figures = question.figures()
    assert figures["reason"].eq("search_ceiling").all()
    assert figures["kva"].eq(50.0).all()
    assert figures["kind"].isna().all()


def test_generation__what_it_relieves_does_not_block() -> None:
    """An overload by import, which feeding in relieves until the flow turns around and breaks the limit the other way.

    A-H carries 100 kW of import, 130 A are 90 kVA at 400 V and 94 at the voltage that feeding in lifts H to: beside the
    20 kvar that H draws, √(94² − 20²) = 92 kW may flow back, 192 kW in all.
    """
    question = ask("BB-M 1; M=A 630; A-H 0.25 130; H 100 20", 1, "generation", voltage_pu={"H": 1.2, "A": 1.2})
    assert ask("BB-M 1; M=A 630; A-H 0.25 130; H 100 20").figures().at["H", "reason"] == "existing_violation"
    figures = question.figures()
    assert figures.loc["H", ["reason", "kind", "element"]].tolist() == ["ok", "line_loading", "A-H"]
    kva = figures.at["H", "kva"]
    assert kva == pytest.approx(191.6, abs=1.0)
    for part in np.linspace(0.0, 1.0, 12):
        assert question.holds("H", part * kva)
    loaded = question.flow([0], {bus_of(question.case, "H"): kva * PV})
    assert loaded.line_loading_percent[0, 1] == pytest.approx(100.0, abs=0.05)


def test_generation__an_overload_by_feed_in_blocks() -> None:
    figures = ask("BB-M 1; M=A 630; A-H 0.05 100; H +100", 1, "generation").figures()
    assert figures.loc["H", ["kva", "reason", "kind"]].tolist() == [0.0, "existing_violation", "line_loading"]


def test_load__relieves_an_export_and_an_overvoltage() -> None:
    # 100 kW of PV lift H above 406.6 V and overload the conductor the other way: neither stands against load at H
    question = ask("BB-M 1; M=A 400; A-H 0.4 130; H +100; A 1 1")
    figures = question.figures()
    assert figures.at["H", "reason"] == "ok"
    # the export counts for nothing on the way back: the load's own direction is kept at 100 %
    loaded = question.flow([0], {bus_of(question.case, "H"): figures.at["H", "kva"] * LOAD})
    assert loaded.line_loading_percent[0, 1] == pytest.approx(100.0, abs=0.05)
    assert figures.at["H", "kva"] > 150.0


def two_feeders(**changes: object) -> Asked:
    steps = np.arange(48)
    return ask(
        "BB-M 6; M=A 400; A-H 0.2; H 40 10 day; M-N 3; N=B 250; B-I 0.3; I 20 5 eve; BB-Q 2; Q=C 400; C 80 20 eve; "
        "Q=D 100; D-J .2; J 10 2 day",
        48,
        day=0.5 + 0.5 * np.sin(steps / 5.0) ** 2,
        eve=0.3 + 0.7 * np.cos(steps / 7.0) ** 2,
        **({"substation_kva": {"BB": 700.0}} | changes),
    )


def test_figures__same_for_any_number_of_workers() -> None:
    one, four = two_feeders().figures(), two_feeders(workers=4).figures()
    pd.testing.assert_frame_equal(one, four, rtol=1e-6)


def test_figures__same_for_any_order_of_the_network() -> None:
    there = ask("BB-M 6; M=A 400; A-H 0.2; H 40 10; M=B 250; B-I 0.3; I 20 5; BB-N 2; N=C 400; C 80 20").figures()
    back = ask("BB-N 2; N=C 400; C 80 20; BB-M 6; M=B 250; B-I 0.3; I 20 5; M=A 400; A-H 0.2; H 40 10").figures()
    columns = ["kva", "kind", "element", "next_kind"]
    pd.testing.assert_frame_equal(there[columns].sort_index(), back[columns].sort_index(), rtol=1e-5)


@pytest.mark.parametrize(
    "change",
    [
        {"line_percent": {"BB-M": 4.0}},
        {"substation_kva": {"BB": 300.0}},
        {"voltage_pu": {"N": 0.994}},
        {"connected_kw": {"I": 30.0 + 10.0j}},
        {"connected_kw": {"Q": 90.0 + 0.0j}},
    ],
)
def test_figures__taken_up_from_another_answer_are_those_of_a_full_search(change: dict[str, object]) -> None:
    question = two_feeders()
    solved = question.flow.solve_year(crosscheck=False)
    before = largest_additions(question.flow, solved, question.bounds, question.addition)
    bounds = two_feeders(**change).bounds
    again = largest_additions(question.flow, solved, bounds, question.addition, before=before).table
    full = largest_additions(question.flow, solved, bounds, question.addition).table
    assert not np.allclose(full["kva"], before.table["kva"])
    pd.testing.assert_frame_equal(again, full, rtol=1e-4)
