"""``aisle knowledge``: what the assistant answers from."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from aisle.cli.console import out, plain
from aisle.cli.loading import progress_bar, tell_behind, tell_errors

if TYPE_CHECKING:
    from aisle.knowledge.articles.writing import ImportReport

app = typer.Typer(help="Look after what the assistant answers from.", no_args_is_help=True)


@app.command("import")
def import_articles(
    source: Annotated[
        str,
        typer.Argument(
            help="A folder of .md files, a .csv or .json file of questions and answers, a .pdf or "
            ".html file, or the address of a web page or a sitemap.",
            show_default=False,
        ),
    ],
    category: Annotated[
        str, typer.Option(help="Of articles for which the source names none.")
    ] = "general",
    language: Annotated[
        str, typer.Option(help="Of articles for which the source names none.")
    ] = "en",
    tag: Annotated[
        list[str] | None,
        typer.Option(help="Added to each article; may be repeated.", show_default=False),
    ] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="Do not answer from the articles before publication.")
    ] = False,
    most_pages: Annotated[int, typer.Option(min=1, help="Pages to read of a sitemap.")] = 500,
) -> None:
    """Add articles from elsewhere, and bring those up to date that were imported before."""
    from aisle.database.engine import get_database
    from aisle.knowledge.articles.stores import article_store
    from aisle.knowledge.articles.writing import save_imported
    from aisle.knowledge.importers.reading import read_source
    from aisle.knowledge.indexing import index_articles

    with progress_bar("Reading articles") as progress:
        drafts = read_source(
            source,
            category=category,
            language=language,
            tags=tag or (),
            most_pages=most_pages,
            progress=progress,
        )
        progress(len(drafts.found), len(drafts.found))
    database = get_database()
    with database.transaction() as session:
        report = save_imported(
            article_store(session), drafts.found, "draft" if draft else "published"
        )
    _tell(report)
    if report.added or report.changed:
        with progress_bar("Indexing articles") as progress:
            tell_behind(index_articles(database, progress=progress).behind)
    tell_errors(source, [plain(error) for error in (*drafts.errors, *report.errors)])


def _tell(report: "ImportReport") -> None:
    out.print(
        f"{_articles(report.added)} added, {len(report.changed)} changed, "
        f"{len(report.unchanged)} unchanged, {len(report.kept)} kept."
    )
    if report.kept:
        out.print(
            "Note: these were changed through the API or come from files, so they are kept as "
            f"they are: {', '.join(report.kept)}.",
            markup=False,
        )


def _articles(ids: Sequence[str]) -> str:
    return f"{len(ids)} article{'' if len(ids) == 1 else 's'}"
