"""Which applications reserve capacity in a study, and when an energised one stops: once meters see it [choice].

An energised application goes on reserving until readings of its transformer since the energisation cover, at the
coverage that P1 asks for, the policy's ``energised_reserves_days`` days. Where no meter reads, it reserves until the
case holds its load and a desk says so (``steps.take_up``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from capacity.tables._schema import conform
from capacity.tables.inputs.applications import APPLICATIONS
from capacity.tables.issue import Issue
from capacity.tables.register import Snapshot


@dataclass(frozen=True)
class SeeingRule:
    """When meters have seen an energised customer: ``days`` of readings, at ``coverage_percent`` of their steps."""

    days: float
    coverage_percent: float
    step_minutes: int

    @property
    def readings(self) -> float:
        """How many readings that takes."""
        return self.days * 24 * 60 / self.step_minutes * self.coverage_percent / 100.0


def readings_since(
    applications: pd.DataFrame,
    transformer_of: Mapping[str, str | None],
    measurements: pd.DataFrame,
    as_of: pd.Timestamp,
) -> dict[str, int]:
    """Readings of its transformer from each energised application's energisation up to ``as_of``, by application id.

    Parameters
    ----------
    applications : rows of ``REGISTER``.
    transformer_of : the transformer that supplies an application, by its id; None where none is known.
    measurements : of the case; a reading without power is none.
    """
    energised = applications[applications["status"].eq("energised")]
    ids = {transformer_of.get(name) for name in energised["application_id"]}
    mine = measurements[measurements["transformer_id"].isin(ids) & (measurements["timestamp"] < as_of)]
    power = mine["s_kva"].notna() | (mine["p_kw"].notna() & mine["q_kvar"].notna())
    times = {str(name): rows.unique() for name, rows in mine[power].groupby("transformer_id")["timestamp"]}
    return {
        row.application_id: int((times[of] >= row.energised_at).sum())
        if (of := transformer_of.get(row.application_id)) in times
        else 0
        for row in energised.itertuples()
    }


def as_case_applications(snapshot: Snapshot, seen: Callable[[str], bool]) -> pd.DataFrame:
    """The snapshot as a case's ``applications``: accepted ones with what they reserve, energised ones until seen.

    Parameters
    ----------
    seen : whether meters see an energised application, by its id.
    """
    table = snapshot.applications
    energised = table["status"].eq("energised")
    reserved = table["reserved_kw"].notna()
    unseen = ~table["application_id"].map(seen).astype(bool)
    frame = table.assign(
        p_kw=table["reserved_kw"].fillna(table["p_kw"]),
        reserves=(reserved & unseen).astype("boolean").where(energised, pd.NA),
    )
    return conform(frame[list(APPLICATIONS.columns)], APPLICATIONS)


def about_energised(snapshot: Snapshot, found: Mapping[str, int], rule: SeeingRule) -> tuple[Issue, ...]:
    """One note per energised application that may still reserve: whether it does, and by which readings."""
    table = snapshot.applications.set_index("application_id")
    notes = []
    for name, count in found.items():
        if pd.isna(table.at[name, "reserved_kw"]):
            continue
        still = count < rule.readings
        day = table.at[name, "energised_at"]
        notes.append(
            Issue(
                "info",
                "register.still_reserving" if still else "register.seen_by_meters",
                "applications",
                "reserves",
                (name,),
                f"energised {day:%Y-%m-%d}; {count} readings of its transformer since then, "
                f"{rule.readings:.0f} needed ({rule.days:g} days at {rule.coverage_percent:g} %): "
                + ("it still reserves (P7)." if still else "meters see it, it reserves no longer (P7)."),
                f"{day:%Y-%m-%d} 送电；其后所属配变读数 {count} 个，需 {rule.readings:.0f} 个"
                f"（{rule.days:g} 天 × {rule.coverage_percent:g} %）："
                + ("仍占用容量（P7）。" if still else "电表已计入其负荷，不再占用（P7）。"),
            )
        )
    return tuple(notes)
