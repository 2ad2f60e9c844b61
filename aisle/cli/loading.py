"""``aisle seed`` and ``aisle index``: fill the shop and the knowledge index from files."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from aisle.cli.console import err, out
from aisle.cli.errors import CommandError
from aisle.settings import PROJECT_ROOT

ReportProgress = Callable[[int, int], None]
"""Takes how much is done and how much there is."""

SHOP = PROJECT_ROOT / "data" / "shop"
KNOWLEDGE = PROJECT_ROOT / "data" / "knowledge"


def seed(
    folder: Annotated[
        Path, typer.Argument(help="Files of products, customers and orders.", show_default=False)
    ] = SHOP,
    refresh: Annotated[
        bool,
        typer.Option(
            "--refresh",
            help="Also move the dates of untouched orders to today and update products.",
        ),
    ] = False,
) -> None:
    """Load the shop's products, customers and orders (default: the demo shop)."""
    from aisle.database.engine import get_database
    from aisle.shop.seed import seed_shop

    with progress_bar("Loading the shop") as progress:
        report = seed_shop(get_database(), folder, progress, refresh=refresh)
    out.print(f"{report}.")


def index(
    folder: Annotated[
        Path, typer.Argument(help="Articles as Markdown files.", show_default=False)
    ] = KNOWLEDGE,
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="Build the whole index anew while the present one is used."),
    ] = False,
) -> None:
    """Load help articles and index what changed (default: the demo shop's)."""
    from aisle.database.engine import get_database
    from aisle.knowledge.articles.folder import load_articles
    from aisle.knowledge.indexing import index_articles

    database = get_database()
    with database.transaction() as session:
        loaded = load_articles(session, folder)
    with progress_bar("Indexing articles") as progress:
        report = index_articles(database, rebuild=rebuild, progress=progress)
    out.print(
        f"{report.articles} articles ({report.changed} new or changed, {report.removed} removed)."
    )
    tell_behind(report.behind)
    for kept in loaded.kept:
        out.print(f"Note: {kept}.", markup=False)
    tell_errors(folder, loaded.errors)


def tell_behind(reason: str | None) -> None:
    """Say that Elasticsearch does not have the articles yet, and what becomes of that."""
    if reason is not None:
        err.print(
            f"Warning: {reason}. Until then the embedded index answers. Elasticsearch gets the "
            "articles when the servers notice that it is back, or with the next run of this.",
            style="yellow",
            markup=False,
        )


def tell_errors(source: object, errors: Sequence[str]) -> None:
    if errors:
        shown = "\n".join(f"  {error}" for error in errors)
        raise CommandError(f"Everything else in {source} is loaded, but not:\n{shown}")


@contextmanager
def progress_bar(label: str) -> Iterator[ReportProgress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=out) as bars:
        task = bars.add_task(label, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
