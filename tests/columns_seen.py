"""The columns of a page's tables that say the same on every row."""

from html.parser import HTMLParser

from strategic_areas.views.parameters import MANY_ROWS


class Tables(HTMLParser):
    """The cells of each table's body, row by row; headings of rows are left out."""

    def __init__(self, html):
        super().__init__()
        self.tables, self._cell, self._is_body = [], None, False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
        elif tag == "tbody":
            self._is_body = True
        elif tag == "tr" and self._is_body:
            self.tables[-1].append([])
        elif tag == "td" and self._is_body:
            self._cell = []

    def handle_endtag(self, tag):
        if tag == "tbody":
            self._is_body = False
        elif tag == "td" and self._cell is not None:
            self.tables[-1][-1].append(" ".join(" ".join(self._cell).split()))
            self._cell = None

    def handle_data(self, text):
        if self._cell is not None:
            self._cell.append(text)


def idle_columns(html):
    """
    Pairs of the number of a column and its only value, of tables with many rows.

    A row without cells is a heading of others.
    """
    return [
        (place, cells[0])
        for table in Tables(html).tables
        if len(rows := [row for row in table if row]) >= MANY_ROWS
        for place, cells in enumerate(zip(*rows, strict=False))
        if len(set(cells)) == 1
    ]
