import pytest

from tests.conversations.cases import Case, CaseError
from tests.conversations.play import play
from tests.conversations.servers import Servers

LONGEST_LOG = 3_000


def test_conversation(
    conversation: Case | CaseError, servers_name: str, request: pytest.FixtureRequest
) -> None:
    if isinstance(conversation, CaseError):
        pytest.fail(str(conversation), pytrace=False)
    servers: Servers = request.getfixturevalue(servers_name)
    before = {log: log.stat().st_size for log in servers.logs.glob("*.log")}
    difference = play(conversation, servers)
    if difference is not None:
        logged = "".join(
            f"\n{log.name}:\n{log.read_text()[size:][-LONGEST_LOG:]}"
            for log, size in before.items()
            if log.stat().st_size > size
        )
        explained = "- expected and missing, + not expected"
        pytest.fail(f"{conversation.name} ({explained})\n\n{difference}\n{logged}", pytrace=False)
