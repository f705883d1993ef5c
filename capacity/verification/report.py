"""What comes of a verification: a verdict per node, the sum of them, and the file beside the run."""

from __future__ import annotations

import json
import math
import os
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from capacity.tables.run import Verification

TOLERANCE_PERCENT = 0.5
TOLERANCE_KVA = 1.0
"""A figure is false-blocked when more than it by the larger of these breaks no limit."""

VERIFICATION_FILE = "verification.json"
MOST_EXAMPLES = 10


@dataclass(frozen=True)
class Verdict:
    """What became of one node's figure.

    Attributes
    ----------
    stratum : what it was drawn for (``verification.drawing.stratum``).
    allowed_kva, reason, criterion, element : as the run states them; empty where it names none.
    outcome : ``agrees``, ``false_open`` (the figure breaks a limit) or ``false_blocked`` (a larger one breaks none).
    tried_kva : the load that was added last: the figure itself when it is false-open or at the search's ceiling, else
        the figure and the tolerance.
    broken_* : the limit it breaks: the one the run names if that is among them, else the worst; empty where none.
    binding_agrees : whether the limit that the run names is among those that the larger figure breaks; None where the
        run names none or the figure is wrong.
    steps, reference_steps : steps looked at, and of them those that the reference solved with the figure added.
    """

    node_id: str
    stratum: str
    allowed_kva: float
    reason: str
    criterion: str
    element: str
    outcome: str
    tried_kva: float
    broken_criterion: str
    broken_element: str
    broken_at: str
    broken_value: float
    broken_allowed: float
    binding_agrees: bool | None
    steps: int
    reference_steps: int

    @property
    def sentence(self) -> str:
        """One line for lists of disagreements."""
        stated = f"{self.node_id} ({self.criterion or self.reason} {self.element}".rstrip() + ")"
        if self.outcome == "false_blocked":
            return f"{stated}: {self.tried_kva:.2f} kVA breaks nothing, stated {self.allowed_kva:.2f} kVA"
        broken = f"{self.broken_criterion} {self.broken_element} at {self.broken_at}"
        found = f"{self.broken_value:.6g} against {self.broken_allowed:.6g}"
        return f"{stated}: {self.tried_kva:.2f} kVA breaks {broken}: {found}, stated {self.allowed_kva:.2f} kVA"

    @property
    def off(self) -> float:
        """How far a disagreement is off: by which part a limit is broken, or the figure too small. For sorting."""
        if self.outcome == "false_blocked":
            return 1.0 / max(self.allowed_kva, 1.0)
        return abs(self.broken_value / self.broken_allowed - 1.0) if self.broken_allowed else math.inf


@dataclass(frozen=True)
class Proof:
    """A verification with the verdict of every node drawn."""

    verification: Verification
    verdicts: tuple[Verdict, ...]

    @property
    def holds(self) -> bool:
        """Whether no figure is false-open and none false-blocked."""
        return not self.verification.false_open and not self.verification.false_blocked


def summed_up(
    verdicts: Sequence[Verdict], by_criterion: dict[str, int], *, seed: int, full_window: bool, seconds: float
) -> Verification:
    """The sum of the verdicts, with the worst disagreements as examples."""
    wrong = sorted((one for one in verdicts if one.outcome != "agrees"), key=lambda one: -one.off)
    named = [one.binding_agrees for one in verdicts if one.binding_agrees is not None]
    return Verification(
        nodes=len(verdicts),
        by_criterion=by_criterion,
        steps=max((one.steps for one in verdicts), default=0),
        reference_steps=max((one.reference_steps for one in verdicts), default=0),
        false_open=sum(one.outcome == "false_open" for one in verdicts),
        false_blocked=sum(one.outcome == "false_blocked" for one in verdicts),
        binding_compared=len(named),
        binding_agreed=sum(named),
        tolerance_percent=TOLERANCE_PERCENT,
        tolerance_kva=TOLERANCE_KVA,
        seed=seed,
        full_window=full_window,
        wall_time_s=round(seconds, 3),
        examples=[f"{one.outcome}: {one.sentence}" for one in wrong[:MOST_EXAMPLES]],
    )


def as_json(proof: Proof) -> str:
    """The verification and every verdict, for programs; unknown numbers are null."""
    content = proof.verification.model_dump(mode="json")
    content["verdicts"] = [
        {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in row.items()}
        for row in map(asdict, proof.verdicts)
    ]
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)


def write_proof(proof: Proof, folder: Path) -> Path:
    """Write ``verification.json`` beside a run's manifest, whole or not at all."""
    target = folder / VERIFICATION_FILE
    growing = folder / f".{VERIFICATION_FILE}-{uuid.uuid4().hex[:8]}"
    try:
        growing.write_text(as_json(proof) + "\n", encoding="utf-8")
        os.replace(growing, target)
    finally:
        growing.unlink(missing_ok=True)
    return target
