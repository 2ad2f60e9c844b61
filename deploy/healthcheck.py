"""``python healthcheck.py PORT_VARIABLE PATH`` exits 0 when this container's server is well.

PORT_VARIABLE is the environment variable with its port. The images have no curl.
"""

import os
import sys
import urllib.request

TIMEOUT_S = 4.0


def main(port_variable: str, path: str) -> None:
    url = f"http://127.0.0.1:{os.environ[port_variable]}{path}"
    # A container may have been given a proxy for the outside world.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        direct.open(url, timeout=TIMEOUT_S).close()
    except OSError as error:
        sys.exit(f"{url}: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
