"""``capacity.assess``: the question as a notebook asks it, and how an answer shows itself there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from fake_assessor import FakeAssessor
from hand_case import hand_case

import capacity
from capacity.assessing import assessor
from capacity.assessing.asking import show_in_notebooks
from capacity.errors import RequestError
from capacity.tables.places import PlaceRequest


def test_assess__every_argument_reaches_the_request() -> None:
    fake = FakeAssessor(100.0)
    capacity.assess(
        fake, kw=60, at=(99.2, 25.1), power_factor=0.9, phases=1, customer_kind="resident", area_class="rural",
        category="residential", shape="residential", dual_supply=True, energise_on="2027-03-01", urgent_kw=20,
        applied_on=dt.date(2026, 11, 3), application_id="A-1", hours=True,
    )  # fmt: skip
    ((asked, hours),) = fake.asked
    assert asked.place == PlaceRequest(99.2, 25.1, dual_supply=True)
    assert (asked.kw, asked.power_factor, asked.phases, asked.urgent_kw) == (60, 0.9, 1, 20)
    assert (asked.customer_kind, asked.area_class, asked.category) == ("resident", "rural", "residential")
    assert (asked.energise_on, asked.applied_on) == (dt.date(2027, 3, 1), dt.date(2026, 11, 3))
    assert (asked.shape, asked.application_id, hours) == ("residential", "A-1", True)


def test_assess__a_case_is_opened_for_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    fake, case = FakeAssessor(100.0), hand_case()
    opened = []
    monkeypatch.setattr(assessor, "open_assessor", lambda given: opened.append(given) or fake)
    assert capacity.assess(case, kw=60, transformer_id="T1").verdict == "yes"
    assert opened == [case]


def test_assess__what_is_no_date_is_refused_in_both_languages() -> None:
    with pytest.raises(RequestError) as caught:
        capacity.assess(FakeAssessor(), kw=60, node_id="N1", energise_on="soon")
    assert "soon" in caught.value.faults_zh[0]
    assert "2026-11-01" in caught.value.faults_en[0]


@pytest.fixture
def shell() -> Iterator[object]:
    """A running IPython, as in a notebook."""
    pytest.importorskip("IPython")
    from IPython.core.interactiveshell import InteractiveShell

    InteractiveShell.clear_instance()
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


@pytest.mark.parametrize(("lang", "verdict"), [("zh", "分期供电（P16）"), ("", "in stages (P16)")])
def test_notebook__shows_an_answer_as_table_and_sentence(
    shell: object, monkeypatch: pytest.MonkeyPatch, lang: str, verdict: str
) -> None:
    monkeypatch.setenv("CAPACITY_LANG", lang)
    answer = capacity.assess(FakeAssessor(100.0), kw=150, node_id="N1")
    shown, _ = shell.display_formatter.format(answer)  # type: ignore[attr-defined]  # an IPython shell
    assert verdict in shown["text/html"]
    assert "<table" in shown["text/html"]
    assert shown["text/plain"] == (answer.summary.zh if lang else answer.summary.en)


def test_notebook__outside_of_one_nothing_happens() -> None:
    show_in_notebooks()
