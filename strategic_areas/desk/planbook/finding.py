"""Finds the record that a word of a cell names, in the portal or in the workbook."""

from collections import defaultdict

from strategic_areas.desk.planbook.columns import ORIGIN, SHEETS
from strategic_areas.desk.workbook.columns import comparable


def key_in(sheet, values):
    """The key by which the record of a row is known, from the values of the row."""
    return "/".join(str(values.get(part) or "") for part in sheet.table.identity)


class Finder:
    """
    Called with the name of a table and a word, returns the key of the record or None.

    A record that a row gives another code is found by both codes.
    """

    def __init__(self, stored, book, *, is_own):
        self.stored = stored
        self.written = defaultdict(dict)
        for name, sheet in SHEETS.items():
            if sheet.table.identity != ("code",):
                continue
            rows = stored.tables[name].rows
            for line in book.lines[name]:
                code, origin = line.text("code"), line.text(ORIGIN)
                known = origin if is_own and origin in rows else code
                self.written[name][code] = known
        self.folded = {}

    def __call__(self, table, word):
        stored = self.stored.tables[table]
        if word in stored.rows:
            return stored.key_of_pk[stored.rows[word].pk]
        if word in self.written[table]:
            return self.written[table][word]
        return self._by_name(table).get(comparable(word))

    def _by_name(self, table):
        """The same without accents and capitals; provinces go by their names too."""
        if table not in self.folded:
            stored = self.stored.tables[table]
            found = {}
            for pk, row in stored.row_of_pk.items():
                key = stored.key_of_pk[pk]
                found[comparable(str(key))] = key
                if table == "provinces":
                    found[comparable(row.name)] = key
            self.folded[table] = found
        return self.folded[table]
