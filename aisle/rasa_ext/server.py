"""The Rasa server as Aisle runs it; ``python -m aisle.rasa_ext`` starts it.

What differs from ``rasa run``: settings and secrets come from ``aisle.settings``, none of
them is on the command line, and Rasa's HTTP API is there for who has the service token.
"""

import os
import sys

from rasa.core.run import serve_application
from rasa.core.utils import AvailableEndpoints
from rasa.shared.exceptions import RasaException
from rasa.utils.common import configure_logging_and_warnings
from rasa.utils.endpoints import EndpointConfig
from rasa.utils.io import configure_colored_logging
from rasa.utils.log_utils import configure_structlog
from rasa.utils.tensorflow.environment import setup_tf_environment

from aisle.access.origins import web_origins
from aisle.access.secrets import Secrets, get_secrets
from aisle.settings import PROJECT_ROOT, ServersSettings, SettingsError, get_settings

MODELS = PROJECT_ROOT / "models"
ENDPOINTS = PROJECT_ROOT / "endpoints.yml"
CREDENTIALS = PROJECT_ROOT / "credentials.yml"


def main() -> None:
    """Run the Rasa server as the settings say, until it is stopped."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    _configure_as_rasa_run_does()
    try:
        _serve()
    except (SettingsError, RasaException) as error:
        sys.exit(f"The Rasa server cannot start: {error}")


def endpoints(servers: ServersSettings, secrets: Secrets) -> AvailableEndpoints:
    """Return what endpoints.yml names, with the action server where the settings have it."""
    found = AvailableEndpoints.read_endpoints(str(ENDPOINTS))
    action = found.action or EndpointConfig()
    action.url = f"{servers.actions.base_url}/webhook"
    action.headers = {**action.headers, "Authorization": f"Bearer {secrets.service_token}"}
    found.action = action
    return found


def _serve() -> None:
    settings, secrets = get_settings(), get_secrets()
    serve_application(
        model_path=str(MODELS),
        interface=settings.servers.rasa.host,
        port=settings.servers.rasa.port,
        credentials=str(CREDENTIALS),
        cors=list(web_origins(settings.security)),
        auth_token=secrets.service_token,
        enable_api=True,
        endpoints=endpoints(settings.servers, secrets),
    )


def _configure_as_rasa_run_does() -> None:
    # In the order of rasa.__main__: the log level is LOG_LEVEL's.
    configure_logging_and_warnings()
    setup_tf_environment()
    configure_colored_logging(None)
    configure_structlog()
