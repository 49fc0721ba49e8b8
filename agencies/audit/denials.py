"""Who was refused what on a staff page: denials, and limits that were reached."""

from agencies.access import is_staff_address
from agencies.audit.events import Event
from agencies.audit.limits import record_limit
from agencies.audit.recording import is_code, record

DENIED, TOO_MANY = {403, 404}, 429


class DenialMiddleware:
    """
    Records a refusal once its answer is made, so that nothing rolls it back.

    Denials are every 403 and 404 of somebody signed in. An address that exists and
    answers her 404 is an object that is not hers; one that does not exist at all is
    only a typing error.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        match, status = request.resolver_match, response.status_code
        if match is None or not match.url_name or not is_staff_address(match):
            return response
        if status == TOO_MANY:
            record_limit(request, match.view_name)
        elif status in DENIED and request.user.is_authenticated:
            self._record(request, match, status)
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
