"""Sign-ins that come while another is looked at are told at once to come back."""

from django.http import UnreadablePostError
from django.utils.log import log_response

from agencies.hashing import BusyError, turn
from agencies.holding_off import is_sign_in
from plan_portal.errors import error_page

#: Seconds after which a program may ask again.
RETRY_AFTER = "5"
#: Bytes of a sign-in. What its page sends has some hundred.
LARGEST = 10 * 1024


class BusyMiddleware:
    """
    Answers 503 at once to a sign-in for which there is no place in the lane.

    A sign-in holds the lane once its form has come: to count it takes longer than to
    hash its password, and a flood that no limit refuses would take every thread for
    that. While the form comes it holds none: over a poor line that takes long.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not is_sign_in(request):
            return self.get_response(request)
        if not _is_small(request):
            return error_page(request, 413, "400.html")
        try:
            _read(request)
            with turn():
                return self.get_response(request)
        except UnreadablePostError:
            return error_page(request, 400)
        except BusyError:
            return busy(request)

    def process_exception(self, request, exception):
        return busy(request) if isinstance(exception, BusyError) else None


def _is_small(request):
    length = request.headers.get("content-length") or "0"
    return length.isdecimal() and int(length) <= LARGEST


def _read(request):
    """Have the whole form in memory, where Django finds it; raises if it breaks off."""
    return request.body


def busy(request):
    """503: a password was not looked at, and may be sent again in some seconds."""
    response = error_page(request, 503, "503_busy.html")
    response.headers["Retry-After"] = RETRY_AFTER
    # Left to itself Django calls every 5xx an error; nothing broke here.
    told = {"response": response, "request": request, "level": "warning"}
    log_response("%s: %s", response.reason_phrase, request.path, **told)
    return response
