"""What articles say to a question, and what they lack."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request

from aisle.access.callers import ShopServer
from aisle.api.article_schemas import ArticleFound, GapOut
from aisle.api.doors import AnyCaller, ConversationCaller, CurrentShop, CurrentState
from aisle.conversations.overview import get_conversation_context
from aisle.knowledge.errors import UnknownFilter
from aisle.knowledge.gaps import Gap, find_gaps
from aisle.knowledge.service import MOST_RESULTS, ArticleResult, get_knowledge

LONGEST_QUERY = 4_000
"""Characters; as many as a message may have, and an address may carry whatever they are."""
_NO_FILTERS = {"query", "limit"}
_PUBLIC_FILTERS = {"category", "tags", "language"}
Term = Annotated[str | None, Query(max_length=100)]

router = APIRouter(tags=["knowledge"])


@router.get("/knowledge/search", response_model=list[ArticleFound])
def search(
    request: Request,
    caller: AnyCaller,
    state: CurrentState,
    query: Annotated[
        str,
        Query(min_length=1, max_length=LONGEST_QUERY, description="A question, or some words."),
    ],
    category: Term = None,
    tags: Annotated[str | None, Query(max_length=100, description="One of its tags.")] = None,
    language: Term = None,
    status: Annotated[
        str | None, Query(max_length=100, description="For the shop's server; else `published`.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_RESULTS)] = 10,
) -> list[ArticleResult]:
    """Find articles, the most relevant first. `relevance_score` is a probability."""
    filters = dict(request.query_params.items())
    for name in _NO_FILTERS:
        filters.pop(name, None)
    if not isinstance(caller, ShopServer) and (hidden := filters.keys() - _PUBLIC_FILTERS):
        known = ", ".join(sorted(_PUBLIC_FILTERS))
        raise UnknownFilter(f"You cannot filter by {', '.join(sorted(hidden))}, only by {known}")
    with state.database.reading() as session:
        return get_knowledge().search_articles(session, query, filters, limit)


@router.get("/conversations/{conversation_id}/recommendations", response_model=list[ArticleFound])
def recommend(
    conversation_id: uuid.UUID, _: ConversationCaller, state: CurrentState
) -> list[ArticleResult]:
    """Return up to three articles that very likely help with what the customer talked about."""
    with state.database.reading() as session:
        context = get_conversation_context(session, conversation_id)
        return get_knowledge().get_recommendations(session, context)


@router.get("/knowledge/gaps", response_model=list[GapOut])
def gaps(
    _: CurrentShop, state: CurrentState, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> list[Gap]:
    """List what customers asked and no article answered, or none that helped, by meaning."""
    with state.database.reading() as session:
        return find_gaps(session, get_knowledge(), limit)
