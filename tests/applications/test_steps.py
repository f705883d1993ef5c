"""Steps of an application: what may follow what, stamps, who and why, versions, and a history that nobody rewrites."""

from __future__ import annotations

import dataclasses
import datetime as dt

import desks
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from capacity.applications import register as reg
from capacity.applications.register import records
from capacity.applications.register.events import EVENTS
from capacity.errors import InputError
from capacity.tables.register import Application
from capacity.tables.words import APPLICATION_STATUS, REGISTER_EVENT


def accepted(register: reg.Register) -> Application:
    one = desks.offered(register)
    return reg.accept_with(register, one.application_id, desks.judging(), who="li")


def test_events__every_status_and_event_has_words() -> None:
    assert set(EVENTS) == set(REGISTER_EVENT)
    assert {status for event in EVENTS.values() for status in (*event.before, event.after) if status} == set(
        APPLICATION_STATUS
    )


def test_life_of_an_application__is_stamped_with_who_and_why(register: reg.Register) -> None:
    before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=2)
    one = reg.add(register, desks.facts(), who="li", why="at the counter")
    name = one.application_id
    reg.offer(register, name, who="wang", valid_until=dt.date(2099, 1, 1))
    reg.accept_with(register, name, desks.judging(), who="zhao", why="agreed by telephone")
    reg.works(register, name, ready=False, who="zhao")
    reg.works(register, name, ready=True, who="zhao")
    done = reg.energise(register, name, who="sun")
    assert [stamp.event for stamp in done.stamps] == [
        "received", "offered", "accepted", "works_started", "works_ready", "energised",
    ]  # fmt: skip
    assert [stamp.who for stamp in done.stamps] == ["li", "wang", "zhao", "zhao", "zhao", "sun"]
    assert done.stamps[2].why == "agreed by telephone"
    times = [stamp.at for stamp in done.stamps]
    assert times == sorted(times)
    assert before <= times[0] <= times[-1] <= dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2)
    assert all(at.utcoffset() == dt.timedelta(0) for at in times)
    assert (done.status, done.version, done.reserved_kva, done.energised_at) == ("energised", 6, 50.0, times[-1])


@pytest.mark.parametrize(
    ("steps", "step"),
    [((), "accept"), ((), "energise"), ((), "works"), (("offer",), "energise"), (("withdraw",), "offer"),
     (("expire",), "withdraw"), (("offer", "accept"), "amend"), (("offer", "accept"), "accept"),
     (("offer", "accept", "energise"), "withdraw"), (("offer", "accept"), "take_up")],
)  # fmt: skip
def test_steps__not_in_every_status(register: reg.Register, steps: tuple[str, ...], step: str) -> None:
    name = reg.add(register, desks.facts(), who="li").application_id
    take = {
        "offer": lambda: reg.offer(register, name, who="li"),
        "accept": lambda: reg.accept_with(register, name, desks.judging(), who="li"),
        "energise": lambda: reg.energise(register, name, who="li"),
        "works": lambda: reg.works(register, name, ready=True, who="li"),
        "withdraw": lambda: reg.withdraw(register, name, who="li", why="-"),
        "expire": lambda: reg.expire(register, name, who="li", why="-"),
        "take_up": lambda: reg.take_up(register, name, who="li", why="-"),
        "amend": lambda: reg.amend(register, name, desks.facts(1.0), who="li", why="-"),
    }
    for one in steps:
        take[one]()
    before = reg.application(register, name)
    with pytest.raises(reg.NotAllowed) as caught:
        take[step]()
    assert "Nothing was changed" in caught.value.sentence_en
    assert "未作任何更改" in caught.value.sentence_zh
    assert reg.application(register, name) == before


def test_withdraw__frees_what_was_reserved(register: reg.Register) -> None:
    one = accepted(register)
    done = reg.withdraw(register, one.application_id, who="li", why="moved away")
    assert (done.reserved_kva, done.reserved_kw, done.claim) == (None, None, None)
    assert reg.take_snapshot(register).version("feeder", "F1").version == 2


def test_take_up__ends_the_reservation_of_an_energised_one(register: reg.Register) -> None:
    one = accepted(register)
    reg.energise(register, one.application_id, who="li")
    done = reg.take_up(register, one.application_id, who="li", why="its load is in the ledger")
    assert (done.status, done.reserved_kva) == ("energised", None)
    with pytest.raises(reg.NotAllowed, match="reserves nothing"):
        reg.take_up(register, one.application_id, who="li", why="again")
    assert reg.verify_history(register) == ()


def test_amend__voids_the_offer(register: reg.Register) -> None:
    one = reg.offer(register, desks.offered(register).application_id, who="li", valid_until=dt.date(2099, 1, 1))
    done = reg.amend(register, one.application_id, desks.facts(20.0), who="li", why="smaller")
    assert (done.status, done.facts.p_kw, done.offer_valid_until) == ("received", 20.0, None)


def test_version__says_who_was_faster(register: reg.Register) -> None:
    one = desks.offered(register)
    reg.offer(register, one.application_id, who="wang")
    with pytest.raises(reg.Changed, match="by wang"):
        reg.withdraw(register, one.application_id, who="li", why="-", expected_version=one.version)
    assert reg.application(register, one.application_id).status == "offered"


