"""Which query parameters a page depends on."""


def reads(*names):
    """
    A decorator that names the query parameters a public page depends on.

    A page asked for with just these may be kept and answered again; any other query
    makes it anew. Free text is never among them: its values have no end.
    """

    def named(view):
        view.parameters = names
        return view

    return named
