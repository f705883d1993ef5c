"""What a release rests on: the parts of a run that disclosure looks at, and the refusal of runs that are not public."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
from geopandas import GeoDataFrame

from capacity.errors import PublicationError
from capacity.tables.inputs.applications import reserving
from capacity.tables.policy_values import policy_value
from capacity.tables.run import Manifest, Run

_AREA_COLUMNS = [
    "area_id", "name", "area_class", "branch", "supply_station", "feeder_ids", "status", "max_loading_percent",
    "allowed_sum_kva", "allowed_sum_is_lower_bound", "allowed_kva", "binding_criterion", "reserved_kva", "structural",
    "reason",
]  # fmt: skip
_TRANSFORMER_COLUMNS = [
    "transformer_id", "area_id", "feeder_id", "substation_id", "ownership", "in_service", "rated_kva",
    "smax_import_kva", "reserved_kva", "allowed_kva", "customer_count", "source",
]  # fmt: skip


@dataclass(frozen=True)
class Basis:
    """A confirmed run (or those of a city's members) as disclosure sees it. Internal: ids, kVA, customers.

    Attributes
    ----------
    run_name, manifest_sha256 : of the run, for the record.
    areas, transformers, feeders, substations, customers, applications, projects : columns of ``tables.results``, those
        that are used here. ``transformers`` has ``single_kva`` besides: the largest figure of a node below it (P9),
        its own room (P7) where no node has one. ``applications`` are those that reserve at a known transformer.
    lines : ``line_id``, ``area_id``, ``feeder_id``: which area or feeder a project's line belongs to.
    hours : columns of ``tables.results.capacity_12x24``.
    shapes : ``area_id``, ``derived``, ``geometry``.
    """

    run_name: str
    manifest_sha256: str
    title_zh: str
    title_en: str
    synthetic: bool
    as_of: dt.date
    window_start: dt.date
    window_end: dt.date
    policy_values: dict[str, float]
    power_factor: float
    voltage_standard: str
    services: dict[str, str]
    areas: pd.DataFrame
    transformers: pd.DataFrame
    feeders: pd.DataFrame
    substations: pd.DataFrame
    lines: pd.DataFrame
    hours: pd.DataFrame
    customers: pd.DataFrame
    applications: pd.DataFrame
    projects: pd.DataFrame
    shapes: GeoDataFrame

    @property
    def transformer_limit(self) -> float:
        """The factor k of P7."""
        return (policy_value(self.policy_values, "transformer_limit_percent") or 80.0) / 100.0


def basis_of(run: Run) -> Basis:
    """The basis of a release from a run.

    Raises
    ------
    PublicationError
        The run is of a scenario, or pandapower or the test of its node figures did not confirm it.
    """
    _refuse_unconfirmed(run.manifest)
    manifest = run.manifest
    power_factor = policy_value(manifest.policy_values, "power_factor") or 0.95
    return Basis(
        run_name=manifest.run_name,
        manifest_sha256=hashlib.sha256(manifest.model_dump_json().encode("utf-8")).hexdigest(),
        title_zh=manifest.case_title_zh,
        title_en=manifest.case_title_en,
        synthetic=manifest.synthetic,
        as_of=manifest.as_of,
        window_start=manifest.window_start.date(),
        window_end=manifest.window_end.date(),
        policy_values=dict(manifest.policy_values),
        power_factor=power_factor,
        voltage_standard=manifest.voltage_standard,
        services=dict(manifest.service_numbers),
        areas=run.areas[_AREA_COLUMNS].reset_index(drop=True),
        transformers=_with_singles(run),
        feeders=run.feeders[["feeder_id", "substation_id", "allowed_kva", "binding_criterion", "head_max_kva"]],
        substations=run.substations[["substation_id", "max_kva"]],
        lines=run.lines.loc[run.lines["level"].isin(["mv", "lv"]), ["line_id", "area_id", "feeder_id"]],
        hours=run.capacity_12x24,
        customers=run.customers[["customer_id", "transformer_id", "contract_kva"]],
        applications=_reserving(run, power_factor),
        projects=run.projects,
        shapes=run.area_shapes[["area_id", "derived", "geometry"]],
    )


def join_bases(bases: Sequence[tuple[str, Basis]], title_zh: str, title_en: str) -> Basis:
    """One basis for a city: the members' tables one below the other, every id with its member's name before it.

    Parameters
    ----------
    bases : name and basis of each member, in the city's order.

    Raises
    ------
    PublicationError
        The members are of different days or were run with different policy values.
    """
    first = bases[0][1]
    for name, basis in bases:
        if (basis.as_of, basis.voltage_standard) != (first.as_of, first.voltage_standard) or (
            basis.policy_values != first.policy_values
        ):
            raise PublicationError(
                f"member '{name}' was run as of {basis.as_of} or with other policy values than '{bases[0][0]}' "
                f"({first.as_of}): run the city again as a whole, then publish.",
                f"成员“{name}”的数据截止日（{basis.as_of}）或规则取值与“{bases[0][0]}”（{first.as_of}）不同：请整体重新计算后再公布。",
            )
    digest = hashlib.sha256("\n".join(basis.manifest_sha256 for _, basis in bases).encode("ascii")).hexdigest()
    prefixed = [(f"{name}/", basis) for name, basis in bases]
    tables = {
        table: pd.concat(
            [_prefixed(getattr(basis, table), prefix) for prefix, basis in prefixed], ignore_index=True
        )
        for table in (
            "areas", "transformers", "feeders", "substations", "lines", "hours", "customers", "applications", "projects"
        )
    }  # fmt: skip
    shapes = [_prefixed(basis.shapes.to_crs(4326), prefix) for prefix, basis in prefixed]
    services = {key: value for _, basis in reversed(bases) for key, value in basis.services.items()}
    return replace(
        first,
        run_name="+".join(basis.run_name for _, basis in bases),
        manifest_sha256=digest,
        title_zh=title_zh,
        title_en=title_en,
        synthetic=any(basis.synthetic for _, basis in bases),
        services=services,
        shapes=GeoDataFrame(pd.concat(shapes, ignore_index=True), geometry="geometry", crs=4326),
        **tables,
    )


_LISTS = ("feeder_ids", "element_ids", "area_ids")


def _prefixed(frame: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """The frame with every id prefixed; lists of ids (``;``) entry by entry."""
    full = frame.copy()
    for column in full.columns:
        if column.endswith("_id"):
            full[column] = prefix + full[column].astype("string")
        elif column in _LISTS:
            full[column] = (prefix + full[column].astype("string")).str.replace(";", f";{prefix}", regex=False)
    return full


def _refuse_unconfirmed(manifest: Manifest) -> None:
    if manifest.scenario is not None:
        raise PublicationError(
            f"run '{manifest.run_name}' is of scenario '{manifest.scenario}': what could be is never published. "
            f"Publish a run without a scenario.",
            f"计算“{manifest.run_name}”属于方案“{manifest.scenario}”：设想不得公布。请公布不带方案的计算结果。",
        )
    if manifest.crosscheck_passed is False:
        raise PublicationError(
            f"run '{manifest.run_name}' was not confirmed by pandapower: its figures may be wrong. "
            f"Find the cause (see the run's manifest), run again, then publish.",
            f"计算“{manifest.run_name}”未通过 pandapower 校核，数值可能有误。"
            f"请查明原因（见该次计算的 manifest）并重新计算后再公布。",
        )
    if manifest.verification is not None and manifest.verification.false_open > 0:
        raise PublicationError(
            f"in run '{manifest.run_name}' {manifest.verification.false_open} node figures of the sample break a "
            f"limit: nothing may be published from it. Report this, run again, then publish.",
            f"计算“{manifest.run_name}”的抽检中有 {manifest.verification.false_open} 个节点数值超出限值，"
            f"不得公布。请报告此情况，重新计算后再公布。",
        )


def _with_singles(run: Run) -> pd.DataFrame:
    table = run.transformers[_TRANSFORMER_COLUMNS].reset_index(drop=True)
    of_nodes = run.nodes.groupby("transformer_id")["allowed_kva"].max()
    return table.assign(single_kva=table["transformer_id"].map(of_nodes).astype("float64").fillna(table["allowed_kva"]))


def _reserving(run: Run, power_factor: float) -> pd.DataFrame:
    """Those that reserve: ``application_id``, the transformer that supplies their node, ``category``, ``s_kva``."""
    table = run.applications[reserving(run.applications)]
    supplier = run.nodes.drop_duplicates("node_id").set_index("node_id")["transformer_id"]
    at = table["node_id"].map(supplier).astype("string").fillna(table["transformer_id"])
    kva = table["p_kw"] / table["power_factor"].fillna(power_factor)
    found = pd.DataFrame(
        {
            "application_id": table["application_id"],
            "transformer_id": at,
            "category": table["category"],
            "s_kva": kva.astype("float64"),
        }
    )
    return found[found["transformer_id"].notna()].reset_index(drop=True)
