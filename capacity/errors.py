"""One error family. Every error carries the facts its sentence is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from capacity.tables.issue import Issue


class CapacityError(Exception):
    """Whatever this package raises on purpose."""


class InputError(CapacityError):
    """The input cannot be used; ``issues`` holds every problem found, not just the first."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = tuple(issues)
        errors = [issue for issue in self.issues if issue.severity == "error"]
        lines = "\n".join(f"  - {issue.location}: {issue.sentence_en}" for issue in errors)
        super().__init__(f"{len(errors)} problem(s) in the input:\n{lines}")

    def __reduce__(self) -> tuple[type[InputError], tuple[Sequence[Issue]]]:
        """Travels between processes by its facts, not by its sentence; so do the errors below."""
        return type(self), (self.issues,)


class SolverError(CapacityError):
    """A load-flow engine could not be used on this network (a single failing step is NaN, not an error)."""

    def __init__(self, engine: str, island: int, why: str) -> None:
        self.engine, self.island, self.why = engine, island, why
        super().__init__(f"engine '{engine}' cannot solve island {island}: {why}")

    def __reduce__(self) -> tuple[type[SolverError], tuple[str, int, str]]:
        return type(self), (self.engine, self.island, self.why)


class CrossCheckError(CapacityError):
    """The engine and pandapower disagree by more than the stated tolerance."""

    def __init__(self, delta_voltage_pu: float, delta_loading_percent: float, where: str) -> None:
        self.delta_voltage_pu = delta_voltage_pu
        self.delta_loading_percent = delta_loading_percent
        self.where = where
        super().__init__(
            f"the load flow differs from pandapower by {delta_voltage_pu:.2e} pu and "
            f"{delta_loading_percent:.4f} percentage points of loading ({where})"
        )

    def __reduce__(self) -> tuple[type[CrossCheckError], tuple[float, float, str]]:
        return type(self), (self.delta_voltage_pu, self.delta_loading_percent, self.where)


class PolicyError(CapacityError):
    """The policy file lacks a rule or holds one that cannot be evaluated."""


class PublicationError(CapacityError):
    """A release cannot be made as things stand; the site and its record are as they were."""

    def __init__(self, sentence_en: str, sentence_zh: str) -> None:
        self.sentence_en, self.sentence_zh = sentence_en, sentence_zh
        super().__init__(f"{sentence_en}\n{sentence_zh}")

    def __reduce__(self) -> tuple[type[PublicationError], tuple[object, ...]]:
        return type(self), (self.sentence_en, self.sentence_zh)


class UnexplainedJumps(PublicationError):
    """Figures moved by more than what is known explains: a person has to approve them in the list ``path`` (P22)."""

    def __init__(self, count: int, path: str) -> None:
        self.count, self.path = count, path
        super().__init__(
            f"{count} figure(s) moved by more than equipment, applications and rules explain; nothing was published. "
            f"They are listed in '{path}': find out why, fill in approved_by and reason for each, and publish again "
            f"with --accept and that file.",
            f"有 {count} 个网格的数值变动超出设备、申请和规则变化所能解释的范围，未发布。清单见“{path}”：请逐一"
            f"查明原因，填写 approved_by（批准人）和 reason（原因），再用 --accept 指定该文件重新发布。",
        )

    def __reduce__(self) -> tuple[type[UnexplainedJumps], tuple[object, ...]]:
        return type(self), (self.count, self.path)


class RequestError(CapacityError):
    """A question that cannot be answered as it was asked; ``faults_zh`` and ``faults_en`` say every fault at once."""

    def __init__(self, faults_zh: Sequence[str], faults_en: Sequence[str]) -> None:
        self.faults_zh, self.faults_en = tuple(faults_zh), tuple(faults_en)
        super().__init__("; ".join(self.faults_en) + "\n" + "；".join(self.faults_zh))

    def __reduce__(self) -> tuple[type[RequestError], tuple[Sequence[str], Sequence[str]]]:
        return type(self), (self.faults_zh, self.faults_en)


class ProcessLost(CapacityError):
    """The process that worked on a request ended; another takes its place."""

    sentence_zh = "处理该请求的进程意外结束，已另行启动；请再试一次，仍如此请告知管理员。"
    sentence_en = (
        "The process that worked on the request ended, and another was begun: ask again, and tell the administrator if "
        "it happens again."
    )

    def __init__(self) -> None:
        super().__init__(f"{self.sentence_en}\n{self.sentence_zh}")


class RegisterError(CapacityError):
    """The register of applications cannot be used, or refuses what is asked of it; nothing was changed."""

    def __init__(self, sentence_en: str, sentence_zh: str) -> None:
        self.sentence_en, self.sentence_zh = sentence_en, sentence_zh
        super().__init__(f"{sentence_en}\n{sentence_zh}")

    def __reduce__(self) -> tuple[type[RegisterError], tuple[object, ...]]:
        return type(self), (self.sentence_en, self.sentence_zh)


class RunError(CapacityError):
    """A run folder is incomplete, damaged or of another format version."""
