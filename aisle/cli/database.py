"""``aisle db``: the database's schema."""

from typing import Annotated

import typer

from aisle.cli.console import out

app = typer.Typer(help="Change the database's schema.", no_args_is_help=True)


@app.command()
def upgrade(
    revision: Annotated[str, typer.Argument(help="Migration to go up to.")] = "head",
) -> None:
    """Apply the migrations that are missing."""
    from aisle.database import migrate
    from aisle.database.engine import get_database

    migrate.upgrade(get_database(), revision)
    out.print("The database is up to date.")


@app.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="Migration to go back to, or 'base'.")],
) -> None:
    """Take migrations back; what only they could store is lost."""
    from aisle.database import migrate
    from aisle.database.engine import get_database

    migrate.downgrade(get_database(), revision)
    out.print(f"The database is at {revision}.")
