"""``aisle knowledge search``, ``gaps`` and ``evaluate``: what articles answer, and how well."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from aisle.cli.console import out, plain
from aisle.cli.loading import progress_bar

if TYPE_CHECKING:
    from aisle.knowledge.evaluation import Quality
    from aisle.knowledge.gaps import Gap

SHORT_TEXT = 70


def search(
    question: Annotated[str, typer.Argument(help="As a customer would ask it.")],
    category: Annotated[str | None, typer.Option(help="Only articles of this category.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only articles with this tag.")] = None,
    language: Annotated[str | None, typer.Option(help="Only articles in this language.")] = None,
    status: Annotated[str, typer.Option(help="published, draft or archived.")] = "published",
    limit: Annotated[int, typer.Option(min=1, max=100)] = 5,
) -> None:
    """Show the articles that a question finds, and how likely each of them answers it."""
    from aisle.database.engine import get_database
    from aisle.knowledge.search.relevance import ANSWER_THRESHOLD
    from aisle.knowledge.service import get_knowledge

    chosen = {"category": category, "tags": tag, "language": language, "status": status}
    filters = {name: term for name, term in chosen.items() if term is not None}
    with get_database().reading() as session:
        found = get_knowledge().search_articles(session, question, filters, limit)
    table = Table("relevance", "helped", "article", "title")
    for item in found:
        table.add_row(
            f"{item.relevance_score:.2f}",
            f"{item.effectiveness_score:.2f}",
            item.article_id,
            Text(plain(item.title)),
        )
    if found:
        out.print(table)
    if not found or found[0].relevance_score < ANSWER_THRESHOLD:
        out.print(f"The bot would not answer this: no relevance reaches {ANSWER_THRESHOLD:.2f}.")


def gaps(
    limit: Annotated[int, typer.Option(min=1, max=100, help="Groups to show.")] = 20,
) -> None:
    """Show what customers asked and no article answered, or none that helped, by meaning."""
    from aisle.database.engine import get_database
    from aisle.knowledge.gaps import find_gaps
    from aisle.knowledge.service import get_knowledge

    with get_database().reading() as session:
        found = find_gaps(session, get_knowledge(), limit)
    if not found:
        out.print("No gaps: nobody asked what the articles do not answer.")
        return
    table = Table("asked", "not helped", "last asked", "question, and how others put it")
    for gap in found:
        table.add_row(
            str(gap.asked), _not_helped(gap), f"{gap.last_asked_at:%Y-%m-%d}", _questions(gap)
        )
    out.print(table)


def evaluate(
    file: Annotated[
        Path,
        typer.Argument(
            help="YAML: a list named questions, each with question and articles (ids; none: "
            "no article answers it).",
            show_default=False,
        ),
    ],
) -> None:
    """Measure the search on questions whose answers are known: BM25, vectors, and both."""
    from aisle.knowledge.evaluation import evaluate as measure
    from aisle.knowledge.evaluation import read_questions
    from aisle.knowledge.service import get_knowledge

    questions = read_questions(file)
    with progress_bar("Asking") as progress:
        measured = measure(get_knowledge().search, questions, progress)
    unanswerable = sum(not question.articles for question in questions)
    out.print(f"{len(questions)} questions, {unanswerable} of them without an answer.")
    out.print(_figures(measured))
    if unanswerable:
        out.print(
            "AUROC and accuracy: telling questions that have an answer from those that have "
            "none.\nThe thresholds of BM25 and vectors are the best for these questions.",
            style="dim",
        )


def _figures(measured: "dict[str, Quality]") -> Table:
    table = Table("", "nDCG@10", "MRR", "recall@5", "AUROC", "accuracy", "at threshold")
    for name, quality in measured.items():
        figures = (
            *(quality.ndcg, quality.mrr, quality.recall),
            *(quality.auroc, quality.accuracy, quality.threshold),
        )
        table.add_row(name, *("" if figure is None else f"{figure:.3f}" for figure in figures))
    return table


def _not_helped(gap: "Gap") -> str:
    return f"{gap.unhelpful}: {', '.join(gap.article_ids)}" if gap.unhelpful else ""


def _questions(gap: "Gap") -> Text:
    lines = [_shortened(gap.question), *(f"  {_shortened(other)}" for other in gap.examples)]
    return Text("\n".join(lines))


def _shortened(question: str) -> str:
    text = " ".join(plain(question).split())
    return text if len(text) <= SHORT_TEXT else text[: SHORT_TEXT - 1] + "…"
