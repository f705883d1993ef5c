"""A figure for accepting from a finished run: what it allows, less what was accepted since. Low voltage only.

A quick judgement by P7 and P8, without a load flow of its own: figures of transformer, area, feeder, substation and,
where one is named, node, each less everything accepted on that element since the run froze its applications. What was
withdrawn since is not given back: the next run does that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from capacity.tables.register import Application, Claim, Compute, Refusal, Snapshot
from capacity.tables.run import Run
from capacity.tables.words import CRITERION, ELEMENT_TYPE


@dataclass(frozen=True)
class _Room:
    """What the run allows at an element, and what was accepted there since."""

    kind: str
    element_id: str
    allowed_kva: float
    since_kva: float
    why_zh: str = ""
    why_en: str = ""

    @property
    def left_kva(self) -> float:
        return max(0.0, self.allowed_kva - self.since_kva)


def judge_by_run(run: Run) -> Compute:
    """Judges applications by a run's figures and what the register accepted since; see the module's description."""

    def compute(application: Application, snapshot: Snapshot) -> Claim | Refusal:
        facts = application.facts
        factor = facts.power_factor or run.manifest.policy_values["power_factor"]
        wanted = facts.p_kw / factor
        place = _place(run, application)
        if isinstance(place, str):
            zh, en = _NO_PLACE[place]
            return _refusal(
                application,
                wanted,
                math.nan,
                en.format(run=run.manifest.run_name),
                zh.format(run=run.manifest.run_name),
            )
        rooms = [*_rooms(run, place, facts.node_id, snapshot)]
        unknown = [room for room in rooms if math.isnan(room.allowed_kva)]
        if rooms[0] in unknown or not [room for room in rooms if room not in unknown]:
            return _refusal(
                application, wanted, math.nan,
                f"what transformer {place['transformer_id']} can take is not known in {run.manifest.run_name} "
                f"({place['reason']}), and unknown is never promised (P7).",
                f"{run.manifest.run_name} 中配变 {place['transformer_id']} 的允许接入容量未知（{place['reason']}），"
                "未知不得承诺（P7）。",
            )  # fmt: skip
        least = min((room for room in rooms if room not in unknown), key=lambda room: room.left_kva)
        basis_zh, basis_en = _basis(run, least, unknown)
        if round(wanted - least.left_kva, 9) > 0.0:
            return _refusal(
                application,
                wanted,
                least.left_kva,
                f"it needs {wanted:.1f} kVA ({facts.p_kw:g} kW at {factor:g}), there is room for "
                f"{least.left_kva:.1f} kVA: {basis_en}. Less power, another transformer or a project would help (P6, "
                "P16).",
                f"需 {wanted:.1f} kVA（{facts.p_kw:g} kW，功率因数 {factor:g}），可用 {least.left_kva:.1f} kVA："
                f"{basis_zh}。"
                "可减小容量、改接其他配变或立项解决（P6、P16）。",
            )
        return Claim(
            application_id=application.application_id,
            application_version=application.version,
            reserved_kw=facts.p_kw,
            reserved_kva=wanted,
            figure_kva=least.left_kva,
            elements=(
                snapshot.version("transformer", str(place["transformer_id"])),
                snapshot.version("feeder", str(place["feeder_id"])),
                snapshot.version("substation", str(place["substation_id"])),
            ),
            basis_zh=basis_zh,
            basis_en=basis_en,
        )

    return compute


_NO_PLACE = {
    "high voltage": (
        "高压用户不能仅凭计算结果 {run} 确认，须经潮流校核后以 --claim 提交核定依据。",
        "a customer at high voltage is not accepted by the figures of {run}; it takes a load flow, and its claim "
        "(--claim).",
    ),
    "no transformer": (
        "计算结果 {run} 中找不到该申请的配变或接入点，请先更正申请（amend），或用包含该设备的结果。",
        "{run} does not know the transformer or node of this application; amend it, or take a run that knows it.",
    ),
}


def _place(run: Run, application: Application) -> pd.Series | str:
    """The row of the transformer that supplies the application, else why there is none."""
    facts = application.facts
    if facts.voltage != "lv":
        return "high voltage"
    name = facts.transformer_id
    if facts.node_id is not None:
        at = run.nodes.loc[run.nodes["node_id"].eq(facts.node_id), "transformer_id"].dropna()
        name = str(at.iloc[0]) if len(at) and (name is None) else name
    rows = run.transformers[run.transformers["transformer_id"].eq(name or "")]
    if rows.empty or rows[["feeder_id", "substation_id"]].isna().any(axis=None):
        return "no transformer"
    return rows.iloc[0]


def _rooms(run: Run, place: pd.Series, node_id: str | None, snapshot: Snapshot) -> Iterator[_Room]:
    since = _accepted_since(run, snapshot)
    yield _Room("transformer", place["transformer_id"], place["allowed_kva"], _on(since, "transformer_id", place))
    if node_id is not None and node_id in set(run.nodes["node_id"]):
        node = run.nodes.set_index("node_id").loc[node_id]
        yield _Room("node", node_id, node["allowed_kva"], _on(since, "transformer_id", place), *_limit(node))
    for kind, table in (("area", run.areas), ("feeder", run.feeders), ("substation", run.substations)):
        key = f"{kind}_id"
        rows = table[table[key].eq(place[key])] if not pd.isna(place[key]) else table[:0]
        if len(rows):
            row = rows.iloc[0]
            yield _Room(kind, row[key], row["allowed_kva"], _on(since, key, place), *_limit(row))


def _accepted_since(run: Run, snapshot: Snapshot) -> pd.DataFrame:
    """What was accepted after the run froze its applications, with the elements it hangs on."""
    frozen = run.applications[run.applications["status"].isin(["accepted", "energised"])]["application_id"]
    table = snapshot.applications
    new = table[table["reserved_kva"].notna() & ~table["application_id"].isin(set(frozen))]
    supplier = run.nodes.drop_duplicates("node_id").set_index("node_id")["transformer_id"]
    transformer = new["transformer_id"].fillna(new["node_id"].map(supplier))
    where = run.transformers.set_index("transformer_id")[["area_id", "feeder_id", "substation_id"]]
    return new[["reserved_kva"]].assign(transformer_id=transformer).join(where, on="transformer_id")


def _on(since: pd.DataFrame, key: str, place: pd.Series) -> float:
    return float(since.loc[since[key].eq(place[key]).fillna(False), "reserved_kva"].sum())


def _limit(row: pd.Series) -> tuple[str, str]:
    criterion, element = row["binding_criterion"], row["binding_element"]
    if pd.isna(criterion):
        return "", ""
    return f"{CRITERION[criterion].zh} {element}", f"{CRITERION[criterion].en} {element}"


def _basis(run: Run, least: _Room, unknown: list[_Room]) -> tuple[str, str]:
    word = ELEMENT_TYPE.get(least.kind)
    kind_zh, kind_en = (word.zh, word.en) if word else ("10千伏线路", "feeder")
    zh = f"{kind_zh} {least.element_id} 允许 {least.allowed_kva:.1f} kVA"
    en = f"{kind_en} {least.element_id} allows {least.allowed_kva:.1f} kVA"
    zh += f"（{least.why_zh}）" if least.why_zh else ""
    en += f" ({least.why_en})" if least.why_en else ""
    if least.since_kva:
        zh += f"，其后已确认 {least.since_kva:.1f} kVA"
        en += f", {least.since_kva:.1f} kVA were accepted since"
    if unknown:
        names = ", ".join(f"{room.kind} {room.element_id}" for room in unknown)
        zh, en = f"{zh}；未知未核：{names}", f"{en}; not known and not checked: {names}"
    day = run.manifest.as_of
    return f"{zh}；计算结果 {run.manifest.run_name}，截至 {day}", f"{en}; by run {run.manifest.run_name} as of {day}"


def _refusal(application: Application, wanted: float, figure: float, en: str, zh: str) -> Refusal:
    head = application.application_id
    return Refusal(head, wanted, figure, f"{head} is not accepted: {en}", f"申请 {head} 未予确认：{zh}")
