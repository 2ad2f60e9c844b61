"""Failures that a person can mend are told in a line, without a traceback."""

from typing import Any

import typer
from rich.text import Text
from typer.core import TyperGroup

from aisle.cli.console import aisle, err
from aisle.settings import SettingsError


class CommandError(Exception):
    """A command cannot go on; the message says why and what to do."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class CommandGroup(TyperGroup):
    """Prints errors that have an explanation and ends with their exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:  # what has no explanation is raised again
            explained = explain(error)
            if explained is None:
                raise
            err.print(Text(f"Error: {explained}", style="red"), soft_wrap=True)
            raise typer.Exit(explained.exit_code) from error


def explain(error: Exception) -> CommandError | None:
    """Return what to tell about ``error``; None when it is a fault in the program."""
    if isinstance(error, CommandError):
        return error
    if isinstance(error, SettingsError):
        return CommandError(str(error), exit_code=2)
    if isinstance(error, (FileNotFoundError, NotADirectoryError, PermissionError)):
        return CommandError(f"{error.strerror}: {error.filename}")
    if type(error).__module__.startswith("aisle."):
        return CommandError(str(error))  # our own errors are written for people
    return _explain_database_error(error)


def _explain_database_error(error: Exception) -> CommandError | None:
    from alembic.util import CommandError as MigrationError
    from sqlalchemy.exc import DBAPIError, OperationalError

    if isinstance(error, MigrationError):
        return CommandError(str(error))
    if not isinstance(error, DBAPIError):
        return None
    reason = str(error.orig).strip().partition("\n")[0]
    if "no such table" in reason or getattr(error.orig, "pgcode", None) == "42P01":
        return CommandError(f"The database is not up to date: run `{aisle('db upgrade')}`")
    if isinstance(error, OperationalError):
        return CommandError(f"The database cannot be used: {reason}")
    return None
