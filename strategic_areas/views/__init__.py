"""The public pages: each view reads and renders. Addresses stand in the root urls."""
