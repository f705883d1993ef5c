"""The command-line page, from the program's own help."""

from __future__ import annotations

import inspect
from typing import Any

import typer

from tools import markdown


def command_line() -> str:
    """Every command with its usage, its help, its arguments and its options."""
    try:
        from capacity.cli import app
    except ImportError:
        return "_The command line is not written yet._"

    root = typer.main.get_command(app)
    return "\n\n".join(_section(name, command) for name, command in leaves(root, "capacity"))


def leaves(command: Any, name: str) -> list[tuple[str, Any]]:
    """The commands below ``command`` that can be run, with their full names."""
    children = getattr(command, "commands", None)
    if not children:
        return [(name, command)]
    found = [(name, command)] if command.invoke_without_command else []
    for child_name, child in children.items():
        if not child.hidden:
            found += leaves(child, f"{name} {child_name}")
    return found


def _section(name: str, command: Any) -> str:
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    usage = " ".join([name, *(["[OPTIONS]"] if options else []), *(_metavar(argument) for argument in arguments)])
    parts = [f"### `{name}`", f"```text\n{usage}\n```", markdown.prose(inspect.cleandoc(command.help or ""))]
    if arguments:
        parts.append(
            markdown.table(
                ("argument", "needed", "meaning"),
                ((f"`{_metavar(a)}`", "yes" if a.required else "no", _help(a)) for a in arguments),
            )
        )
    if options:
        parts.append(
            markdown.table(("option", "default", "meaning"), ((_names(o), _default(o), _help(o)) for o in options))
        )
    return "\n\n".join(part for part in parts if part)


def _help(parameter: Any) -> str:
    return markdown.prose(getattr(parameter, "help", None) or "")


def _metavar(argument: Any) -> str:
    name = str(argument.metavar or argument.name).upper().strip("[]")
    return name + ("…" if argument.nargs == -1 else "")


def _names(option: Any) -> str:
    spelled = ", ".join(f"`{name}`" for name in option.opts)
    if option.secondary_opts:
        spelled += " / " + ", ".join(f"`{name}`" for name in option.secondary_opts)
    return spelled if option.is_flag else f"{spelled} {_value_words(option)}"


def _value_words(option: Any) -> str:
    choices = getattr(option.type, "choices", None)
    if choices:
        return " / ".join(str(getattr(choice, "value", choice)) for choice in choices)
    return str(option.metavar or getattr(option.type, "name", "value")).upper()


def _default(option: Any) -> str:
    if option.required:
        return "required"
    default = option.show_default if isinstance(option.show_default, str) else option.default
    if callable(default) or default in (None, (), "", False) or type(default).__name__ == "Sentinel":
        return ""
    return f"`{getattr(default, 'value', default)}`"
