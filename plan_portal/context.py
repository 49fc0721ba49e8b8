"""What every page's template may use."""


def site(request):
    return {}
