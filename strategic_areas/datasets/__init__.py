"""
Everything public of a plan as tables.

Each table is declared once, beside the function that fills its rows. Files, pages and
editions use ``DATASETS`` and a ``Snapshot``, in which protection is already applied.
"""

from strategic_areas.datasets import (
    agencies_and_rounds,
    changes_and_sources,
    figures,
    plan,
    reports,
    targets,
)
from strategic_areas.datasets.columns import Dataset

#: Every dataset by its name, in the order of the pages.
DATASETS: dict[str, Dataset] = {
    each.name: each
    for module in (
        plan,
        reports,
        agencies_and_rounds,
        figures,
        targets,
        changes_and_sources,
    )
    for each in module.DATASETS
}
