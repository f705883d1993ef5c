"""A policy with some of its values replaced, as a scenario states them."""

from __future__ import annotations

from capacity.errors import PolicyError
from capacity.tables.policy import Policy
from capacity.tables.scenario import PolicyVariant, Scenario


def with_variant(policy: Policy, scenario: Scenario | None) -> Policy:
    """The policy under a scenario: the same rules with the choices and thresholds that the scenario states.

    Raises
    ------
    PolicyError
        Naming every value that the policy does not have.
    """
    variant = scenario.policy if scenario is not None else PolicyVariant()
    unknown = [f"policy.choices.{name}" for name in variant.choices if name not in policy.choices]
    unknown += [f"policy.triggers.{name}" for name in variant.triggers if name not in policy.triggers]
    if unknown and scenario is not None:
        named = ", ".join(unknown)
        raise PolicyError(
            f"scenario '{scenario.name}' names {named}, which policy '{policy.name}' does not have; it has "
            f"{', '.join([*policy.choices, *policy.triggers])}\n"
            f"情景“{scenario.name}”引用了政策文件“{policy.name}”没有的 {named}；可用："
            f"{'、'.join([*policy.choices, *policy.triggers])}"
        )
    if not variant.choices and not variant.triggers:
        return policy
    choices, triggers = policy.choices, policy.triggers
    choices = {name: choices[name].model_copy(update={"value": value}) for name, value in variant.choices.items()}
    triggers = {
        name: triggers[name].model_copy(update={"threshold": value}) for name, value in variant.triggers.items()
    }
    return policy.model_copy(
        update={"choices": {**policy.choices, **choices}, "triggers": {**policy.triggers, **triggers}}
    )
