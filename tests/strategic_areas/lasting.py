"""
People who are made and signed in once for a module, for tests that begin alike.

They are made inside the fixture ``lasting``, which keeps one transaction around the
module: not for modules with a test that commits.
"""

import copy

from django.test import Client


class Lasting:
    """
    Somebody whose rows stay in the database for a whole module.

    Each test gets a copy of her objects.
    """

    client = None

    def __init__(self, user):
        self.user = user

    def sign_in(self, client):
        self.client = client
        client.force_login(self.user)

    def keep(self):
        """Sign her in once for all; ``again`` takes her from here."""
        self.sign_in(Client())
        self.cookies, self.client = self.client.cookies, None
        return self

    def again(self, client):
        """
        A copy of her, signed in with this client.

        Changes that an earlier test made to its copy are not in it.
        """
        person = copy.deepcopy(self)
        person.client, client.cookies = client, person.cookies
        return person
