"""Requests about one case answered: opened once, asked often, from several threads."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd
from geopandas import GeoDataFrame

from capacity import policy, works
from capacity.applications.options import bundled_choices, faults_against
from capacity.applications.places import grid_map
from capacity.assessing.answering import Counter
from capacity.assessing.claiming import claim_or_refusal, reservation
from capacity.assessing.ground import Ground, Placed, open_ground
from capacity.assessing.hours import hours_at
from capacity.assessing.toolbox import catalogue, setting_of, tools_of
from capacity.assessing.turns import Turns
from capacity.case import apply_scenario
from capacity.desk import with_register
from capacity.errors import InputError, PolicyError, RequestError
from capacity.tables.assessment import Assessment, Basis, Request
from capacity.tables.case import Case
from capacity.tables.policy import Policy
from capacity.tables.register import SNAPSHOT_HASH, Application, Claim, Refusal, Snapshot
from capacity.tables.scenario import Scenario
from capacity.tables.words import Word

Progress = Callable[[str, int, int], None]
VALUES = (
    "transformer_limit_percent",
    "lv_line_limit_percent",
    "section_limit_percent",
    "substation_limit_percent",
    "existing_violation_epsilon_pu",
    "existing_violation_epsilon_percent",
    "coverage_min_percent",
)
"""Choices of the policy that every answer rests on."""


def open_assessor(
    case: Case,
    *,
    rules: Policy | None = None,
    snapshot: Snapshot | None = None,
    scenario: Scenario | None = None,
    no_go: GeoDataFrame | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> CaseAssessor:
    """Check a case, solve its year, and be ready for requests (P6, P12–P17).

    Parameters
    ----------
    rules : the policy, if not the one that the case names.
    snapshot : of the register, whose applications take the place of the case's own.
    scenario : changes laid over the case.
    no_go : polygons that no new line may enter.
    workers : threads of the load flow; all processors by default.
    progress : called as ``progress(stage, done, total)``; ``total`` is 0 where a stage only begins.

    Raises
    ------
    InputError
        The case, or what it takes from the register, has errors; every one of them is in ``.issues``.
    PolicyError
        The policy is absent, or has no section ``options`` (P15) or ``service`` (P12–P14).
    """
    rules = rules or policy.policy_of(case)
    _need_sections(rules)
    studied = apply_scenario(case, scenario) if scenario else case
    equipment, choices = catalogue(), bundled_choices()
    faults = faults_against(choices, equipment)
    if faults:
        raise InputError(faults)
    reserving = with_register(studied, snapshot, rules) if snapshot else studied
    ground = open_ground(reserving, rules, workers=workers, progress=progress)
    if progress is not None:
        progress("places", 0, 0)
    grid = grid_map(studied, no_go=no_go)
    tools = tools_of(rules, works.bundled_prices(), works.bundled_durations())
    setting = setting_of(ground, equipment, choices)
    counter = Counter(ground, grid, setting, tools, _basis(ground, rules), hours_at)
    return CaseAssessor(studied, counter)


class CaseAssessor:
    """Answers requests about one case; see :class:`capacity.tables.assessment.Assessor`.

    A class because it holds the state that acceptances move on: ``take_up`` swaps the ground that answers are given
    on as a whole, so that a request in another thread sees the old one or the new one, never half of each.
    """

    def __init__(self, case: Case, counter: Counter) -> None:
        self._case = case
        self._counter = counter
        self._moving = threading.Lock()
        self._turns = Turns(os.cpu_count() or 1)

    @property
    def basis(self) -> Basis:
        """What its answers rest on at present."""
        return self._counter.basis

    @property
    def ground(self) -> Ground:
        """The grid that answers are given on at present."""
        return self._counter.ground

    def assess(self, request: Request, *, hours: bool = False) -> Assessment:
        """Everything about one request; see :meth:`capacity.tables.assessment.Assessor.assess`."""
        with self._turns:  # more at once than processors would only make each of them slower
            return self._counter.answer(request, hours=hours)

    def assess_in_order(self, requests: Sequence[Request]) -> tuple[Assessment | Exception, ...]:
        """Requests in their order, each seeing what the earlier ones would reserve; the assessor stays as it is."""
        counter, extra = self._counter, tuple[Placed, ...]()
        answers: list[Assessment | Exception] = []
        for number, request in enumerate(requests, start=1):
            try:
                answer = counter.answer(request, hours=False)
            except RequestError as why:
                answers.append(why)
                continue
            answers.append(answer)
            more = reservation(counter.ground, answer)
            if more and number < len(requests):
                extra = (*extra, *more)
                counter = _on(counter, counter.ground.with_reservations(counter.ground.case, extra))
        return tuple(answers)

    def take_up(self, snapshot: Snapshot) -> None:
        """See the register as of a snapshot from now on.

        Raises
        ------
        InputError
            The register reserves on equipment that the case does not have, or lacks applications of the case.
        """
        with self._moving:
            if snapshot.sha256 != self.basis.register_sha256:
                self._counter = self._as_of(snapshot)

    def judge(self, application: Application, snapshot: Snapshot) -> Claim | Refusal:
        """For the register's ``accept_with``: whether it can be accepted where it stands, and on which figure.

        Judged with everything reserved in the snapshot connected: by the works that it was offered by, as long as the
        case does not hold them; else at the node or transformer that it names, with nothing new built.
        """
        self.take_up(snapshot)
        counter = self._counter
        if counter.basis.register_sha256 != snapshot.sha256:  # another thread has moved on: judge on what was asked
            counter = self._as_of(snapshot)
        return claim_or_refusal(counter, application, snapshot)

    def _as_of(self, snapshot: Snapshot) -> Counter:
        ground = self._counter.ground
        case = with_register(self._case, snapshot, ground.rules)
        return _on(self._counter, ground.with_reservations(case))


def _on(counter: Counter, ground: Ground) -> Counter:
    """The counter on other ground."""
    setting = setting_of(ground, counter.setting.catalogue, counter.setting.choices)
    return replace(counter, ground=ground, setting=setting, basis=_basis(ground, ground.rules))


def _basis(ground: Ground, rules: Policy) -> Basis:
    case, times = ground.case, ground.solved.timestamps
    settings = case.settings
    step = pd.Timedelta(minutes=settings.step_minutes)
    return Basis(
        case_name=settings.name,
        title=Word(settings.title_zh, settings.title_en),
        as_of=dt.datetime.combine(settings.as_of, dt.time()),
        policy_name=rules.name,
        window_from=times[0],
        window_to=times[-1] + step,
        step_minutes=settings.step_minutes,
        register_sha256=case.hashes.get(SNAPSHOT_HASH, ""),
        power_factor=settings.power_factor,
        values={name: rules.choice(name) for name in VALUES},
        synthetic=settings.synthetic,
        remarks=_weaker(ground),
    )


def _weaker(ground: Ground) -> tuple[Word, ...]:
    """What makes every answer weaker than it looks."""
    remarks = []
    reasons = ground.transformers["reason"]
    unknown = int(reasons.isin(["insufficient_data", "no_source", "solver_failure"]).sum())
    if unknown:
        remarks.append(
            Word(
                f"{unknown} 台配变数据不足，其下不答复可否接入，其上级按其允许负载满载计（P7、P11）。",
                f"Of {unknown} transformer(s) too little is known: below them no answer is given, and the grid above "
                f"is reckoned with them loaded to their limit (P7, P11).",
            )
        )
    failed = int(ground.solved.failed.any(axis=0).sum())
    if failed:
        remarks.append(Word(f"{failed} 个时刻潮流不收敛。", f"In {failed} step(s) the load flow found no solution."))
    if ground.case.topology.lines["level"].ne("lv").all():
        remarks.append(
            Word(
                "算例没有低压线路：只核算到配变低压母线，低压线路上的压降未计（P9）。",
                "The case holds no LV lines: checks end at the LV busbars, drops along LV lines are not in them (P9).",
            )
        )
    return tuple(remarks)


def _need_sections(rules: Policy) -> None:
    missing = [name for name in ("options", "service") if getattr(rules, name) is None]
    if missing:
        listed = ", ".join(missing)
        raise PolicyError(
            f"policy '{rules.name}' lacks the section(s) {listed}, which connection requests need (P12–P15): add them, "
            f"as in baoshan-2021.yaml\n政策文件“{rules.name}”缺少 {listed} 部分，答复接入申请时需要（P12–P15）："
            "请参照 baoshan-2021.yaml 补充"
        )
