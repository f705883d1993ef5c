"""Somebody who wants to know what was withheld: has every release, and knows more of the grid than anybody could.

He knows every rating, limit and supply relation, which customers and applications are where and when, who changed
load, which transformers are full and which limit binds at which hour. He does not know kVA of customers and
applications. Every published figure is then a linear statement about these, and he asks a linear programme between
which bounds one of them must lie. Apart from that he guesses: the whole of a figure, or of a difference of two, is
the work of one customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_matrix
from worlds import FACTOR_OF_HOUR, HALVES, RULES, K, Transformer, World

from capacity.tables.release import Release

Form = dict[object, float]
"""A linear form of unknowns; its constant stands under the key ``1``."""
STEP = RULES.rounding_kva
_SLACK = 1e-6


@dataclass
class Knowledge:
    """Statements ``low ≤ form ≤ high`` about unknowns that are never negative."""

    statements: list[tuple[Form, float, float]] = field(default_factory=list)

    def learn(self, form: Form, low: float, high: float) -> None:
        self.statements.append((form, low, high))

    def bounds(self, target: Form) -> tuple[float, float]:
        """Between which values the target must lie."""
        place, matrix, limits = self._programme
        if not all(name in place for name in target if name != 1):
            return -np.inf, np.inf  # nothing was said of it
        row = np.zeros(len(place))
        for name, factor in target.items():
            if name != 1:
                row[place[name]] = factor
        ends = []
        for sign in (1.0, -1.0):
            found = linprog(sign * row, A_ub=matrix, b_ub=limits, method="highs")
            assert found.status in (0, 3), found.message  # what he knows is true: it has a solution
            ends.append(sign * found.fun if found.status == 0 else -sign * np.inf)
        constant = target.get(1, 0.0)
        return ends[0] + constant, ends[1] + constant

    @cached_property
    def _programme(self) -> tuple[dict[object, int], csr_matrix, np.ndarray]:
        """Every statement as rows of ``matrix @ unknowns ≤ limits``; made when all has been learned."""
        place: dict[object, int] = {}
        rows, columns, values, limits = [], [], [], []
        for form, low, high in self.statements:
            for sign, end in ((1.0, high), (-1.0, low)):
                if np.isfinite(end):
                    for name, factor in form.items():
                        if name != 1:
                            rows.append(len(limits))
                            columns.append(place.setdefault(name, len(place)))
                            values.append(sign * factor)
                    limits.append(sign * (end - form.get(1, 0.0)) + _SLACK)
        return place, csr_matrix((values, (rows, columns)), (len(limits), len(place))), np.array(limits)

    def width(self, target: Form) -> float:
        low, high = self.bounds(target)
        return high - low


def added(*forms: Form) -> Form:
    total: Form = {}
    for form in forms:
        for name, factor in form.items():
            total[name] = total.get(name, 0.0) + factor
    return total


def scaled(form: Form, factor: float) -> Form:
    return {name: factor * value for name, value in form.items()}


def load_of(world: World, transformer: str, half: int, factor: float = 1.0) -> Form:
    """The load at one level of the day: who draws how much of it when is known to nobody."""
    own = ({("load", one.name, half, one.epochs[half], factor): 1.0} for one in world.below(transformer))
    return added(*own, {1: 0.0})


def reserved_of(world: World, transformer: str) -> Form:
    return added(
        *({("application", name): 1.0} for name, (where, _) in world.applications.items() if where == transformer),
        {1: 0.0},
    )


def room_of(world: World, one: Transformer, half: int, factor: float = 1.0) -> Form:
    """Room before it is cut at zero."""
    taken = added(load_of(world, one.name, half, factor), reserved_of(world, one.name))
    return added({1: K * one.rated_kva}, scaled(taken, -1.0))


def worst_half(world: World, transformer: str) -> int:
    return max(HALVES, key=lambda half: world.load(transformer, half))


def sum_of_rooms(world: World, members: Iterable[Transformer]) -> Form:
    """P7 summed, knowing which transformers are full."""
    parts = [
        room_of(world, one, worst_half(world, one.name)) for one in members if one.has_data and world.room(one) > 0
    ]
    return added(*parts, {1: 0.0})


def margin_of(world: World, feeder: str) -> Form:
    half = max(HALVES, key=lambda one: world.feeder_load(feeder, one))
    return added({1: world.limit_kva[feeder]}, scaled(_line_load(world, feeder, half, 1.0), -1.0))


def _line_load(world: World, feeder: str, half: int, factor: float) -> Form:
    parts = [
        added(load_of(world, one.name, half, factor), reserved_of(world, one.name)) for one in world.of(feeder=feeder)
    ]
    return added(*parts, {1: 0.0})


def figure_of(world: World, area: str) -> Form:
    """The exact figure of an area, knowing what limits it."""
    if world.allowed(area) < world.sum_of(world.of(area=area)):
        return margin_of(world, world.feeder_of(area)) if world.allowed(area) > 0.0 else {1: 0.0}
    return sum_of_rooms(world, world.of(area=area))


def learned(worlds: list[World], releases: list[Release]) -> Knowledge:
    """All that the releases say, and what everybody knows."""
    known = Knowledge()
    for world, release in zip(worlds, releases, strict=True):
        _learn_grid(known, world)
        names = {f"area {area}": area for area in world.areas}
        codes = {row.area_code: names[row.name] for row in release.areas.itertuples()}
        for row in release.areas.to_dict("records"):
            _learn_area(known, world, codes[row["area_code"]], row)
        _learn_hours(known, world, release, codes)
    return known


def _learn_grid(known: Knowledge, world: World) -> None:
    """Which half-year is the worse one, and who is full: more than anybody outside could know."""
    for one in world.transformers:
        worst = worst_half(world, one.name)
        other = 1 - worst
        known.learn(added(load_of(world, one.name, worst), scaled(load_of(world, one.name, other), -1.0)), 0.0, np.inf)


def _learn_area(known: Knowledge, world: World, area: str, row: Mapping[str, object]) -> None:
    if row["publication"] == "withheld" or pd.isna(row["allowed_from_kva"]):
        return
    figure = figure_of(world, area)
    if pd.notna(row["allowed_kva"]):
        known.learn(figure, float(row["allowed_kva"]), float(row["allowed_kva"]) + STEP)
    known.learn(figure, float(row["allowed_from_kva"]), _below(row["allowed_below_kva"]))
    low, high = {"blocked": (0.0, 0.0), "pre_control": (0.0, 160.0), "open": (160.0, np.inf)}[str(row["status"])]
    known.learn(figure, low, high)
    if pd.notna(row["shared_kva"]):
        feeder = world.feeder_of(area)
        public = [one for one in world.of(feeder=feeder) if not one.dedicated]
        limited = world.margin(feeder) < world.sum_of(public)
        if not limited or world.margin(feeder) > 0.0:
            shared = margin_of(world, feeder) if limited else sum_of_rooms(world, public)
            known.learn(shared, float(row["shared_kva"]), float(row["shared_kva"]) + STEP)
    members = [one for one in world.of(area=area) if one.has_data]
    if pd.notna(row["single_from_kva"]) and max(map(world.room, members)) > 0.0:
        largest = max(members, key=world.room)
        room = room_of(world, largest, worst_half(world, largest.name))
        known.learn(room, float(row["single_from_kva"]), np.inf)
        if world.room(largest) <= world.allowed(area):
            known.learn(room, -np.inf, _below(row["single_below_kva"]))
    if pd.notna(row["load_rate_from_percent"]):
        busiest = max(members, key=lambda one: world.smax(one.name) / one.rated_kva)
        rate = scaled(load_of(world, busiest.name, worst_half(world, busiest.name)), 100.0 / busiest.rated_kva)
        known.learn(rate, float(row["load_rate_from_percent"]), _below(row["load_rate_below_percent"]))


def _below(value: object) -> float:
    return np.inf if pd.isna(value) else float(value)  # type: ignore[arg-type]


def _learn_hours(known: Knowledge, world: World, release: Release, codes: Mapping[str, str]) -> None:
    hour_of = {float(factor): int(np.argmax(factor == FACTOR_OF_HOUR)) for factor in np.unique(FACTOR_OF_HOUR)}
    table = release.hours.set_index(["area_code", "month", "hour"])["allowed_kva"]
    for code in release.hours["area_code"].unique():
        area = codes[code]
        for half in HALVES:
            for factor, hour in hour_of.items():
                value = float(table[(code, 12 if half else 1, hour)])
                exact, total = world.cell(area, half, factor), world.cell_sum(area, half, factor)
                if exact == 0.0:
                    continue
                if exact < total:
                    feeder = world.feeder_of(area)
                    form = added({1: world.limit_kva[feeder]}, scaled(_line_load(world, feeder, half, factor), -1.0))
                else:
                    rooms = [room_of(world, one, half, factor) for one in world.of(area=area)]
                    exact_rooms = [
                        K * one.rated_kva - factor * world.load(one.name, half) - world.reserved(one.name)
                        for one in world.of(area=area)
                    ]
                    form = added(*(room for room, kva in zip(rooms, exact_rooms, strict=True) if kva > 0.0), {1: 0.0})
                known.learn(form, value, value + STEP)


@dataclass(frozen=True)
class Find:
    """Something that should not have been found, and how."""

    what: str
    how: str
    width_kva: float
    true_kva: float


def finds(worlds: list[World], releases: list[Release]) -> list[Find]:
    """Everything that the attacker gets closer to than is promised.

    Promised is: no application and no customer's load is known to within less than its own size (at least one rounding
    step), or less than eight steps where it is larger than that; nor a withheld area's figure, by its load.
    """
    known = learned(worlds, releases)
    found = []
    for what, target, true in _targets(worlds, releases):
        width = known.width(target)
        promised = min(max(STEP, true), 8 * STEP)
        if width < promised - 1e-3:
            found.append(Find(what, "bounds", width, true))
    return found + list(_guesses(worlds, releases))


def _targets(worlds: list[World], releases: list[Release]) -> Iterable[tuple[str, Form, float]]:
    applications = {name: kva for world in worlds for name, (_, kva) in world.applications.items()}
    for name, kva in applications.items():
        yield f"application {name}", {("application", name): 1.0}, kva
    loads = {
        (one.name, half, one.epochs[half], factor): factor * one.loads_kva[half]
        for world in worlds
        for one in _interesting(worlds, world)
        for half in HALVES
        for factor in (1.0, 0.4)
    }
    for key, kva in loads.items():
        yield f"customer {key}", {("load", *key): 1.0}, kva
    for number, (world, release) in enumerate(zip(worlds, releases, strict=True)):
        hidden = release.areas.loc[release.areas["publication"].eq("withheld"), "name"]
        for name in hidden:
            inside = world.of(area=str(name).removeprefix("area "))
            members = [one for one in inside if one.has_data and world.room(one) > 0.0]  # what the figure rests on
            reach = K * sum(one.rated_kva for one in members)
            total = sum_of_rooms(world, members)
            if reach >= 8 * STEP and len(total) > 1:
                yield f"figure of {name} in release {number}", total, sum(world.smax(one.name) for one in members)


def _interesting(worlds: list[World], world: World) -> list:
    """Customers that are not there all the time, that are alone or nearly, or the largest of their transformer."""
    always = set.intersection(*({one.name for one in other.customers} for other in worlds))
    chosen = []
    for transformer in world.transformers:
        below = world.below(transformer.name)
        largest = max(below, key=lambda one: max(one.loads_kva), default=None)
        chosen += [one for one in below if one.name not in always or len(below) < 5 or one is largest]
    return chosen


def _guesses(worlds: list[World], releases: list[Release]) -> Iterable[Find]:
    """The whole of a published figure's load, or of the difference of two, taken for one contributor's."""
    least = (100.0 - RULES.largest_share_percent) / RULES.largest_share_percent
    shown = [
        {str(row["name"]).removeprefix("area "): row for row in release.areas.to_dict("records")
         if row["publication"] == "full" and pd.notna(row["allowed_kva"])}
        for release in releases
    ]  # fmt: skip
    for world, rows in zip(worlds, shown, strict=True):
        for area in rows:
            form = figure_of(world, area)
            by_contract = not _state(world, area)[0]  # what the rule goes by where no line is in between
            yield from _guess(f"load of {area}", form, [world] if by_contract else worlds, least, by_contract)
    for later in range(1, len(worlds)):
        for sooner in range(later):
            for area in shown[later].keys() & shown[sooner].keys():
                if shown[later][area]["allowed_kva"] != shown[sooner][area]["allowed_kva"]:
                    step = added(figure_of(worlds[later], area), scaled(figure_of(worlds[sooner], area), -1.0))
                    if _state(worlds[later], area) == _state(worlds[sooner], area):
                        guessed = _guess(f"{area}: {sooner} → {later}", step, worlds, least)
                        limited = _state(worlds[later], area)[0]
                        yield from (one for one in guessed if not limited or _shows(worlds[sooner], worlds[later], one))


def _shows(then: World, now: World, find: Find) -> bool:
    """Whether the program could know of a move that a line's margin shows: of a customer at the highest load of its
    transformer, or one that came or went; what happens away from that is in no table of a run."""
    places = {one.name: one.transformer for world in (then, now) for one in world.customers}
    where = places.get(find.what)
    if where is None or {find.what} - {one.name for one in then.customers} & {one.name for one in now.customers}:
        return True
    return abs(now.smax(where) - then.smax(where)) >= find.true_kva - 1e-6


def _state(world: World, area: str) -> tuple[bool, frozenset[str]]:
    """What limits an area and which of its transformers have room: while that holds, figures can be subtracted."""
    members = world.of(area=area)
    return world.allowed(area) < world.sum_of(members), frozenset(one.name for one in members if world.room(one) > 0.0)


def _guess(how: str, form: Form, worlds: list[World], least: float, by_contract: bool = False) -> Iterable[Find]:
    """Whether one contributor's part of the form is all but all of it; parts are per party, not per unknown."""
    true = {
        **{("application", name): kva for world in worlds for name, (_, kva) in world.applications.items()},
        **{
            ("load", one.name, half, one.epochs[half], 1.0): one.stated_kva / 2.0
            if by_contract
            else one.loads_kva[half]
            for world in worlds
            for one in world.customers
            for half in HALVES
        },
    }
    parts: dict[object, float] = {}
    for name, factor in form.items():
        if name != 1:
            party = name[1]  # type: ignore[index]
            parts[party] = parts.get(party, 0.0) + factor * true[name]
    total = sum(parts.values())
    for party, part in parts.items():
        error = abs(abs(total) - abs(part))
        if abs(part) > 2 * STEP and error < least * abs(part) - STEP - 1e-3:
            yield Find(f"{party}", how, error, abs(part))
