"""The register beside a case: what reserves in a run, until when, and what no longer fits."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import desks
import numpy as np
import pandas as pd
import pytest
from hand_case import WINDOW, hand_case

from capacity import desk, policy
from capacity.applications import register as reg
from capacity.applications.register.from_run import judge_by_run
from capacity.applications.register.overcommitted import over_committed
from capacity.errors import InputError, PolicyError
from capacity.headroom import reserved_demand
from capacity.study import check, run_study
from capacity.tables._schema import conform
from capacity.tables.inputs.applications import APPLICATIONS, reserving
from capacity.tables.policy import Policy
from capacity.tables.register import Application
from capacity.tables.run import Run

RULES = policy.load_policy("baoshan-2021")


def with_days(days: float) -> Policy:
    """The bundled policy with another number of days for meters to see an energised customer."""
    stated = RULES.choices["energised_reserves_days"].model_copy(update={"value": days})
    return RULES.model_copy(update={"choices": {**RULES.choices, "energised_reserves_days": stated}})


@pytest.fixture
def register(tmp_path: Path) -> reg.Register:
    return reg.create_register(str(tmp_path / "register.db"))


@pytest.fixture(scope="module")
def run() -> Run:
    """T1 allows 120 kVA, T2 40 kVA."""
    return run_study(hand_case(), window=WINDOW, crosscheck_steps=0, sample_nodes=0)


def offered(register: reg.Register, p_kw: float, transformer_id: str = "T1", **more: object) -> Application:
    of = dataclasses.replace(desks.facts(p_kw, transformer_id), **more)  # type: ignore[arg-type]  # columns by name
    return reg.offer(register, reg.add(register, of, who="li").application_id, who="li")


def imported(register: reg.Register, tmp_path: Path, energised_at: str) -> None:
    """An energised application of 40 kW at T1; readings of the case are of 1 and 2 January 2026, 96 a day."""
    path = tmp_path / "a.csv"
    head = "application_id,customer_kind,p_kw,power_factor,transformer_id,status,energised_at\n"
    path.write_text(f"{head}N1,other,40,1,T1,energised,{energised_at}\n", encoding="utf-8")
    desk.import_file(register, path, RULES, who="li", case=hand_case())


def test_with_register__puts_it_in_place_of_the_cases_own(register: reg.Register, run: Run) -> None:
    one, two = offered(register, 30.0), offered(register, 20.0, "T2")
    reg.accept_with(register, one.application_id, judge_by_run(run), who="li")
    snapshot = reg.take_snapshot(register)
    case = desk.with_register(hand_case(), snapshot)
    assert case.applications["application_id"].tolist() == [one.application_id, two.application_id]
    assert reserved_demand(case, RULES).set_index("application_id")["s_kva"].to_dict() == {one.application_id: 30.0}
    assert case.hashes["register"] == snapshot.sha256
    assert not [issue for issue in check(case, WINDOW) if issue.severity == "error"]


def test_run_study__reserves_what_the_register_holds_and_freezes_its_hash(register: reg.Register, run: Run) -> None:
    reg.accept_with(register, offered(register, 30.0).application_id, judge_by_run(run), who="li")
    snapshot = reg.take_snapshot(register)
    done = run_study(desk.with_register(hand_case(), snapshot), window=WINDOW, crosscheck_steps=0, node_capacity=False)
    t1 = done.transformers.set_index("transformer_id").loc["T1"]
    assert (t1["reserved_kva"], t1["allowed_kva"]) == (pytest.approx(30.0), pytest.approx(90.0))
    assert done.manifest.input_hashes["register"] == snapshot.sha256
    assert done.manifest.policy_values["energised_reserves_days"] == 60.0


@pytest.mark.parametrize(
    ("energised_at", "days", "reserves"),
    [
        ("2025-12-31", 4.0, False),  # 192 readings, as many as 50 % of 4 days
        ("2025-12-31", 4.02, True),
        ("2026-01-02", 2.0, False),  # 96 readings, 50 % of 2 days
        ("2026-01-02 00:15", 2.0, True),
    ],
)
def test_with_register__energised_ones_reserve_until_meters_see_them(
    register: reg.Register, tmp_path: Path, energised_at: str, days: float, reserves: bool
) -> None:
    imported(register, tmp_path, energised_at)
    case = desk.with_register(hand_case(), reg.take_snapshot(register), with_days(days))
    assert reserving(case.applications).tolist() == [reserves]
    note = next(issue for issue in case.reading_issues if issue.ids == ("N1",))
    assert note.check == ("register.still_reserving" if reserves else "register.seen_by_meters")
    assert ("仍占用容量" if reserves else "不再占用") in note.sentence_zh


def test_with_register__a_case_without_readings_never_sees_an_energised_one_until_told(
    register: reg.Register, tmp_path: Path
) -> None:
    imported(register, tmp_path, "2024-01-01")
    case = hand_case()
    case = dataclasses.replace(case, measurements=case.measurements[:0])
    assert reserving(desk.with_register(case, reg.take_snapshot(register)).applications).tolist() == [True]
    reg.take_up(register, "N1", who="li", why="the ledger holds its load")
    assert reserving(desk.with_register(case, reg.take_snapshot(register)).applications).tolist() == [False]


def test_with_register__a_policy_that_does_not_say(register: reg.Register) -> None:
    silent = RULES.model_copy(
        update={"choices": {k: v for k, v in RULES.choices.items() if k != "energised_reserves_days"}}
    )
    with pytest.raises(PolicyError, match="energised_reserves_days"):
        desk.with_register(hand_case(), reg.take_snapshot(register), silent)


def test_with_register__refuses_to_forget_accepted_applications_of_the_case(register: reg.Register) -> None:
    rows = {"application_id": ["M1", "M2"], "transformer_id": ["T1", "T1"], "p_kw": [20.0, 30.0],
            "status": ["accepted", "received"]}  # fmt: skip
    case = hand_case(applications=conform(pd.DataFrame(rows), APPLICATIONS))
    with pytest.raises(InputError, match="import") as caught:
        desk.with_register(case, reg.take_snapshot(register))
    assert caught.value.issues[0].ids == ("M1",)
    desk.migrate_case(register, case, RULES, who="li")
    assert reserving(desk.with_register(case, reg.take_snapshot(register)).applications).sum() == 1


def test_with_register__refuses_what_reserves_on_equipment_that_is_gone(register: reg.Register, run: Run) -> None:
    reg.accept_with(register, offered(register, 30.0).application_id, judge_by_run(run), who="li")
    case = hand_case()
    case.net.trafo.loc[case.net.trafo["name"] == "T1", "name"] = "T1-new"
    case = dataclasses.replace(case, transformers=case.transformers.replace("T1", "T1-new"))
    with pytest.raises(InputError, match="does not hold"):
        desk.with_register(case, reg.take_snapshot(register))


def test_with_register__leaves_out_what_belongs_to_other_cases(register: reg.Register) -> None:
    here, there = offered(register, 30.0), offered(register, 30.0, "elsewhere")
    case = desk.with_register(hand_case(), reg.take_snapshot(register))
    assert case.applications["application_id"].tolist() == [here.application_id]
    note = next(issue for issue in case.reading_issues if issue.check == "register.elsewhere")
    assert note.ids == (there.application_id,)


def test_judge_by_run__takes_the_least_of_what_is_left(register: reg.Register, run: Run) -> None:
    one = reg.accept_with(register, offered(register, 100.0).application_id, judge_by_run(run), who="li")
    assert one.claim is not None
    assert one.claim.figure_kva == pytest.approx(120.0)
    assert {(e.element_type, e.element_id) for e in one.claim.elements} == {
        ("transformer", "T1"), ("feeder", "F1"), ("substation", "S1"),
    }  # fmt: skip
    with pytest.raises(reg.Refused, match=r"room for 20\.0 kVA") as caught:
        reg.accept_with(register, offered(register, 20.5).application_id, judge_by_run(run), who="li")
    assert "其后已确认 100.0 kVA" in caught.value.sentence_zh
    last = reg.accept_with(register, offered(register, 20.0).application_id, judge_by_run(run), who="li")
    assert last.reserved_kva == 20.0


def test_judge_by_run__does_not_count_twice_what_the_run_froze(register: reg.Register, run: Run) -> None:
    reg.accept_with(register, offered(register, 100.0).application_id, judge_by_run(run), who="li")
    case = desk.with_register(hand_case(), reg.take_snapshot(register))
    later = run_study(case, window=WINDOW, crosscheck_steps=0, node_capacity=False)
    one = reg.accept_with(register, offered(register, 20.0).application_id, judge_by_run(later), who="li")
    assert one.claim is not None
    assert one.claim.figure_kva == pytest.approx(20.0)


def test_judge_by_run__power_factor_of_the_case(register: reg.Register, run: Run) -> None:
    one = offered(register, 38.0, "T2", power_factor=None)  # 40.0 kVA at 0.95: exactly the room
    assert reg.accept_with(register, one.application_id, judge_by_run(run), who="li").reserved_kva == pytest.approx(40)


@pytest.mark.parametrize(
    ("more", "says"),
    [({"transformer_id": "T9"}, "does not know"), ({"voltage": "hv"}, "load flow"), ({}, "never promised")],
)
def test_judge_by_run__unknown_is_never_promised(
    register: reg.Register, run: Run, more: dict[str, object], says: str
) -> None:
    unknown = run.transformers.assign(allowed_kva=np.nan, reason="insufficient_data")
    with pytest.raises(reg.Refused, match=says):
        reg.accept_with(
            register,
            offered(register, 1.0, **more).application_id,
            judge_by_run(dataclasses.replace(run, transformers=unknown)),
            who="li",
        )


def test_over_committed__when_readings_rose_after_the_promise(register: reg.Register, run: Run) -> None:
    one = reg.accept_with(register, offered(register, 100.0).application_id, judge_by_run(run), who="li")
    snapshot = reg.take_snapshot(register)

    def later(peak_kw: float) -> pd.DataFrame:
        case = hand_case(peak={"T1": (peak_kw, 0.75 * peak_kw), "T2": (169.6, 127.2)})
        return desk.over_committed_in(
            run_study(desk.with_register(case, snapshot), window=WINDOW, crosscheck_steps=0, node_capacity=False)
        )

    assert later(176.0).empty  # 220 kVA: 320 - 220 - 100 = 0, exactly full
    row = later(180.0).iloc[0]  # 225 kVA
    assert (row["transformer_id"], row["application_ids"]) == ("T1", one.application_id)
    assert (row["room_kva"], row["over_kva"]) == (pytest.approx(95.0), pytest.approx(5.0))
    assert "5.0 kVA too much" in row["message_en"]
    assert "超出 5.0 kVA" in row["message_zh"]


def test_over_committed__waits_for_a_larger_transformer(register: reg.Register) -> None:
    """T1 leaves 320 - 200 = 120 kVA; 100 kVA as it stands and 200 that wait for 630 kVA are 180 too much."""
    head = "application_id,customer_kind,p_kw,power_factor,transformer_id,status,works_option,works_kva\n"
    path = Path(str(register.engine.url.database)).with_name("waiting.csv")
    rows = "N1,other,100,1,T1,accepted,,\nN2,other,200,1,T1,accepted,larger_transformer:T1,630\n"
    path.write_text(head + rows, encoding="utf-8")
    desk.import_file(register, path, RULES, who="li", case=hand_case())
    case = desk.with_register(hand_case(), reg.take_snapshot(register))
    reserved, net = reserved_demand(case, RULES).set_index("application_id"), case.net
    sides = net.trafo.set_index("name").loc["T1"]
    assert reserved["bus"].to_dict() == {"N1": sides["lv_bus"], "N2": sides["hv_bus"]}
    assert reserved["transformer_id"].tolist() == ["T1", "T1"]
    found = run_study(case, window=WINDOW, crosscheck_steps=0, sample_nodes=0)
    row = desk.over_committed_in(found).iloc[0]
    assert (row["over_kva"], row["waiting_kva"]) == (pytest.approx(180.0), pytest.approx(200.0))
    assert "of which 200.0 kVA wait for a larger transformer (N2)" in row["message_en"]
    assert "其中 200.0 kVA 待更换为更大配变（N2）" in row["message_zh"]
    assert "until then nothing more is promised" in row["message_en"]
    nodes = found.nodes.set_index("node_id")
    assert tuple(nodes.loc["T1-LV", ["allowed_kva", "reason", "binding_element"]]) == (0.0, "over_limit", "T1")
    assert 0.0 < nodes.at["T2-LV", "allowed_kva"] <= 40.0


def test_over_committed__says_nothing_of_unknown_loads(run: Run) -> None:
    table = run.transformers.assign(smax_import_kva=np.nan, reserved_kva=500.0)
    assert over_committed(table, run.applications, 80.0, 0.95).empty


def test_due__of_the_register(register: reg.Register) -> None:
    offered(register, 10.0)
    reg.add(register, desks.facts(), who="li")
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=20)
    rows = desk.due(register, reg.applications(register), RULES, now=later)
    assert set(rows["state"]) <= {"overdue", "waiting", "unknown"}
    assert len(rows) == 2
