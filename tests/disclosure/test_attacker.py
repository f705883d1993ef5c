"""Each rule of P23, switched off: the attacker then finds what it hides, and finds nothing while it is on."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd
import pytest
from attacker import finds
from worlds import Customer, Transformer, World, published

from capacity.disclosure import areas as public_areas
from capacity.disclosure.protection import comparison, crowds, decision

Patch = Callable[[pytest.MonkeyPatch], None]


def crowd(transformer: str, *loads_kva: float, half: float = 0.9) -> tuple[Customer, ...]:
    """Customers of these loads in the second half of the year, and ``half`` of them in the first."""
    return tuple(
        Customer(f"{transformer}-{number}", transformer, (half * kva, kva)) for number, kva in enumerate(loads_kva)
    )


def line(*parts: tuple[str, str | None, float, tuple[Customer, ...]], feeder: str = "F1") -> World:
    """A line with transformers (name, area, rating, customers); those outside any area are dedicated."""
    return World(
        transformers=tuple(Transformer(name, area, feeder, kva, area is None) for name, area, kva, _ in parts),
        customers=tuple(one for *_, customers in parts for one in customers),
    )


HOUSES = (9.0, 8.0, 7.0, 10.0, 6.0, 8.5, 7.5)
THREE = line(
    ("T1", "A", 400.0, crowd("T1", *HOUSES, *HOUSES)),
    ("T2", "B", 315.0, crowd("T2", *HOUSES)),
    ("T3", "C", 250.0, crowd("T3", *HOUSES)),
)


def grown(world: World, transformer: str, factor: float) -> World:
    """The world with another load of everybody below a transformer in the second half of the year."""
    customers = tuple(
        replace(one, loads_kva=(one.loads_kva[0], factor * one.loads_kva[1]), epochs=(one.epochs[0], one.epochs[1] + 1))
        if one.transformer == transformer
        else one
        for one in world.customers
    )
    return replace(world, customers=customers)


def applied(world: World, **applications: tuple[str, float]) -> World:
    return replace(world, applications={**world.applications, **applications})


def joined(world: World, *customers: Customer) -> World:
    return replace(world, customers=(*world.customers, *customers))


def moved(world: World, transformer: str, area: str) -> World:
    parts = tuple(replace(one, area=area) if one.name == transformer else one for one in world.transformers)
    return replace(world, transformers=parts)


@dataclass(frozen=True)
class Scenario:
    """What happens, the rule that hides somebody in it, and how the rule is switched off."""

    rule: str
    worlds: list[World]
    off: Patch


def nobody_withheld(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        decision, "withheld_reasons", lambda facts, rules: pd.Series("", index=pd.Index(facts.areas["area_id"]))
    )


def whole_area_only(patch: pytest.MonkeyPatch) -> None:
    """Asks the rule of all transformers of an area, full ones and those without data included."""
    original = crowds._reasons
    calls: list[int] = []

    def first_only(members: pd.DataFrame, rules: object) -> pd.Series:
        calls.append(1)
        found = original(members, rules)  # type: ignore[arg-type]
        return found if len(calls) % 3 == 1 else found.iloc[:0]

    patch.setattr(crowds, "_reasons", first_only)


def never(name: str) -> Patch:
    return lambda patch: patch.setattr(decision, name, lambda *_: set())


def nobody_exposed(patch: pytest.MonkeyPatch) -> None:
    nobody: frozenset[str] = frozenset()
    patch.setattr(decision, "exposed", lambda *_: crowds.Exposed(nobody, nobody, nobody))


def always_shared(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decision, "_shareable", lambda facts, wanted, areas: wanted.shared.index)
    original = public_areas._shared

    def for_all(source: pd.DataFrame, made: decision.Decision, shared: pd.Series) -> pd.DataFrame:
        return original(source, replace(made, areas=made.areas.assign(publication="full")), shared)

    patch.setattr(public_areas, "_shared", for_all)


def no_unions(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(comparison, "_failing_unions", lambda *_: set())


def nothing_above(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(comparison, "_failing_above", lambda *_: set())


def every_element(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decision, "areas_of_protecting_transformers", lambda facts: pd.Index(facts.areas["area_id"]))


def last_release_only(patch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("capacity.disclosure.prepare")  # the package exports a function of this name
    original = module._formers
    patch.setattr(module, "_formers", lambda former: list(original(former))[-1:])


def narrow_ranges(patch: pytest.MonkeyPatch) -> None:
    from capacity.disclosure import figures_of

    patch.setattr(figures_of, "wide_edges", lambda edges, step: edges)


def some_apply(names: str, transformer: str, kva: float) -> dict[str, tuple[str, float]]:
    return {f"app {name}": (transformer, kva + 0.7 * number) for number, name in enumerate(names)}


LIMITED = replace(THREE, limit_kva={"F1": 350.0})
UNEQUAL = line(
    ("T1", "A", 100.0, crowd("T1", *[9.5] * 9)),  # full
    ("T2", "A", 160.0, crowd("T2", 38.0)),
    ("T3", "B", 250.0, crowd("T3", *HOUSES)),
)
SMALL_PART = line(
    ("T1", "A", 400.0, crowd("T1", *HOUSES, *HOUSES)),
    ("T2", "A", 100.0, crowd("T2", 61.0)),
    ("T3", "B", 250.0, crowd("T3", *HOUSES)),
)
NEXT_TO_FACTORY = replace(
    line(
        ("T1", "A", 400.0, crowd("T1", *HOUSES, *HOUSES)),
        ("D1", None, 800.0, crowd("D1", 420.0)),
    ),
    limit_kva={"F1": 700.0},
)
WITH_WORKS = replace(
    line(
        ("T1", "A", 400.0, crowd("T1", *HOUSES, *HOUSES)),
        ("T2", "B", 315.0, crowd("T2", *HOUSES)),
        ("D1", None, 315.0, crowd("D1", 60.0)),
    ),
    limit_kva={"F1": 560.0},
)
WITH_MANY_WORKS = replace(
    line(
        ("T1", "A", 400.0, crowd("T1", *HOUSES, *HOUSES)),
        ("T2", "B", 315.0, crowd("T2", *HOUSES)),
        *((f"D{number}", None, 315.0, crowd(f"D{number}", 20.0)) for number in range(1, 7)),
    ),
    limit_kva={"F1": 620.0},
)
FIVE = some_apply("abcde", "T1", 9.0)

SCENARIOS = [
    Scenario("few customers", [line(("T1", "A", 160.0, crowd("T1", 31.0)), ("T2", "B", 160.0, crowd("T2", *HOUSES)))],
             nobody_withheld),
    Scenario("one customer dominates", [line(("T1", "A", 250.0, crowd("T1", 120.0, *HOUSES)))], nobody_withheld),
    Scenario("only few have room", [UNEQUAL], whole_area_only),
    Scenario("one customer dominates the line", [NEXT_TO_FACTORY], nobody_exposed),
    Scenario("one customer beside published areas", [WITH_WORKS], nobody_exposed),
    Scenario("a withheld area on the line",
             [line(("T1", "A", 160.0, crowd("T1", 31.0)), ("T2", "B", 160.0, crowd("T2", *HOUSES)))], always_shared),
    Scenario("one application", [THREE, applied(THREE, new=("T1", 45.0))], never("unsafe_figures")),
    Scenario("one customer joins", [THREE, joined(THREE, Customer("new", "T1", (50.0, 60.0)))],
             never("unsafe_figures")),
    Scenario("few customers' transformer moves", [SMALL_PART, grown(SMALL_PART, "T2", 1.6)], never("unsafe_figures")),
    Scenario("one application on a line that limits", [LIMITED, applied(LIMITED, new=("T3", 45.0))], nothing_above),
    Scenario("one of six applications stays", [THREE, applied(THREE, **FIVE, last=("T1", 30.0)),
             applied(THREE, last=("T1", 30.0))], last_release_only),
    Scenario("areas exchange a transformer",
             [line(("T1", "A", 400.0, crowd("T1", *HOUSES)), ("T2", "A", 315.0, crowd("T2", *HOUSES)),
                   ("T3", "B", 250.0, crowd("T3", *HOUSES))),
              moved(applied(line(("T1", "A", 400.0, crowd("T1", *HOUSES)), ("T2", "A", 315.0, crowd("T2", *HOUSES)),
                                 ("T3", "B", 250.0, crowd("T3", *HOUSES))), new=("T1", 45.0)), "T2", "B")],
             no_unions),
    Scenario("a part of an exchange is withheld",
             [line(("T3", "A", 160.0, crowd("T3", *HOUSES)), ("T4", "A", 100.0, crowd("T4", 20.0)),
                   ("T5", "B", 250.0, crowd("T5", *HOUSES))),
              moved(line(("T3", "A", 160.0, crowd("T3", *HOUSES)), ("T4", "A", 100.0, crowd("T4", 20.0)),
                         ("T5", "B", 250.0, crowd("T5", *HOUSES))), "T3", "B")],
             no_unions),
    Scenario("hours of one application", [THREE, grown(applied(THREE, new=("T1", 20.0)), "T1", 1.4)],
             never("unsafe_hours")),
    Scenario("figure of the line", [WITH_MANY_WORKS, applied(WITH_MANY_WORKS, new=("D1", 45.0))],
             never("unsafe_shared")),
    Scenario("a range of one transformer", [SMALL_PART], every_element),
    Scenario("a narrow range", [line(("T1", "A", 160.0, crowd("T1", *HOUSES))),
             applied(line(("T1", "A", 160.0, crowd("T1", *HOUSES))), new=("T1", 69.0))], narrow_ranges),
]  # fmt: skip


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.rule)
def test_prepare__hides_what_the_attacker_seeks(scenario: Scenario) -> None:
    assert finds(scenario.worlds, [one.release for one in published(scenario.worlds)]) == []


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.rule)
def test_prepare__without_the_rule_the_attacker_finds_it(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario.off(monkeypatch)
    assert finds(scenario.worlds, [one.release for one in published(scenario.worlds)])
