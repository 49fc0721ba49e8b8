"""What axe finds wrong with a page."""

from axe_playwright_python.base import AXE_SCRIPT

IS_THERE = "() => 'axe' in window"
VIOLATIONS = """options => axe.run(options).then(found => found.violations.map(rule =>
    [rule.id, rule.nodes.map(node => node.html)]))"""


def violations(page, **options):
    """
    Each rule that the page breaks, with the elements that break it.

    What axe says of all that is well stays in the browser: reading it takes seconds.
    """
    if not page.evaluate(IS_THERE):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(VIOLATIONS, {"resultTypes": ["violations"], **options})
