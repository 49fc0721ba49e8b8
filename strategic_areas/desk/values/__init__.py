"""Values of indicators: the agency submits them, a reviewer publishes them."""
