"""What the rest of the portal has to know at once."""

from django.dispatch import Signal

#: Sent inside the transaction that takes something public back, before it does: who
#: keeps copies of public pages throws them away, and makes new ones after the commit.
taking_back = Signal()
