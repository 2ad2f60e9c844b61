"""The contract: endpoints, their fields, and a document that shows how each is used."""

from typing import Any

import httpx
import pytest

from tests.api.acts import unique

ENDPOINTS = {
    ("get", "/conversations"),
    ("post", "/conversations"),
    ("get", "/conversations/{conversation_id}"),
    ("patch", "/conversations/{conversation_id}"),
    ("get", "/conversations/{conversation_id}/context"),
    ("get", "/conversations/{conversation_id}/messages"),
    ("post", "/conversations/{conversation_id}/messages"),
    ("post", "/conversations/{conversation_id}/typing"),
    ("get", "/conversations/{conversation_id}/stream"),
    ("post", "/conversations/{conversation_id}/attachments"),
    ("get", "/conversations/{conversation_id}/attachments/{attachment_id}"),
    ("post", "/conversations/{conversation_id}/token"),
    ("post", "/visitors"),
    ("post", "/customers"),
    ("get", "/customers/{customer_id}"),
    ("get", "/knowledge/articles"),
    ("post", "/knowledge/articles"),
    ("get", "/knowledge/articles/{article_id}"),
    ("patch", "/knowledge/articles/{article_id}"),
    ("delete", "/knowledge/articles/{article_id}"),
    ("post", "/knowledge/articles/{article_id}/publish"),
    ("post", "/knowledge/articles/{article_id}/archive"),
    ("get", "/knowledge/search"),
    ("get", "/knowledge/gaps"),
    ("get", "/conversations/{conversation_id}/recommendations"),
    ("get", "/health"),
    ("get", "/ready"),
}


@pytest.fixture(scope="module")
def document(anybody: httpx.Client) -> dict[str, Any]:
    return dict(anybody.get("/openapi.json").json())


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    return document["components"]["schemas"][reference.rsplit("/")[-1]] if reference else schema


def references(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"]} if "$ref" in part else set()
        return own.union(*map(references, part.values()))
    return set().union(*map(references, part)) if isinstance(part, list) else set()


def test_these_are_all_the_endpoints(document: dict[str, Any]) -> None:
    assert {(method, path) for method, path, _ in operations(document)} == ENDPOINTS


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) <= known


def test_every_request_body_has_an_example(document: dict[str, Any]) -> None:
    missing = []
    for method, path, operation in operations(document):
        for body in operation.get("requestBody", {}).get("content", {}).values():
            if "example" not in body and "example" not in resolved(document, body["schema"]):
                missing.append((method, path))
    assert missing == []


def test_errors_are_documented_as_problem_documents(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        if path in ("/health", "/ready"):
            continue
        errors = {code: body for code, body in operation["responses"].items() if code >= "400"}
        assert {"401", "403", "404", "409", "413", "422", "429", "503"} <= errors.keys()
        assert {kind for body in errors.values() for kind in body["content"]} == {
            "application/problem+json"
        }


def test_the_documentation_page_needs_no_other_server(anybody: httpx.Client) -> None:
    page = anybody.get("/docs")
    assert page.status_code == 200
    assert "https://" not in page.text


def test_opening_a_conversation_answers_these_five_fields(shop: httpx.Client) -> None:
    opened = shop.post(
        "/conversations", json={"customer_id": None, "channel": "web", "initial_message": "hi"}
    ).json()
    assert opened.keys() == {"id", "customer_id", "channel", "status", "created_at"}
    assert (opened["customer_id"], opened["channel"], opened["status"]) == (None, "web", "active")


def test_a_message_answers_its_id_and_that_it_is_processed(shop: httpx.Client) -> None:
    conversation = shop.post("/conversations", json={"channel": "web"}).json()["id"]
    message = {"content": "hello", "sender_type": "customer", "sender_id": "mia"}
    said = shop.post(f"/conversations/{conversation}/messages", json=message).json()
    assert said.keys() == {"message_id", "status"}
    assert said["status"] == "processed"


def test_a_conversation_shows_these_fields(shop: httpx.Client) -> None:
    conversation = shop.post("/conversations", json={"channel": "web"}).json()["id"]
    shown = shop.get(f"/conversations/{conversation}").json()
    assert shown.keys() == {
        *("id", "customer_id", "channel", "status", "priority", "verification_level"),
        *("verified_by", "message_count", "created_at", "updated_at"),
    }
    context = shop.get(f"/conversations/{conversation}/context").json()
    assert context.keys() >= {
        *("conversation_id", "customer_id", "channel", "message_count"),
        *("last_intent", "sentiment_trend", "entities"),
    }


@pytest.mark.parametrize(
    "path", ["/conversations", "/customers", "/visitors", "/knowledge/articles"]
)
def test_the_example_of_a_request_can_be_sent_as_it_is(
    document: dict[str, Any], shop: httpx.Client, path: str
) -> None:
    content = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    example = resolved(document, content["schema"])["example"]
    response = shop.post(path, json=example, headers={"Idempotency-Key": unique("example")})
    assert response.status_code in (200, 201), response.text


@pytest.mark.parametrize("name", ["messages", "typing"])
def test_the_examples_within_a_conversation_can_be_sent_as_they_are(
    document: dict[str, Any], shop: httpx.Client, name: str
) -> None:
    path = f"/conversations/{{conversation_id}}/{name}"
    content = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    example = resolved(document, content["schema"])["example"]
    conversation = shop.post("/conversations", json={"channel": "web"}).json()["id"]
    response = shop.post(path.format(conversation_id=conversation), json=example)
    assert response.status_code in (200, 204), response.text


def test_the_examples_of_an_articles_changes_can_be_sent_as_they_are(
    document: dict[str, Any], shop: httpx.Client
) -> None:
    new = {"title": unique("Example"), "content": "Text."}
    article = shop.post("/knowledge/articles", json=new).json()["id"]
    for method, path in (("patch", ""), ("post", "/publish")):
        described = document["paths"][f"/knowledge/articles/{{article_id}}{path}"][method]
        content = described["requestBody"]["content"]["application/json"]
        example = resolved(document, content["schema"])["example"]
        if path:
            assert example == {"version": 1}
            example = {"version": 2}
        response = shop.request(method, f"/knowledge/articles/{article}{path}", json=example)
        assert response.status_code == 200, response.text
