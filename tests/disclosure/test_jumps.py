"""The gate: what jumps unexplained is listed, and only a list filled in for this very run opens it (P22)."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from test_attacker import HOUSES, THREE, applied, crowd, grown, line
from worlds import POLICY, RULES, Memory, World, basis_of_world, published

from capacity.disclosure import Prepared, prepare, read_approvals, write_jumps
from capacity.disclosure.jumps import HEADINGS
from capacity.errors import InputError
from capacity.tables._schema import empty
from capacity.tables.public.terms import TERMS

FELL = grown(THREE, "T1", 1.95)  # 112 to 218.4 kVA: 106 of 208 kVA are gone


def second(world: World, approvals: Path | None = None, before: World = THREE) -> Prepared:
    """The release after that of ``before``."""
    first = published([before])[0]
    basis = basis_of_world(replace(world, month=2))
    filled = read_approvals(approvals) if approvals else None
    return prepare(basis, RULES, POLICY, empty(TERMS), Memory((first.record,)), basis.as_of, filled)  # type: ignore[arg-type]


def test_jumps__a_move_that_nothing_explains() -> None:
    done = second(FELL)
    assert [jump.area_id for jump in done.jumps] == ["A"]
    jump = done.jumps[0]
    assert jump.before_kva == pytest.approx(208.0)
    assert jump.after_kva == pytest.approx(320.0 - 1.95 * 112.0)
    assert jump.explained_kva == pytest.approx(0.0)
    assert jump.unexplained_kva == pytest.approx(-0.95 * 112.0)
    assert jump.cause == "load"
    assert done.unapproved == done.jumps


@pytest.mark.parametrize(
    "world",
    [
        grown(THREE, "T1", 1.85),  # 95 kVA: less than jump_kva
        applied(THREE, big=("T1", 150.0)),  # an application explains it
        replace(THREE, transformers=(replace(THREE.transformers[0], rated_kva=630.0), *THREE.transformers[1:])),
    ],
)
def test_jumps__what_is_small_or_explained_is_none(world: World) -> None:
    assert second(world).jumps == ()


def test_jumps__blocked_or_unknown_all_at_once() -> None:
    small = line(("T1", "A", 160.0, crowd("T1", *HOUSES)), ("T2", "B", 160.0, crowd("T2", *HOUSES)))
    full = grown(small, "T1", 2.4)
    unknown = replace(full, transformers=(full.transformers[0], replace(full.transformers[1], has_data=False)))
    done = second(unknown, before=small)
    assert [(jump.area_id, jump.cause) for jump in done.jumps] == [("A", "load"), ("B", "data")]
    assert done.jumps[0].after_kva == 0.0
    assert done.jumps[1].after_kva != done.jumps[1].after_kva


def test_jumps__a_changed_rule_explains_and_is_told() -> None:
    first = published([THREE])[0]
    basis = basis_of_world(replace(FELL, month=2))
    basis = replace(basis, policy_values={**basis.policy_values, "transformer_limit_percent": 70.0})
    done = prepare(basis, RULES, POLICY, empty(TERMS), Memory((first.record,)), basis.as_of)  # type: ignore[arg-type]
    assert done.jumps == ()
    assert done.release.changes.set_index("name").loc["area A", "cause"] == "rules"


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """The list of the jump, filled in."""
    path = tmp_path / "jumps-2025-02.csv"
    write_jumps(second(FELL).jumps, path)
    rewrite(path, lambda rows: [row | {"approved_by": "李工", "reason": "新商场已投运"} for row in rows])
    return path


def rewrite(path: Path, change: object, encoding: str = "utf-8-sig", delimiter: str = ",") -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    rows = [dict(zip(HEADINGS, row, strict=True)) for row in table[1:]]
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(table[0])
        writer.writerows(list(row.values()) for row in change(rows))  # type: ignore[operator]


def test_approvals__open_the_gate_and_are_kept(filled: Path) -> None:
    done = second(FELL, filled)
    assert done.unapproved == ()
    assert len(done.jumps) == 1
    assert done.record.approvals == filled.read_bytes()


@pytest.mark.parametrize(("encoding", "delimiter"), [("gb18030", ","), ("utf-8-sig", ";"), ("utf-8", "\t")])
def test_approvals__as_excel_saves_them(filled: Path, encoding: str, delimiter: str) -> None:
    rewrite(filled, lambda rows: rows, encoding, delimiter)
    assert second(FELL, filled).unapproved == ()
    assert read_approvals(filled).rows[0].approved_by == "李工"


def problems(path: Path, world: World = FELL) -> dict[str, str]:
    with pytest.raises(InputError) as caught:
        second(world, path)
    for issue in caught.value.issues:
        assert issue.file == path.name
        assert issue.sentence_zh
        assert issue.sentence_en
    return {issue.check: issue.location for issue in caught.value.issues}


def test_approvals__every_problem_at_once(filled: Path) -> None:
    """Not signed, stale, twice and strange: each with its row."""

    def spoil(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        first = rows[0] | {"approved_by": "", "after_kva": "17.5"}
        return [first, rows[0], rows[0] | {"area_id": "Z9"}]

    rewrite(filled, spoil)
    assert problems(filled) == {
        "approvals.empty": "jumps-2025-02.csv[approved_by] (row 2, A)",
        "approvals.stale": "jumps-2025-02.csv[after_kva] (row 2, A)",
        "approvals.twice": "jumps-2025-02.csv[area_id] (row 3, A)",
        "approvals.extra": "jumps-2025-02.csv[area_id] (row 4, Z9)",
    }


def test_approvals__a_jump_that_is_not_listed(filled: Path) -> None:
    assert set(problems(filled, grown(FELL, "T2", 3.2))) == {"approvals.not_listed"}


def test_approvals__a_list_without_jumps_is_of_another_run(filled: Path) -> None:
    assert set(problems(filled, THREE)) == {"approvals.extra"}


def test_read_approvals__no_file_or_no_columns(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_approvals(tmp_path / "none.csv")
    path = tmp_path / "list.csv"
    path.write_text("area_id,name\nA,x\n", encoding="utf-8")
    with pytest.raises(InputError, match="lacks the columns before_kva, after_kva, approved_by, reason"):
        read_approvals(path)
    path.write_bytes(b"")
    with pytest.raises(InputError, match="lacks the columns area_id"):
        read_approvals(path)


def test_write_jumps__no_name_is_a_formula(tmp_path: Path) -> None:
    jump = replace(second(FELL).jumps[0], name="=HYPERLINK(1)")
    write_jumps([jump], tmp_path / "list.csv")
    content = (tmp_path / "list.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert b",'=HYPERLINK" in content
