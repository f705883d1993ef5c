"""Many requests of ``capacity assess --file``: what is shown of them, and the workbook."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape
from rich.table import Table

from capacity.cli import INPUT_PROBLEM, assess_printing, printing
from capacity.cli.language import language, say, word
from capacity.tables.words import ORDER_OUTCOME

if TYPE_CHECKING:
    import pandas as pd

    from capacity.applications.requests.batch import Answered, Batch
    from capacity.applications.requests.reading import RequestFile
    from capacity.cli.assess_opening import Opened

WORKBOOK = "assessments.xlsx"
_OUTCOME_STYLE = {"gains": "green", "loses": "red", "not_answered": "magenta"}


@dataclass(frozen=True)
class Plan:
    """What is to be done with a file of requests."""

    file: Path
    order: str
    to: Path | None
    sheets: bool
    shape: str
    applied_on: dt.date | None
    as_json: bool


def read(plan: Plan) -> RequestFile:
    """The file's requests, before anything is opened for them; what is left out of it is said."""
    from capacity.applications.requests.batch import queues
    from capacity.applications.requests.reading import read_requests

    if plan.sheets and plan.to is None:
        raise typer.BadParameter(say("--sheets 须与 --to 同用", "--sheets needs --to"))
    found = read_requests(plan.file, shape=plan.shape, applied_on=plan.applied_on)
    queues(found.filed, plan.order)
    printing.print_issues(found.notes, to=printing.errors)
    return found


def answer(desk: Opened, plan: Plan, found: RequestFile) -> Batch:
    """Every request, in order of receipt and in the other order asked about."""
    from capacity.applications.requests.batch import assess_queues, queues

    first, other = queues(found.filed, plan.order)
    return assess_queues(desk.assessor, first, other, lambda done, total: desk.told("assessing", done, total))


