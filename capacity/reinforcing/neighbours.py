"""Which feeders have to be looked at together when something is done on one of them."""

from __future__ import annotations

import pandas as pd

from capacity.tables.case import Case


def neighbours(case: Case) -> dict[str, tuple[str, ...]]:
    """By feeder: itself, those it can be tied to by an open switch, and those it shares an area with."""
    known = [str(one) for one in case.topology.feeders["feeder_id"]]
    beside: dict[str, set[str]] = {name: {name} for name in known}
    feeder_of = case.topology.buses["feeder_id"]
    switch = case.net.switch
    ties = switch[switch["et"].eq("b") & ~switch["closed"].astype(bool)]
    pairs = [
        (feeder_of.get(one), feeder_of.get(other)) for one, other in zip(ties["bus"], ties["element"], strict=True)
    ]
    lines = case.net.line.loc[list(switch.loc[switch["et"].eq("l") & ~switch["closed"].astype(bool), "element"])]
    pairs += [
        (feeder_of.get(one), feeder_of.get(other))
        for one, other in zip(lines["from_bus"], lines["to_bus"], strict=True)
    ]
    public = case.transformers[case.transformers["ownership"].eq("public")].dropna(subset=["area_id", "feeder_id"])
    for _, feeders in public.groupby("area_id")["feeder_id"]:
        names = sorted(set(feeders))
        pairs += [(one, other) for one in names for other in names]
    for one, other in pairs:
        if pd.notna(one) and pd.notna(other) and one in beside and other in beside:
            beside[one].add(str(other))
            beside[other].add(str(one))
    return {name: (name, *sorted(others - {name})) for name, others in beside.items()}
