"""The register beside a case: what its applications reserve there, what they hang on, what is due, what no longer fits.

The register knows neither networks nor rules; both are handed to it here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from capacity import policy
from capacity.applications.register import Register
from capacity.applications.register.counting import SeeingRule, about_energised, as_case_applications, readings_since
from capacity.applications.register.deadlines import due_list, timetable
from capacity.applications.register.files import Line, lines_of_case, read_file
from capacity.applications.register.importing import Hangs, Imported, import_lines
from capacity.applications.register.overcommitted import over_committed
from capacity.errors import InputError, PolicyError
from capacity.policy.working_days import NotPublished
from capacity.tables.case import Case
from capacity.tables.inputs.applications import reserving
from capacity.tables.issue import Issue
from capacity.tables.policy import Policy
from capacity.tables.register import SNAPSHOT_HASH, Application, ElementVersion, Facts, Snapshot, StepsOf, WorkCalendar
from capacity.tables.run import Run
from capacity.tables.service import Step
from capacity.tables.words import Word

APPLICATIONS_FILE = "applications.csv"


def with_register(case: Case, snapshot: Snapshot, rules: Policy | None = None) -> Case:
    """The case with the register's applications in place of its own, and the snapshot's hash among its files'.

    Applications of other cases are left out. Energised ones reserve until meters see them (P7), and each says so.

    Raises
    ------
    InputError
        The case's own ``applications.csv`` holds accepted applications that the register does not know, or the register
        reserves on equipment that the case does not have: either way capacity would be promised twice.
    PolicyError
        The policy does not say how long an energised application reserves.
    """
    rules = rules or policy.policy_of(case)
    here = _of_this_case(case, snapshot)
    problems = (*_not_migrated(case, snapshot), *_nowhere(case, here))
    if problems:
        raise InputError(problems)
    rule = _seeing_rule(case, rules)
    found = readings_since(here.applications, _supplier_of(case, here), case.measurements, _as_of(case))
    applications = as_case_applications(here, lambda name: found.get(name, 0) >= rule.readings)
    notes = (*about_energised(here, found, rule), *_left_out(snapshot, here))
    return replace(
        case,
        applications=applications,
        hashes={**case.hashes, SNAPSHOT_HASH: snapshot.sha256},
        reading_issues=(*case.reading_issues, *(replace(note, file=SNAPSHOT_HASH) for note in notes)),
    )


def import_file(
    register: Register, path: Path, rules: Policy, *, who: str, why: str = "", case: Case | None = None
) -> Imported:
    """Take over the applications of a CSV or Excel file; ``case`` is needed where some of them reserve already.

    Raises
    ------
    InputError
        Every problem of the file; nothing was written.
    """
    lines, found = read_file(path)
    return _take_over(register, lines, path.name, rules, case, who, why or f"imported from {path.name}", found)


def migrate_case(register: Register, case: Case, rules: Policy, *, who: str, why: str = "") -> Imported:
    """Take over the ``applications.csv`` of a case.

    Raises
    ------
    InputError
        Every problem of it; nothing was written.
    """
    lines = lines_of_case(case.applications)
    why = why or f"migrated from {case.settings.name}/{APPLICATIONS_FILE}"
    return _take_over(register, lines, APPLICATIONS_FILE, rules, case, who, why, ())


def _take_over(
    register: Register,
    lines: Sequence[Line],
    file: str,
    rules: Policy,
    case: Case | None,
    who: str,
    why: str,
    found: Sequence[Issue],
) -> Imported:
    return import_lines(
        register,
        lines,
        who=who,
        why=why,
        file=file,
        power_factor=case.settings.power_factor if case else _DEFAULT_POWER_FACTOR,
        hangs=hangs_in(case) if case else _no_case,
        lv_limit_kw=lv_limit_kw(rules),
        found=found,
    )


_DEFAULT_POWER_FACTOR = 0.95  # of P9; without a case nothing is reserved, so that it is not used


def hangs_in(case: Case) -> Hangs:
    """What a customer hangs on in a case: transformer, feeder and substation, at versions yet to be read."""
    buses = case.topology.buses.drop_duplicates("bus_id").set_index("bus_id")
    trafos = case.net.trafo.drop_duplicates("name").set_index("name")

    def elements(facts: Facts) -> tuple[ElementVersion, ...] | Issue:
        if facts.node_id is not None and facts.node_id in buses.index:
            at = buses.loc[facts.node_id]
        elif facts.node_id is None and facts.transformer_id in trafos.index:
            at = case.topology.buses.loc[int(trafos.at[facts.transformer_id, "lv_bus"])]
        else:
            place = facts.node_id or facts.transformer_id or "-"
            return _no_element(f"'{place}' is not in the case", f"算例中没有“{place}”")
        named = {"transformer": facts.transformer_id or at["transformer_id"], "feeder": at["feeder_id"]}
        named["substation"] = at["substation_id"]
        if pd.isna(named["feeder"]) or pd.isna(named["substation"]):
            return _no_element("its connection point is not energised in the case", "其接入点在算例中未带电")
        return tuple(
            ElementVersion(kind, str(name), 0)  # type: ignore[arg-type]  # the keys above
            for kind, name in named.items()
            if not pd.isna(name)
        )

    return elements


def _no_case(facts: Facts) -> Issue:
    return _no_element("what it reserves is not known without its case", "缺少算例，无法确定其占用的设备")


def _no_element(en: str, zh: str) -> Issue:
    return Issue(
        "error",
        "register.reserves_nowhere",
        "application_file",
        "transformer_id",
        (),
        f"an accepted application must reserve on known equipment, but {en}; give the right transformer or node, and "
        "the case with --case.",
        f"已批未投的申请须占用确定的设备，但{zh}；请填写正确的配变或接入点，并用 --case 指定算例。",
    )


def lv_limit_kw(rules: Policy) -> float | None:
    """Up to which power customers are connected at low voltage (P12); None where the policy does not say."""
    return rules.service.low_voltage.up_to_kw if rules.service else None


def steps_of(rules: Policy) -> StepsOf:
    """The steps of P14 of an application.

    Raises
    ------
    PolicyError
        The policy has no section ``service``.
    """
    service = rules.service
    if service is None:
        raise PolicyError(
            f"policy '{rules.name}' states no time limits (section service, P14)\n"
            f"政策文件“{rules.name}”未规定办电时限（service 部分，P14）"
        )

    def steps(facts: Facts) -> Sequence[Step]:
        return service.time_limit(facts.voltage, facts.supply, facts.customer_kind).steps

    return steps


def chinese_calendar() -> WorkCalendar:
    """The Chinese working days; years not yet published come as words."""

    def last_day(start: dt.date, working_days: int) -> dt.date | Word:
        found = policy.deadline(start, working_days)
        return _in_words(found) if isinstance(found, NotPublished) else found.day

    def days_between(start: dt.date, end: dt.date) -> int | Word:
        found = policy.working_days_between(start, end)
        return _in_words(found) if isinstance(found, NotPublished) else found

    return WorkCalendar(last_day, days_between)


def due(
    register: Register, found: Sequence[Application], rules: Policy, now: dt.datetime | None = None
) -> pd.DataFrame:
    """What is due and overdue of these applications (rows of ``DUE``), as of ``now`` (UTC)."""
    today = register.local_day(now or dt.datetime.now(dt.UTC))
    return due_list(
        found, today=today, steps_of=steps_of(rules), calendar=chinese_calendar(), day_of=register.local_day
    )


def customer_timetable(
    register: Register, one: Application, rules: Policy, now: dt.datetime | None = None
) -> pd.DataFrame:
    """The customer's own timetable, 用电时刻表 (rows of ``DUE``), as of ``now`` (UTC)."""
    today = register.local_day(now or dt.datetime.now(dt.UTC))
    return timetable(one, today=today, steps_of=steps_of(rules), calendar=chinese_calendar(), day_of=register.local_day)


