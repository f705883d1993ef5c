"""Which lines and buses belong to which feeders, and who answers to whom (P8, P9)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.tables.topology import Topology

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Belonging:
    """Feeder and island of every line and bus of a topology, in its order, as numbers that are quickly compared.

    Attributes
    ----------
    number : of each feeder.
    line_feeder, bus_feeder : number of the feeder, -1 none.
    line_island, bus_island : -1 unenergised.
    line_at_mv : whether a line is a 10 kV section.
    substation_of : substations by feeder, where known.
    modelled : substations whose HV/MV transformer is modelled.
    """

    number: dict[str, int]
    line_feeder: Ints
    line_island: Ints
    line_at_mv: Bools
    bus_feeder: Ints
    bus_island: Ints
    substation_of: dict[str, str]
    modelled: frozenset[str]

    def lines(self, feeders: Collection[str]) -> Bools:
        """Lines of the feeders, as :meth:`buses`."""
        return self._own(self.line_feeder, self.line_island, feeders)

    def buses(self, feeders: Collection[str]) -> Bools:
        """Which are the feeders' own, or of their islands without any one feeder that could claim them.

        The second kind are sections between two feeders that are tied together: what loads one feeder loads them too.
        """
        return self._own(self.bus_feeder, self.bus_island, feeders)

    def substations(self, feeders: Collection[str]) -> set[str]:
        """The substations that the feeders belong to."""
        return {self.substation_of[name] for name in feeders if name in self.substation_of}

    def answering(self, feeders: Collection[str]) -> list[str]:
        """The feeders whose voltages a load on ``feeders`` moves: a busbar's, if its HV/MV transformer is modelled."""
        above = self.substations(feeders) & self.modelled
        return sorted({name for name, own in self.substation_of.items() if own in above} | set(feeders))

    def _own(self, feeder: Ints, island: Ints, feeders: Collection[str]) -> Bools:
        numbers = [self.number[name] for name in feeders if name in self.number]
        islands = np.union1d(
            self.line_island[np.isin(self.line_feeder, numbers)], self.bus_island[np.isin(self.bus_feeder, numbers)]
        )
        found: Bools = np.isin(feeder, numbers) | ((feeder < 0) & np.isin(island, islands[islands >= 0]))
        return found


def belonging_of(topology: Topology) -> Belonging:
    """The belonging of a topology's lines and buses."""
    lines, buses, feeders = topology.lines, topology.buses, topology.feeders
    both = pd.concat([lines["feeder_id"], buses["feeder_id"]]).astype(object)
    numbers, names = pd.factorize(both)
    stated = feeders.dropna(subset=["substation_id"])
    modelled = topology.trafos.loc[topology.trafos["kind"].eq("substation"), "substation_id"].dropna()
    return Belonging(
        number={str(name): at for at, name in enumerate(names)},
        line_feeder=numbers[: len(lines)].astype(np.int64),
        line_island=lines["island"].to_numpy(np.int64),
        line_at_mv=lines["level"].eq("mv").to_numpy(dtype=bool),
        bus_feeder=numbers[len(lines) :].astype(np.int64),
        bus_island=buses["island"].to_numpy(np.int64),
        substation_of={
            str(name): str(of) for name, of in zip(stated["feeder_id"], stated["substation_id"], strict=True)
        },
        modelled=frozenset(str(name) for name in modelled),
    )
