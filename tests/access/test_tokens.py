"""Tokens open the door they are for, and no other."""

import base64
import json
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from aisle.access.callers import AccessDenied, ShopServer, SignedCustomer
from aisle.access.secrets import Secrets
from aisle.access.tokens import (
    fingerprint,
    is_api_key,
    is_service_token,
    issue_visitor_token,
    read_shop_token,
    read_visitor_token,
    sign_customer,
)

CONVERSATION = uuid.uuid4()
HOUR_S = 3600
Read = Callable[[Secrets, str], object]


def claims(**changed: Any) -> dict[str, Any]:
    """Claims of a good token of the shop's server; None takes one away."""
    good = {"iss": "shop", "aud": "aisle", "scope": "server", "exp": time.time() + HOUR_S}
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def signed(secrets: Secrets, **changed: Any) -> str:
    return jwt.encode(claims(**changed), secrets.jwt_secret, algorithm="HS256")


def visitor_claims(**changed: Any) -> dict[str, Any]:
    return {"iss": "aisle", "aud": "aisle-visitor", "sub": str(CONVERSATION), **changed}


def test_a_visitors_token_stands_for_one_conversation_until_it_expires(secrets: Secrets) -> None:
    token = read_visitor_token(secrets, issue_visitor_token(secrets, CONVERSATION, HOUR_S))
    assert token.conversation_id == CONVERSATION
    remaining = (token.expires_at - datetime.now(timezone.utc)).total_seconds()
    assert HOUR_S - 60 < remaining <= HOUR_S


def test_the_shops_server_may_sign_a_token_for_itself(secrets: Secrets) -> None:
    assert read_shop_token(secrets, signed(secrets)) == ShopServer("jwt")


def test_the_shop_vouches_for_a_customer(secrets: Secrets) -> None:
    token = sign_customer(secrets, "C-1001")
    assert read_shop_token(secrets, token) == SignedCustomer("C-1001")


def test_a_visitors_token_is_no_token_of_the_shop(secrets: Secrets) -> None:
    with pytest.raises(AccessDenied):
        read_shop_token(secrets, issue_visitor_token(secrets, CONVERSATION, HOUR_S))


@pytest.mark.parametrize("scope", ["server", "customer"])
def test_a_token_of_the_shop_is_no_visitors_token(secrets: Secrets, scope: str) -> None:
    with pytest.raises(AccessDenied):
        read_visitor_token(secrets, signed(secrets, scope=scope, sub=str(CONVERSATION)))


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "other"},
        {"aud": None},
        {"aud": ["aisle", "aisle-visitor"]},
        {"iss": None},
        {"iss": ""},
        {"iss": "aisle"},
        {"iss": "another shop"},
        {"iss": 7},
        {"exp": None},
        {"exp": "soon"},
        {"exp": float("inf")},
        pytest.param({"exp": time.time() - 60}, id="expired"),
        pytest.param({"exp": time.time() + 25 * HOUR_S}, id="for more than a day"),
        pytest.param({"nbf": time.time() + HOUR_S}, id="not valid yet"),
        {"scope": None},
        {"scope": "admin"},
        {"scope": ["server"]},
        {"scope": "customer"},
        {"scope": "customer", "sub": ""},
        {"scope": "customer", "sub": "  "},
        {"scope": "customer", "sub": 1001},
        {"scope": "customer", "sub": "C" * 256},
    ],
    ids=str,
)
def test_a_token_of_the_shop_with_a_wrong_claim_is_refused(
    secrets: Secrets, changed: dict[str, Any]
) -> None:
    # PyJWT's own encoder refuses some of these, so the payload is signed as it is.
    token = jwt.api_jws.encode(json.dumps(claims(**changed)).encode(), secrets.jwt_secret)
    with pytest.raises(AccessDenied):
        read_shop_token(secrets, token)


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "shop"},
        {"aud": "aisle"},
        {"sub": "17"},
        {"sub": ""},
        {"exp": 1},
        {"exp": 10**18},
    ],
    ids=str,
)
def test_a_visitors_token_with_a_wrong_claim_is_refused(
    secrets: Secrets, changed: dict[str, Any]
) -> None:
    payload = visitor_claims(**{"exp": int(time.time()) + HOUR_S, **changed})
    with pytest.raises(AccessDenied):
        read_visitor_token(secrets, jwt.encode(payload, secrets.jwt_secret))


