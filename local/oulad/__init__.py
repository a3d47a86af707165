"""The Open University Learning Analytics Dataset as courses that can be played into the API."""

from local.oulad.course import course_ids, read_course, read_courses
from local.oulad.files import OuladError
from local.oulad.times import DAY_ZERO

__all__ = ["DAY_ZERO", "OuladError", "course_ids", "read_course", "read_courses"]
