"""Who a request's headers say is calling."""

import time
import uuid

import jwt
import pytest

from aisle.access.callers import AccessDenied, ShopServer, SignedCustomer, Visitor
from aisle.access.identify import identify
from aisle.access.secrets import Secrets
from aisle.access.tokens import fingerprint, issue_visitor_token, sign_customer

CONVERSATION = uuid.uuid4()


def test_an_api_key_is_the_shops_server_in_either_header(secrets: Secrets) -> None:
    key = secrets.api_keys[1]
    caller = ShopServer(f"key:{fingerprint(key)}")
    assert identify(secrets, key, None) == caller
    assert identify(secrets, None, f"Bearer {key}") == caller
    assert key not in caller.name


def test_aisles_own_servers_act_for_the_shop(secrets: Secrets) -> None:
    assert identify(secrets, None, f"bearer {secrets.service_token}") == ShopServer("aisle")


def test_a_visitor_is_known_by_the_conversation(secrets: Secrets) -> None:
    token = issue_visitor_token(secrets, CONVERSATION, 60)
    assert identify(secrets, None, f"Bearer {token}") == Visitor(CONVERSATION)


def test_tokens_that_the_shop_signs(secrets: Secrets) -> None:
    customer = sign_customer(secrets, "C-1001")
    assert identify(secrets, None, f"Bearer {customer}") == SignedCustomer("C-1001")
    claims = {"iss": "shop", "aud": "aisle", "scope": "server", "exp": int(time.time()) + 60}
    server = jwt.encode(claims, secrets.jwt_secret)
    assert identify(secrets, None, f"Bearer {server}") == ShopServer("jwt")


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic eDp5", "eyJ.x.y"])
def test_nobody_is_nobody(secrets: Secrets, authorization: str | None) -> None:
    with pytest.raises(AccessDenied):
        identify(secrets, None, authorization)


def test_a_wrong_api_key_is_refused_although_the_token_is_right(secrets: Secrets) -> None:
    token = issue_visitor_token(secrets, CONVERSATION, 60)
    with pytest.raises(AccessDenied, match="API key"):
        identify(secrets, "wrong", f"Bearer {token}")


def test_the_service_token_is_no_api_key(secrets: Secrets) -> None:
    with pytest.raises(AccessDenied):
        identify(secrets, secrets.service_token, None)


def test_an_expired_token_is_told_apart(secrets: Secrets) -> None:
    token = issue_visitor_token(secrets, CONVERSATION, -60)
    with pytest.raises(AccessDenied, match="expired"):
        identify(secrets, None, f"Bearer {token}")
