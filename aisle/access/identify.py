"""From the headers of a request to who is calling."""

from aisle.access.callers import AccessDenied, Caller, ShopServer, Visitor
from aisle.access.secrets import Secrets
from aisle.access.tokens import (
    fingerprint,
    is_api_key,
    is_service_token,
    read_shop_token,
    read_visitor_token,
)

_BEARER = "bearer "


def identify(secrets: Secrets, api_key: str | None, authorization: str | None) -> Caller:
    """Return who is calling.

    Args:
        secrets: of this installation.
        api_key: the header X-API-Key.
        authorization: the header Authorization: "Bearer", and an API key or a token.

    Raises:
        AccessDenied: neither says who is calling, or what it says is not valid.
    """
    if api_key:
        if not is_api_key(secrets, api_key):
            raise AccessDenied("The API key is not valid")
        return ShopServer(f"key:{fingerprint(api_key)}")
    if authorization is None or not authorization.lower().startswith(_BEARER):
        raise AccessDenied("An API key or a token is needed")
    return _bearer(secrets, authorization[len(_BEARER) :].strip())


def _bearer(secrets: Secrets, given: str) -> Caller:
    if is_service_token(secrets, given):
        return ShopServer("aisle")
    if is_api_key(secrets, given):
        return ShopServer(f"key:{fingerprint(given)}")
    try:
        return Visitor(read_visitor_token(secrets, given).conversation_id)
    except AccessDenied:
        return read_shop_token(secrets, given)
