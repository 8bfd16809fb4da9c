"""Reads a pack's page with the standard parser: headings, tables, charts and addresses."""

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr", "path", "line", "rect", "circle"}


class Page(HTMLParser):
    """What tests ask of a page. `open_tags` is empty at the end where every tag was closed."""

    def __init__(self, text):
        super().__init__()
        self.headings, self.tables, self.charts, self.attributes = [], [], [], []
        self.ids, self.open_tags, self.text = [], [], []
        self._cell = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if "id" in found:
            self.ids.append(found["id"])
        if tag not in VOID:
            self.open_tags.append(tag)
        if tag == "table":
            self.tables.append(
                {"id": found["id"], "caption": "", "heads": [], "rows": [], "foot": []}
            )
        elif tag == "tr" and self.tables:
            self._row = []
        elif tag in {"th", "td"}:
            self._cell = {"tag": tag, "scope": found.get("scope"), "text": ""}
        elif tag == "svg":
            self.charts.append({**found, "title": "", "desc": ""})
        elif tag in {"h1", "h2", "h3", "h4"}:
            self.headings.append([int(tag[1]), ""])

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        assert self.open_tags.pop() == tag, f"{tag} closed out of turn"
        if tag in {"th", "td"}:
            self._row.append(self._cell)
            self._cell = None
        elif tag == "tr":
            table = self.tables[-1]
            kind = "foot" if "tfoot" in self.open_tags else "rows"
            table["heads" if "thead" in self.open_tags else kind].append(self._row)

    def handle_data(self, data):
        self.text.append(data)
        if "style" in self.open_tags:
            return
        if self._cell is not None:
            self._cell["text"] += data
        if self.open_tags and self.open_tags[-1] == "caption":
            self.tables[-1]["caption"] += data
        if self.open_tags and self.open_tags[-1] in {"title", "desc"} and "svg" in self.open_tags:
            self.charts[-1][self.open_tags[-1]] += data
        if any(tag in {"h1", "h2", "h3", "h4"} for tag in self.open_tags):
            self.headings[-1][1] += data

    def table(self, identifier):
        return next(table for table in self.tables if table["id"] == identifier)
