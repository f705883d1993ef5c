"""One notice on one A4 page: head, marks, counts, the table of areas, remarks, telephone numbers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from fpdf import FPDF

from capacity.disclosure.downloads.wording import marks
from capacity.disclosure.notices.content import (
    NO_FONT,
    NO_PHONE,
    STATES,
    TITLE,
    Notice,
    branch_word,
    days_of,
    glossary,
    left_out,
    meaning_of,
    phones_of,
    remarks,
    state_word,
)
from capacity.disclosure.notices.letters import Letters
from capacity.disclosure.notices.paper import (
    EDGE,
    HEIGHT_MM,
    INK,
    INNER_MM,
    LINE,
    MARGIN_MM,
    MUTED,
    RED,
    WHITE,
    Paper,
)
from capacity.disclosure.notices.plan import choose_plan, rows_of
from capacity.disclosure.notices.table import HEADING_MM, draw_table
from capacity.tables.public.words import STATUS
from capacity.tables.release import ReleaseAbout

_PHONES_MM = 15.0
_GLOSSARY_MM = 6.5  # two lines
_REST_MM = 8.0


def write_page(notice: Notice, about: ReleaseAbout, letters: Letters, path: Path) -> None:
    """Write a notice as PDF. Its dates are the release's; the same notice gives the same bytes."""
    paper = Paper(_new_page(notice, about, letters), letters)
    y = _draw_head(paper, notice, about)
    y = _draw_marks(paper, about, y)
    y = _draw_counts(paper, notice, y)
    bottom = _draw_foot(paper, notice, about)
    bottom = _draw_remarks(paper, about, bottom)
    _draw_areas(paper, notice, y, bottom)
    path.parent.mkdir(parents=True, exist_ok=True)
    paper.pdf.output(str(path))


def _new_page(notice: Notice, about: ReleaseAbout, letters: Letters) -> FPDF:
    pdf = FPDF(orientation="P", unit="mm", format="A4")
    pdf.set_auto_page_break(False)
    pdf.c_margin = 0.0
    pdf.set_margins(MARGIN_MM, MARGIN_MM, MARGIN_MM)
    if letters.regular and letters.bold:
        pdf.add_font("notice", "", letters.regular)
        pdf.add_font("notice", "B", letters.bold)
    branch = letters.say(branch_word(notice.branch))
    pdf.set_title(f"{letters.say(TITLE)} · {branch} · {about.release_id}")
    pdf.set_subject("; ".join(letters.say(word) for word in marks(about)))
    pdf.set_lang("zh-CN" if letters.chinese else "en")
    pdf.set_producer("capacity")
    pdf.set_creation_date(dt.datetime.combine(about.published_on, dt.time(), dt.UTC))
    pdf.add_page()
    return pdf


def _draw_head(paper: Paper, notice: Notice, about: ReleaseAbout) -> float:
    letters, left, half = paper.letters, MARGIN_MM, INNER_MM * 0.56
    branch = letters.drawable(letters.say(branch_word(notice.branch)), f"branch no. {notice.number}")
    paper.put(left, 20.0, letters.say(TITLE), 21, width=half, bold=True, colour=INK)
    paper.put(left + half, 20.0, branch, 16, width=INNER_MM - half, bold=True, colour=INK, align="right")
    days = days_of(about)
    title = letters.drawable(about.title_zh if letters.chinese else about.title_en)
    if letters.chinese:
        paper.put(left, 25.5, TITLE.en, 9.5, width=half, colour=MUTED)
        paper.put(left, 31.0, title, 9.5, width=half - 24.0)
        paper.put(left + half - 22.0, 31.0, days.zh, 9.5, width=INNER_MM - half + 22.0, align="right")
        paper.put(left + half, 25.5, days.en, 7, width=INNER_MM - half, colour=MUTED, align="right")
    else:
        paper.put(left, 27.0, title, 9.5, width=half)
        paper.put(left + half, 27.0, days.en, 9, width=INNER_MM - half, align="right")
    paper.rule(33.5, INK, 0.6)
    return 35.0


def _draw_marks(paper: Paper, about: ReleaseAbout, y: float) -> float:
    for mark in marks(about):
        text = f"{mark.zh}　{mark.en}" if paper.letters.chinese else mark.en
        paper.box(MARGIN_MM, y, INNER_MM, 6.4, edge=RED, thickness=0.4)
        paper.put(MARGIN_MM + 2, y + 4.5, text, 9.5, width=INNER_MM - 4, bold=True, colour=RED, align="center")
        y += 7.9
    if not paper.letters.chinese:
        y = paper.paragraph(y, NO_FONT.en, 8, colour=RED) + 1.0
    return y


