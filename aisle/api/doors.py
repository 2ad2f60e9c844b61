"""Who is calling, how often they may, and what they have a right to."""

import ipaddress
import uuid
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from aisle.access.callers import AccessDenied, Caller, ShopServer, SignedCustomer, Visitor
from aisle.access.identify import identify
from aisle.api.state import State
from aisle.conversations.errors import ConversationNotFound
from aisle.live.rate_limits import Caller as CallerKind

_api_key = APIKeyHeader(
    name="X-API-Key", auto_error=False, description="The shop's server: acts for all customers."
)
_bearer = HTTPBearer(
    auto_error=False,
    description="A visitor's token, a JWT that the shop signed, or an API key.",
)


# Dependencies are coroutines, because FastAPI sends each plain function to a thread, which
# takes longer than any of them.
async def current_state(request: Request) -> State:
    return _state(request)


def _state(request: Request) -> State:
    state: State = request.app.state.aisle
    return state


async def optional_caller(request: Request) -> Caller | None:
    """Return who is calling, None when nothing was presented.

    Raises:
        AccessDenied: what was presented is not valid.
        HTTPException: 429, the caller has to wait.
    """
    api_key, authorization = request.headers.get("x-api-key"), request.headers.get("authorization")
    if not api_key and not authorization:
        _count(request, "address", address_of(request))
        return None
    try:
        caller = identify(_state(request).secrets, api_key, authorization)
    except AccessDenied:
        _count(request, "address", address_of(request))
        raise
    if isinstance(caller, ShopServer):
        _count(request, "shop", caller.name)
        return caller
    _count(request, "address", address_of(request))
    if isinstance(caller, Visitor):
        _count(request, "visitor", str(caller.conversation_id))
    return caller


async def caller(found: Annotated[Caller | None, Depends(optional_caller)]) -> Caller:
    if found is None:
        raise AccessDenied("An API key or a token is needed")
    return found


async def shop_server(found: Annotated[Caller, Depends(caller)]) -> ShopServer:
    if not isinstance(found, ShopServer):
        raise HTTPException(403, "Only the shop's server may do this")
    return found


async def conversation_caller(
    conversation_id: uuid.UUID, found: Annotated[Caller, Depends(caller)]
) -> ShopServer | Visitor:
    """Return a caller who has a right to the conversation in the path.

    Another visitor's conversation and one that does not exist look the same.
    """
    if isinstance(found, SignedCustomer):
        raise HTTPException(403, "Take this token to POST /visitors first")
    if isinstance(found, Visitor) and found.conversation_id != conversation_id:
        raise ConversationNotFound(f"No conversation has the id {conversation_id}")
    return found


def address_of(request: Request) -> str:
    """Return the caller's network address; of IPv6 the network, which one person has."""
    host = request.client.host if request.client else "unknown"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return host


def _count(request: Request, kind: CallerKind, identity: str) -> None:
    wait = _state(request).limiter.check(kind, identity)
    if wait is not None:
        seconds = str(max(1, round(wait)))
        detail = f"Too many requests; try again in {seconds} s"
        raise HTTPException(429, detail, {"Retry-After": seconds})


# Both are read by `optional_caller`; these tell the OpenAPI document about them.
SCHEMES = [Security(_api_key), Security(_bearer)]
CurrentState = Annotated[State, Depends(current_state)]
OptionalCaller = Annotated[Caller | None, Depends(optional_caller)]
AnyCaller = Annotated[Caller, Depends(caller)]
CurrentShop = Annotated[ShopServer, Depends(shop_server)]
ConversationCaller = Annotated[ShopServer | Visitor, Depends(conversation_caller)]
