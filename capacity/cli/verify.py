"""The command that puts a run's node figures, or a plan's claims, to the test: verify."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from capacity.cli import NOT_CONFIRMED, app, printing, verify_plan
from capacity.cli.language import say, word
from capacity.errors import RequestError
from capacity.tables.words import CRITERION, REASON, Word

if TYPE_CHECKING:
    from capacity.verification import Proof, Verdict

OUTCOME = {
    "false_open": Word("虚高", "false-open"),
    "false_blocked": Word("虚低", "false-blocked"),
}
OTHER = {
    "none": Word("无限制", "nothing binds"),
    "no_solution": Word("潮流无解", "the load flow has no solution"),
    "": Word("", ""),
}
MOST_SHOWN = 12


@app.command()
def verify(
    run: Annotated[Path, typer.Argument(help="The folder of a run, or of a plan.", metavar="RUN")],
    nodes: Annotated[
        int | None, typer.Option(min=1, help="Of a run: how many nodes are drawn, by binding criterion (default: 200).")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of a run: seed of the draw (default: 1).")] = None,
    case: Annotated[
        Path | None, typer.Option(help="The case folder, if it is not where the run or the plan found it.")
    ] = None,
    scenario: Annotated[Path | None, typer.Option(help="The scenario file, likewise.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; default: all processors.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every verdict for programs.")] = False,
) -> None:
    """Put a run's node figures, or a plan's claims, to the test at every step. 核验节点容量或规划成效。

    Of a run drawn figures are added at their nodes, and larger ones, and the whole window is solved. Of a plan every
    claim of every project is solved with every step of its year: the needs it clears, and that it harms nothing new.
    """
    from capacity.proof import DEFAULT_NODES, DEFAULT_SEED, verify_run
    from capacity.runs.plan_store import holds_plan
    from capacity.verification import as_json as every_verdict
    from capacity.verification import write_proof

    if holds_plan(run):
        if nodes is not None or seed is not None:
            raise RequestError(
                ["“--nodes”和“--seed”只用于计算结果；规划的各项成效全部核验，请去掉该选项。"],
                ["--nodes and --seed are for runs; of a plan every claim is verified: leave them out."],
            )
        verify_plan.verify_claims(run, case, scenario, workers=workers, as_json=as_json)
        return
    with printing.progress() as told:
        proof = verify_run(
            run, case_folder=case, scenario_file=scenario, nodes=DEFAULT_NODES if nodes is None else nodes,
            seed=DEFAULT_SEED if seed is None else seed, workers=workers, progress=told,
        )  # fmt: skip
    written = write_proof(proof, run)
    if as_json:
        typer.echo(every_verdict(proof))
    else:
        _show(proof)
        printing.where("已写出", "written", written)
    if not proof.holds:
        printing.errors.print(
            say(
                "有节点容量经核验不成立，请勿据此答复。",
                "some node figures do not hold: do not promise anything by them.",
            ),
            style="bold red",
        )
        raise typer.Exit(NOT_CONFIRMED)


def _show(proof: Proof) -> None:
    found = proof.verification
    printing.console.print(_by_criterion(proof))
    wrong = [one for one in proof.verdicts if one.outcome != "agrees"]
    if wrong:
        printing.console.print(_worst(wrong))
    share = f"{found.binding_agreed}/{found.binding_compared}" if found.binding_compared else say("无可比", "none")
    printing.console.print(
        say(
            f"抽取 {found.nodes} 个节点（随机种子 {found.seed}）：每个节点计算 {found.steps} 步潮流，"
            f"其中 {found.reference_steps} 步另用 pandapower 计算；"
            f"容差取 {found.tolerance_percent:g} % 与 {found.tolerance_kva:g} kVA 中较大者；"
            f"限制条件一致 {share}；用时 {found.wall_time_s:.0f} 秒",
            f"{found.nodes} nodes drawn (seed {found.seed}): {found.steps} steps solved for each, up to "
            f"{found.reference_steps} of them with pandapower too; "
            f"tolerance {found.tolerance_percent:g} % or {found.tolerance_kva:g} kVA, whichever is larger; "
            f"the limit named is among those that break: {share}; {found.wall_time_s:.0f} s",
        ),
        highlight=False,
    )


def _by_criterion(proof: Proof) -> Table:
    table = Table(title=say("节点容量核验", "node figures put to the test"), title_justify="left")
    table.add_column(say("限制条件", "binding criterion"))
    for zh, en in (("节点数", "nodes"), ("一致", "agree"), ("虚高", "false-open"), ("虚低", "false-blocked")):
        table.add_column(say(zh, en), justify="right")
    groups: dict[str, list[Verdict]] = {name: [] for name in proof.verification.by_criterion}
    for one in proof.verdicts:
        groups[one.stratum].append(one)
    for name, members in groups.items():
        table.add_row(_criterion(name), *_counts(members))
    table.add_row(say("合计", "all"), *_counts(proof.verdicts), style="bold")
    return table


def _counts(verdicts: list[Verdict] | tuple[Verdict, ...]) -> list[str]:
    total = len(verdicts)
    by_outcome = {name: sum(one.outcome == name for one in verdicts) for name in ("agrees", *OUTCOME)}
    return [str(total), *(f"{count} ({100.0 * count / max(total, 1):.1f} %)" for count in by_outcome.values())]


def _worst(wrong: list[Verdict]) -> Table:
    table = Table(title=say("不成立者（最严重者在前）", "what does not hold, the worst first"), title_justify="left")
    for zh, en in (
        ("节点", "node"),
        ("判定", "verdict"),
        ("公布 kVA", "stated kVA"),
        ("公布的限制", "limit named"),
        ("试加 kVA", "added kVA"),
        ("实际越限", "what breaks"),
    ):
        table.add_column(say(zh, en))
    for one in sorted(wrong, key=lambda verdict: -verdict.off)[:MOST_SHOWN]:
        named = f"{_criterion(one.criterion)} {one.element}" if one.criterion else word(REASON[one.reason])
        table.add_row(
            escape(one.node_id),
            word(OUTCOME[one.outcome]),
            f"{one.allowed_kva:.2f}",
            escape(named),
            f"{one.tried_kva:.2f}",
            escape(_what_breaks(one)),
        )
    return table


def _what_breaks(one: Verdict) -> str:
    if not one.broken_criterion:
        return say("无", "nothing")
    broken = f"{_criterion(one.broken_criterion)} {one.broken_element} {one.broken_at[:16]}"
    return f"{broken}: {one.broken_value:.6g} / {one.broken_allowed:.6g}"


def _criterion(name: str) -> str:
    return word(CRITERION.get(name) or OTHER.get(name) or REASON[name])