def _draw_counts(paper: Paper, notice: Notice, y: float) -> float:
    """A box per state: swatch, words, number of areas."""
    gap, height, letters = 2.0, 13.0, paper.letters
    states = [*STATUS, "withheld"]
    width = (INNER_MM - gap * (len(states) - 1)) / len(states)
    for place, state in enumerate(states):
        x = MARGIN_MM + place * (width + gap)
        paper.box(x, y, width, height, edge=LINE)
        paper.swatch(x, y, 5.0, height, state)
        word = state_word(state)
        paper.put(x + 6.5, y + 5.6, letters.say(word), 11, width=width - 17.0, bold=True)
        if letters.chinese:
            paper.put(x + 6.5, y + 10.0, word.en, 7.5, width=width - 17.0, colour=MUTED)
        count = f"{notice.counts[state]}"
        paper.put(x + width - 10.5, y + 8.6, count, 17, width=9.0, bold=True, colour=EDGE[state], align="right")
    return y + height + 2.5


def _draw_areas(paper: Paper, notice: Notice, top: float, bottom: float) -> None:
    """The table at the size that its areas allow; what does not fit is told, and room left over explains the states."""
    room = bottom - top - HEADING_MM
    plan = choose_plan(len(notice.rows), room - _GLOSSARY_MM)
    if not plan.english:
        room -= _GLOSSARY_MM
    shown = min(len(notice.rows), rows_of(plan, room))
    if shown < len(notice.rows):
        shown = rows_of(plan, room - _REST_MM)
    end = draw_table(paper, notice.rows[:shown], plan, top)
    if paper.letters.chinese and not plan.english:
        end = paper.paragraph(end + 0.6, glossary(notice.rows[:shown]).zh, 6.2, colour=MUTED)
    rest = left_out(notice.rows, shown)
    if rest is not None:
        y = paper.paragraph(end + 0.8, paper.letters.say(rest), 8, bold=True, colour=INK, chinese=paper.letters.chinese)
        if paper.letters.chinese:
            paper.paragraph(y, rest.en, 6.5, colour=MUTED)
        return
    _draw_meanings(paper, notice, end + 5.0, bottom)


def _draw_meanings(paper: Paper, notice: Notice, y: float, bottom: float) -> None:
    """What each state on this page means for a customer, where there is room for it."""
    letters = paper.letters
    for state in (state for state in STATES if notice.counts[state]):
        told = meaning_of(state)
        if y + 12.0 > bottom:
            return
        paper.swatch(MARGIN_MM, y + 0.4, 5.0, 4.0, state)
        room = INNER_MM - 8.0
        paper.put(MARGIN_MM + 7.0, y + 3.6, letters.say(told), 9, width=room)
        if letters.chinese:
            paper.put(MARGIN_MM + 7.0, y + 7.4, told.en, 7, width=room, colour=MUTED)
        y += 10.5


def _draw_remarks(paper: Paper, about: ReleaseAbout, bottom: float) -> float:
    """The remarks, ending at ``bottom``; returns where they begin."""
    letters = paper.letters
    sizes = (8.2, 6.6) if letters.chinese else (8.0, 0.0)

    def write(y: float, draw: bool) -> float:
        for word in remarks(about):
            y = paper.paragraph(y, letters.say(word), sizes[0], draw=draw, chinese=letters.chinese)
            if letters.chinese:
                y = paper.paragraph(y, word.en, sizes[1], colour=MUTED, draw=draw) + 0.6
        return y

    top = bottom - write(0.0, draw=False) - 1.5
    write(top, draw=True)
    paper.rule(top - 1.0, LINE)
    return top - 2.5


def _draw_foot(paper: Paper, notice: Notice, about: ReleaseAbout) -> float:
    """Telephone numbers large, in a row; returns where they begin."""
    letters, y = paper.letters, HEIGHT_MM - MARGIN_MM - _PHONES_MM
    numbers = phones_of(notice, about)
    width = INNER_MM / len(numbers)
    paper.box(MARGIN_MM, y, INNER_MM, _PHONES_MM, fill=INK)
    for place, (word, phone) in enumerate(numbers):
        x = MARGIN_MM + place * width + 4.0
        label = f"{word.zh} {word.en}" if letters.chinese and word.zh != word.en else letters.say(word)
        label = letters.drawable(label, word.en)
        paper.put(x, y + 5.0, label, 8, width=width - 8.0, colour=WHITE)
        told = phone or letters.say(NO_PHONE)
        paper.put(x, y + 12.0, letters.drawable(told), 17 if phone else 10, width=width - 8.0, bold=True, colour=WHITE)
    return y - 2.0
