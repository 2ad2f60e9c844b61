"""What callers show: signed tokens of visitors and of the shop, and fixed keys.

The signed ones are JWTs with HS256 and ``security.jwt_secret``; ``aud`` keeps the kinds apart.
"""

import hashlib
import hmac
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from uuid import UUID

import jwt

from aisle.access.callers import AccessDenied, ShopServer, SignedCustomer
from aisle.access.secrets import Secrets

ALGORITHM = "HS256"
ISSUER = "aisle"
VISITOR_AUDIENCE = "aisle-visitor"
SHOP_ISSUER = "shop"
SHOP_AUDIENCE = "aisle"
LEEWAY_S = 10
LONGEST_SHOP_TOKEN_S = 24 * 3600
LONGEST_NAME = 255


@dataclass(frozen=True)
class VisitorToken:
    conversation_id: UUID
    expires_at: datetime


def issue_visitor_token(secrets: Secrets, conversation_id: UUID, lifetime: int) -> str:
    """Return a token for one conversation, good for ``lifetime`` seconds."""
    claims = {"iss": ISSUER, "aud": VISITOR_AUDIENCE, "sub": str(conversation_id)}
    return _sign(secrets, claims, lifetime)


def read_visitor_token(secrets: Secrets, token: str) -> VisitorToken:
    """Return what a token of ``issue_visitor_token`` stands for.

    Raises:
        AccessDenied: it is not such a token, or has expired.
    """
    claims = _claims(secrets, token, VISITOR_AUDIENCE)
    if claims["iss"] != ISSUER:
        raise AccessDenied("The token is not valid")
    try:
        expires_at = datetime.fromtimestamp(int(claims["exp"]), timezone.utc)
        return VisitorToken(UUID(claims.get("sub", "")), expires_at)
    except (ValueError, OverflowError, OSError):
        raise AccessDenied("The token is not valid") from None


def read_shop_token(secrets: Secrets, token: str) -> ShopServer | SignedCustomer:
    """Return whom a token that the shop signed speaks for.

    Its claims: ``iss`` "shop", ``aud`` "aisle", ``exp`` at most 24 hours
    ahead, ``scope`` "server", or "customer" with the customer's external id as ``sub``.

    Raises:
        AccessDenied: it is not such a token, or has expired.
    """
    claims = _claims(secrets, token, SHOP_AUDIENCE)
    if int(claims["exp"]) > time.time() + LONGEST_SHOP_TOKEN_S + LEEWAY_S:
        raise AccessDenied("The token must expire within 24 hours")
    if claims["iss"] != SHOP_ISSUER:
        raise AccessDenied(f'The token must be issued (iss) by "{SHOP_ISSUER}"')
    if claims.get("scope") == "server":
        return ShopServer("jwt")
    subject = claims.get("sub", "")
    if claims.get("scope") != "customer":
        raise AccessDenied("The token's scope must be server or customer")
    if not _is_name(subject):
        raise AccessDenied("The token must name the customer (sub)")
    return SignedCustomer(subject)


def sign_customer(secrets: Secrets, external_id: str, lifetime: int = 300) -> str:
    """Return what a shop's server signs for a customer; ``lifetime`` in seconds."""
    claims = {"iss": SHOP_ISSUER, "aud": SHOP_AUDIENCE, "scope": "customer", "sub": external_id}
    return _sign(secrets, claims, lifetime)


def is_api_key(secrets: Secrets, given: str) -> bool:
    """Whether ``given`` is one of the API keys; takes as long for each answer."""
    matches = [_same(key, given) for key in secrets.api_keys]
    return any(matches)


def is_service_token(secrets: Secrets, given: str) -> bool:
    """Whether ``given`` is what Aisle's own servers show each other."""
    return _same(secrets.service_token, given)


def fingerprint(key: str) -> str:
    """Return a short name for a key that tells nothing of it."""
    return _digest(key).hex()[:12]


def _sign(secrets: Secrets, claims: dict[str, Any], lifetime: int) -> str:
    expires = int(time.time()) + lifetime
    return jwt.encode({**claims, "exp": expires}, secrets.jwt_secret, algorithm=ALGORITHM)


def _claims(secrets: Secrets, token: str, audience: str) -> dict[str, Any]:
    try:
        return jwt.decode(
            token,
            secrets.jwt_secret,
            algorithms=[ALGORITHM],
            audience=audience,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iss", "aud"], "strict_aud": True},
        )
    except jwt.ExpiredSignatureError:
        raise AccessDenied("The token has expired") from None
    # Beside PyJWT's own errors: a header that is no text, or nested a thousand deep.
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise AccessDenied("The token is not valid") from None


def _same(secret: str, given: str) -> bool:
    return hmac.compare_digest(_digest(secret), _digest(given))


def _digest(key: str) -> bytes:
    # Of one length, because a comparison may tell where lengths differ.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def _is_name(value: object) -> bool:
    return (
        isinstance(value, str)
        and bool(value.strip())
        and value.isprintable()
        and len(value) <= LONGEST_NAME
    )
