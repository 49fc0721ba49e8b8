"""Keeps one person's uploads from occupying the workers that readers need."""

from allauth.core.ratelimit import respond_429

from agencies.library_internals import consume


class UploadLimitMiddleware:
    """Answers 429 before a file is opened, which may take seconds."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.method != "POST" or not request.user.is_authenticated:
            return None
        files = (file for _name, files in request.FILES.lists() for file in files)
        if all(consume(request, "upload") for _file in files):
            return None
        return respond_429(request)
