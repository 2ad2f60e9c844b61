"""``aisle handoffs``: customers who wait for a human."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from aisle.cli.console import out, plain
from aisle.cli.errors import CommandError

if TYPE_CHECKING:
    from aisle.customers.models import Customer
    from aisle.handoff.models import Handoff

SHORT_ID = 8

app = typer.Typer(help="Show who waits for a human, and give conversations back to the bot.")


@app.callback(invoke_without_command=True)
def show(context: typer.Context) -> None:
    """Show who waits for a human, and give conversations back to the bot."""
    if context.invoked_subcommand is not None:
        return
    from aisle.database.engine import get_database
    from aisle.handoff.service import waiting_handoffs

    with get_database().reading() as session:
        waiting = waiting_handoffs(session)
        if not waiting:
            out.print("Nobody is waiting.")
            return
        out.print(_table(waiting))


@app.command()
def resolve(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Its id, or how that begins.")],
) -> None:
    """Give the conversation of a hand-over back to the bot."""
    from aisle.database.engine import get_database
    from aisle.handoff.service import resolve_handoff, waiting_handoffs

    with get_database().transaction() as session:
        handoff = pick(waiting_handoffs(session), identifier)
        resolve_handoff(session, handoff.id)
        sender = handoff.conversation.sender_id
    out.print(f"Resolved. The bot answers {plain(sender)} again.", markup=False)


def pick(waiting: "list[Handoff]", beginning: str) -> "Handoff":
    """Return the one hand-over whose id begins like this, or raise CommandError."""
    wanted = beginning.lower().replace("-", "")
    found = [handoff for handoff in waiting if wanted and handoff.id.hex.startswith(wanted)]
    if not found:
        raise CommandError(f"No waiting hand-over has an id that begins with '{beginning}'")
    if len(found) > 1:
        ids = ", ".join(handoff.id.hex[: len(wanted) + 4] for handoff in found)
        raise CommandError(f"Several ids begin with '{beginning}': {ids}. Type more of it.")
    return found[0]


def _table(waiting: "list[Handoff]") -> Table:
    table = Table("id", "since (UTC)", "who", "reason", "summary")
    for handoff in waiting:
        table.add_row(
            handoff.id.hex[:SHORT_ID],
            f"{handoff.created_at:%Y-%m-%d %H:%M}",
            Text(_who(handoff.conversation.customer)),
            Text(plain(handoff.reason)),
            Text(plain(handoff.summary)),
        )
    return table


def _who(customer: "Customer | None") -> str:
    if customer is None:
        return "not identified"
    name = " ".join(part for part in (customer.first_name, customer.last_name) if part)
    return plain("\n".join(part for part in (name, customer.email) if part))