def test_a_visitors_token_without_an_end_is_refused(secrets: Secrets) -> None:
    with pytest.raises(AccessDenied):
        read_visitor_token(secrets, jwt.encode(visitor_claims(), secrets.jwt_secret))


def test_an_expired_token_is_told_apart_so_that_a_page_can_get_a_new_one(secrets: Secrets) -> None:
    with pytest.raises(AccessDenied, match="expired"):
        read_visitor_token(secrets, issue_visitor_token(secrets, CONVERSATION, -60))


def test_unsigned_tokens_are_refused(secrets: Secrets) -> None:
    for payload, read in _both_kinds():
        with pytest.raises(AccessDenied):
            read(secrets, jwt.encode(payload, None, algorithm="none"))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_is_refused_even_with_the_right_key(
    secrets: Secrets, algorithm: str
) -> None:
    key = secrets.jwt_secret
    for payload, read in _both_kinds():
        with pytest.raises(AccessDenied):
            read(secrets, jwt.encode(payload, key, algorithm=algorithm))


def test_a_token_signed_with_a_private_key_is_refused(secrets: Secrets) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for payload, read in _both_kinds():
        with pytest.raises(AccessDenied):
            read(secrets, jwt.encode(payload, pem, algorithm="RS256"))


def test_a_token_that_says_RS256_but_was_signed_with_our_key_is_refused(  # noqa: N802
    secrets: Secrets,
) -> None:
    for payload, read in _both_kinds():
        _, body, signature = jwt.encode(payload, secrets.jwt_secret).split(".")
        with pytest.raises(AccessDenied):
            read(secrets, f"{_base64({'alg': 'RS256', 'typ': 'JWT'})}.{body}.{signature}")


def test_a_token_of_another_installation_is_refused(secrets: Secrets) -> None:
    for payload, read in _both_kinds():
        with pytest.raises(AccessDenied):
            read(secrets, jwt.encode(payload, "k" + secrets.jwt_secret))


@pytest.mark.parametrize(
    "token",
    ["", "x", "a.b.c", "…", "\ud83d", "e30.e30.e30", base64.b64encode(b"[" * 90_000).decode()],
    ids=lambda token: ascii(token[:12]),
)
def test_what_is_no_token_at_all_is_refused(secrets: Secrets, token: str) -> None:
    for read in (read_visitor_token, read_shop_token):
        with pytest.raises(AccessDenied):
            read(secrets, token)
    with pytest.raises(AccessDenied):
        read_visitor_token(secrets, f"{token}.e30.e30")


def test_a_refusal_repeats_nothing_of_the_token(secrets: Secrets) -> None:
    with pytest.raises(AccessDenied) as refused:
        read_shop_token(secrets, signed(secrets, scope="customer", sub="C" * 256))
    assert "CCC" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_each_of_the_api_keys_opens_and_nothing_else_does(secrets: Secrets) -> None:
    assert all(is_api_key(secrets, key) for key in secrets.api_keys)
    first = secrets.api_keys[0]
    for wrong in ("", first[:-1], first + "x", first.upper(), secrets.service_token, "\ud83d"):
        assert not is_api_key(secrets, wrong)


def test_only_the_service_token_is_the_service_token(secrets: Secrets) -> None:
    assert is_service_token(secrets, secrets.service_token)
    for wrong in ("", secrets.service_token[:-1], *secrets.api_keys, secrets.jwt_secret):
        assert not is_service_token(secrets, wrong)


def test_a_fingerprint_tells_keys_apart_without_telling_them(secrets: Secrets) -> None:
    first, other = map(fingerprint, secrets.api_keys)
    assert first != other
    assert first not in secrets.api_keys[0]


def _both_kinds() -> list[tuple[dict[str, Any], Read]]:
    visitor = visitor_claims(exp=int(time.time()) + HOUR_S)
    return [(claims(), read_shop_token), (visitor, read_visitor_token)]


def _base64(header: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
