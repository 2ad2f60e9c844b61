"""Brings a folder of article files into the article store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from aisle.knowledge.articles.front_matter import (
    ArticleFile,
    BrokenFile,
    ids_claimed,
    read_article_file,
)
from aisle.knowledge.articles.stores import ArticleStore, article_store
from aisle.knowledge.articles.writing import save
from aisle.knowledge.errors import ArticlesMissing
from aisle.knowledge.models import Article

_KEPT = {
    "api": "article '{}' was changed through the API, so its file is not read; "
    "delete the article there to take the file again",
    "import": "article '{}' was imported, so its file is not read; "
    "delete the article through the API to take the file",
}


@dataclass
class LoadReport:
    """What loading changed. ``errors`` name file and line; those articles stay as they were.

    ``articles`` counts those that are as their files say. ``kept`` names those whose files
    are not read, because they were written in another way since.
    """

    articles: int = 0
    added: int = 0
    changed: int = 0
    archived: int = 0
    kept: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def load_articles(session: Session, folder: Path) -> LoadReport:
    """Make the article store hold what the ``*.md`` files in the folder and below it say.

    Loading twice changes nothing. An article whose file is gone is archived. A broken file is
    reported and skipped.

    Raises:
        ArticlesMissing: the folder is not there or holds no ``*.md`` file.
        ArticleExists, VersionConflict: somebody else wrote an article at the same time.
        MongodbUnavailable: articles are kept there, and it does not answer.
    """
    paths = sorted(path for path in folder.rglob("*.md") if path.is_file())
    if not paths:
        raise ArticlesMissing(f"There are no articles (*.md) in {folder}")
    store = article_store(session)
    present = {article.id: article for article in store.all()}
    report = LoadReport()
    files, broken = _read(paths, report)
    for article_id, file in files.items():
        _save(store, present.get(article_id), file, report)
    for gone in sorted(present.keys() - files.keys() - broken):
        outcome = save(store, present[gone], {"status": "archived"}, "folder")
        report.archived += outcome == "changed"
    return report


def _read(paths: Sequence[Path], report: LoadReport) -> tuple[dict[str, ArticleFile], set[str]]:
    """Return the files by the article's id, and the ids of which there are broken files."""
    files: dict[str, ArticleFile] = {}
    broken: set[str] = set()
    for path in paths:
        try:
            file = read_article_file(path)
            _refuse_second(files, file)
        except BrokenFile as error:
            report.errors.append(str(error))
            broken |= ids_claimed(path)
        else:
            files[file.values["id"]] = file
    return files, broken


def _refuse_second(files: Mapping[str, ArticleFile], file: ArticleFile) -> None:
    article_id = file.values["id"]
    if first := files.get(article_id):
        raise BrokenFile(
            file.path,
            file.id_line,
            f"the id '{article_id}' is taken by {first.path}; give one of them another id",
        )


def _save(
    store: ArticleStore, present: Article | None, file: ArticleFile, report: LoadReport
) -> None:
    outcome = save(store, present, file.values, "folder")
    if present is not None and outcome == "kept":
        report.kept.append(f"{file.path}: {_KEPT[present.source].format(present.id)}")
        return
    report.articles += 1
    report.added += outcome == "added"
    report.changed += outcome == "changed"
