"""A kilowatt is promised once: claims, stale ones, races between real processes."""

from __future__ import annotations

import dataclasses
import time
from concurrent.futures import ProcessPoolExecutor

import desks
import pytest

from capacity.applications import register as reg
from capacity.tables.register import Application, Claim, Refusal, Snapshot


def claim_for(register: reg.Register, one: Application) -> Claim:
    answer = desks.judging()(one, reg.take_snapshot(register))
    assert isinstance(answer, Claim)
    return answer


def test_accept__reserves_and_moves_every_version(register: reg.Register) -> None:
    one = desks.offered(register)
    done = reg.accept(register, one.application_id, claim_for(register, one), who="li", why="customer agreed")
    assert (done.status, done.reserved_kva) == ("accepted", 50.0)
    assert {(v.element_type, v.element_id, v.version) for v in reg.take_snapshot(register).versions} == {
        ("transformer", "T1", 1), ("feeder", "F1", 1), ("substation", "S1", 1),
    }  # fmt: skip


@pytest.mark.parametrize("other", ["T1", "T3", "T2"], ids=["same transformer", "same feeder", "same substation"])
def test_accept__stale_once_another_was_accepted_on_a_shared_element(register: reg.Register, other: str) -> None:
    one, two = desks.offered(register), desks.offered(register, transformer_id=other)
    early = claim_for(register, one)
    reg.accept(register, two.application_id, claim_for(register, two), who="wang")
    with pytest.raises(reg.StaleClaim) as caught:
        reg.accept(register, one.application_id, early, who="li")
    assert caught.value.moved
    assert all(element.version == 1 for element in caught.value.moved)
    untouched = reg.application(register, one.application_id)
    assert (untouched.status, untouched.version) == ("offered", one.version)


@pytest.mark.parametrize("step", ["withdraw", "energise"])
def test_accept__stale_once_an_accepted_one_moved(register: reg.Register, step: str) -> None:
    one, two = desks.offered(register), desks.offered(register)
    reg.accept(register, two.application_id, claim_for(register, two), who="wang")
    early = claim_for(register, one)
    if step == "withdraw":
        reg.withdraw(register, two.application_id, who="wang", why="moved away")
    else:
        reg.energise(register, two.application_id, who="wang")
    with pytest.raises(reg.StaleClaim):
        reg.accept(register, one.application_id, early, who="li")


def test_accept__stale_once_the_application_itself_was_amended(register: reg.Register) -> None:
    one = desks.offered(register)
    early = claim_for(register, one)
    reg.amend(register, one.application_id, desks.facts(99.0), who="li", why="larger machine")
    reg.offer(register, one.application_id, who="li")
    with pytest.raises(reg.StaleClaim):
        reg.accept(register, one.application_id, early, who="li")


def test_accept__unrelated_elements_do_not_disturb(register: reg.Register) -> None:
    one, two = desks.offered(register), desks.offered(register, transformer_id="T2")
    early = dataclasses.replace(
        claim_for(register, one),
        elements=tuple(
            reg.take_snapshot(register).version(kind, name)  # type: ignore[arg-type]  # literals
            for kind, name in (("transformer", "T1"), ("feeder", "F1"), ("substation", "S9"))
        ),
    )
    reg.accept(register, two.application_id, claim_for(register, two), who="wang")
    assert reg.accept(register, one.application_id, early, who="li").status == "accepted"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"figure_kva": 49.9}, "room for 49.9 kVA"),
        ({"figure_kva": float("nan")}, "not numbers"),
        ({"reserved_kw": 60.0}, "request of 50 kW"),
        ({"elements": ()}, "names no feeder"),
        ({"application_id": "other"}, "is of application other"),
    ],
)
def test_accept__refuses_a_claim_that_does_not_hold_by_itself(
    register: reg.Register, changed: dict[str, object], says: str
) -> None:
    one = desks.offered(register)
    wrong = dataclasses.replace(claim_for(register, one), **changed)  # type: ignore[arg-type]  # parametrized fields
    with pytest.raises(reg.RegisterError, match=says):
        reg.accept(register, one.application_id, wrong, who="li")
    assert reg.application(register, one.application_id).version == one.version


