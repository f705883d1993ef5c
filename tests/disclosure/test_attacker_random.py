"""P23 for random grids and random months: the attacker never gets closer to anything than is promised."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from attacker import finds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import Customer, Transformer, World, published

SIZES = (1, 2, 3, 4, 5, 6, 9)


def any_world(draw: random.Random) -> World:
    """One or two lines with a few areas each, dedicated transformers beside them, some lines near their limit."""
    transformers: list[Transformer] = []
    customers: list[Customer] = []
    for feeder in range(draw.choice((1, 1, 2))):
        for area in range(draw.choice((1, 2, 3))):
            for _ in range(draw.choice((1, 1, 2, 3))):
                name = f"T{len(transformers)}"
                mine = some_customers(draw, name, draw.choice(SIZES))
                has_data = draw.random() > 0.07
                transformers.append(
                    Transformer(name, f"A{feeder}{area}", f"F{feeder}", rating(draw, mine), False, has_data)
                )
                customers += mine
        for _ in range(draw.choice((0, 1, 2, 6))):
            name = f"D{len(transformers)}"
            customers.append(Customer(f"{name}-0", name, pair(draw, draw.uniform(10.0, 150.0))))
            transformers.append(Transformer(name, None, f"F{feeder}", 400.0, True))
    world = World(tuple(transformers), tuple(customers))
    limits = {
        feeder: max(world.feeder_load(feeder, half) for half in (0, 1)) + draw.uniform(0.0, 400.0)
        for feeder in world.feeders
        if draw.random() < 0.6
    }
    return replace(world, limit_kva=limits)


def some_customers(draw: random.Random, transformer: str, number: int) -> list[Customer]:
    loads = [draw.uniform(2.0, 12.0) for _ in range(number)]
    if draw.random() < 0.25:
        loads[0] = draw.uniform(15.0, 90.0)
    scale = draw.uniform(0.6, 1.4)  # of the first half of the year, the same for everybody
    return [Customer(f"{transformer}-{n}", transformer, (scale * kva, kva)) for n, kva in enumerate(loads)]


def pair(draw: random.Random, kva: float) -> tuple[float, float]:
    return kva * draw.uniform(0.7, 1.3), kva


def rating(draw: random.Random, customers: list[Customer]) -> float:
    """Mostly large enough; now and then the transformer is full."""
    load = sum(max(one.loads_kva) for one in customers)
    fit = [kva for kva in (50.0, 100.0, 160.0, 250.0, 400.0, 630.0) if 0.8 * kva > load]
    return 50.0 if draw.random() < 0.12 or not fit else draw.choice(fit[:3])


def next_month(draw: random.Random, world: World, number: int) -> World:
    """The world a month later, after none to four events."""
    for step in range(draw.choice((0, 1, 1, 2, 3, 4))):
        world = draw.choice(EVENTS)(draw, world, f"{number}.{step}")
    return world


def somebody_applies(draw: random.Random, world: World, tag: str) -> World:
    where = draw.choice(world.transformers).name
    number = draw.choice((1, 1, 2, 5, 6))
    new = {f"P{tag}.{n}": (where, draw.uniform(3.0, 45.0)) for n in range(number)}
    return replace(world, applications={**world.applications, **new})


def applications_go(draw: random.Random, world: World, tag: str) -> World:
    gone = {name for name in world.applications if draw.random() < 0.5}
    return replace(world, applications={k: v for k, v in world.applications.items() if k not in gone})


def one_is_energised(draw: random.Random, world: World, tag: str) -> World:
    if not world.applications:
        return world
    name = draw.choice(sorted(world.applications))
    where, kva = world.applications[name]
    rest = {key: value for key, value in world.applications.items() if key != name}
    new = Customer(name, where, pair(draw, kva * draw.uniform(0.5, 1.0)), contract_kva=kva)
    return replace(world, applications=rest, customers=(*world.customers, new))


def customers_join(draw: random.Random, world: World, tag: str) -> World:
    where = draw.choice(world.transformers)
    if where.dedicated:
        return world
    new = some_customers(draw, where.name, draw.choice((1, 1, 2, 6)))
    return replace(world, customers=(*world.customers, *(replace(one, name=f"J{tag}.{one.name}") for one in new)))


def customers_leave(draw: random.Random, world: World, tag: str) -> World:
    where = draw.choice(world.transformers)
    below = world.below(where.name)
    gone = {one.name for one in draw.sample(below, min(draw.choice((1, 1, 5)), len(below) - 1))} if below else set()
    return replace(world, customers=tuple(one for one in world.customers if one.name not in gone))


def load_moves(draw: random.Random, world: World, tag: str) -> World:
    """Everybody below a transformer draws more or less in one half of the year."""
    where, half, factor = draw.choice(world.transformers).name, draw.choice((0, 1)), draw.uniform(0.8, 1.3)
    return replace(world, customers=tuple(_other_load(one, half, factor, where) for one in world.customers))


def all_load_moves(draw: random.Random, world: World, tag: str) -> World:
    for one in world.transformers:
        if draw.random() < 0.8:
            half, factor = draw.choice((0, 1)), draw.uniform(0.85, 1.2)
            world = replace(world, customers=tuple(_other_load(c, half, factor, one.name) for c in world.customers))
    return world


def _other_load(one: Customer, half: int, factor: float, where: str) -> Customer:
    if one.transformer != where:
        return one
    loads, epochs = list(one.loads_kva), list(one.epochs)
    loads[half] *= factor
    epochs[half] += 1
    return replace(one, loads_kva=(loads[0], loads[1]), epochs=(epochs[0], epochs[1]), contract_kva=one.stated_kva)


def transformer_is_replaced(draw: random.Random, world: World, tag: str) -> World:
    where = draw.choice(world.transformers)
    other = replace(where, rated_kva=draw.choice((100.0, 250.0, 400.0, 630.0)))
    return replace(world, transformers=tuple(other if one is where else one for one in world.transformers))


def transformer_changes_area(draw: random.Random, world: World, tag: str) -> World:
    where = draw.choice(world.transformers)
    if where.dedicated or len(world.of(area=where.area)) < 2:
        return world
    near = sorted({one.area for one in world.of(feeder=where.feeder) if one.area is not None})
    other = replace(where, area=draw.choice(near))
    return replace(world, transformers=tuple(other if one is where else one for one in world.transformers))


EVENTS = (
    somebody_applies, somebody_applies, applications_go, one_is_energised, customers_join, customers_join,
    customers_leave, load_moves, load_moves, all_load_moves, transformer_is_replaced, transformer_changes_area,
)  # fmt: skip


def nothing_is_found(draw: random.Random, months: int) -> None:
    worlds = [any_world(draw)]
    for number in range(1, months):
        worlds.append(next_month(draw, worlds[-1], number))
    assert finds(worlds, [one.release for one in published(worlds)]) == []


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.integers(2, 4))
def test_prepare__nothing_is_found_in_random_months(draw: random.Random, months: int) -> None:
    nothing_is_found(draw, months)


@pytest.mark.whole
@pytest.mark.parametrize("seed", range(300))
def test_prepare__nothing_is_found_in_many_random_months(seed: int) -> None:
    draw = random.Random(seed)
    nothing_is_found(draw, draw.choice((2, 3, 4)))
