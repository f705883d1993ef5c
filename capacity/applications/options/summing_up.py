"""The answer as a whole: its verdict, one or two sentences, and how long it holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from capacity.applications.options.choices import OptionChoices
from capacity.applications.options.ranking import metres
from capacity.applications.options.setting import Tools
from capacity.tables.assessment import Option, Request, StagedOffer, Verdict
from capacity.tables.register import WORKS_FIRST
from capacity.tables.words import PLACE_KIND, VERDICT, Word
from capacity.tables.works import CostEstimate, Yuan


def verdict_of(options: Sequence[Option], staged: StagedOffer | None) -> Verdict:
    """The answer as a whole.

    The best option's, but where public works have to come first it is no yes: ``staged`` where something can be had
    until then, else ``not_before_project``. Where none will do ``unknown`` if one of those checked is, else a no.
    """
    best = next((one for one in options if one.rank == 1), None)
    if best is not None and best.candidate.kind in WORKS_FIRST:
        return "staged" if staged is not None else "not_before_project"
    if best is not None:
        return best.verdict
    return "unknown" if any(one.verdict == "unknown" for one in options) else "not_before_project"


def summary(options: Sequence[Option], staged: StagedOffer | None, request: Request, tools: Tools) -> Word:
    """The answer in one or two sentences.

    Parameters
    ----------
    options : as :func:`~.ranking.rank` returns them.
    """
    best = next((one for one in options if one.rank == 1), None)
    verdict = VERDICT[verdict_of(options, staged)]
    if best is not None and verdict_of(options, staged) == "staged" and staged is not None:
        return Word(f"{verdict.zh}：{staged.sentence.zh}", f"{_capital(verdict.en)}: {staged.sentence.en}")
    if best is not None and best.verdict == "staged":
        return Word(f"{verdict.zh}：{best.reason.zh}", f"{_capital(verdict.en)}: {best.reason.en}")
    if best is not None:
        said, before = _connected(best, verdict, request, tools), _before_that(staged)
        return Word(f"{said.zh}{before.zh}", f"{said.en}{before.en}")
    if not options:
        return Word(
            f"{verdict.zh}：搜索半径内没有可接入 {request.kw:g} kW 的位置（P15）。",
            f"{_capital(verdict.en)}: within the search radii there is no place to connect {request.kw:g} kW at (P15).",
        )
    checked = [one for one in options if one.finding is not None]
    nearest = min(checked or options, key=lambda one: (one.candidate.route_m, one.key))
    kind = PLACE_KIND[nearest.candidate.kind]
    return Word(
        f"{verdict.zh}：共 {len(options)} 个方案，均不能接入 {request.kw:g} kW。最近的方案（{kind.zh}，"
        f"{nearest.candidate.target_id}）：{nearest.reason.zh}",
        f"{_capital(verdict.en)}: none of {len(options)} option(s) takes {request.kw:g} kW. The nearest one "
        f"({kind.en}, {nearest.candidate.target_id}): {nearest.reason.en}",
    )


def valid_until(answered_on: dt.date, choices: OptionChoices) -> dt.date:
    """The last day on which an answer of ``answered_on`` holds."""
    return answered_on + dt.timedelta(days=int(choices.values.offer_valid_days.value))


def money(amount: Yuan) -> str:
    """A likely amount to three digits that count: estimates are no better."""
    whole = round(amount.likely)
    return f"{round(whole, 3 - len(str(whole))) if whole >= 1000 else whole:,.0f}"


def _connected(best: Option, verdict: Word, request: Request, tools: Tools) -> Word:
    kind, route = PLACE_KIND[best.candidate.kind], metres(best.candidate.route_m)
    target = _targets(best)
    day = tools.day_in_words(best.energised) if best.energised is not None else None
    when_zh, when_en = (f"，最早{day.zh}送电", f", supply {day.en} at the earliest") if day is not None else ("", "")
    late = _late(best, request)
    project = _project(best)
    cost = _cost(best.cost)
    return Word(
        f"{verdict.zh}：{request.kw:g} kW，{kind.zh}（{target.zh}），路径 {route} 米{when_zh}{late.zh}。"
        f"{project.zh}{cost.zh}",
        f"{_capital(verdict.en)}: {request.kw:g} kW, {kind.en} ({target.en}), over {route} m{when_en}{late.en}."
        f"{project.en}{cost.en}",
    )


def _before_that(staged: StagedOffer | None) -> Word:
    """What can be had until the works are done, where that is offered too."""
    if staged is None:
        return Word("", "")
    kw = f"{staged.firm_kw:g}"
    return Word(f"此前可先供 {kw} kW（P16）。", f" Until then {kw} kW can be had (P16).")


def _targets(best: Option) -> Word:
    """What it is connected to; of a dual supply both."""
    one = best.candidate
    first = one.pairs_with.partition(":")[2]
    if not first:
        return Word(one.target_id, one.target_id)
    return Word(f"{one.target_id}，第一路 {first}", f"{one.target_id}, the first being {first}")


def _late(best: Option, request: Request) -> Word:
    wanted, day = request.energise_on, best.energised
    if wanted is None or day is None:
        return Word("", "")
    if day.latest <= wanted:
        return Word(f"，可满足期望的 {wanted}", f", in time for {wanted}")
    if day.earliest > wanted:
        return Word(f"，晚于期望的 {wanted}", f", later than {wanted} as wanted")
    return Word(
        f"，能否赶上期望的 {wanted} 取决于尚未公布的节假日",
        f"; whether by {wanted} hangs on holidays not yet published",
    )


def _project(best: Option) -> Word:
    if best.verdict != "yes_with_project":
        return Word("", "")
    if not best.project:
        return Word("", "")
    zh, en = "、".join(one.words.zh for one in best.project), ", ".join(one.words.en for one in best.project)
    return Word(f"项目内容：{zh}。", f" The project: {en}.")


def _cost(cost: CostEstimate | None) -> Word:
    if cost is None:
        return Word("", "")
    if cost.customer.likely >= 0.5:
        parts_zh = [f"用户承担约 {money(cost.customer)} 元"]
        parts_en = [f"about {money(cost.customer)} of it paid by the customer"]
    else:
        parts_zh, parts_en = ["用户红线内无费用"], ["nothing behind the property line"]
    if cost.open.likely >= 0.5:
        parts_zh.append(f"{money(cost.open)} 元由谁承担以供电方案答复为准")
        parts_en.append(f"for {money(cost.open)} of it the supply offer names the payer")
    return Word(
        f"费用约 {money(cost.total)} 元，其中{'，'.join(parts_zh)}（P12、P13）。",
        f" It costs about {money(cost.total)} CNY, {', '.join(parts_en)} (P12, P13).",
    )


def _capital(phrase: str) -> str:
    return phrase[:1].upper() + phrase[1:]