def test_accept__the_claim_names_where_the_customer_connects(register: reg.Register) -> None:
    one = desks.offered(register)
    elsewhere = dataclasses.replace(
        claim_for(register, one), elements=desks.elements_of("T2", reg.take_snapshot(register))
    )
    with pytest.raises(reg.RegisterError, match="does not name transformer T1"):
        reg.accept(register, one.application_id, elsewhere, who="li")


def test_accept_with__exactly_the_room_is_accepted_and_the_next_refused_with_figures(register: reg.Register) -> None:
    one, two = desks.offered(register, 100.0), desks.offered(register, 0.5)
    assert reg.accept_with(register, one.application_id, desks.judging(), who="li").reserved_kva == 100.0
    with pytest.raises(reg.Refused) as caught:
        reg.accept_with(register, two.application_id, desks.judging(), who="li")
    refusal = caught.value.refusal
    assert (refusal.wanted_kva, refusal.figure_kva, refusal.missing_kva) == (0.5, 0.0, 0.5)
    after = reg.application(register, two.application_id)
    assert (after.status, after.stamps[-1].event) == ("offered", "refused")
    assert "0.5 kVA" in after.stamps[-1].details


def test_accept_with__computes_again_where_it_was_overtaken(register: reg.Register) -> None:
    one, two = desks.offered(register, 60.0), desks.offered(register, 30.0)
    seen: list[float] = []

    def overtaken(application: Application, snapshot: Snapshot) -> Claim | Refusal:
        answer = desks.judging()(application, snapshot)
        if not seen:
            reg.accept(register, two.application_id, claim_for(register, two), who="wang")
        seen.append(answer.figure_kva)
        return answer

    assert reg.accept_with(register, one.application_id, overtaken, who="li").claim.figure_kva == 70.0  # type: ignore[union-attr]  # accepted ones have one
    assert seen == [100.0, 70.0]


def test_accept_with__gives_up_after_so_many_attempts_with_one_clear_sentence(register: reg.Register) -> None:
    one = desks.offered(register, 1.0)
    tries: list[float] = []

    def always_overtaken(application: Application, snapshot: Snapshot) -> Claim | Refusal:
        answer = desks.judging()(application, snapshot)
        other = desks.offered(register, 1.0)
        reg.accept(register, other.application_id, claim_for(register, other), who="wang")
        return answer

    with pytest.raises(reg.Refused, match="3 times") as caught:
        reg.accept_with(register, one.application_id, always_overtaken, who="li", attempts=3, pause=tries.append)
    assert len(tries) == 3
    assert "连续 3 次" in caught.value.sentence_zh
    assert reg.application(register, one.application_id).status == "offered"


def test_accept_with__says_who_changed_it_since_the_desk_looked(register: reg.Register) -> None:
    one = desks.offered(register)
    reg.offer(register, one.application_id, who="wang")
    with pytest.raises(reg.Changed, match="by wang"):
        reg.accept_with(register, one.application_id, desks.judging(), who="li", expected_version=one.version)


def test_race__two_desks_accept_the_last_100_kva_at_the_same_moment(register: reg.Register, url: str) -> None:
    names = [desks.offered(register, 100.0).application_id for _ in range(2)]
    with ProcessPoolExecutor(2, desks.PROCESSES) as pool:
        start_at = time.time() + 2.0
        answers = list(pool.map(desks.accept_at, [url] * 2, names, [start_at] * 2, [0.3] * 2))
    assert sorted(answer.split(":")[0] for answer in answers) == ["accepted", "refused"]
    refused = next(answer for answer in answers if answer.startswith("refused"))
    assert "needs 100 kVA, there is room for 0 kVA" in refused
    assert "仅余 0 kVA" in refused
    assert desks.reserved_kva(reg.take_snapshot(register), "T1") == 100.0
    assert reg.verify_history(register) == ()


def test_race__four_desks_for_three_places(register: reg.Register, url: str) -> None:
    names = [desks.offered(register, 30.0).application_id for _ in range(4)]
    with ProcessPoolExecutor(4, desks.PROCESSES) as pool:
        start_at = time.time() + 2.5
        answers = list(pool.map(desks.accept_at, [url] * 4, names, [start_at] * 4, [0.1] * 4))
    assert sorted(answer.split(":")[0] for answer in answers) == ["accepted"] * 3 + ["refused"]
    assert desks.reserved_kva(reg.take_snapshot(register), "T1") == 90.0
