"""How applications are shown: in a terminal, and to programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from capacity.cli import printing
from capacity.cli.language import language, say, word
from capacity.tables.register import works_in_words
from capacity.tables.words import APPLICATION_STATUS, CUSTOMER_KIND, DUE_STATE, REGISTER_EVENT

if TYPE_CHECKING:
    import pandas as pd

    from capacity.applications.register import Register
    from capacity.tables.register import Application, Facts

DUE_STYLE = {"overdue": "bold red", "due": "yellow", "done": "green", "done_late": "red"}


def as_json(register: Register, one: Application) -> dict[str, Any]:
    """An application for programs; times in UTC."""
    return json.loads(json.dumps(asdict(one), default=lambda value: value.isoformat())) | {
        "time_zone": register.time_zone.key
    }


def _place(facts: Facts) -> str:
    """Where the customer connects, else is; in words where nothing says so."""
    named = facts.node_id or facts.transformer_id or facts.feeder_id
    if named is None and facts.longitude is None:
        return say("位置未知", "an unknown place")
    return named or f"{facts.longitude},{facts.latitude}"


def one_line(one: Application) -> str:
    """An application in one sentence."""
    facts, status = one.facts, word(APPLICATION_STATUS[one.status])
    place = _place(facts)
    line = say(
        f"{one.application_id}：{status}，{facts.p_kw:g} kW，{place}，版本 {one.version}",
        f"{one.application_id}: {status}, {facts.p_kw:g} kW at {place}, version {one.version}",
    )
    if facts.works_option is not None and facts.works_kva is not None:
        works = word(works_in_words(facts.works_option, facts.works_kva))
        line += say(f"；供电方案：待{works}", f"; offered with {works}")
    if one.claim is None or one.reserved_kva is None:
        return line
    figure, basis = one.claim.figure_kva, say(one.claim.basis_zh, one.claim.basis_en)
    return line + say(
        f"；占用 {one.reserved_kva:.1f} kVA（核定可用 {figure:.1f} kVA：{basis}）",
        f"; {one.reserved_kva:.1f} kVA reserved, checked against {figure:.1f} kVA: {basis}",
    )


def listed(found: Sequence[Application]) -> Table:
    """Applications as a table."""
    table = Table(title=say(f"申请（{len(found)}）", f"applications ({len(found)})"), title_justify="left")
    table.add_column(say("编号", "id"), no_wrap=True)
    for zh, en in (("状态", "status"), ("kW", "kW"), ("占用 kVA", "reserved kVA"), ("接入", "at"),
                   ("期望送电", "wanted by"), ("客户", "customer"), ("版本", "version")):  # fmt: skip
        table.add_column(say(zh, en), overflow="fold")
    for one in found:
        facts = one.facts
        reserved = "" if one.reserved_kva is None else f"{one.reserved_kva:.1f}"
        place = _place(facts)
        customer = word(CUSTOMER_KIND[facts.customer_kind]).split(say("、", ","))[0]
        cells = (one.application_id, word(APPLICATION_STATUS[one.status]), f"{facts.p_kw:g}", reserved, place,
                 str(facts.energise_on or ""), facts.customer or customer, str(one.version))  # fmt: skip
        table.add_row(*map(escape, cells))
    return table


def history(register: Register, one: Application) -> Table:
    """What happened to an application, in local time."""
    zone = register.time_zone.key
    table = Table(title=say(f"历史（{zone}）", f"history ({zone})"), title_justify="left")
    for zh, en in (("时间", "when"), ("事项", "what"), ("状态", "status"), ("经办", "who"), ("原因", "why")):
        table.add_column(say(zh, en), overflow="fold")
    for stamp in one.stamps:
        at = f"{register.local(stamp.at):%Y-%m-%d %H:%M:%S}"
        why = stamp.why
        if stamp.event == "refused":
            answer = json.loads(stamp.details)
            why = " ".join(filter(None, [why, say(answer["sentence_zh"], answer["sentence_en"])]))
        what, status = word(REGISTER_EVENT[stamp.event]), word(APPLICATION_STATUS[stamp.status])
        table.add_row(at, what, status, escape(stamp.who), escape(why))
    return table


def due(rows: pd.DataFrame, title: str) -> Table:
    """Time limits as a table."""
    table = Table(title=title, title_justify="left")
    table.add_column(say("申请", "application"), no_wrap=True)
    for zh, en in (("环节", "step"), ("情况", "state"), ("最迟日期", "due on"),
                   ("剩余工作日", "working days left"), ("说明", "remark")):  # fmt: skip
        table.add_column(say(zh, en), overflow="fold")
    for row in rows.itertuples():
        style, state = DUE_STYLE.get(row.state, ""), word(DUE_STATE[row.state])
        remark = row.remark_zh if language() == "zh" else row.remark_en
        table.add_row(
            escape(row.application_id),
            say(row.step_zh, row.step_en),
            f"[{style}]{state}[/]" if style else state,
            f"{row.due_on:%Y-%m-%d}" if row.due_on == row.due_on else "—",
            f"{row.days_left:.0f}" if row.days_left == row.days_left else "—",
            remark if isinstance(remark, str) else "",
        )
    return table


def print_over_committed(rows: pd.DataFrame) -> None:
    """Promises that no longer fit, one sentence each."""
    if rows.empty:
        printing.console.print(say("没有超额承诺。", "nothing is promised beyond the room there is."))
    for row in rows.itertuples():
        sentence = say(row.message_zh, row.message_en)
        printing.console.print(f"[bold red]{row.rule}[/] {escape(sentence)}", highlight=False)
