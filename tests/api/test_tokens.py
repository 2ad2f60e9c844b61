"""Which tokens open a conversation."""

import time
from collections.abc import Callable

import httpx
import jwt
import pytest

from tests.api.acts import new_visitor, problem, signed
from tests.api.serving import JWT_SECRET, Api

OTHER_SECRET = "another-0123456789abcdef0123456789abcdef"


def of_a_visitor(conversation: str, **claims: object) -> str:
    return signed(
        **{"iss": "aisle", "aud": "aisle-visitor", "sub": conversation, "scope": None, **claims}
    )


FORGERIES: dict[str, Callable[[str], str]] = {
    "of another secret": lambda chat: of_a_visitor(chat, secret=OTHER_SECRET),
    "expired": lambda chat: of_a_visitor(chat, exp=int(time.time()) - 60),
    "without an end": lambda chat: of_a_visitor(chat, exp=None),
    "for something else": lambda chat: of_a_visitor(chat, aud="other"),
    "of another issuer": lambda chat: of_a_visitor(chat, iss="shop"),
    "for no conversation": lambda chat: of_a_visitor("not an id"),
    "unsigned": lambda chat: of_a_visitor(chat, secret=None, algorithm="none"),
    "of another algorithm": lambda chat: of_a_visitor(chat, algorithm="HS512"),
    "with a piece missing": lambda chat: of_a_visitor(chat).rsplit(".", 1)[0],
    "not a token": lambda chat: "a.b.c",
    "a server's of the wrong secret": lambda chat: signed(secret=OTHER_SECRET),
    "a server's without an issuer": lambda chat: signed(iss=None),
    "a server's for ever": lambda chat: signed(exp=int(time.time()) + 400 * 24 * 3600),
    "a server's of another shop": lambda chat: signed(iss="another shop"),
    "a server's in Aisle's name": lambda chat: signed(iss="aisle"),
    "of an unknown scope": lambda chat: signed(scope="admin"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_token_that_is_not_as_it_should_be_opens_nothing(
    api: Api, anybody: httpx.Client, forgery: str
) -> None:
    visitor, conversation = new_visitor(api)
    headers = {"Authorization": f"Bearer {FORGERIES[forgery](conversation)}"}
    problem(anybody.get(f"/conversations/{conversation}", headers=headers), 401)
    assert visitor.get(f"/conversations/{conversation}").status_code == 200


def test_a_genuine_token_opens_what_the_forgeries_do_not(api: Api, anybody: httpx.Client) -> None:
    _, conversation = new_visitor(api)
    for token in (of_a_visitor(conversation), signed()):
        headers = {"Authorization": f"Bearer {token}"}
        assert anybody.get(f"/conversations/{conversation}", headers=headers).status_code == 200


def test_a_visitors_token_ends_with_its_lifetime(api: Api, anybody: httpx.Client) -> None:
    token = anybody.post("/visitors", json={}).json()["token"]
    claims = jwt.decode(token, JWT_SECRET, algorithms=["HS256"], audience="aisle-visitor")
    lifetime = api.state.settings.security.token_lifetime
    assert abs(claims["exp"] - time.time() - lifetime) < 60
