"""The page on which a browser chooses whom to sign in as; no script, everything escaped."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from local.identity.people import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.identity.people import Somebody

# No form-action: some browsers hold the way back, another origin, against it.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 34rem; padding: 0 1rem;
       color: #1b1b1b; background: #fff }
button { display: block; width: 100%; margin: .4rem 0; padding: .6rem .8rem; text-align: left;
         font: inherit; border: 1px solid #8a8a8a; border-radius: .3rem; background: #f6f6f6 }
button:hover, button:focus-visible { border-color: #0b57d0; outline: 2px solid #0b57d0 }
small { color: #555 }
"""


def choose_page(sent: Mapping[str, str]) -> str:
    """Return the page with everybody ready-made, and the request that goes on with the choice."""
    kept = "".join(
        f'<input type="hidden" name="{_text(name)}" value="{_text(value)}">'
        for name, value in sent.items()
    )
    people = "".join(_button(one) for one in PEOPLE.values() if not one.is_machine)
    return _page(
        "Sign in",
        "<p>An issuer for development: nobody here is real, and nobody needs a password.</p>"
        f'<form method="post" action="/authorize">{kept}{people}</form>',
    )


def wrong_page(why: str) -> str:
    """Return the page for a request that is not sent back anywhere."""
    return _page("This sign-in cannot go on", f"<p>{_text(why)}</p>")


def _button(one: Somebody) -> str:
    about = ", ".join((one.role.replace("_", " "), *one.courses))
    return (
        f'<button name="person" value="{_text(one.name)}">{_text(one.name)}'
        f" <small>{_text(about)}</small></button>"
    )


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{_text(title)}</h1>{body}</main></body></html>"
    )


def _text(text: str) -> str:
    return html.escape(text, quote=True)
