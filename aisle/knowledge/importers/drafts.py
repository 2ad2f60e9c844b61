"""What an importer returns: articles that are not stored yet, and what could not be read."""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from aisle.knowledge.errors import KnowledgeError
from aisle.language.cleaning import clean

Progress = Callable[[int, int], None]
"""Called with how many parts are done and how many there are."""

LONGEST_ID = 100
LONGEST_TITLE = 300
LONGEST_CATEGORY = 100
LONGEST_LANGUAGE = 20
LONGEST_LINK = 2000

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HTTP = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "'": "", "\u2019": ""}
)


class UnknownSource(KnowledgeError):
    """No importer reads this kind of source; the message lists what is understood."""


class BrokenRecord(KnowledgeError):
    """One row, item or page cannot become an article; the message is the problem alone."""


@dataclass(frozen=True)
class Draft:
    """An article as its source has it. ``link`` (http or https) is where the original is."""

    id: str
    title: str
    content: str
    category: str
    tags: tuple[str, ...]
    language: str
    link: str | None


@dataclass(frozen=True)
class Options:
    """What holds for a whole import; ``category``, ``language`` and ``tags`` where the source
    names none of its own. ``seconds_a_page`` is how long a web server may take."""

    category: str
    language: str = "en"
    tags: tuple[str, ...] = ()
    most_pages: int = 500
    seconds_a_page: float = 20.0
    progress: Progress | None = None


@dataclass
class Drafts:
    """What was found in a source. ``errors`` name the file or address and the place in it."""

    found: list[Draft] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _places: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def keep(self, draft: Draft, place: str) -> None:
        """Add the draft, or an error when one from another place has its id."""
        first = self._places.get(draft.id)
        if first is not None:
            problem = f"the id '{draft.id}' is that of {first}; give one another id or title"
            self.report(place, problem)
            return
        self._places[draft.id] = place
        self.found.append(draft)

    def report(self, place: str, problem: object) -> None:
        self.errors.append(f"{place}: {problem}")


def new_draft(
    options: Options,
    *,
    title: str,
    content: str,
    id: str | None = None,
    category: str | None = None,
    tags: tuple[str, ...] = (),
    language: str | None = None,
    link: str | None = None,
) -> Draft:
    """Make a draft that the database can hold; a title that is too long is cut.

    Raises:
        BrokenRecord: something is empty, too long or not of its form.
    """
    title = _tidy(title)
    draft = Draft(
        id=id or article_id(title),
        title=title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…",
        content=clean(content).strip(),
        category=_tidy(category or options.category),
        tags=tuple(dict.fromkeys(filter(None, map(_tidy, (*options.tags, *tags))))),
        language=language or options.language,
        link=link,
    )
    _check(draft)
    return draft


def _tidy(text: str) -> str:
    return " ".join(clean(text).split())


def article_id(title: str) -> str:
    """Return an id made of the title, the same one each time.

    What letters a-z cannot spell is told apart by a hash.
    """
    folded = unicodedata.normalize("NFKD", title.casefold().translate(_LETTERS))
    slug = re.sub(r"[^a-z0-9]+", "-", _without_accents(folded)).strip("-")
    if any(letter.isalnum() and not letter.isascii() for letter in folded) or not slug:
        digest = hashlib.sha256(title.encode()).hexdigest()[:10]
        return f"{_cut(slug or 'article', LONGEST_ID - 11)}-{digest}"
    return _cut(slug, LONGEST_ID)


def _without_accents(decomposed: str) -> str:
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _cut(slug: str, length: int) -> str:
    if len(slug) <= length:
        return slug
    whole_words = slug[: length + 1].rpartition("-")[0]
    return whole_words or slug[:length]


def _check(draft: Draft) -> None:
    if not draft.title or not draft.content:
        raise BrokenRecord("there is no title" if not draft.title else "there is no content")
    if not _ID.fullmatch(draft.id) or len(draft.id) > LONGEST_ID:
        raise BrokenRecord(
            f"id: '{draft.id[:LONGEST_ID]}' must be small letters a-z and digits in words joined"
            f" by single hyphens, {LONGEST_ID} characters at most"
        )
    if not draft.category or len(draft.category) > LONGEST_CATEGORY:
        raise BrokenRecord(f"category: must have 1 to {LONGEST_CATEGORY} characters")
    if not _LANGUAGE.fullmatch(draft.language) or len(draft.language) > LONGEST_LANGUAGE:
        raise BrokenRecord("language: must be a code such as 'en' or 'pt-BR'")
    if draft.link and (not _HTTP.fullmatch(draft.link) or len(draft.link) > LONGEST_LINK):
        raise BrokenRecord(
            f"link: must begin with http:// or https://, {LONGEST_LINK} characters at most"
        )
