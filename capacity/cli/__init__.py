"""The command line: the door through which people come in. Nothing imports it."""

from __future__ import annotations

import enum
import sys
from typing import Annotated, Literal

import typer

from capacity.cli import language, printing
from capacity.errors import CapacityError, InputError, PublicationError, RegisterError, RequestError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Load rates, allowed connection capacity and policy alerts of a distribution grid. "
    "配电网负载率、允许接入容量与预警。",
)


class Stamps(enum.StrEnum):
    """What a meter's times name."""

    auto = "auto"
    start = "start"
    end = "end"


DONE, INPUT_PROBLEM, USAGE, NOT_CONFIRMED = 0, 1, 2, 3


@app.callback()
def options(
    lang: Annotated[
        Literal["zh", "en"] | None, typer.Option(help="Language of the messages 提示语言 (default: the system's).")
    ] = None,
) -> None:
    """Options of every command."""
    language.set_language(lang)


from capacity.cli import (  # noqa: E402  # their commands register with ``app``
    application_accepting,  # noqa: F401
    application_lists,  # noqa: F401
    applications,  # noqa: F401
    assess,  # noqa: F401
    cases,  # noqa: F401
    forecast,  # noqa: F401
    months,  # noqa: F401
    plan,  # noqa: F401
    profile,  # noqa: F401
    publishing,  # noqa: F401
    report,  # noqa: F401
    runs,  # noqa: F401
    scenarios,  # noqa: F401
    serve,  # noqa: F401
    verify,  # noqa: F401
)


def main() -> None:
    """Entry point: errors of the input become sentences and exit code 1."""
    printing.use_utf8()
    try:
        app()
    except InputError as error:
        printing.print_issues([issue for issue in error.issues if issue.severity == "error"], to=printing.errors)
        count = sum(issue.severity == "error" for issue in error.issues)
        printing.errors.print(language.say(f"共 {count} 个错误，未计算。", f"{count} errors; nothing was computed."))
        sys.exit(INPUT_PROBLEM)
    except RequestError as error:
        for fault in language.say_each(error.faults_zh, error.faults_en):
            printing.errors.print(fault, style="bold red", markup=False, highlight=False)
        sys.exit(INPUT_PROBLEM)
    except (PublicationError, RegisterError) as error:
        sentence = language.say(error.sentence_zh, error.sentence_en)
        printing.errors.print(sentence, style="bold red", markup=False, highlight=False)
        sys.exit(INPUT_PROBLEM)
    except CapacityError as error:
        printing.errors.print(str(error), style="bold red", markup=False)
        sys.exit(INPUT_PROBLEM)
    except Exception as error:
        refused = error if isinstance(error, OSError) else error.__context__  # Excel writers wrap it in their own
        if not isinstance(refused, OSError) or refused.filename is None:  # not about a file of the reader's
            raise
        printing.errors.print(_file_problem(refused), style="bold red", markup=False)
        sys.exit(INPUT_PROBLEM)


def _file_problem(error: OSError) -> str:
    """What to do about a file the operating system does not let us have: open in Excel, in a place without rights."""
    name = error.filename2 or error.filename
    return language.say(
        f"无法读写“{name}”（{error.strerror}）：请关闭正打开它的 Excel 等程序，检查路径、写权限和磁盘空间，然后重试。",
        f"'{name}' cannot be read or written ({error.strerror}): close Excel or whatever has it open, check the path, "
        "your rights to it and the free disk space, then repeat.",
    )
