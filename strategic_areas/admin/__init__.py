"""Plan structure, periods and reports in the admin; the rules stand elsewhere."""

from strategic_areas.admin import context, measured, periods, plan, updates

__all__ = ["context", "measured", "periods", "plan", "updates"]
