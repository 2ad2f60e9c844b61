"""The ``aisle`` command."""

import typer

from aisle.cli import (
    chat,
    database,
    handoffs,
    knowledge,
    knowledge_search,
    loading,
    mail,
    model,
    shop,
    up,
)
from aisle.cli.errors import CommandGroup

app = typer.Typer(
    name="aisle",
    cls=CommandGroup,
    help="Run and look after an Aisle customer-service assistant.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(up.up)
app.command()(chat.chat)
app.add_typer(handoffs.app, name="handoffs")
app.command("mail")(mail.show)
app.add_typer(knowledge.app, name="knowledge")
knowledge.app.command()(knowledge_search.search)
knowledge.app.command()(knowledge_search.gaps)
knowledge.app.command()(knowledge_search.evaluate)
app.add_typer(shop.app, name="shop")
app.add_typer(database.app, name="db")
app.command()(loading.seed)
app.command()(loading.index)
app.command()(model.train)
app.command("test-conversations")(model.run_conversation_tests)
