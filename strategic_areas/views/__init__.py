"""The public pages. Each reads, and renders; the addresses stand in the root urls."""