@pytest.mark.parametrize(
    ("works_option", "works_kva", "says"),
    [
        ("larger_transformer:T1", None, "give both or neither"),
        (None, 200.0, "give both or neither"),
        ("larger_transformer:T1", -1.0, "above 0 kVA"),
        ("lv_node:T1-LV", 200.0, "no option after works"),
        ("larger_transformer:T2", 200.0, "one and the same"),
    ],
)
def test_add__works_are_whole_and_of_the_transformer_named(
    register: reg.Register, works_option: str | None, works_kva: float | None, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        reg.add(register, desks.facts(30.0, works_option=works_option, works_kva=works_kva), who="li")
    assert reg.applications(register) == []


def test_add__tells_every_fault_at_once_and_changes_nothing(register: reg.Register) -> None:
    wrong = dataclasses.replace(
        desks.facts(), p_kw=0.0, transformer_id=None, power_factor=2.0, category="castle", longitude=200.0,
        urgent_kw=5.0,
        energise_on=dt.date(2020, 1, 1), supply="dual",
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        reg.add(register, wrong, who="li")
    columns = {issue.column for issue in caught.value.issues}
    assert columns == {"p_kw", "power_factor", "category", "longitude", "urgent_kw", "energise_on", "supply"}
    assert all(issue.sentence_zh and issue.sentence_en for issue in caught.value.issues)
    assert reg.applications(register) == []


def test_add__lv_limit_is_kept_at_its_value_and_broken_above(register: reg.Register) -> None:
    assert reg.add(register, desks.facts(160.0), who="li", lv_limit_kw=160.0).status == "received"
    with pytest.raises(InputError, match="P12"):
        reg.add(register, desks.facts(160.1), who="li", lv_limit_kw=160.0)


def test_add__somewhere(register: reg.Register) -> None:
    with pytest.raises(InputError, match="where the customer is"):
        reg.add(register, desks.facts(10.0, None), who="li")


def test_add__ids_count_up_and_are_unique(register: reg.Register) -> None:
    year = register.local_day(dt.datetime.now(dt.UTC)).year
    taken = reg.add(register, desks.facts(), who="li", application_id=f"A{year}-00001").application_id
    with pytest.raises(reg.RegisterError, match="already"):
        reg.add(register, desks.facts(), who="li", application_id=taken)
    assert [reg.add(register, desks.facts(), who="li").application_id for _ in range(2)] == [
        f"A{year}-00002", f"A{year}-00003",
    ]  # fmt: skip


def test_who__is_needed(register: reg.Register) -> None:
    with pytest.raises(reg.RegisterError, match="who you are"):
        reg.add(register, desks.facts(), who="  ")
    assert reg.applications(register) == []


def test_stamps__are_never_filed_as_if_they_had_happened_earlier(
    register: reg.Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = desks.offered(register)
    yesterday = one.stamps[-1].at - dt.timedelta(days=1)
    monkeypatch.setattr(records, "now", lambda connection: yesterday)
    with pytest.raises(reg.RegisterError, match="clock"):
        reg.withdraw(register, one.application_id, who="li", why="-")
    slightly_behind = one.stamps[-1].at - dt.timedelta(seconds=30)
    monkeypatch.setattr(records, "now", lambda connection: slightly_behind)
    assert reg.withdraw(register, one.application_id, who="li", why="-").stamps[-1].at == one.stamps[-1].at


@pytest.mark.parametrize("statement", ["UPDATE history SET who = 'nobody'", "DELETE FROM history"])
def test_history__is_refused_to_change_by_the_database_itself(register: reg.Register, statement: str) -> None:
    desks.offered(register)
    with pytest.raises(DBAPIError, match="only ever added"), register.engine.begin() as connection:
        connection.execute(text(statement))
    assert len(reg.applications(register)[0].stamps) == 2


def test_verify_history__names_what_was_changed_by_hand(register: reg.Register) -> None:
    one, two = accepted(register), desks.offered(register)
    assert reg.verify_history(register) == ()
    with register.engine.begin() as connection:
        where = {"id": one.application_id, "other": two.application_id}
        connection.execute(text("UPDATE applications SET reserved_kw = 1 WHERE application_id = :id"), where)
        connection.execute(text("UPDATE applications SET status = 'withdrawn' WHERE application_id = :other"), where)
        connection.execute(text("UPDATE elements SET version = 7 WHERE element_id = 'F1'"))
    told = {issue.ids[0]: issue.sentence_en for issue in reg.verify_history(register)}
    assert set(told) == {one.application_id, two.application_id, "feeder F1"}
    assert "reserved_kw" in told[one.application_id]
    assert "status" in told[two.application_id]


def test_replay__a_part_of_the_history_is_the_state_of_that_time(register: reg.Register) -> None:
    one = accepted(register)
    earlier = reg.replay(one.application_id, one.stamps[:2])
    assert (earlier.status, earlier.reserved_kva, earlier.version) == ("offered", None, 2)
    with pytest.raises(ValueError, match="cannot follow"):
        reg.replay(one.application_id, [one.stamps[0], *[_renumbered(one)]])


def _renumbered(one: Application):  # type: ignore[no-untyped-def]  # a Stamp
    return dataclasses.replace(one.stamps[2], sequence=2)


def test_snapshot__hash_is_of_the_contents_alone(register: reg.Register) -> None:
    desks.offered(register)
    first, second = reg.take_snapshot(register), reg.take_snapshot(register)
    assert first.sha256 == second.sha256
    accepted(register)
    assert reg.take_snapshot(register).sha256 != first.sha256
