"""Servers are killed under load, and nothing that a customer said is lost or done twice."""

import random
import time

from tests.conftest import NewInstallation
from tests.conversations.servers import running_servers
from tests.platform.records import (
    check_answered_once_and_in_order,
    check_each_got_a_reply,
    check_handed_over_once,
    check_question_kept_once,
    wait_until_answered,
)
from tests.platform.shoppers import Crowd

SHOPPERS = 200
# A server that starts again takes seconds, on a busy machine many; nobody shall get the
# apology for that here.
PATIENT = {"AISLE_PROCESSING_TIMEOUT": "150"}
LINES = ("hello", "do you sell surfboards for dogs in space?", "i want to talk to a human")


def test_servers_killed_at_any_moment_lose_nothing_and_repeat_nothing(
    new_installation: NewInstallation,
) -> None:
    folder, names = new_installation("survival"), ("actions", "rasa", "api")
    with running_servers(folder, names=names, commands=[("seed",)], environment=PATIENT) as servers:
        crowd = Crowd(servers, SHOPPERS, LINES, parallel=16)
        for name in ("rasa", "actions", "api", "actions", "rasa", "api"):
            time.sleep(random.uniform(1, 5))
            servers.kill(name)
            servers.start(name)
        shoppers = crowd.wait()
        wait_until_answered(servers.database)
        check_answered_once_and_in_order(servers.database, shoppers)
        check_each_got_a_reply(servers.database, shoppers)
        check_handed_over_once(servers.database, shoppers)
        check_question_kept_once(servers.database, shoppers)
