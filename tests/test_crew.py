"""Requests answered by processes: in turn, on the register of now, and when one of them ends."""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from helped_case import DEADLY, FAULTY, HelpedFiles, ToldApart

from capacity.assessing import Crew
from capacity.assessing.turns import Turns
from capacity.errors import ProcessLost, RequestError
from capacity.tables.assessment import Request
from capacity.tables.places import PlaceRequest

HERE = PlaceRequest(node_id="N1")
SOON = 60.0


def register(sha: str) -> SimpleNamespace:
    """As much of a snapshot as counts here."""
    return SimpleNamespace(sha256=sha)


def process_of(crew: Crew, name: str = "", kw: float = 10.0) -> int:
    """Which process answers."""
    answer = crew.assess(Request(HERE, kw, application_id=name, category=str(os.getpid())))
    return int(answer.request.application_id)


def until_idle(crew: Crew, count: int) -> None:
    end = time.monotonic() + SOON
    while crew.idle < count:
        assert time.monotonic() < end, f"{crew.idle} of {count} processes are ready"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    made = Crew(ToldApart("first"), HelpedFiles(), register("first"), 1)  # type: ignore[arg-type]  # stand-ins
    assert process_of(made) == os.getpid(), "this process answers as long as no other is ready"
    until_idle(made, 1)
    yield made
    made.close()
    assert made.idle == 0


def test_a_helper_answers_and_refuses_as_this_process_would(crew: Crew) -> None:
    assert process_of(crew) != os.getpid()
    with pytest.raises(RequestError) as refused:
        process_of(crew, kw=-1.0)
    assert refused.value.faults_zh
    with pytest.raises(RuntimeError, match="what broke inside"):
        process_of(crew, FAULTY)
    assert crew.idle == 1, "a fault ends nothing"


def test_a_helper_sees_the_register_that_this_process_sees(crew: Crew) -> None:
    for sha in ("second", "third", "second"):
        crew.take_up(register(sha))  # type: ignore[arg-type]  # a stand-in
        answer = crew.assess(Request(HERE, 10.0))
        assert answer.request.application_id != str(os.getpid())
        assert answer.basis.register_sha256 == crew.basis.register_sha256 == sha


def test_a_helper_that_ends_is_told_and_replaced(crew: Crew, caplog: pytest.LogCaptureFixture) -> None:
    before = process_of(crew)
    with caplog.at_level(logging.ERROR), pytest.raises(ProcessLost, match="ask again"):
        process_of(crew, DEADLY)
    assert f"process {before} for assessments ended (exit code 9)" in caplog.text
    assert process_of(crew) == os.getpid(), "until the next one is ready"
    until_idle(crew, 1)
    assert process_of(crew) not in (before, os.getpid())
    assert crew.assess(Request(HERE, 10.0)).basis.register_sha256 == crew.basis.register_sha256


def test_a_helper_that_ended_while_it_was_idle_costs_no_request(crew: Crew, caplog: pytest.LogCaptureFixture) -> None:
    until_idle(crew, 1)
    before = process_of(crew)
    with caplog.at_level(logging.ERROR):
        multiprocessing.active_children()[0].kill()
        while multiprocessing.active_children():
            time.sleep(0.01)
        assert process_of(crew) == os.getpid()
    assert f"process {before} for assessments ended" in caplog.text


@pytest.mark.parametrize(
    ("files", "told"),
    [(HelpedFiles(fault=True), "could not be made ready"), (HelpedFiles(files="other"), "changed since")],
    ids=["unreadable", "changed"],
)
def test_a_helper_that_opens_something_else_does_not_join(
    files: HelpedFiles, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        made = Crew(ToldApart(""), files, None, 1)  # type: ignore[arg-type]  # stand-ins
        end = time.monotonic() + SOON
        while told not in caplog.text and time.monotonic() < end:
            time.sleep(0.02)
    assert told in caplog.text
    assert process_of(made) == os.getpid()
    made.close()


def test_close__while_helpers_are_being_opened() -> None:
    made = Crew(ToldApart(""), HelpedFiles(), None, 1)  # type: ignore[arg-type]  # stand-ins
    made.close()
    assert made.idle == 0
    assert process_of(made) == os.getpid()


def test_turns__in_the_order_of_coming() -> None:
    turns, inside, order = Turns(2), threading.Barrier(3), list[int]()

    def hold() -> None:
        with turns:
            inside.wait()
            inside.wait()

    def come(number: int) -> None:
        with turns:
            order.append(number)

    holding = [threading.Thread(target=hold) for _ in range(2)]
    for one in holding:
        one.start()
    inside.wait()
    waiting = []
    for number in range(5):
        waiting.append(threading.Thread(target=come, args=(number,)))
        waiting[-1].start()
        while len(turns._waiting) <= number:
            time.sleep(0.001)
    assert order == []
    inside.wait()
    for one in (*holding, *waiting):
        one.join()
    assert sorted(order) == list(range(5))
    assert order[0] in (0, 1), "two places are left at once"
