# ruff: noqa: F403
"""
Factories: ``make.plan()`` makes a valid plan; every argument has a default.

Published rows come through the workflow, so that no state is made that cannot exist.
"""

from tests.make.people import *
from tests.make.plans import *
from tests.make.reports import *
