"""Views that only a few requests need, with all that they import."""

from importlib import import_module


class Later:
    """
    The views of a module, which is loaded with the first request for one of them.

    Until then a process saves the memory, and the time at its start.
    """

    def __init__(self, module):
        self.module = module

    def __getattr__(self, name):
        def view(request, *args, **kwargs):
            return getattr(import_module(self.module), name)(request, *args, **kwargs)

        return view
