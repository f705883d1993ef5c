"""An answer on the screen: verdict first, then options, reasons, staged offer, and what it all rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from capacity.cli import printing
from capacity.cli.language import language, say, word
from capacity.tables.words import AREA_CLASS, CUSTOMER_KIND, PHASES, PLACE_KIND, VERDICT

if TYPE_CHECKING:
    import pandas as pd

    from capacity.tables.assessment import Assessment, Basis, Option, StagedOffer

VERDICT_STYLE = {
    "yes": "bold green",
    "yes_with_project": "bold green",
    "staged": "bold yellow",
    "not_before_project": "bold red",
    "unknown": "bold bright_black",
    "not_answered": "bold magenta",
}
_SHOWN_OPTIONS = 6
_SHOWN_REJECTED = 8
_COLUMNS = (
    ("rank", "名次", "rank", "right", 4),
    ("kind", "接入方式", "kind", "left", 18),
    ("target", "接入设备", "connected to", "left", 12),
    ("route_m", "路径\nm", "route\nm", "right", 6),
    ("allowed_kva", "允许\nkVA", "allowed\nkVA", "right", 8),
    ("load_rate_percent", "接入后\n负载率%", "load\nrate %", "right", 8),
    ("limited_by", "限制", "limited by", "left", 17),
    ("cost_yuan", "投资\n元", "cost\nCNY", "right", 9),
    ("energised", "最早送电", "earliest", "left", 12),
)


def print_answer(answer: Assessment, *, everything: bool = False) -> None:
    """The answer to one request; with ``everything`` every option and every place that was looked at."""
    if answer.basis.synthetic:
        printing.console.print(
            say("[bold red]合成数据：不代表任何真实电网[/]", "[bold red]synthetic data: no real grid[/]")
        )
    style = VERDICT_STYLE[answer.verdict]
    printing.console.print(f"[{style}]{word(VERDICT[answer.verdict])}[/]", highlight=False)
    _line(word(answer.summary))
    _line(_asked(answer))
    if answer.ranked:
        shown = answer.ranked if everything else _worth_showing(answer)
        printing.console.print(_options(shown), highlight=False)
        _reasons(answer, shown)
        _more(len(answer.ranked) - len(shown))
    _not_ranked(answer, everything=everything)
    if answer.staged is not None:
        _staged(answer.staged)
    _remarks(answer)
    _line(rests_on(answer.basis))
    _line(say(f"有效期至 {answer.valid_until}", f"valid until {answer.valid_until}"))


def rests_on(basis: Basis) -> str:
    """What answers rest on, in one line."""
    register = (
        say(f"登记册快照 {basis.register_sha256[:12]}", f"register snapshot {basis.register_sha256[:12]}")
        if basis.register_sha256
        else say("算例自带申请（未用登记册）", "the case's own applications (no register)")
    )
    window = f"{basis.window_from:%Y-%m-%d} – {basis.window_to:%Y-%m-%d}"
    return say(
        f"依据：{basis.title.zh}，基准日 {basis.as_of:%Y-%m-%d}，潮流 {window}（每 {basis.step_minutes} 分钟），"
        f"{register}，政策 {basis.policy_name}，功率因数 {basis.power_factor:g}",
        f"rests on: {basis.title.en}, as of {basis.as_of:%Y-%m-%d}, load flow {window} (every {basis.step_minutes} "
        f"min), {register}, policy {basis.policy_name}, power factor {basis.power_factor:g}",
    )


def _asked(answer: Assessment) -> str:
    asked = answer.request
    phases, kind = word(PHASES[str(asked.phases)]), word(CUSTOMER_KIND[asked.customer_kind])
    area = word(AREA_CLASS[answer.area_class])
    head = f"{asked.application_id}{say('：', ': ')}" if asked.application_id else ""
    line = say(
        f"申请 {asked.kw:g} kW（{answer.asked_kva:.1f} kVA），{phases}，{kind}，{area}",
        f"asked for: {asked.kw:g} kW ({answer.asked_kva:.1f} kVA), {phases}, {kind}, {area}",
    )
    return head + line


def _worth_showing(answer: Assessment) -> tuple[Option, ...]:
    """The best ones, and the one that a staged offer comes to in the end."""
    full = answer.staged.full_key if answer.staged is not None else ""
    return tuple(one for one in answer.ranked if one.rank <= _SHOWN_OPTIONS or one.key == full)


def _more(number: int) -> None:
    if number > 0:
        _line(say(f"另有 {number} 个方案，用 --all 列出", f"and {number} more: --all lists them"))


def _options(options: tuple[Option, ...]) -> Table:
    from capacity.applications.requests.showing import cells

    table = Table(
        title=say("接入方案（按 P15 排序）", "options, ranked by P15"), title_justify="left", padding=(0, 0, 0, 1)
    )
    for _, zh, en, justify, width in _COLUMNS:
        table.add_column(say(zh, en), justify=justify, max_width=width, overflow="fold")  # type: ignore[arg-type]  # of the two above
    for one in options:
        shown = {name: word(cell) for name, cell in cells(one).items()}
        shown["energised"] = _day(one) or shown["energised"]
        table.add_row(*(escape(shown[name]) for name, *_ in _COLUMNS))
    return table


def _day(option: Option) -> str:
    """The day in two lines at most; empty where there is none."""
    day = option.energised
    if day is None or day.earliest == day.latest:
        return ""
    return f"{day.earliest} –\n{day.latest}"


def _reasons(answer: Assessment, options: tuple[Option, ...]) -> None:
    """Why each stands where it stands; the stages of its works for the best one and for the one that brings it all."""
    from capacity.applications.requests.showing import why

    full = answer.staged.full_key if answer.staged is not None else ""
    for one in options:
        _line(f"{one.rank}. {one.candidate.target_id}{say('：', ': ')}{why(one, language())}")
        if one.plan is not None and (one.rank == 1 or one.key == full):
            _line("   " + say(one.plan.sentence_zh, one.plan.sentence_en))


def _not_ranked(answer: Assessment, *, everything: bool) -> None:
    """What is not known, and what will not do: two things."""
    unknown = [_named(one) for one in answer.rejected if one.verdict == "unknown"]
    rejected = [_named(one) for one in answer.rejected if one.verdict != "unknown"]
    rejected += [f"- {say(place.sentence_zh, place.sentence_en)}" for place in answer.places.rejected]
    for title, lines in ((say("未知", "not known"), unknown), (say("未采用", "rejected"), rejected)):
        if lines:
            printing.console.print(f"[bold]{title}[/]", highlight=False)
        shown = lines if everything else lines[:_SHOWN_REJECTED]
        for line in shown:
            _line(line)
        _more(len(lines) - len(shown))


def _named(option: Option) -> str:
    from capacity.applications.requests.showing import why

    kind = word(PLACE_KIND[option.candidate.kind])
    return f"- {kind} {option.candidate.target_id}{say('：', ': ')}{why(option, language())}"


def _staged(offer: StagedOffer) -> None:
    printing.console.print(say("[bold]分期供电方案（P16）[/]", "[bold]staged offer (P16)[/]"), highlight=False)
    _line(word(offer.sentence))
    if offer.hours is not None:
        for line in _by_month(offer.hours):
            _line("  " + line)
    if offer.project is not None:
        for row in offer.project.itertuples():
            day = "—" if row.commissioning_date != row.commissioning_date else f"{row.commissioning_date:%Y-%m-%d}"
            _line(
                say(
                    f"项目 {row.project_id} {row.name}，投产 {day}",
                    f"project {row.project_id} {row.name}, in service {day}",
                )
            )


def _by_month(hours: pd.DataFrame) -> list[str]:
    """One line a month: what may be drawn at least and at most, and when the most."""
    lines = []
    for month, rows in hours.groupby("month", sort=True):
        known = rows[rows["kw"].notna()]
        if known.empty:
            lines.append(say(f"{month} 月：未知", f"month {month}: unknown"))
            continue
        least, most = float(known["kw"].min()), float(known["kw"].max())
        best = _ranges(known.loc[known["kw"] >= most - 0.05, "hour"].astype(int).tolist())
        missing = len(rows) - len(known)
        blind = say(f"，{missing} 个时段未知", f", {missing} hours unknown") if missing else ""
        lines.append(
            say(
                f"{month:>2} 月：{least:.1f}–{most:.1f} kW，{best} 时最多{blind}",
                f"month {month:>2}: {least:.1f} to {most:.1f} kW, most at {best} h{blind}",
            )
        )
    return lines


def _ranges(hours: list[int]) -> str:
    """Hours of the day as ranges, each to the end of its last hour."""
    starts = [hour for hour in hours if hour - 1 not in hours]
    ends = [hour + 1 for hour in hours if hour + 1 not in hours]
    return ", ".join(f"{start}–{end}" for start, end in zip(starts, ends, strict=True))


def _remarks(answer: Assessment) -> None:
    said = [word(remark) for remark in answer.basis.remarks]
    said += [say(remark.sentence_zh, remark.sentence_en) for remark in answer.places.remarks]
    if answer.best is not None:
        said += [word(remark) for remark in answer.best.design.remarks]
    for line in dict.fromkeys(said):
        _line(say("说明：", "note: ") + line)


def _line(text: str) -> None:
    printing.console.print(text, markup=False, highlight=False)
