"""The one place that changes articles. With each change an article's version grows by one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy import inspect

from aisle.database.types import utc_now
from aisle.knowledge.articles.fields import ArticleFields, Source, Status, first_problem
from aisle.knowledge.articles.stores import ArticleStore, get_article
from aisle.knowledge.errors import VersionConflict
from aisle.knowledge.importers.drafts import Draft
from aisle.knowledge.importers.drafts import article_id as id_made_of
from aisle.knowledge.models import UNRATED_EFFECTIVENESS, Article

Outcome = Literal["added", "changed", "unchanged", "kept"]
_COLUMNS = tuple(inspect(Article).columns.keys())


@dataclass
class ImportReport:
    """The ids of the articles that were imported, by what became of them.

    ``kept`` are articles that are not the importers', so they stay as they are. ``errors``
    name the drafts that cannot be articles.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def create(store: ArticleStore, new: Mapping[str, Any]) -> Article:
    """Keep a new article.

    Args:
        new: fields of ``ArticleFields``. Without ``id``, it is made of the title.

    Raises:
        ValidationError: a field has a wrong value.
        ArticleExists: there is one with its id.
    """
    fields = ArticleFields.parse_obj({"id": id_made_of(new["title"]), **new})
    return _add(store, fields.dict(), "api")


def update(
    store: ArticleStore, article_id: str, changes: Mapping[str, Any], version: int
) -> Article:
    """Change fields of an article; one that has these values already stays as it is.

    Args:
        changes: fields of ``ArticleFields``.
        version: which one the changes were made for.

    Raises:
        ValidationError: a field has a wrong value.
        UnknownArticle: there is none with this id.
        VersionConflict: the article has another version.
    """
    article = _read(store, article_id, version)
    present = {name: getattr(article, name) for name in ArticleFields.__fields__}
    fields = ArticleFields.parse_obj({**present, **changes, "id": article_id})
    return _change(store, article, fields.dict(), "api")


def publish(store: ArticleStore, article_id: str, version: int) -> Article:
    """Let an article answer questions; errors are those of ``update``."""
    return _change(store, _read(store, article_id, version), {"status": "published"}, "api")


def archive(store: ArticleStore, article_id: str, version: int) -> Article:
    """Let an article answer no more questions; errors are those of ``update``."""
    return _change(store, _read(store, article_id, version), {"status": "archived"}, "api")


def delete(store: ArticleStore, article_id: str, version: int) -> None:
    """Forget an article; errors are those of ``update``."""
    if not store.remove(article_id, version):
        raise _conflict(store, article_id, version)


def save_imported(
    store: ArticleStore, drafts: Sequence[Draft], status: Status = "published"
) -> ImportReport:
    """Make the store hold what was imported; doing so twice changes nothing.

    Raises:
        ArticleExists, VersionConflict: somebody else wrote one of them at the same time.
    """
    report = ImportReport()
    present = store.some(draft.id for draft in drafts)
    for draft in drafts:
        try:
            fields = ArticleFields.parse_obj({**asdict(draft), "status": status})
        except ValidationError as error:
            report.errors.append(f"{draft.id}: {': '.join(first_problem(error))}")
            continue
        outcome = save(store, present.get(draft.id), fields.dict(), "import")
        getattr(report, outcome).append(draft.id)
    return report


def save(
    store: ArticleStore, present: Article | None, values: Mapping[str, Any], source: Source
) -> Outcome:
    """Let an article have these values, unless it is ``present`` from another source.

    Args:
        values: checked fields of ``ArticleFields``, and ``updated_at`` if it is not now.

    Raises:
        ArticleExists, VersionConflict: somebody else wrote it at the same time.
    """
    if present is None:
        _add(store, values, source)
        return "added"
    if present.source != source:
        return "kept"
    return "unchanged" if _change(store, present, values, source) is present else "changed"


def _add(store: ArticleStore, values: Mapping[str, Any], source: Source) -> Article:
    kept = {"version": 1, "effectiveness_score": UNRATED_EFFECTIVENESS, "source": source}
    article = Article(**{"updated_at": _now(), **values, **kept})
    store.add(article)
    return article


def _change(
    store: ArticleStore, article: Article, values: Mapping[str, Any], source: Source
) -> Article:
    former = {name: getattr(article, name) for name in _COLUMNS}
    if former == {**former, **values}:
        return article
    kept = {"version": article.version + 1, "source": source}
    changed = Article(**{**former, "updated_at": _now(), **values, **kept})
    if not store.replace(changed, article.version):
        raise _conflict(store, article.id, article.version)
    return changed


def _read(store: ArticleStore, article_id: str, version: int) -> Article:
    article = get_article(store, article_id)
    if article.version != version:
        raise VersionConflict(article_id, version, article.version)
    return article


def _conflict(store: ArticleStore, article_id: str, version: int) -> VersionConflict:
    return VersionConflict(article_id, version, get_article(store, article_id).version)


def _now() -> datetime:
    """Return the time to the millisecond, as every store keeps it."""
    now = utc_now()
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
