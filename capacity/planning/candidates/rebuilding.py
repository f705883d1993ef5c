"""Which lines to rebuild, and with what, until currents or voltages are where they should be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from capacity.planning.candidates.conductors import Line, kept_share, larger_types, line_at
from capacity.planning.candidates.ground import Ground
from capacity.tables.catalogue import LineType

Rebuilt = dict[Line, LineType]


@dataclass(frozen=True)
class Shortage:
    """Voltages below their limit and the ways that supply them.

    Attributes
    ----------
    short_pu : by how much the voltage behind each bus is short.
    ways : of each of these buses the lines that supply it.
    drop_pu : voltage lost along each of these lines.
    """

    short_pu: Mapping[int, float]
    ways: Mapping[int, Sequence[int]]
    drop_pu: Mapping[int, float]


@dataclass(frozen=True)
class Lift:
    """Lines rebuilt, and what each bus is still short of by estimate, the margin included; negative: room."""

    rebuilt: Rebuilt
    left_pu: Mapping[int, float]

    @property
    def enough(self) -> bool:
        """Whether no bus stays short."""
        return max(self.left_pu.values(), default=0.0) <= 0.0


def for_current(ground: Ground, lines: Sequence[tuple[Line, float]]) -> list[Rebuilt]:
    """Each line with the smallest conductor of at least so many amperes in all circuits, then one size more."""
    found = []
    for steps_up in range(ground.choices.values.conductor_sizes.value):
        rebuilt: Rebuilt = {}
        for line, wanted_a in lines:
            larger = larger_types(ground, line)
            enough = [one for one in larger if round(1000.0 * one.max_i_ka * line.parallel - wanted_a, 9) >= 0.0]
            if enough[steps_up:]:
                rebuilt[line] = enough[steps_up]
        if rebuilt and len(rebuilt) == len(lines):
            found.append(rebuilt)
    return found


def for_voltage(ground: Ground, shortage: Shortage) -> list[Lift]:
    """For each number of sizes up the lines it takes until nothing is short; the best there is where that never is."""
    lines = [line_at(ground, index) for index in sorted({index for way in shortage.ways.values() for index in way})]
    ladders = {line: larger_types(ground, line) for line in lines}
    lifts = []
    for steps_up in range(1, max((len(ladder) for ladder in ladders.values()), default=0) + 1):
        wished = {line: ladder[min(steps_up, len(ladder)) - 1] for line, ladder in ladders.items() if ladder}
        lift = _lift(ground, wished, shortage)
        if lift.rebuilt:
            lifts.append(lift)
    enough = [lift for lift in lifts if lift.enough]
    return enough[: ground.choices.values.conductor_sizes.value] or lifts[-1:]


def _lift(ground: Ground, wished: Mapping[Line, LineType], shortage: Shortage) -> Lift:
    """Lines rebuilt one by one, the most lift per metre first, until nothing is short."""
    least_pu = ground.choices.values.least_line_gain_percent.value / 100.0
    gain_pu = {
        line: shortage.drop_pu.get(line.index, 0.0) * (1.0 - kept_share(ground, line, one))
        for line, one in wished.items()
    }
    gain_pu = {line: gain for line, gain in gain_pu.items() if gain >= least_pu}
    left = {bus: short + ground.margin_pu for bus, short in shortage.short_pu.items()}
    behind = {line: [bus for bus in left if line.index in shortage.ways[bus]] for line in gain_pu}
    rebuilt: Rebuilt = {}
    while len(rebuilt) < len(gain_pu):
        line = max(
            (line for line in gain_pu if line not in rebuilt),
            key=lambda one: (_useful(left, behind[one], gain_pu[one]) / max(one.length_m, 1.0), one.line_id),
        )
        if _useful(left, behind[line], gain_pu[line]) <= 0.0:
            break
        rebuilt[line] = wished[line]
        for bus in behind[line]:
            left[bus] -= gain_pu[line]
    return Lift(rebuilt, left)


def _useful(left: Mapping[int, float], buses: Iterable[int], gain_pu: float) -> float:
    return sum(min(gain_pu, left[bus]) for bus in buses if left[bus] > 0.0)
