"""What other sites may show of the portal, and how an answer says so."""


def finished_by(finish):
    """
    A decorator: ``finish`` is done to every answer of the view, "not modified" too.

    A browser takes the headers of that one in place of those it kept.
    """

    def decorated(view):
        view.finish = finish
        return view

    return decorated


def shown_elsewhere(response):
    """Let pages of other sites load it."""
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def framed_anywhere(response):
    """Let pages of other sites frame it; nothing of the portal can be done there."""
    shown_elsewhere(response)
    response.xframe_options_exempt = True
    response._csp_replace = {"frame-ancestors": ["*"]}
