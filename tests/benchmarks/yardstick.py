"""The least that a server can do: what the portal's speed is measured against."""

BODY = b"x" * 20_000


def application(environ, start_response):
    start_response(
        "200 OK",
        [("Content-Type", "text/html"), ("Content-Length", str(len(BODY)))],
    )
    return [BODY]
