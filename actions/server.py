"""The action server with a guard at the door; ``python -m actions`` starts it.

Rasa's own `rasa run actions` starts the same actions for everybody who reaches the port.
"""

import logging
import sys
import traceback
from http import HTTPStatus

from rasa_sdk import utils
from rasa_sdk.endpoint import create_app
from sanic import Sanic, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from aisle.access.secrets import Secrets, get_secrets
from aisle.access.tokens import is_service_token
from aisle.knowledge.indexing import catch_up_in_background
from aisle.language.chat_model import get_chat_model
from aisle.language.redaction import redact
from aisle.settings import SettingsError, get_settings

HEALTH = "/health"
_logger = logging.getLogger(__name__)


def main() -> None:
    """Run the action server as the settings say, until it is stopped."""
    utils.configure_colored_logging(None)
    utils.update_sanic_log_level()
    try:
        server = get_settings().servers.actions
        app = guarded_app(get_secrets())
        prepare_answers()
    except SettingsError as error:
        sys.exit(f"The action server cannot start: {error}")
    app.run(server.host, server.port, workers=utils.number_of_sanic_workers())


def prepare_answers() -> None:
    """Do what would make the first question wait, or leave articles out of a search."""
    catch_up_in_background()
    if get_chat_model() is not None:
        import openai  # noqa: F401  takes seconds


def guarded_app(secrets: Secrets) -> Sanic:
    """Return rasa_sdk's application; all but its health check asks for the service token."""
    app = create_app("actions", cors_origins="")

    async def refuse_strangers(request: Request) -> HTTPResponse | None:
        if request.path == HEALTH or is_service_token(secrets, _shown(request)):
            return None
        return response.json({"error": "The service token is needed"}, status=401)

    app.register_middleware(refuse_strangers, "request")
    # rasa_sdk's own handler sends the caller the exception's text and the whole request.
    app.error_handler.add(Exception, _answer_failure)
    return app


def _shown(request: Request) -> str:
    """Return the token of the request, as Rasa's endpoints.yml sends it: token, or a header."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else request.args.get("token", "")


def _answer_failure(_: Request, error: Exception) -> HTTPResponse:
    if isinstance(error, SanicException):
        status = HTTPStatus(error.status_code)
        return response.json({"error": status.phrase}, status=status)
    _logger.error("A request failed:\n%s", redact("".join(traceback.format_exception(error))))
    return response.json({"error": "The action failed"}, status=500)
