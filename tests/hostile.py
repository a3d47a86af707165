"""What nobody means well by: texts to be kept as they are, and bodies to be refused."""

from __future__ import annotations

import gzip

# Any of these may be an id, a title or a note: they are only dangerous to who takes them for code.
TEXTS = {
    "sql": "'; DROP TABLE event; --",
    "sql comment": "1) OR 1=1 /*",
    "sql placeholder": "%(student)s %s $1 :name ?",
    "like": "100%_\\",
    "script": "<script>alert(1)</script>",
    "attribute": "\"><img src=x onerror='alert(1)'>",
    "entity": "&lt;b&gt; &#x3c; &amp;",
    "template": "{{7*7}} ${7*7} #{7*7} <%= 7*7 %>",
    "lookup": "${jndi:ldap://127.0.0.1/a}",
    "formula": "=cmd|' /C calc'!A0",
    "path": "../../../../etc/passwd",
    "encoded path": "%2e%2e%2f%00",
    "copy": "\\N \\. \\t \\x00",
    "array": '{a,"b",NULL}',
    "null": "null",
    "number": "1e999",
    "proto": "__proto__",
    "format": "{0.__class__} %n%n%s",
    "shell": "$(id) `id` ; id | id",
    "right to left": "\u202egnp.exe \u2066abc\u2069",
    "zero width": "pay\u200bpal\ufeff\u200d",
    "combining": "Z\u0335\u0321\u0353\u0327a\u0300\u0301",
    "line separators": "one\u2028two\u2029three",
    "beyond": "\U0010ffff\uffff\U0001f469\u200d\U0001f52c",
    "look-alike": "\u0430dmin",  # a Cyrillic a
    "case": "\u0130\u0131\u00df\ufb03",
    "spaces": " leading and trailing \u00a0",
    "longest": "\U0001f600" * 128,
}

_LONG = b"9" * 400
# What stands where a JSON value is expected.
VALUES = {
    "far number": b"1e999",
    "far negative number": b"-1e999",
    "number of 400 digits": _LONG,
    "number of 5,000 digits": b"9" * 5000,
    "not a number": b"NaN",
    "infinity": b"-Infinity",
    "nul": b'"a\\u0000b"',
    "raw nul": b'"a\x00b"',
    "control character": b'"a\\u001bb"',
    "lone surrogate": b'"\\ud800"',
    "bad UTF-8": b'"\xc3\x28"',
    "overlong UTF-8": b'"\xc0\xaf"',
    "surrogate in UTF-8": b'"\xed\xa0\x80"',
    "129 characters": b'"' + b"a" * 129 + b'"',
    "empty": b'""',
    "object": b'{"$ne": null}',
    "list": b'["a"]',
    "true": b"true",
    "deep list": b"[" * 100_000 + b"]" * 100_000,
    "deep object": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
}

_BOMB = gzip.compress(b"[" + b" " * 50_000_000 + b"]", mtime=0)
# Whole bodies, with the headers that they come with.
BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "nothing": (b"", {}),
    "blank": (b" \r\n\t ", {}),
    "a byte order mark": (b"\xef\xbb\xbf[]", {}),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), {}),
    "half an object": (b'{"event_id": "e1"', {}),
    "a comment": (b"/* */ {}", {}),
    "two values": (b"{} {}", {}),
    "open lists": (b"[" * 200_000, {}),
    "open objects": (b'{"a":' * 200_000, {}),
    "a bare number": (_LONG, {}),
    "10 MB of text": (b'{"title": "' + b"a" * 10_000_000 + b'"}', {}),
    "10 MB of spaces": (b" " * 10_000_000, {}),
    "10 MB of events": (b"[" + b"{}," * 3_400_000 + b"{}]", {}),
    "a zip bomb": (_BOMB, {"Content-Encoding": "gzip"}),
    "a zip bomb in a zip bomb": (gzip.compress(_BOMB, mtime=0), {"Content-Encoding": "gzip"}),
    "no gzip": (b"\x1f\x8b nothing", {"Content-Encoding": "gzip"}),
    "half a gzip": (_BOMB[:40], {"Content-Encoding": "gzip"}),
    "an unknown coding": (b"[]", {"Content-Encoding": "br"}),
    "a form": (b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}),
    "XML": (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', {"Content-Type": "application/xml"}),
    "no media type": (b"{}", {"Content-Type": "\x80/;;;"}),
}
