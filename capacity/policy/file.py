"""Reading a policy file: one bundled with the package by its name, or one beside a case by its path."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import yaml
from pydantic import ValidationError

from capacity.errors import PolicyError
from capacity.tables.case import Case
from capacity.tables.policy import Policy
from capacity.tables.reliability import ReliabilityRules

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C is ten times as fast, where PyYAML was built with it."""
REQUIRED_TRIGGERS = ("may_initiate", "must_initiate", "pre_control", "connection")
REQUIRED_CHOICES = (
    "window_months",
    "coverage_min_percent",
    "heavy_percent",
    "overload_percent",
    "sustained_hours",
    "transformer_limit_percent",
    "lv_line_limit_percent",
    "section_limit_percent",
    "substation_limit_percent",
    "existing_violation_epsilon_pu",
    "existing_violation_epsilon_percent",
    "search_ceiling_kva",
)


def bundled_policies() -> tuple[str, ...]:
    """Names of the policy files that come with the package."""
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in _bundled() if entry.name.endswith(".yaml")))


def policy_of(case: Case) -> Policy:
    """The policy that a case names: its own file, if the case folder holds one, else one of the package's.

    Raises
    ------
    PolicyError
        As :func:`load_policy`; also where the policy lacks the voltage standard that the case names.
    """
    name, standard = case.settings.policy, case.settings.voltage_standard
    policy = _parse(name, case.policy_text) if case.policy_text else load_policy(name)
    if standard not in policy.voltage_standards:
        known = ", ".join(policy.voltage_standards)
        raise PolicyError(
            f"policy '{name}' has no voltage standard '{standard}', which case.toml names; it has: {known}\n"
            f"政策文件“{name}”没有 case.toml 所指的电压标准“{standard}”，可用：{known}"
        )
    return policy


def load_policy(name: str, beside: Path | None = None) -> Policy:
    """The policy called ``name``: bundled, or the file ``name`` (``.yaml`` may be left out) in folder ``beside``.

    Raises
    ------
    PolicyError
        The file is not there, is not YAML, lacks a rule or holds one that cannot be evaluated: all faults at once.
    """
    for candidate in [*_candidates(name, beside)]:
        if candidate.is_file():
            return _parse(name, candidate.read_text(encoding="utf-8"))
    for entry in _bundled():
        if entry.name == f"{name}.yaml":
            return _parse(name, entry.read_text(encoding="utf-8"))
    known = ", ".join(bundled_policies())
    raise PolicyError(
        f"there is no policy '{name}': the bundled ones are {known}; or put {name}.yaml beside case.toml\n"
        f"没有政策文件“{name}”：内置的有 {known}；也可将 {name}.yaml 放在 case.toml 旁"
    )


def reliability_rules(policy: Policy) -> ReliabilityRules:
    """The thresholds of P19.

    Raises
    ------
    PolicyError
        The policy has no section ``reliability``.
    """
    if policy.reliability is None:
        raise PolicyError(
            f"policy '{policy.name}' has no section 'reliability' (P19), nothing can be judged by its outages: "
            f"add it, as in baoshan-2021.yaml\n"
            f"政策文件“{policy.name}”缺少 reliability 一节（P19），无法按停电情况判定整治对象，"
            f"请参照 baoshan-2021.yaml 补充"
        )
    return policy.reliability


def _bundled() -> list[Path]:
    return [Path(str(entry)) for entry in files("capacity.policy").iterdir()]


def _candidates(name: str, beside: Path | None) -> list[Path]:
    return [] if beside is None else [beside / name, beside / f"{name}.yaml"]


def _parse(name: str, content: str) -> Policy:
    try:
        policy = Policy.model_validate(yaml.load(content, LOADER))
    except yaml.YAMLError as error:
        raise PolicyError(
            f"policy '{name}' is not readable YAML: {error}\n政策文件“{name}”不是可读的 YAML，请按提示位置修改"
        ) from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors())
        raise PolicyError(
            f"policy '{name}' cannot be used: {faults}\n政策文件“{name}”不可用，请修改上列字段"
        ) from error
    missing = [f"triggers.{key}" for key in REQUIRED_TRIGGERS if key not in policy.triggers]
    missing += [f"choices.{key}" for key in REQUIRED_CHOICES if key not in policy.choices]
    if missing:
        lacking = ", ".join(missing)
        raise PolicyError(f"policy '{name}' lacks {lacking}\n政策文件“{name}”缺少 {lacking}")
    return policy
