"""Options and small steps that the commands about applications share."""

from __future__ import annotations

import datetime as dt
import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from capacity.cli import app, application_tables, printing
from capacity.cli.language import say
from capacity.cli.runs import moment

if TYPE_CHECKING:
    from capacity.applications.register import Register
    from capacity.tables.case import Case
    from capacity.tables.policy import Policy
    from capacity.tables.register import Application

DEFAULT_POLICY = "baoshan-2021"
applications_app = typer.Typer(no_args_is_help=True, help="The register of applications. 用电申请登记册。")
app.add_typer(applications_app, name="applications")

Url = Annotated[
    str,
    typer.Option(
        "--register",
        envvar="CAPACITY_REGISTER",
        help="The register: sqlite:///folder/register.db (or the path of the .db file), or "
        "postgresql://user:password@host/database.",
        metavar="URL",
    ),
]
Id = Annotated[str, typer.Argument(help="The application's id.", metavar="ID")]
Who = Annotated[
    str | None, typer.Option(help="Who does it; default: the name you are logged in with.", envvar="CAPACITY_WHO")
]
Why = Annotated[str, typer.Option(help="Why; kept in the history.")]
Seen = Annotated[
    int | None,
    typer.Option("--version", help="The version you looked at; refused if somebody changed it since.", min=1),
]
PolicyName = Annotated[str, typer.Option("--policy", help="Policy with the rules P12 and P14: bundled, or a file.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
CaseFolder = Annotated[
    Path | None, typer.Option("--case", help="The case: what accepted applications reserve on.", metavar="CASE")
]
Kind = Literal["resident", "small_business", "other"]
Category = Literal["residential", "commercial", "industrial", "agricultural", "public_service", "ev_charging"]
AreaClass = Literal["city", "county", "town", "rural"]


def tell(opened: Register, done: Application, as_json: bool) -> None:
    """What the application is now."""
    if as_json:
        typer.echo(json.dumps(application_tables.as_json(opened, done), ensure_ascii=False, indent=1))
    else:
        printing.console.print(application_tables.one_line(done), highlight=False, markup=False)


def open_at(url: str) -> Register:
    """The register at a URL."""
    from capacity.applications.register import open_register

    return open_register(url)


def who_is(given: str | None) -> str:
    """Who is doing it."""
    return given or getpass.getuser()


def rules_named(name: str) -> Policy:
    """A bundled policy, or the file of that path."""
    from capacity.policy import load_policy

    path = Path(name)
    return load_policy(path.name, path.parent) if path.parent.name or path.is_file() else load_policy(name)


def rules_for(name: str, case: Case | None) -> Policy:
    """The case's policy, else the one of that name."""
    from capacity.policy import policy_of

    return policy_of(case) if case is not None else rules_named(name)


def day_of(text: str | None) -> dt.date | None:
    """A day from the command line."""
    at = moment(text)
    return None if at is None else at.date()


def place_of(text: str | None) -> tuple[float | None, float | None]:
    """Longitude and latitude from the command line."""
    if text is None:
        return None, None
    try:
        longitude, latitude = (float(part) for part in text.split(","))
    except ValueError as error:
        raise typer.BadParameter(
            say(f"无法识别的位置“{text}”，请用 99.17,25.11", f"'{text}' is not a place; write 99.17,25.11")
        ) from error
    return longitude, latitude
