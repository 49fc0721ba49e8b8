"""Who was refused what: every 403 and 404 of somebody signed in, on a staff page."""

from agencies.access import is_staff_address
from agencies.audit.events import Event
from agencies.audit.recording import is_code, record

DENIED = {403, 404}


class DenialMiddleware:
    """
    Records a refusal once its answer is made, so that nothing rolls it back.

    An address that exists, asked for by somebody signed in who is told 404, is an
    object that is not hers. One that does not exist at all is only a typing error.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        match = request.resolver_match
        if (
            response.status_code in DENIED
            and match is not None
            and match.url_name
            and is_staff_address(match)
            and request.user.is_authenticated
        ):
            self._record(request, match, response.status_code)
        return response

    def _record(self, request, match, status):
        asked = {
            f"asked_{name}": value
            for name, value in match.kwargs.items()
            if isinstance(value, int) or is_code(value)
        }
        record(
            Event.ACCESS_DENIED,
            request=request,
            address=match.view_name,
            method=request.method.lower(),
            status=status,
            **asked,
        )
