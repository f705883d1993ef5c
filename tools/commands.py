"""The command-line page, from the program's own help."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Sequence
from typing import Any, Literal, get_args, get_origin

import typer

from tools import markdown


def command_line() -> str:
    """Every command with its usage, its help, its arguments and its options."""
    from capacity.cli import app

    root: Any = typer.main.get_command(app)
    own = [option for option in root.params if not option.name.endswith("_completion")]
    common = f"### Before every command\n\n`capacity [OPTIONS] COMMAND …`\n\n{_options_table(own)}"
    return "\n\n".join([common, *(_section(name, command) for name, command in leaves(root, "capacity"))])


def leaves(command: Any, name: str) -> list[tuple[str, Any]]:
    """The commands below ``command`` that can be run, with their full names."""
    children = getattr(command, "commands", None)
    if not children:
        return [(name, command)]
    found = [(name, command)] if command.invoke_without_command else []
    for child_name, child in children.items():
        if not child.hidden:
            is_meant = child_name == getattr(command, "meant", None)  # what the group's own name stands for
            found += leaves(child, name if is_meant else f"{name} {child_name}")
    return found


def _section(name: str, command: Any) -> str:
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    usage = " ".join([name, *(["[OPTIONS]"] if options else []), *(_placed(argument) for argument in arguments)])
    parts = [f"### `{name}`", f"```text\n{usage}\n```", markdown.prose(inspect.cleandoc(command.help or ""))]
    if arguments:
        parts.append(
            markdown.table(
                ("argument", "needed", "meaning"),
                ((f"`{_metavar(a)}`", "yes" if a.required else "no", _help(a)) for a in arguments),
            )
        )
    if options:
        parts.append(_options_table(options))
    return "\n\n".join(part for part in parts if part)


def _options_table(options: Sequence[Any]) -> str:
    return markdown.table(("option", "default", "meaning"), ((_names(o), _default(o), _help(o)) for o in options))


def _help(parameter: Any) -> str:
    return markdown.prose(getattr(parameter, "help", None) or "").replace("<", "&lt;")


def _metavar(argument: Any) -> str:
    name = str(argument.metavar or argument.name).upper().strip("[]")
    return name + ("…" if argument.nargs == -1 else "")


def _placed(argument: Any) -> str:
    return _metavar(argument) if argument.required else f"[{_metavar(argument)}]"


def _names(option: Any) -> str:
    spelled = ", ".join(f"`{name}`" for name in option.opts)
    if option.secondary_opts:
        spelled += " / " + ", ".join(f"`{name}`" for name in option.secondary_opts)
    return spelled if option.is_flag else f"{spelled} {_value_words(option)}"


def _value_words(option: Any) -> str:
    if option.metavar:
        return str(option.metavar)
    kind = option.type_descriptor.annotation
    if get_origin(kind) is list:
        kind = get_args(kind)[0]
    if get_origin(kind) is Literal:
        return " / ".join(str(choice) for choice in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return " / ".join(str(choice.value) for choice in kind)
    words = {"Path": "PATH", "str": "TEXT", "int": "NUMBER", "float": "NUMBER"}
    return words.get(getattr(kind, "__name__", ""), "VALUE")


def _default(option: Any) -> str:
    if option.required:
        return "required"
    default = option.show_default if isinstance(option.show_default, str) else option.default
    if option.is_flag and not option.secondary_opts:
        return ""
    if isinstance(default, bool):
        return f"`{(option.opts if default else option.secondary_opts)[0]}`"
    if callable(default) or default in (None, (), "") or type(default).__name__ == "Sentinel":
        return ""
    return f"`{getattr(default, 'value', default)}`"
