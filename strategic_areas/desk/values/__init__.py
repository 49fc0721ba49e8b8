"""Values of indicators: the agency hands them in, a reviewer publishes them."""