def finish(desk: Opened, plan: Plan, found: RequestFile, done: Batch) -> None:
    """Show and write what came out; exit code 1 where a request could not be answered."""
    if plan.as_json:
        typer.echo(json.dumps(_as_json(desk, done), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        _print(desk, done)
    if plan.to is not None:
        _write(desk, plan.to, found, done, sheets=plan.sheets)
    if any(isinstance(one, Exception) for one in done.first.answers):
        raise typer.Exit(INPUT_PROBLEM)


def _print(desk: Opened, done: Batch) -> None:
    basis = desk.assessor.basis
    if basis.synthetic:
        printing.console.print(
            say("[bold red]合成数据：不代表任何真实电网[/]", "[bold red]synthetic data: no real grid[/]")
        )
    _print_answers(done.first)
    if done.other is not None and done.comparison is not None:
        printing.console.print(_comparison(done.other, done.comparison), highlight=False)
        _line(_sum(done.first))
        _line(_sum(done.other))
        _line(_balance(done.comparison))
    else:
        _line(_sum(done.first))
    _line(assess_printing.rests_on(basis))


def _print_answers(done: Answered) -> None:
    from capacity.applications.requests.showing import SHORT_VERDICT

    table = _table(
        word(done.queue.name),
        (("次序", "no.", "right"), ("申请", "application", "left"), ("申请\nkW", "asked\nkW", "right"),
         ("可承诺\nkW", "promised\nkW", "right"), ("可先供\nkW", "now\nkW", "right"),
         ("结论", "verdict", "left"), ("接入设备", "connected to", "left"),
         ("限制", "limited by", "left"), ("投资\n元", "cost\nCNY", "right"), ("最早送电", "earliest", "left")),
    )  # fmt: skip
    for row in done.rows.itertuples():
        style = assess_printing.VERDICT_STYLE[row.verdict]
        table.add_row(
            str(row.position),
            escape(row.application_id),
            f"{row.p_kw:g}",
            _figure(row.promised_kw, 1),
            _figure(row.now_kw, 1),
            f"[{style}]{escape(word(SHORT_VERDICT[row.verdict]))}[/]",
            escape(_text(row.target_id)),
            escape(_text(row.limited_by)),
            _figure(row.cost_yuan, 0),
            _day(row.energised_on),
        )
    printing.console.print(table, highlight=False)
    for row in done.rows.itertuples():
        _line(f"{row.application_id}{say('：', ': ')}{say(row.answer_zh, row.answer_en)}")


def _comparison(other: Answered, rows: pd.DataFrame) -> Table:
    from capacity.applications.requests.showing import SHORT_VERDICT

    table = _table(
        say(f"若改为：{other.queue.name.zh}", f"what if: {other.queue.name.en}"),
        (("申请", "application", "left"), ("次序", "no.", "left"), ("可承诺 kW", "promised kW", "left"),
         ("结论", "verdict", "left"), ("接入设备", "connected to", "left"), ("推迟\n天", "later\ndays", "right"),
         ("投资差\n元", "dearer\nCNY", "right"), ("得失", "outcome", "left")),
    )  # fmt: skip
    for row in rows.itertuples():
        before, after = word(SHORT_VERDICT[row.verdict_before]), word(SHORT_VERDICT[row.verdict_after])
        style = _OUTCOME_STYLE.get(row.outcome, "")
        outcome = escape(word(ORDER_OUTCOME[row.outcome]))
        table.add_row(
            escape(row.application_id),
            f"{row.position_before} → {row.position_after}",
            _change(_figure(row.promised_before_kw, 1), _figure(row.promised_after_kw, 1)),
            escape(_change(before, after)),
            escape(_change(_text(row.target_before), _text(row.target_after))),
            _figure(row.later_days, 0, signed=True),
            _figure(row.cost_after_yuan - row.cost_before_yuan, 0, signed=True),
            f"[{style}]{outcome}[/]" if style else outcome,
        )
    return table


def _table(title: str, columns: tuple[tuple[str, str, str], ...]) -> Table:
    table = Table(title=title, title_justify="left", padding=(0, 0, 0, 1))
    for zh, en, justify in columns:
        table.add_column(say(zh, en), justify=justify, overflow="fold")  # type: ignore[arg-type]  # left or right
    return table


def _change(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _sum(done: Answered) -> str:
    from capacity.applications.requests.comparing import totals

    all_of_it, name = totals(done.rows), word(done.queue.name)
    return say(
        f"{name}：{all_of_it.requests} 份申请共 {all_of_it.asked_kw:,.1f} kW，可承诺 {all_of_it.promised_kw:,.1f} kW"
        f"（其中可先供 {all_of_it.now_kw:,.1f} kW）：{all_of_it.whole} 份全部满足，{all_of_it.later} 份项目后满足，"
        f"{all_of_it.part} 份部分满足，{all_of_it.nothing} 份暂不能接入，"
        f"{all_of_it.unknown} 份无法判定，{all_of_it.not_answered} 份未能答复",
        f"{name}: {all_of_it.requests} applications for {all_of_it.asked_kw:,.1f} kW, {all_of_it.promised_kw:,.1f} kW "
        f"can be promised, {all_of_it.now_kw:,.1f} kW of it before any project: {all_of_it.whole} in whole, "
        f"{all_of_it.later} after works, {all_of_it.part} in part, {all_of_it.nothing} nothing, "
        f"{all_of_it.unknown} not known, {all_of_it.not_answered} not answered",
    )


def _balance(rows: pd.DataFrame) -> str:
    """Who gains and who loses, by id, and what it comes to."""
    ids = {code: rows.loc[rows["outcome"].eq(code), "application_id"].tolist() for code in ORDER_OUTCOME}
    total = float(rows["difference_kw"].sum())
    gains, loses = (", ".join(ids[code]) or say("无", "none") for code in ("gains", "loses"))
    return say(
        f"得益：{gains}；受损：{loses}；合计 {total:+,.1f} kW",
        f"gain: {gains}; lose: {loses}; in all {total:+,.1f} kW",
    )


def _write(desk: Opened, folder: Path, found: RequestFile, done: Batch, *, sheets: bool) -> None:
    from capacity.applications.requests.book import write_book

    folder.mkdir(parents=True, exist_ok=True)
    other = done.other.ordered if done.other is not None else None
    path = write_book(folder / WORKBOOK, desk.assessor.basis, done.first.ordered, other, done.comparison, found.notes)
    _said(path)
    if sheets:
        _write_sheets(desk, folder, done.first)


def _write_sheets(desk: Opened, folder: Path, done: Answered) -> None:
    """An answer sheet per application, as workbook and on paper; those not answered have none."""
    from capacity.answer_sheet import write_answer

    numbers = desk.case.settings.service_numbers
    taken: set[str] = {Path(WORKBOOK).stem}
    for filed, one in zip(done.queue.filed, done.answers, strict=True):
        if isinstance(one, Exception):
            continue
        name = _file_name(filed.application_id, taken)
        for path in (folder / f"{name}.xlsx", folder / f"{name}.pdf"):
            write_answer(one, path, language(), numbers)
            _said(path)


def _file_name(application_id: str, taken: set[str]) -> str:
    """A name that Windows takes too, and that no other application has."""
    plain = re.sub(r"[^\w.-]+", "_", application_id).strip(". ") or "_"
    name, number = plain, 2
    while name.casefold() in taken:
        name, number = f"{plain}-{number}", number + 1
    taken.add(name.casefold())
    return name


def _as_json(desk: Opened, done: Batch) -> dict[str, Any]:
    return {
        "orders": [_order_as_json(desk, one) for one in (done.first, done.other) if one is not None],
        "comparison": None if done.comparison is None else _records(done.comparison),
    }


def _order_as_json(desk: Opened, done: Answered) -> dict[str, Any]:
    from capacity.applications.answers import as_json
    from capacity.applications.requests.comparing import in_words, totals

    numbers = desk.case.settings.service_numbers
    answered = [
        {"application_id": filed.application_id, "answer": None, "faults": asdict(in_words(one))}
        if isinstance(one, Exception)
        else {"application_id": filed.application_id, "answer": as_json(one, numbers), "faults": None}
        for filed, one in zip(done.queue.filed, done.answers, strict=True)
    ]
    return {
        "order": asdict(done.queue.name),
        "totals": asdict(totals(done.rows)),
        "assessed": _records(done.rows),
        "answers": answered,
    }


def _records(rows: pd.DataFrame) -> Any:
    return json.loads(rows.to_json(orient="records", force_ascii=False, date_format="iso"))


def _figure(value: float, digits: int, *, signed: bool = False) -> str:
    if math.isnan(value):
        return "—"
    return f"{value:+,.{digits}f}" if signed else f"{value:,.{digits}f}"


def _day(day: pd.Timestamp) -> str:
    return f"{day:%Y-%m-%d}" if day == day else "—"


def _text(value: object) -> str:
    return value if isinstance(value, str) else "—"


def _said(path: Path) -> None:
    printing.errors.print(f"{say('已写出', 'written')}: {path}", markup=False, highlight=False)


def _line(text: str) -> None:
    printing.console.print(text, markup=False, highlight=False)
