"""What axe finds wrong with a page."""

from itertools import cycle

from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.public_walk import SIZES
from tests.deep import DEEP

IS_THERE = "() => 'axe' in window"
VIOLATIONS = """options => axe.run(options).then(found => found.violations.map(rule =>
    [rule.id, rule.nodes.map(node => node.html)]))"""
#: In turn: everything at one width, and at the other what depends on it.
WHOLE, IN_PART = {}, {"runOnly": SIZES}
WIDTHS = cycle([{1280: WHOLE, 360: IN_PART}, {1280: IN_PART, 360: WHOLE}])
if DEEP:
    WIDTHS = cycle([{1280: WHOLE, 360: WHOLE}])


def faults(page, **options):
    """
    What is wrong with a page on a screen and on a telephone, on which it is left.

    The document is the same: axe reads the whole of it at one of the two widths.
    """
    found = []
    page.wait_for_load_state()
    for width, part in next(WIDTHS).items():
        page.set_viewport_size({"width": width, "height": 800})
        found += [(width, *rule) for rule in violations(page, **options | part)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((width, "wider than the screen", page.url))
    return found


def violations(page, **options):
    """
    Each rule that the page breaks, with the elements that break it.

    What axe says of all that is well stays in the browser: reading it takes seconds.
    """
    if not page.evaluate(IS_THERE):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(VIOLATIONS, {"resultTypes": ["violations"], **options})