def over_committed_in(run: Run) -> pd.DataFrame:
    """The transformers of a run on which more is promised than fits (rows of ``OVER_COMMITTED``)."""
    values = run.manifest.policy_values
    return over_committed(
        run.transformers, run.applications, values["transformer_limit_percent"], values["power_factor"]
    )


def _in_words(why: NotPublished) -> Word:
    return Word(why.sentence_zh, why.sentence_en)


def _seeing_rule(case: Case, rules: Policy) -> SeeingRule:
    if "energised_reserves_days" not in rules.choices:
        raise PolicyError(
            f"policy '{rules.name}' lacks choices.energised_reserves_days, which a register needs (P7)\n"
            f"政策文件“{rules.name}”缺少 choices.energised_reserves_days，使用登记册时需要（P7）"
        )
    days, coverage = rules.choice("energised_reserves_days"), rules.choice("coverage_min_percent")
    return SeeingRule(days, coverage, case.settings.step_minutes)


def _as_of(case: Case) -> pd.Timestamp:
    return pd.Timestamp(case.settings.as_of)


def _known(case: Case) -> tuple[pd.Index, pd.Index]:
    """Names of the transformers and of the nodes that the case holds."""
    transformers = pd.Index(case.transformers["transformer_id"]).union(pd.Index(case.net.trafo["name"]))
    return transformers, pd.Index(case.net.bus["name"])


