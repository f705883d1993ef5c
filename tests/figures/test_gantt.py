"""The Gantt picture: every project on some page, in both languages, the same bytes each time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from capacity.figures import gantt
from capacity.figures.gantt import draw_gantt
from capacity.planning.programme import schedule
from capacity.tables.head import CaseHead
from capacity.tables.programme import Job, Programme, Resources
from capacity.tables.words import Word

HEAD = CaseHead("hand", "手算", "by hand", True, dt.date(2026, 11, 1), "baoshan-2021")


def programme(jobs: int = 9, months: int = 12) -> Programme:
    made = [
        Job(
            f"XM-M{number}",
            Word(f"T{number:04d} 配变增容", f"T{number:04d}: larger transformer"),
            earliest_month=number % 3,
            due_month=3 + number % 5,
            months=1 + number % 3,
            crews=1 if number != 7 else 9,
            section_ids=(f"S{number % 3}",) if number % 4 else (),
            urgency=("must", "connection", "pre_control", "may")[number % 4],
        )
        for number in range(jobs)
    ]
    return schedule(made, Resources(dt.date(2027, 1, 1), (2,) * months, frozenset({1})))


def test_draw_gantt__pages_of_forty_in_both_languages(tmp_path: Path) -> None:
    assert [path.name for path in draw_gantt(programme(), HEAD, tmp_path, "en")] == ["gantt-01.png"]
    once = (tmp_path / "gantt-01.png").read_bytes()
    draw_gantt(programme(), HEAD, tmp_path, "en")
    assert (tmp_path / "gantt-01.png").read_bytes() == once
    draw_gantt(programme(), HEAD, tmp_path, "zh")
    assert (tmp_path / "gantt-01.png").read_bytes() != once


def test_draw_gantt__every_project_and_every_outage_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Figure] = []

    def keep(figure: Figure, path: Path) -> Path:
        kept.append(figure)
        return path

    monkeypatch.setattr(gantt, "save", keep)
    made = programme()
    draw_gantt(made, HEAD, tmp_path, "en")
    bars = kept[0].axes[0]
    names = [label.get_text() for label in bars.get_yticklabels()]
    assert [name.split()[0] for name in names] == made.plan["project_id"].tolist()
    texts = [text.get_text() for text in bars.texts]
    assert texts.count("cannot be placed") == made.not_placed == 1
    late = made.plan[made.plan["state"].eq("late")]
    assert sum(text.endswith("late") for text in texts) == len(late) > 0


@pytest.mark.parametrize("jobs", [0, 1])
def test_draw_gantt__nothing_and_one(tmp_path: Path, jobs: int) -> None:
    assert draw_gantt(programme(jobs), HEAD, tmp_path)[0].stat().st_size > 0
