"""Desks as processes of their own: what they do at a register, and the room they judge by.

The room here is one number per transformer: 100 kVA less what is reserved on it. It is computed from the snapshot
alone, as any real figure is, so that nothing but the register's versions keeps two desks from promising it twice.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Sequence
from pathlib import Path

from capacity.applications import register as reg
from capacity.tables.register import Application, Claim, Compute, ElementVersion, Facts, Refusal, Snapshot

PROCESSES = multiprocessing.get_context(
    "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
)
"""Processes that share nothing with the test but its arguments; a fork server has imported everything once."""
if isinstance(PROCESSES, multiprocessing.context.ForkServerContext):
    PROCESSES.set_forkserver_preload(["capacity.applications.register"])
ROOM_KVA = 100.0


def facts(p_kw: float = 50.0, transformer_id: str | None = "T1", **more: object) -> Facts:
    return Facts(p_kw=p_kw, customer_kind="small_business", transformer_id=transformer_id, power_factor=1.0, **more)  # type: ignore[arg-type]  # any column by its name


def elements_of(transformer_id: str, snapshot: Snapshot) -> tuple[ElementVersion, ...]:
    """T1, T3, … hang on feeder F1, T2, T4, … on F2; one substation feeds both."""
    feeder = "F1" if int(transformer_id[1:]) % 2 else "F2"
    return (
        snapshot.version("transformer", transformer_id),
        snapshot.version("feeder", feeder),
        snapshot.version("substation", "S1"),
    )


def reserved_kva(snapshot: Snapshot, transformer_id: str) -> float:
    table = snapshot.applications
    mine = table[table["transformer_id"].eq(transformer_id) & table["status"].isin(["accepted", "energised"])]
    return float(mine["reserved_kva"].sum())


def judging(thinking_seconds: float = 0.0, room_kva: float = ROOM_KVA) -> Compute:
    """The judgement of a desk, which takes its time between reading and answering."""

    def compute(application: Application, snapshot: Snapshot) -> Claim | Refusal:
        transformer_id = str(application.facts.transformer_id)
        room = room_kva - reserved_kva(snapshot, transformer_id)
        time.sleep(thinking_seconds)
        wanted = application.facts.p_kw
        if wanted > room:
            zh = f"申请 {application.application_id} 需 {wanted:g} kVA，仅余 {room:g} kVA。"
            en = f"{application.application_id} needs {wanted:g} kVA, there is room for {room:g} kVA."
            return Refusal(application.application_id, wanted, room, en, zh)
        elements = elements_of(transformer_id, snapshot)
        return Claim(application.application_id, application.version, wanted, wanted, room, elements)

    return compute


def offered(register: reg.Register, p_kw: float = 50.0, transformer_id: str = "T1") -> Application:
    """An application that only waits to be accepted."""
    made = reg.add(register, facts(p_kw, transformer_id), who="desk")
    return reg.offer(register, made.application_id, who="desk")


def accept_at(url: str, application_id: str, start_at: float, thinking_seconds: float) -> str:
    """One desk: waits for the common start, then accepts; the answer as a word and its sentence."""
    register = reg.open_register(url)
    time.sleep(max(0.0, start_at - time.time()))
    try:
        done = reg.accept_with(register, application_id, judging(thinking_seconds), who=f"desk of {application_id}")
    except reg.Refused as refused:
        return f"refused: {refused}"
    return f"{done.status}: {done.reserved_kva}"


STEPS = {"new": 5, "accept": 9, "withdraw": 2, "energise": 2, "take_up": 2}
AFTERWARDS = ("withdraw", "energise", "take_up")
TRANSFORMERS = ("T1", "T2", "T3", "T4", "T5", "T6")


def work(url: str, seed: int, operations: int, names: Sequence[str], told: Path) -> None:
    """A desk that takes random steps; each done one is a line in the file ``told``, after it was committed."""
    register, chance, known = reg.open_register(url), random.Random(seed), list(names)
    mine: list[str] = []  # what this desk accepted: it goes on with these, so that room becomes free again
    for number in range(operations):
        step = chance.choices(list(STEPS), list(STEPS.values()))[0]
        who, name = f"desk {seed}", chance.choice(mine if mine and step in AFTERWARDS else known)
        try:
            if step == "accept":
                done = reg.accept_with(register, name, judging(chance.random() * 0.004), who=who, attempts=40)
            elif step == "withdraw":
                done = reg.withdraw(register, name, who=who, why="random")
            elif step == "energise":
                done = reg.energise(register, name, who=who)
            elif step == "take_up":
                done = reg.take_up(register, name, who=who, why="random")
            else:
                asked = facts(chance.choice((2.0, 6.0, 15.0)), chance.choice(TRANSFORMERS))
                made = reg.add(register, asked, who=who, application_id=f"N{seed}-{number}")
                done = reg.offer(register, made.application_id, who=who)
                known.append(made.application_id)
        except (reg.Refused, reg.NotAllowed):
            done = None
        if step == "accept" and done:
            mine.append(name)
        elif step in ("withdraw", "take_up") and name in mine:
            mine.remove(name)
        with told.open("a", encoding="utf-8") as file:
            file.write(f"{done.application_id} {done.version}\n" if done else "-\n")
