"""A OneRoster bundle (1EdTech CSV binding 1.1 and 1.2), read into what the roster is to say."""

from chalicelib.domain.oneroster.bundle import Bundle, read
from chalicelib.domain.oneroster.files import IDS, Wrong

__all__ = ["IDS", "Bundle", "Wrong", "read"]
