"""Enough call stack for deep calls: python/cpython#142183."""

#: One more than half a chunk of 512 KB: the other half is left for calls.
STACK_SLOTS = 2**15 + 1


def with_stack_room(function):
    """
    ``function``, called with 256 KB of Python's call stack free.

    CPython 3.11 to 3.13 take 16 KB from the system when a call needs more stack, and
    give it back when the call returns. A loop at that depth does so at each turn: one
    page took 45 % longer. A frame that claims more gets a larger chunk.
    """

    def call(*arguments, **options):
        return function(*arguments, **options)

    call.__code__ = call.__code__.replace(co_stacksize=STACK_SLOTS)
    return call
