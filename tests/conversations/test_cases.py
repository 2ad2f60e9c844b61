"""Conversation files: what is wrong with one is said in the owner's words."""

from pathlib import Path

import pytest

from tests.conversations.cases import Case, CaseError, Expected, read_cases


def file_with(folder: Path, content: str) -> Path:
    file = folder / "mine.yml"
    file.write_text(content, encoding="utf-8")
    return file


def case_with(folder: Path, steps: str) -> Case:
    indented = "\n".join(f"      {line}" for line in steps.splitlines())
    (case,) = read_cases(
        file_with(folder, f"test_cases:\n  - test_case: mine\n    steps:\n{indented}\n")
    )
    return case


def test_steps_belong_to_what_the_customer_said_before(tmp_path: Path) -> None:
    case = case_with(
        tmp_path,
        "- user: hello\n"
        "- utter: utter_greet\n"
        "- user: bye\n"
        '- utter: {name: utter_goodbye, text: "*bye*"}\n'
        "- bot: ...\n"
        '- not_bot: "*order*"\n'
        "- slot_was_set: {order_number: null}\n"
        "- database: {handoffs: none, conversations: {status: active}}",
    )
    first, second = case.turns
    assert first.said == [Expected(utter="utter_greet")]
    assert not first.more_may_follow
    assert second.said == [Expected(utter="utter_goodbye", text="*bye*")]
    assert second.more_may_follow
    assert second.not_said == ["*order*"]
    assert second.slots == {"order_number": None}
    assert second.rows == [("handoffs", None), ("conversations", {"status": "active"})]


def test_a_long_text_need_not_be_written_out(tmp_path: Path) -> None:
    (turn,) = case_with(tmp_path, "- user: {text: ab, times: 3}").turns
    assert turn.user == "ababab"


def test_what_changes_in_the_shop_belongs_to_a_turn_too(tmp_path: Path) -> None:
    case = case_with(
        tmp_path,
        "- user: my code is ${code}\n"
        "- shop: unchanged\n"
        "- user: yes please\n"
        '- shop: {orders: {"#W1": {status: cancelled}}, stock: {V1: +1}}\n'
        "- audit: [cancel_order]\n"
        "- user: thanks",
    )
    assert [turn.shop for turn in case.turns] == [
        (),
        ("orders #W1 status: cancelled", "stock V1: +1"),
        None,
    ]
    assert [turn.audit for turn in case.turns] == [None, ("cancel_order",), None]


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ("- utter: utter_greet", "'utter' comes before the first 'user'"),
        ("- user: hello\n- uter: utter_greet", "unknown step 'uter'"),
        ("- user: hello\n- utter: utter_gret", "the domain has no response 'utter_gret'"),
        ("- user: hello\n- slot_was_set: {order: x}", "the domain has no slot 'order'"),
        ("- user: hello\n- database: {orders: none}", "unknown table 'orders'"),
        (
            "- user: hello\n- database: {handoffs: {cause: x}}",
            "the table handoffs has no column 'cause'",
        ),
        ("- user: hello\n- bot: ...\n- bot: more", "nothing can be expected after 'bot: ...'"),
        ("- user: hello\n- bot: 5", "bot takes a text in quotes"),
        ("- user: hello\n  utter: utter_greet", "a step is one key with its value"),
        ("- user: 5", "user takes a text in quotes"),
        ("- user: hello\n- resolve_handoff: 1", "resolve_handoff takes only 'true'"),
        ("- user: ${codes}", "there is no '${codes}'; there are ${code}, ${previous_code}"),
        ("- user: hello\n- shop: changed", "shop takes 'unchanged', or what changed"),
        ("- user: hello\n- audit: [cancel]", "audit takes a list of operations; there are cancel"),
    ],
)
def test_a_mistake_in_a_step_is_named_with_file_case_and_step(
    tmp_path: Path, steps: str, problem: str
) -> None:
    with pytest.raises(CaseError) as raised:
        case_with(tmp_path, steps)
    message = str(raised.value)
    assert problem in message
    assert "mine.yml: 'mine', step " in message


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("test_cases: [", "while parsing"),
        ("", "'test_cases:' with a list"),
        ("tests: []", "'test_cases:' with a list"),
        ("test_cases:\n  - test_case: x", "case 1 must have 'test_case:' and 'steps:'"),
        ("test_cases:\n  - test_case: x\n    steps: []", "'x' has no steps"),
        (
            "test_cases:\n"
            "  - {test_case: x, steps: [user: hello]}\n"
            "  - {test_case: x, steps: [user: hello]}",
            "two cases are named 'x'",
        ),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, content: str, problem: str) -> None:
    with pytest.raises(CaseError) as raised:
        read_cases(file_with(tmp_path, content))
    assert problem in str(raised.value)
    assert "mine.yml" in str(raised.value)
