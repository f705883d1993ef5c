"""One request of ``capacity assess``: what is asked, what is shown, written and entered."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from capacity.cli import assess_printing, printing
from capacity.cli.application_options import open_at, place_of
from capacity.cli.language import language, say

if TYPE_CHECKING:
    from capacity.cli.assess_opening import Opened
    from capacity.tables.assessment import Assessment, Request
    from capacity.tables.places import PlaceRequest


@dataclass(frozen=True)
class Wish:
    """What the command line says: ``stated`` holds the request's attributes by name, None where not given."""

    place: PlaceRequest | None
    stated: dict[str, Any] = field(hash=False)
    dual: bool
    application_id: str
    register: str | None
    record: bool


def place_of_options(at: str | None, node: str | None, transformer: str | None, *, dual: bool) -> PlaceRequest | None:
    """The one place that is named; None where none is."""
    from capacity.tables.places import PlaceRequest

    if sum(one is not None for one in (at, node, transformer)) > 1:
        raise typer.BadParameter(
            say("请用 --at、--node、--transformer 之一", "give one of --at, --node and --transformer")
        )
    if at is None and node is None and transformer is None:
        return None
    longitude, latitude = place_of(at)
    return PlaceRequest(longitude, latitude, node, transformer, dual)


def request_for(wish: Wish) -> Request:
    """What is asked: an application of the register with what is given beside it, or what is given alone."""
    from capacity.applications.requests.recording import asked_in
    from capacity.tables.assessment import Request

    if (wish.record or wish.application_id) and wish.register is None:
        raise typer.BadParameter(
            say("--record、--application 须有 --register", "--record and --application need --register")
        )
    stated = {name: value for name, value in wish.stated.items() if value is not None}
    known = None
    if wish.application_id and wish.register is not None:
        known = asked_in(open_at(wish.register), wish.application_id, or_none=wish.record)
    if known is not None:
        place = wish.place or replace(known.place, dual_supply=wish.dual or known.place.dual_supply)
        return replace(known, place=place, **stated)
    if wish.place is None:
        raise typer.BadParameter(
            say("请用 --at、--node、--transformer 之一说明位置", "say where: --at, --node or --transformer")
        )
    if "kw" not in stated:
        raise typer.BadParameter(say("请用 --kw 说明申请容量", "say how much: --kw"))
    return Request(place=wish.place, application_id=wish.application_id, **stated)


def show(desk: Opened, answer: Assessment, *, as_json: bool, everything: bool) -> None:
    """The answer, for people or for programs."""
    if not as_json:
        assess_printing.print_answer(answer, everything=everything)
        return
    from capacity.applications.answers import as_json as document

    content = document(answer, desk.case.settings.service_numbers)
    typer.echo(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False))


def check_names(pdf: Path | None, xlsx: Path | None) -> None:
    """Sheets are named as what they are."""
    for option, path in (("pdf", pdf), ("xlsx", xlsx)):
        if path is not None and path.suffix.lower() != f".{option}":
            raise typer.BadParameter(
                say(
                    f"--{option} 的文件名须以 .{option} 结尾", f"the file's name after --{option} must end in .{option}"
                )
            )


def write_sheets(desk: Opened, answer: Assessment, pdf: Path | None, xlsx: Path | None) -> None:
    """The answer sheets asked for."""
    for path in (pdf, xlsx):
        if path is not None:
            from capacity.answer_sheet import write_answer

            write_answer(answer, path, language(), desk.case.settings.service_numbers)
            _say(f"{say('已写出', 'written')}: {path}")


def enter_offer(desk: Opened, answer: Assessment, library: Path) -> None:
    """The staged offer's projects into the project library, and what came of it."""
    from capacity.case.library import enter_projects
    from capacity.runs.swap import only_writer

    rows = answer.staged.project if answer.staged is not None else None
    if rows is None or rows.empty:
        _say(say("没有需列入项目库的项目。", "there is no project to enter."))
        return
    done = enter_projects(library, rows, ZoneInfo(desk.case.settings.time_zone), only_writer)
    if done.added:
        ids = ", ".join(done.added)
        _say(say(f"已列入项目库 {library}：{ids}", f"entered into the project library {library}: {ids}"))
    for name in done.known:
        changed = name in done.differing
        _say(
            say(
                f"项目库已有 {name}，未重复列入" + ("；库中内容已有变动，以库为准。" if changed else "。"),
                f"the project library has {name} already: not entered again"
                + ("; what it says there has changed since and was left alone." if changed else "."),
            )
        )


def record(desk: Opened, answer: Assessment, *, who: str, why: str) -> None:
    """The application and its offer into the register."""
    from capacity.applications.requests.recording import record as enter
    from capacity.desk import lv_limit_kw
    from capacity.policy import policy_of
    from capacity.tables.register import works_in_words

    assert desk.register is not None
    done = enter(desk.register, answer, who=who, why=why, lv_limit_kw=lv_limit_kw(policy_of(desk.case)))
    name = done.application.application_id
    if "offered" in done.steps:
        until, facts = done.application.offer_valid_until, done.application.facts
        works = ""
        if facts.works_option is not None and facts.works_kva is not None:
            named = works_in_words(facts.works_option, facts.works_kva)
            works = say(f"（待{named.zh}）", f" with {named.en}")
        _say(
            say(
                f"登记册：{name} 已答复供电方案{works}，有效期至 {until}；确认后才占用容量。",
                f"register: {name} is offered{works}, valid until {until}; it reserves nothing before it is accepted.",
            )
        )
    else:
        _say(say(f"登记册：{name} 已受理，暂无可供方案。", f"register: {name} is received; there is nothing to offer."))


def _say(text: str) -> None:
    """Beside the answer, never in the midst of what a program reads."""
    printing.errors.print(text, markup=False, highlight=False)
