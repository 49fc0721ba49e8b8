"""Raw values in, published figures out: nothing public imports this room."""

from strategic_areas.figures.publishing import at_the_end, publish, publish_indicator

__all__ = ["at_the_end", "publish", "publish_indicator"]