def _of_this_case(case: Case, snapshot: Snapshot) -> Snapshot:
    """The applications that name equipment of the case, or reserve at one of its substations."""
    table, (transformers, nodes) = snapshot.applications, _known(case)
    substations = case.topology.substations["substation_id"]
    belongs = (
        table["transformer_id"].isin(transformers)
        | table["node_id"].isin(nodes)
        | table["substation_id"].isin(substations)
    )
    return replace(snapshot, applications=table[belongs].reset_index(drop=True))


def _left_out(snapshot: Snapshot, here: Snapshot) -> tuple[Issue, ...]:
    ids = sorted(set(snapshot.applications["application_id"]) - set(here.applications["application_id"]))
    if not ids:
        return ()
    note = _issue(
        "info",
        "elsewhere",
        ids,
        f"{len(ids)} applications of the register name no equipment of this case and are not counted here.",
        f"登记册中有 {len(ids)} 份申请未指向本算例的设备，不计入。",
    )
    return (note,)


def _not_migrated(case: Case, snapshot: Snapshot) -> tuple[Issue, ...]:
    own = case.applications
    unknown = own[reserving(own) & ~own["application_id"].isin(snapshot.applications["application_id"])]
    if unknown.empty:
        return ()
    issue = _issue(
        "error",
        "not_migrated",
        list(unknown["application_id"]),
        f"{len(unknown)} accepted applications of {APPLICATIONS_FILE} are not in the register, and what they reserve "
        "would be promised again; take them over with: capacity applications import CASE --register URL",
        f"{APPLICATIONS_FILE} 中有 {len(unknown)} 份已批未投申请不在登记册中，其占用容量会被重复承诺；"
        "请先导入：capacity applications import 算例 --register URL",
    )
    return (replace(issue, file=APPLICATIONS_FILE),)


def _nowhere(case: Case, here: Snapshot) -> tuple[Issue, ...]:
    table, (transformers, nodes) = here.applications, _known(case)
    lost = table[
        table["reserved_kw"].notna()
        & ((table["transformer_id"].notna() & ~table["transformer_id"].isin(transformers))
        | (table["node_id"].notna() & ~table["node_id"].isin(nodes)))
    ]  # fmt: skip
    if lost.empty:
        return ()
    issue = _issue(
        "error",
        "reserves_nowhere",
        list(lost["application_id"]),
        f"{len(lost)} applications reserve capacity on a transformer or node that this case does not hold (any more); "
        "give the equipment its id again, or withdraw them and take them in anew.",
        f"{len(lost)} 份申请占用的配变或接入点在本算例中不存在；请恢复设备编号，或撤回后重新受理。",
    )
    return (issue,)


def _supplier_of(case: Case, here: Snapshot) -> Mapping[str, str | None]:
    """The transformer that supplies each application."""
    of_node: Callable[[object], object] = (
        case.topology.buses.drop_duplicates("bus_id").set_index("bus_id")["transformer_id"].get
    )
    return {
        row.application_id: _text(of_node(row.node_id)) or _text(row.transformer_id)
        for row in here.applications.itertuples()
    }


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _issue(severity: str, code: str, ids: Sequence[str], en: str, zh: str) -> Issue:
    return Issue(severity, f"register.{code}", "applications", "application_id", tuple(ids), en, zh, SNAPSHOT_HASH)  # type: ignore[arg-type]  # literals above
