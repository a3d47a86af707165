"""A student's whole record as a page that needs nothing else: no script, everything escaped."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.domain.record import PERSON, SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chalicelib.domain.record import Section

# Nothing is fetched, nothing runs; the style is in the page.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem;
       color: #1b1b1b; background: #fff }
h1 { font-size: 1.6rem } h2 { font-size: 1.15rem; margin: 2.2rem 0 0 }
p { margin: .2rem 0 .6rem; color: #555 } nav { columns: 3; margin: 1rem 0 }
.wide { overflow-x: auto } table { border-collapse: collapse; font-size: .85rem }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem; border: 1px solid #ddd;
         max-width: 32rem; overflow-wrap: break-word }
th { background: #f3f3f3; white-space: nowrap } tr { break-inside: avoid }
dl { margin: 0 } dt { color: #555; float: left; clear: left; margin-right: .4rem } dd { margin: 0 }
@media print { nav { display: none } }
"""


def record_page(
    student: str,
    as_of: str,
    record: Mapping[str, Sequence[msgspec.Raw]],
    *,
    person: object = None,
    is_first: bool = True,
    cursor: str | None = None,
) -> str:
    """Return the page of a record, or of a part; `record` has the JSON rows of its sections.

    The first part tells who it is; `cursor` is where the next one begins, if there is one.
    """
    rows = {name: [msgspec.json.decode(row) for row in part] for name, part in record.items()}
    if is_first:
        rows[PERSON.name] = [msgspec.to_builtins(person)] if person else []
    sections = [one for one in (PERSON, *SECTIONS) if one.name in rows]
    more = f"<p>{_more(cursor)}</p>" if cursor else ""
    contents = "".join(
        f'<div><a href="#{one.name}">{_text(one.title)}</a> ({len(rows[one.name])})</div>'
        for one in sections
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Record of {_text(student)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>Everything that is held on {_text(student)}</h1><p>As of {_text(as_of)}; times are"
        f" in UTC.{'' if is_first else ' This part goes on where the one before has ended.'}</p>"
        f"{more}<nav>{contents}</nav>"
        + "".join(_section(one, rows[one.name]) for one in sections)
        + f"{more}</body></html>"
    )


def _more(cursor: str) -> str:
    return f'This is not all of it: <a href="?cursor={_text(cursor)}">the next part</a>.'


def _section(section: Section, rows: list[dict[str, Any]]) -> str:
    heading = f'<h2 id="{section.name}">{_text(section.title)}</h2><p>{_text(section.means)}</p>'
    return heading + (_table(rows) if rows else "<p>Nothing.</p>")


def _table(rows: list[dict[str, Any]]) -> str:
    """Return rows as a table of the columns that hold anything."""
    columns = [name for name in _names(rows) if any(row.get(name) is not None for row in rows)]
    head = "".join(f"<th>{_text(name.replace('_', ' '))}</th>" for name in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{_value(row.get(name))}</td>' for name in columns)}</tr>"
        for row in rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide">{table}</div>'


def _names(rows: Iterable[dict[str, Any]]) -> dict[str, None]:
    return {name: None for row in rows for name in row}


def _value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        told = "".join(
            f"<dt>{_text(str(name).replace('_', ' '))}</dt><dd>{_value(inner)}</dd>"
            for name, inner in value.items()
            if inner is not None
        )
        return f"<dl>{told}</dl>"
    if isinstance(value, list):
        return "<br>".join(map(_value, value))
    return _text(str(value))


def _text(text: str) -> str:
    return html.escape(text, quote=True)
