"""An answered request in the register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fake_assessor import FakeAssessor
from sample_assessment import sample_assessment

from capacity.applications import register as reg
from capacity.applications.requests.recording import asked_in, facts_of_answer, offers_something, record
from capacity.errors import InputError, RegisterError
from capacity.tables.assessment import Assessment
from capacity.tables.places import PlaceRequest
from capacity.tables.register import Facts

LATER = dt.date(2190, 1, 1)


@pytest.fixture
def register(tmp_path: Path) -> Iterator[reg.Register]:
    made = reg.create_register(str(tmp_path / "register.db"))
    yield made
    made.engine.dispose()


def answer(variant: str = "plain", application_id: str = "", **changes: object) -> Assessment:
    found = sample_assessment(variant=variant)
    asked = replace(found.request, application_id=application_id, energise_on=None, **changes)
    return replace(found, request=asked, valid_until=LATER)


def test_record__a_new_application_is_received_and_offered(register: reg.Register) -> None:
    done = record(register, answer(), who="li", why="by phone")
    assert done.steps == ("received", "offered")
    one = done.application
    assert (one.status, one.offer_valid_until, one.version) == ("offered", LATER, 2)
    facts = one.facts
    assert (facts.p_kw, facts.voltage, facts.supply, facts.customer_kind) == (60.0, "lv", "single", "small_business")
    assert (facts.node_id, facts.transformer_id, facts.longitude) == ("T0102-M5P2", "T0102", 99.203)
    assert {stamp.who for stamp in one.stamps} == {"li"}
    assert one.reserved_kw is None


def test_record__what_is_offered_can_be_accepted(register: reg.Register) -> None:
    name = record(register, answer(), who="li").application.application_id
    accepted = reg.accept_with(register, name, FakeAssessor(100.0).judge, who="li")
    assert (accepted.status, accepted.reserved_kw) == ("accepted", 60.0)


def test_record__a_staged_offer_is_offered_where_its_first_stage_connects(register: reg.Register) -> None:
    done = record(register, answer("staged", "A-7"), who="li")
    assert done.application.application_id == "A-7"
    assert done.steps == ("received", "offered")
    assert done.application.facts.urgent_kw == 40.0
    assert done.application.facts.node_id == "T0102-M5P2"


def test_record__the_whole_power_after_works_is_an_offer_too(register: reg.Register) -> None:
    found = answer("staged")
    node, larger, *rest = found.options
    later = replace(found, options=(replace(larger, rank=1), replace(node, rank=2), *rest))
    done = record(register, later, who="li")
    facts, transformer = done.application.facts, larger.candidate.transformer_id
    assert transformer == node.candidate.transformer_id  # one transformer, before the works and after
    assert (facts.node_id, facts.works_option) == (
        larger.design.connection.node_id,
        f"larger_transformer:{transformer}",
    )
    assert facts.works_kva == larger.design.connection.replacement.rated_kva
    elsewhere = replace(node, design=replace(node.design, candidate=replace(node.candidate, transformer_id="T9")))
    done = record(register, replace(later, options=(replace(larger, rank=1), elsewhere, *rest)), who="li")
    facts = done.application.facts
    assert (facts.node_id, facts.works_option, facts.works_kva) == ("T0102-M5P2", None, None)  # the first stage's
    waits = replace(later, verdict="not_before_project", staged=None)
    done = record(register, waits, who="li")
    assert done.steps == ("received", "offered")
    assert done.application.facts.node_id == larger.design.connection.node_id


@pytest.mark.parametrize("variant", ["none", "unknown"])
def test_record__nothing_to_offer_stays_received(register: reg.Register, variant: str) -> None:
    assert not offers_something(answer(variant))
    done = record(register, answer(variant), who="li")
    assert done.steps == ("received",)
    assert done.application.status == "received"


def test_record__dual_supply_is_high_voltage(register: reg.Register) -> None:
    facts = record(register, answer("dual"), who="li", lv_limit_kw=160.0).application.facts
    assert (facts.voltage, facts.supply, facts.transformer_id) == ("hv", "dual", None)
    assert facts.node_id
    assert facts.feeder_id


def test_record__an_application_of_the_register_is_put_where_it_connects(register: reg.Register) -> None:
    given = Facts(p_kw=60.0, customer_kind="small_business", category="commercial", longitude=99.203, latitude=25.103,
                  customer="Duan", note="shop")  # fmt: skip
    name = reg.add(register, given, who="desk").application_id
    asked = asked_in(register, name)
    assert (asked.place, asked.kw) == (PlaceRequest(99.203, 25.103), 60.0)
    assert asked.applied_on == register.local_day(dt.datetime.now(dt.UTC))
    done = record(register, replace(answer(), request=asked), who="li")
    assert done.steps == ("amended", "offered")
    facts = done.application.facts
    assert (facts.customer, facts.note, facts.node_id, facts.phases) == ("Duan", "shop", "T0102-M5P2", None)
    again = record(register, replace(answer(), request=asked), who="li")
    assert again.steps == ("offered",)  # nothing to correct any more
    assert not reg.verify_history(register)


def test_asked_in__only_what_is_open(register: reg.Register) -> None:
    name = record(register, answer(), who="li").application.application_id
    assert asked_in(register, name).kw == 60.0
    reg.accept_with(register, name, FakeAssessor(100.0).judge, who="li")
    with pytest.raises(RegisterError, match="only those received or offered"):
        asked_in(register, name)
    assert asked_in(register, "absent", or_none=True) is None
    with pytest.raises(RegisterError):
        asked_in(register, "absent")


def test_record__the_registers_own_rules_hold(register: reg.Register) -> None:
    with pytest.raises(InputError, match="P12"):
        record(register, answer(kw=200.0), who="li", lv_limit_kw=160.0)
    assert reg.applications(register) == []
    with pytest.raises(RegisterError, match="run out"):
        record(register, replace(answer(), valid_until=dt.date(2020, 1, 1)), who="li")
    assert reg.applications(register) == []


def test_facts__by_transformer_and_without_an_option() -> None:
    asked = answer("none", kw=10.0)
    facts = facts_of_answer(replace(asked, request=replace(asked.request, place=PlaceRequest(transformer_id="T0102"))))
    assert (facts.transformer_id, facts.node_id, facts.longitude) == ("T0102", None, None)
    built = replace(answer(), options=tuple(one for one in answer().options if one.rank == 4))
    alone = replace(built, options=(replace(built.options[0], rank=1),))
    facts = facts_of_answer(alone)  # an additional transformer: behind a 10 kV node, below no transformer yet
    assert facts.transformer_id is None
    assert (facts.node_id, facts.voltage) == (alone.options[0].design.connection.node_id, "lv")
    assert facts.works_option == alone.options[0].key
    assert facts.works_kva == alone.options[0].design.connection.transformer.rated_kva
    assert facts_of_answer(answer(), facts).works_option is None  # assessed anew: works of before are no longer named
