"""Every route and handler of the monitor: one line of work, one of answer."""

from __future__ import annotations

import time
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from chalice.app import (
    AuthRequest,
    AuthResponse,
    Chalice,
    CloudWatchEvent,
    Cron,
    KinesisEvent,
    Rate,
    Response,
)

from chalicelib import consumer, jobs
from chalicelib.adapters import deployment
from chalicelib.adapters.invoked import Invoked
from chalicelib.adapters.postgres import alert_reads
from chalicelib.adapters.postgres.past_page import past_page
from chalicelib.adapters.postgres.reads import SORTS
from chalicelib.adapters.postgres.shown import TYPES
from chalicelib.bootstrap import service
from chalicelib.domain import alert_requests as ask
from chalicelib.domain import correction, events
from chalicelib.domain.access import Permit
from chalicelib.domain.binding import Binding
from chalicelib.domain.catalogue import Course, Enrolment, Item, Lookup, distinct
from chalicelib.domain.disclosures import disclosures
from chalicelib.domain.errors import NotAllowedError, NotFoundError
from chalicelib.domain.identity import pseudonym
from chalicelib.domain.in_force import INSTITUTION, Policies
from chalicelib.domain.oneroster import IDS
from chalicelib.domain.outside import Outside, checked
from chalicelib.domain.person import Person, Wanted, name_of
from chalicelib.domain.policy import Changes
from chalicelib.domain.privacy_requests import Erase, Hold, held
from chalicelib.domain.roster import Roles, Span
from chalicelib.domain.rules import FOR_A_RECORD, Action
from chalicelib.domain.suppression import (
    comparison_for_others,
    course_for_others,
    items_for_others,
)
from chalicelib.http import conditions, cursors, listing, openapi, requests, sign_in
from chalicelib.http.answers import answer, page, put_answer
from chalicelib.http.asking import Asked, also, asked, asked_of_alert, rather
from chalicelib.http.noting import done, note, note_refused, origin_of
from chalicelib.http.problems import answers_errors
from chalicelib.http.receipts import answer_receipt
from chalicelib.http.record_answer import record_answer
from chalicelib.http.record_parts import GZIP, HTML, form_of, part_of, place_of
from chalicelib.http.sign_in import principal_of
from chalicelib.http.thresholds import overrides_of
from chalicelib.ports.changes import PolicyVersions
from chalicelib.services import (
    alerts,
    corrections,
    erasure,
    health,
    ingest,
    people,
    policies,
    retention,
    roster,
    roster_import,
    shadow,
)
from chalicelib.services.as_of import look_back
from chalicelib.services.ledger import record_outside

if TYPE_CHECKING:
    from collections.abc import Callable

app = Chalice(app_name="student-performance-monitor")
app.api.binary_types.append(GZIP)

_TEXT = {"type": "string"}  # what it may be is told by its name: see http/parameters.py
_PAGE: dict[str, dict[str, Any]] = {"limit": {"type": "integer"}, "cursor": _TEXT}
_CHANGE = {"If-Match": _TEXT}


@app.authorizer(name="sign_in", ttl_seconds=60)
def _signed_in(request: AuthRequest) -> AuthResponse:
    """Tell who sent a token; its answer holds for every route, and for a minute."""
    return sign_in.authorized(request.token, service().tokens)


def _route(
    method: str, path: str, summary: str, *, signed_in: bool = True, **described: Any
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Make a function a route, documented and answering its errors; open only where it says so.

    The media type of a body is checked by us, so that its refusal is a problem document too.
    """

    def make(view: Callable[..., Response]) -> Callable[..., Response]:
        settings: dict[str, Any] = {"authorizer": _signed_in} if signed_in else {}
        if method in {"POST", "PUT"}:
            settings["content_types"] = ["*/*"]
        described_view = openapi.documented(summary, **described)(answers_errors(view))
        made: Callable[..., Response] = app.route(path, methods=[method], **settings)(
            described_view
        )
        return made

    return make


def _begin() -> tuple[Any, str]:
    """Return the request, and the correlation id that its logs and its answer carry."""
    request = app.current_request
    assert request is not None  # noqa: S101  # nosec B101  # Chalice sets it first
    correlation_id = requests.begin(request)
    if sign_in.is_signed_in(request):
        principal = principal_of(request)
        service().quotas[principal.kind].admit(principal)
    return request, correlation_id


def _asks(action: Action, **about: Any) -> Asked:
    """Return the request once the roster allows it; NotAllowedError otherwise."""
    return _allowed(_begin()[0], action, **about)


def _allowed(request: Any, action: Action, **about: Any) -> Asked:
    """Do the same for a request that has begun; who is refused a record is noted."""
    try:
        return asked(request, service().roster, action, **about)
    except NotAllowedError:
        if action in FOR_A_RECORD:
            note_refused(request, service().ledger, about["student"])
        raise


def _note(who: Asked, what: str, *students: str | None) -> None:
    """Keep whose records the answer is about to show; without that there is no answer."""
    note(who, service().ledger, what, students)


def _known(student: str, *told: Any) -> None:
    """Refuse who was made up, or erased: no answer about her may put her into the ledger.

    `told` is what the answer says of her: anything of it makes her somebody.
    """
    _found(any(told) or service().reads.on_record(student) or None, "student")


def _found(body: Any, what: str) -> Any:
    if body is None:
        raise NotFoundError(f"There is no such {what}.")
    return body


@_route(
    "POST",
    "/v1/events",
    "Accept one event or a list of up to 500",
    body=events.Event | list[events.Event],
    answers={202: ingest.Receipt, 503: ingest.Receipt},
    headers={
        "Content-Encoding": {"type": "string", "enum": ["identity", "gzip", ""]},
    },
)
def post_events() -> Response:
    """Accept events into the stream; 202 names those that it has acknowledged."""
    request, correlation_id = _begin()
    source = service().senders.source_of(principal_of(request))
    began = time.perf_counter()
    body = requests.json_bytes(request)
    receipt = ingest.accept(body, source, correlation_id, service().ingest)
    return answer_receipt(receipt, (time.perf_counter() - began) * 1000)


@_route(
    "POST",
    "/v1/students/lookup",
    "Turn an institution's own id into the pseudonym",
    body=Lookup,
    answers={200: None, 404: None},
)
def post_lookup() -> Response:
    """Return the pseudonym of a student id that the monitor has a standing of."""
    request, _ = _begin()
    wanted = requests.read(request, Lookup)
    student = pseudonym(wanted.student_id, service().pseudonym_key)
    who = _allowed(request, Action.READ_STUDENT, student=student)
    found = _found(service().reads.known(student, person=who.person), "student")
    _note(who, "students/lookup", student)
    return answer(found)


@_route(
    "GET", "/v1/students/{student}", "One student: every standing, the work behind it, open alerts"
)
def get_student(student: str) -> Response:
    """Return one student's standings and open alerts."""
    uid = requests.student_of(student)
    who = _asks(Action.READ_STUDENT, student=uid)
    found = service().reads.student(uid, service().clock.now(), person=who.person)
    shown = _found(found, "student")
    _note(who, "students", uid)
    return answer(shown)


@_route(
    "GET",
    "/v1/students/{student}/as-of/{moment}",
    "What was known and said of a student at a past moment, or is now, and why",
    query={"course": {"type": "string"}},
)
def get_student_as_of(student: str, moment: str) -> Response:
    """Return one student's standings, findings and open alerts as of a moment."""
    now = service().clock.now()
    uid, at = requests.student_of(student), requests.moment_of(moment, now)
    who = _asks(Action.READ_STUDENT, student=uid)
    found = look_back(
        uid,
        at,
        service().past.seen_by(who.person),
        service().judge.policy,
        now=now,
        course=requests.filter_of(who.query, "course"),
    )
    shown = _found(found, "student at that moment")
    _note(who, "students/as-of", uid)
    return answer(past_page(shown, lambda course: _sees_class(who, course)))


@_route(
    "GET",
    "/v1/students/{student}/events",
    "A student's events, newest first",
    query={
        **_PAGE,
        "course": {"type": "string"},
        "type": {"type": "string", "enum": list(TYPES)},
    },
)
def get_student_events(student: str) -> Response:
    """Return a page of a student's events."""
    uid = requests.student_of(student)
    who = _asks(Action.READ_STUDENT, student=uid)
    query = who.query
    after = cursors.decode(query.get("cursor"), "events", (datetime, uuid.UUID))
    found = service().reads.timeline(
        uid,
        requests.filter_of(query, "course"),
        after,
        cursors.limit_of(query.get("limit")),
        event_type=requests.parameter(query, "type", TYPES),
        person=who.person,
    )
    shown = _found(found, "student")
    _note(who, "students/events", uid)
    return page(shown, cursors.encode(shown.last, "events"))


def _sees_class(who: Asked, course: str | None) -> bool:
    """Tell whether who asks may see every student of a course, and so every figure of it."""
    return also(who, service().roster, Action.READ_CLASS, course=course)


@_route("GET", "/v1/courses", "Courses by id", query=_PAGE)
def get_courses() -> Response:
    """Return a page of courses."""
    who = _asks(Action.LIST_COURSES)
    query = who.query
    after = cursors.decode(query.get("cursor"), "courses", (str,))
    limit = cursors.limit_of(query.get("limit"))
    found = service().reads.courses(after, limit, person=who.person, only=who.only)
    return page(found, cursors.encode(found.last, "courses"))


@_route("GET", "/v1/courses/{course}", "One course: catalogue, class, distribution of risk")
def get_course(course: str) -> Response:
    """Return one course's summary."""
    course = requests.id_of(course)
    who, now = _asks(Action.READ_CATALOGUE, course=course), service().clock.now()
    if _sees_class(who, course):
        return answer(_found(service().reads.course(course, now, person=who.person), "course"))
    found = service().reads.course_of_all(course, now, person=who.person)
    return answer(course_for_others(_found(found, "course")))


@_route("PUT", "/v1/courses/{course}", "Put a course", body=Course, answers={200: None, 201: None})
def put_course(course: str) -> Response:
    """Keep a course; 201 for a new version, 200 when nothing changed."""
    course = requests.id_of(course)
    who = _asks(Action.PUT_COURSE, course=course)
    content = requests.read(who.request, Course)
    return put_answer(service().catalogue.put_course(course, content, person=who.person))


@_route(
    "GET",
    "/v1/courses/{course}/students",
    "The students of a course",
    query={**_PAGE, "sort": {"type": "string", "enum": list(SORTS), "default": "risk"}},
)
def get_course_students(course: str) -> Response:
    """Return a page of a course's students, those at most risk first unless asked otherwise."""
    course = requests.id_of(course)
    who = _asks(Action.READ_CLASS, course=course)
    query = who.query
    sort = requests.parameter(query, "sort", tuple(SORTS)) or "risk"
    kind, key = f"students {sort}", service().cursor_key
    after = cursors.decode(query.get("cursor"), kind, (int, uuid.UUID), key=key)
    found = service().reads.students(
        course,
        sort,
        after,
        cursors.limit_of(query.get("limit")),
        service().clock.now(),
        person=who.person,
    )
    shown = _found(found, "course")
    _note(who, f"courses/{course}/students", *(row["student"] for row in shown.rows))
    return page(shown, cursors.encode(shown.last, kind, key=key))


@_route("GET", "/v1/courses/{course}/items", "The work of a course by due date")
def get_course_items(course: str) -> Response:
    """Return a course's work."""
    course = requests.id_of(course)
    who = _asks(Action.READ_CATALOGUE, course=course)
    found = _found(service().reads.items(course, person=who.person), "course")
    if _sees_class(who, course):
        return answer(found)
    class_ = service().reads.course_of_all(course, service().clock.now(), person=who.person)
    students = _found(class_, "course")["students"]
    return answer(items_for_others(msgspec.json.decode(found), students))


@_route(
    "PUT",
    "/v1/courses/{course}/items/{item}",
    "Put a piece of work",
    body=Item,
    answers={200: None, 201: None},
)
def put_item(course: str, item: str) -> Response:
    """Keep a piece of work; who has done it is judged anew."""
    course, item = requests.id_of(course), requests.id_of(item)
    who = _asks(Action.PUT_ITEM, course=course)
    content = requests.read(who.request, Item)
    return put_answer(service().catalogue.put_item(course, item, content, person=who.person))


@_route(
    "PUT",
    "/v1/courses/{course}/enrolments/{student}",
    "Put when a student is enrolled",
    body=list[Enrolment],
    answers={200: None, 201: None},
)
def put_enrolments(course: str, student: str) -> Response:
    """Keep the roster's word on when a student is enrolled in a course."""
    course, uid = requests.id_of(course), requests.student_of(student)
    who = _asks(Action.PUT_ENROLMENTS, course=course, student=uid)
    content = distinct(requests.read(who.request, list[Enrolment]))
    return put_answer(service().catalogue.put_enrolments(course, uid, content, person=who.person))


@_route(
    "GET",
    "/v1/policy",
    "The policy of the institution, where each threshold comes from, its versions",
)
def get_policy() -> Response:
    """Return the institution's policy."""
    _asks(Action.READ_POLICY)
    return _policy(INSTITUTION)


@_route(
    "PUT",
    "/v1/policy",
    "Put what the institution changes of the preset, as JSON or TOML",
    body=Changes,
    answers={200: None, 201: None},
    texts=["application/toml"],
)
def put_policy() -> Response:
    """Keep the institution's policy; 201 for a new version, 200 when nothing changed."""
    return _put_policy(INSTITUTION, _asks(Action.PUT_POLICY))


@_route(
    "GET",
    "/v1/courses/{course}/policy",
    "The policy of a course, where each threshold comes from, its versions",
)
def get_course_policy(course: str) -> Response:
    """Return a course's policy."""
    course = requests.id_of(course)
    _asks(Action.READ_CATALOGUE, course=course)
    return _policy(course)


@_route(
    "PUT",
    "/v1/courses/{course}/policy",
    "Put what a course changes of the institution's policy, as JSON or TOML",
    body=Changes,
    answers={200: None, 201: None},
    texts=["application/toml"],
)
def put_course_policy(course: str) -> Response:
    """Keep a course's policy; 201 for a new version, 200 when nothing changed."""
    course = requests.id_of(course)
    return _put_policy(course, _asks(Action.PUT_COURSE_POLICY, course=course))


@_route(
    "GET", "/v1/policy/shadow", "The institution's policy in shadow, how it differs, its versions"
)
def get_shadow() -> Response:
    """Return what the institution has in shadow."""
    _asks(Action.READ_POLICY)
    return _shadow(INSTITUTION)


@_route(
    "PUT",
    "/v1/policy/shadow",
    "Put a policy of the institution into shadow: judged beside the one in force, alerting no one",
    body=Changes,
    answers={200: None, 201: None},
    texts=["application/toml"],
)
def put_shadow() -> Response:
    """Keep what would be put as the institution's policy; safe to repeat."""
    return _put_policy(INSTITUTION, _asks(Action.PUT_POLICY), service().shadows)


@_route(
    "DELETE",
    "/v1/policy/shadow",
    "End the institution's policy in shadow; what was compared stays for its days",
)
def delete_shadow() -> Response:
    """End it; safe to repeat."""
    return _end_shadow(INSTITUTION, _asks(Action.PUT_POLICY))


@_route(
    "GET",
    "/v1/policy/shadow/report",
    "Whom the policy in shadow would have flagged, beside the one in force",
    query={"course": _TEXT, "from": _TEXT, "to": _TEXT},
)
def get_shadow_report() -> Response:
    """Return how the two compare, by rule and by day."""
    request, _ = _begin()
    query = dict(request.query_params or {})
    course = requests.filter_of(query, "course")
    who = asked(request, service().roster, Action.READ_COMPARISON, course=course)
    seen = _sees_class(who, course)
    if query and not seen:  # one course, or a day less, and a subtraction would tell of a few
        raise NotAllowedError
    first, last = requests.days_of(
        query, service().clock.now().date(), usual=28, most=shadow.KEPT_DAYS
    )
    found = service().shadows.report(course, first, last)
    if not seen:
        found = comparison_for_others(found)
    return answer({"course": course, "from": first, "to": last, **found})


@_route(
    "GET",
    "/v1/courses/{course}/policy/shadow",
    "A course's policy in shadow, how it differs, its versions",
)
def get_course_shadow(course: str) -> Response:
    """Return what a course has in shadow, its own or the institution's."""
    course = requests.id_of(course)
    _asks(Action.READ_CATALOGUE, course=course)
    return _shadow(course)


@_route(
    "PUT",
    "/v1/courses/{course}/policy/shadow",
    "Put a policy of a course into shadow",
    body=Changes,
    answers={200: None, 201: None},
    texts=["application/toml"],
)
def put_course_shadow(course: str) -> Response:
    """Keep what would be put as the course's policy; safe to repeat."""
    course = requests.id_of(course)
    who = _asks(Action.PUT_COURSE_POLICY, course=course)
    return _put_policy(course, who, service().shadows)


@_route("DELETE", "/v1/courses/{course}/policy/shadow", "End a course's policy in shadow")
def delete_course_shadow(course: str) -> Response:
    """End it; safe to repeat."""
    course = requests.id_of(course)
    return _end_shadow(course, _asks(Action.PUT_COURSE_POLICY, course=course))


def _policy(course: str) -> Response:
    return answer(policies.show(service().policies, service().judge.policy, course))


def _shadow(course: str) -> Response:
    return answer(
        shadow.show(service().policies, service().shadows, service().judge.policy, course)
    )


def _end_shadow(course: str, who: Asked) -> Response:
    return answer({"changed": service().shadows.end(course, person=who.person)})


def _put_policy(course: str, who: Asked, versions: PolicyVersions | None = None) -> Response:
    changes, text = overrides_of(who.request)
    default, kept = service().judge.policy, versions or service().policies
    return put_answer(policies.put(kept, default, course, changes, text, person=who.person))


@_route(
    "GET",
    "/v1/alerts",
    "Alerts, newest first or in the order of a to-do list",
    query={
        **_PAGE,
        "sort": {"type": "string", "enum": list(alert_reads.KEYS), "default": "newest"},
        "course": {"type": "string"},
        "assignee": {"type": "string", "enum": [listing.ME]},
        "rule": {"type": "string"},
        "state": {"type": "string", "enum": list(alert_reads.STATES)},
    },
)
def get_alerts() -> Response:
    """Return a page of alerts."""
    who = _asks(Action.LIST_ALERTS)
    return _alerts(who, listing.in_query(who.query, who.person))


@_route(
    "POST",
    "/v1/alerts/search",
    "Alerts as in the list, of a student or of whoever they are assigned to as well",
    body=ask.Search,
)
def post_alert_search() -> Response:
    """Return a page of alerts."""
    who = _asks(Action.LIST_ALERTS)
    return _alerts(who, listing.in_body(requests.read(who.request, ask.Search)))


def _alerts(who: Asked, query: dict[str, str]) -> Response:
    sort, wanted = listing.listed_alerts(query)
    after = cursors.decode(query.get("cursor"), f"alerts {sort}", alert_reads.KEYS[sort])
    found = getattr(service().alerts, sort)(
        wanted,
        after,
        cursors.limit_of(query.get("limit")),
        service().clock.now(),
        person=who.person,
        only=who.only,
    )
    _note(who, "alerts", *(row["student"] for row in found.rows))
    return page(found, cursors.encode(found.last, f"alerts {sort}"))


@_route(
    "GET",
    "/v1/alerts/{alert_id}",
    "One alert with its evidence, the events behind it, interventions and history",
)
def get_alert(alert_id: str) -> Response:
    """Return one alert, its version as the ETag."""
    number = requests.number_of(alert_id, "alert")
    who = asked_of_alert(_begin()[0], service().roster, Action.READ_ALERT, number)
    return _alert(number, who)


@_route(
    "POST",
    "/v1/alerts/{alert_id}/acknowledge",
    "Acknowledge an alert",
    body=ask.Acknowledge,
    headers=_CHANGE,
)
def post_acknowledge(alert_id: str) -> Response:
    """Say that somebody has seen it."""
    return _changed(ask.Acknowledge, alert_id)


@_route(
    "PUT",
    "/v1/alerts/{alert_id}/assignee",
    "Assign an alert to a person, or to nobody",
    body=ask.Assign,
    headers=_CHANGE,
)
def put_assignee(alert_id: str) -> Response:
    """Make it somebody's."""
    return _changed(ask.Assign, alert_id)


@_route(
    "POST",
    "/v1/alerts/{alert_id}/notes",
    "Add a note to an alert",
    body=ask.AddNote,
    headers=_CHANGE,
)
def post_note(alert_id: str) -> Response:
    """Keep what somebody has learnt."""
    return _changed(ask.AddNote, alert_id)


@_route(
    "POST",
    "/v1/alerts/{alert_id}/resolve",
    "Close an alert with an outcome",
    body=ask.Resolve,
    headers=_CHANGE,
)
def post_resolve(alert_id: str) -> Response:
    """Close it."""
    return _changed(ask.Resolve, alert_id)


@_route(
    "PUT",
    "/v1/alerts/{alert_id}/snooze",
    "Let an alert rest until a moment, or wake it",
    body=ask.Snooze,
    headers=_CHANGE,
)
def put_snooze(alert_id: str) -> Response:
    """Let it rest."""
    return _changed(ask.Snooze, alert_id)


@_route(
    "POST",
    "/v1/alerts/{alert_id}/interventions",
    "Start an intervention",
    body=ask.Intervene,
    headers=_CHANGE,
    answers={201: None},
)
def post_intervention(alert_id: str) -> Response:
    """Keep what is done for the student."""
    return _changed(ask.Intervene, alert_id, status=201)


@_route(
    "PUT",
    "/v1/alerts/{alert_id}/interventions/{number}",
    "End an intervention",
    body=ask.EndIntervention,
    headers=_CHANGE,
)
def put_intervention(alert_id: str, number: str) -> Response:
    """Keep what came of it."""
    return _changed(ask.EndIntervention, alert_id, requests.number_of(number, "intervention"))


def _changed(kind: Any, alert_id: str, number: int = 0, *, status: int = 200) -> Response:
    """Do to an alert what the body wants, and show what has become of it."""
    number_of_alert = requests.number_of(alert_id, "alert")
    who = asked_of_alert(_begin()[0], service().roster, Action.ACT_ON_ALERT, number_of_alert)
    in_force = Policies(service().judge.policy, service().policies.in_force())
    alerts.act(
        requests.read(who.request, kind),
        number_of_alert,
        changes=service().alert_changes,
        clock=service().clock,
        policy_of=in_force.of,
        person=who.person,
        versions=conditions.versions_of(who.request),
        number=number,
    )
    with done():
        return _alert(number_of_alert, who, status)


def _alert(number: int, who: Asked, status: int = 200) -> Response:
    found = service().alerts.one(number, service().clock.now(), person=who.person)
    found = _found(found, "alert")
    _note(who, f"alerts/{number}", found["student"])
    return answer(found, status, headers=conditions.etag(found["version"]))


@_route("GET", "/v1/quarantine", "What could not be processed, newest first", query=_PAGE)
def get_quarantine() -> Response:
    """Return a page of what was set aside."""
    who, whole = _of_quarantine()
    after = cursors.decode(who.query.get("cursor"), "quarantine", (datetime, uuid.UUID))
    limit = cursors.limit_of(who.query.get("limit"))
    found = service().reads.quarantine(after, limit, whole=whole, person=who.person)
    _note(who, "quarantine", *(one for row in found.rows for one in _named_in(row)))
    return page(found, cursors.encode(found.last, "quarantine"))


def _of_quarantine() -> tuple[Asked, bool]:
    """Return who asks, and whether she answers for the records: others see no content."""
    who = _asks(Action.READ_QUARANTINE)
    answering = rather(who, service().roster, Action.ANSWER_FOR_RECORDS)
    return answering or who, answering is not None


def _named_in(row: dict[str, Any]) -> list[str | None]:
    return [row.get("student"), *row.get("students", ())]


@_route(
    "GET",
    "/v1/quarantine/{quarantine_uid}",
    "One thing that could not be processed; for who answers for the records with its content in"
    " base64",
)
def get_quarantined(quarantine_uid: str) -> Response:
    """Return one thing that was set aside, whole."""
    uid = requests.uid_of(quarantine_uid, "quarantined record")
    who, whole = _of_quarantine()
    found = service().reads.quarantined(uid, whole=whole, person=who.person)
    shown = _found(found, "quarantined record")
    _note(who, f"quarantine/{uid}", *_named_in(shown))
    return answer(shown)


@_route(
    "POST", "/v1/people", "Put who students are: institution id, names, contacts", body=list[Person]
)
def post_people() -> Response:
    """Keep up to 500 people, all or none; tell their pseudonyms, in the order of the list."""
    who = _asks(Action.PUT_PEOPLE)
    told = requests.read(who.request, list[Person])
    wanted = people.by_pseudonym(told, service().pseudonym_key)
    changed = service().people.put(wanted, person=who.person)
    if not also(who, service().roster, Action.COMPARE_NAMES):
        return answer({"items": [{"student": one} for one in wanted]})
    with done():
        _note(who, "people", *(one for one in wanted if one not in changed))
    return answer({"items": [{"student": one, "changed": one in changed} for one in wanted]})


@_route("POST", "/v1/people/names", "The names behind up to 200 pseudonyms", body=Wanted)
def post_names() -> Response:
    """Return the names of these students, null where they are not known."""
    who = _asks(Action.READ_NAMES)
    wanted = [str(student) for student in requests.read(who.request, Wanted).students]
    found = service().people.find(wanted, person=who.person, only=who.only)
    _note(who, "people/names", *found)
    return answer({"items": [name_of(student, found.get(student)) for student in wanted]})


@_route("GET", "/v1/students/{student}/person", "Who a student is: institution id, names, contacts")
def get_person(student: str) -> Response:
    """Return what only `person` holds."""
    uid = requests.student_of(student)
    who = _asks(Action.READ_STUDENT, student=uid)
    found = _found(service().people.find([uid], person=who.person).get(uid), "person")
    _note(who, "students/person", uid)
    return answer(found)


@_route(
    "GET",
    "/v1/students/{student}/record",
    "Everything that is held on a student, as JSON or as a page (Accept: text/html)",
    answers={200: dict[str, Any]},
    query={"cursor": _TEXT},
    headers={"Accept": {"type": "string"}},
    others=(HTML, GZIP),
)
def get_record(student: str) -> Response:
    """Return a student's whole record."""
    uid = requests.student_of(student)
    who = _asks(Action.INSPECT_RECORD, student=uid)
    now = service().clock.now()
    after, form = place_of(who.query.get("cursor")), form_of(who.request)
    _found(service().records.has_any(uid) or None, "student")
    was_erased = service().records.is_erased(uid)
    part = part_of(service().records.rows(uid, now, after), after, form)
    person = service().people.find([uid], person=who.person).get(uid)
    if not was_erased:  # who was stays out of the ledger
        _note(who, "students/record", uid)
    return record_answer(part, form, student=uid, as_of=now, person=person)


@_route(
    "GET",
    "/v1/students/{student}/disclosures",
    "To whom a student's record was disclosed, as 34 CFR 99.32 asks",
)
def get_disclosures(student: str) -> Response:
    """Return the reads that neither the student nor a school official has made."""
    uid = requests.student_of(student)
    who = _asks(Action.INSPECT_RECORD, student=uid)
    reads = service().records.reads(uid)
    _known(uid, reads)
    _note(who, "students/disclosures", uid)
    return answer({"student": uid, **disclosures(reads)})


@_route(
    "POST",
    "/v1/students/{student}/disclosures",
    "Record what was disclosed of a student outside of the monitor, or asked for and refused",
    body=Outside,
    answers={201: None, 404: None, 409: None},
)
def post_disclosure(student: str) -> Response:
    """Keep a disclosure in the ledger; tell its number."""
    uid = requests.student_of(student)
    who = _asks(Action.RECORD_DISCLOSURE, student=uid)
    told = checked(requests.read(who.request, Outside), service().clock.now())
    number = record_outside(
        service().ledger, who.principal, uid, told, who.permit.reason, origin_of(who.request)
    )
    return answer({"number": _found(number, "student")}, 201)


@_route(
    "GET",
    "/v1/students/{student}/corrections",
    "A student's requests for correction, with what became of them",
)
def get_corrections(student: str) -> Response:
    """Return requests in their order."""
    uid = requests.student_of(student)
    who = _asks(Action.ASK_FOR_CORRECTION, student=uid)
    found = service().corrections.of(uid, person=who.person)
    _known(uid, found)
    _note(who, "students/corrections", uid)
    return answer({"items": [msgspec.structs.asdict(one) for one in found]})


@_route(
    "POST",
    "/v1/students/{student}/corrections",
    "Ask for a correction of a student's record",
    body=correction.Contest,
    answers={201: None, 404: None, 409: None},
)
def post_correction(student: str) -> Response:
    """Keep a request; tell its number."""
    uid = requests.student_of(student)
    who = _asks(Action.ASK_FOR_CORRECTION, student=uid)
    wanted = requests.read(who.request, correction.Contest)
    _found(service().reads.known(uid, person=who.person), "student")
    now = service().clock.now()
    number = service().corrections.add(uid, wanted, now, person=who.person)
    return answer({"number": number}, 201)


@_route(
    "PUT",
    "/v1/students/{student}/corrections/{number}/decision",
    "Decide on a request for correction, with the event that corrects",
    body=correction.Decide,
    answers={200: None, 404: None, 409: None},
)
def put_decision(student: str, number: str) -> Response:
    """Keep a decision once the stream has the correcting event."""
    uid, which = requests.student_of(student), requests.number_of(number, "request")
    who = _asks(Action.DECIDE_CORRECTION, student=uid)
    wanted = requests.read(who.request, correction.Decide)
    known = service().corrections.of(uid, person=who.person)
    hers = service().reads.courses_of(uid, person=who.person)
    for course in correction.courses_of(wanted, which, known, hers):
        _allowed(who.request, Action.DECIDE_CORRECTION, student=uid, course=course)
    decided = corrections.decide(
        uid,
        which,
        wanted,
        corrections=service().corrections,
        using=service().ingest,
        person=who.person,
        correlation_id=requests.begin(who.request),
    )
    with done():
        _note(who, "students/corrections", uid)
    return answer(msgspec.structs.asdict(decided))


@_route(
    "PUT",
    "/v1/students/{student}/corrections/{number}/statement",
    "Put what the student says to a refusal, shown wherever the record is",
    body=correction.State,
    answers={200: None, 404: None, 409: None},
)
def put_statement(student: str, number: str) -> Response:
    """Keep a statement beside the record."""
    uid, which = requests.student_of(student), requests.number_of(number, "request")
    who = _asks(Action.ASK_FOR_CORRECTION, student=uid)
    wanted = requests.read(who.request, correction.State)
    now = service().clock.now()
    stated = _found(
        service().corrections.change(
            uid,
            which,
            lambda one: correction.stated(one, wanted, who.person, now),
            person=who.person,
        ),
        "request for correction",
    )
    with done():
        _note(who, "students/corrections", uid)
    return answer(msgspec.structs.asdict(stated))


@_route(
    "POST",
    "/v1/students/{student}/erasures",
    "Erase a student, or tell what that would delete",
    body=Erase,
    query={"dry_run": {"type": "string", "enum": ["true", "false"], "default": "true"}},
    answers={200: None, 201: None, 409: None},
)
def post_erasures(student: str) -> Response:
    """Count a student's rows; with dry_run=false delete them, and return the signed proof."""
    uid = requests.student_of(student)
    who = _asks(Action.ANSWER_FOR_RECORDS, student=uid)
    wanted = requests.read(who.request, Erase)
    if requests.parameter(who.query, "dry_run", ("true", "false")) != "false":
        counted = erasure.would_erase(uid, service().privacy)
        if any(counted["rows"].values()):
            _note(who, "students/erasures", uid)
        return answer(counted)
    return answer(
        erasure.erase(
            uid,
            person=who.person,
            reason=wanted.reason,
            records=service().privacy,
            kept=service().erasures,
            key=service().pseudonym_key,
            clock=service().clock,
        ),
        201,
    )


@_route("GET", "/v1/students/{student}/erasures", "The signed proof that a student was erased")
def get_erasures(student: str) -> Response:
    """Return the proof of an erasure."""
    uid = requests.student_of(student)
    _asks(Action.ANSWER_FOR_RECORDS, student=uid)
    found = erasure.proof(uid, service().privacy, service().pseudonym_key)
    return answer(_found(found, "erasure"))


@_route("GET", "/v1/holds", "The legal holds in force")
def get_holds() -> Response:
    """Return students and courses of which nothing may be deleted."""
    who = _asks(Action.ANSWER_FOR_RECORDS)
    found = service().privacy.holds()
    _note(who, "holds", *(hold["student"] for hold in found))
    return answer({"items": found})


@_route(
    "POST",
    "/v1/holds",
    "Hold the records of a student or of a course",
    body=Hold,
    answers={200: None, 201: None},
)
def post_hold() -> Response:
    """Put a hold; 200 when there is one already."""
    who = _asks(Action.ANSWER_FOR_RECORDS)
    wanted = requests.read(who.request, Hold)
    _allowed(who.request, Action.ANSWER_FOR_RECORDS, **held(wanted))
    new = service().privacy.put_hold(
        **held(wanted),
        reason=wanted.reason,
        person=who.person,
        as_of=service().clock.now(),
    )
    return put_answer(new)


@_route("POST", "/v1/holds/{hold_id}/lift", "Lift a legal hold")
def post_lift(hold_id: str) -> Response:
    """Let records go their way again."""
    number = requests.number_of(hold_id, "hold")
    who = _asks(Action.ANSWER_FOR_RECORDS)
    students = [hold["student"] for hold in service().privacy.holds() if hold["hold_id"] == number]
    for student in students:
        _allowed(who.request, Action.ANSWER_FOR_RECORDS, student=student)
    lifted = service().privacy.lift_hold(
        number,
        person=who.person,
        as_of=service().clock.now(),
    )
    return answer(_found({"changed": True} if lifted else None, "hold in force"))


@_route(
    "GET", "/v1/retention", "How long each class of data is kept, what would go now, and what went"
)
def get_retention() -> Response:
    """Return the dry run of the next maintenance, and the proofs of the last ones."""
    _asks(Action.ANSWER_FOR_RECORDS)
    rows, kept = service().retained, service().retention
    past = retention.report(rows, kept, service().clock.now())
    return answer({"classes": past, "runs": rows.proofs()})


@_route(
    "POST",
    "/v1/roster/imports",
    "Bring a OneRoster bundle in, or tell what that would change",
    query={
        "dry_run": {"type": "string", "enum": ["true", "false"], "default": "true"},
        "person": {"type": "string", "enum": list(IDS), "default": IDS[0]},
        "student_id": {"type": "string", "enum": list(IDS), "default": IDS[0]},
    },
    answers={200: None, 400: None, 413: None, 415: None},
    texts=["application/zip"],
)
def post_roster_import() -> Response:
    """Take a zip file of CSV, all of it or nothing, with a report by file and line."""
    who = _asks(Action.IMPORT_ROSTER)
    report = roster_import.bring_in(
        requests.zip_of(who.request),
        kept=service().roster_imports,
        key=service().pseudonym_key,
        by=who.person,
        roster=service().roster,
        dry_run=requests.parameter(who.query, "dry_run", ("true", "false")) != "false",
        person=requests.parameter(who.query, "person", IDS) or IDS[0],
        student=requests.parameter(who.query, "student_id", IDS) or IDS[0],
    )
    return answer(report)


@_route("GET", "/v1/me", "What the roster says of who asks")
def get_me() -> Response:
    """Return one's own lines of the roster."""
    who = _asks(Action.READ_DESCRIPTION)
    found = roster.show_person(service().roster, who.person, person=who.person)
    for why, students in roster.by_interest(found).items():
        _note(who._replace(permit=Permit(why)), "me", *students)
    return answer(found)


@_route(
    "GET",
    "/v1/people/{person}/roles",
    "Everything that the roster says of a person, and what it said before",
)
def get_roles(person: str) -> Response:
    """Return a person's lines of the roster."""
    person = requests.id_of(person)
    who = _asks(Action.READ_ROLES, person=person)
    found = roster.show_person(service().roster, person, person=who.person)
    _note(who, "people/roles", *roster.students_of(found))
    return answer(found)


@_route(
    "PUT",
    "/v1/people/{person}/roles",
    "Put which roles a person holds, and which student she is",
    body=Roles,
    answers={200: None, 201: None, 409: None},
)
def put_roles(person: str) -> Response:
    """Let these be a person's roles; nobody's own, and an administrator stays."""
    person = requests.id_of(person)
    who = _asks(Action.GRANT_ROLES, person=person)
    content = requests.read(who.request, Roles)
    return put_answer(roster.put_roles(service().roster, person, content, by=who.person))


@_route("GET", "/v1/courses/{course}/staff", "Who teaches a course, and who did")
def get_staff(course: str) -> Response:
    """Return the lines of the roster that name a course."""
    course = requests.id_of(course)
    who = _asks(Action.READ_STAFF, course=course)
    kept = service().roster
    return answer(roster.show_target(kept, "teaches", course, "course", person=who.person))


@_route(
    "PUT",
    "/v1/courses/{course}/staff/{person}",
    "Put when a person teaches a course",
    body=Span,
    answers={200: None, 201: None},
)
def put_staff(course: str, person: str) -> Response:
    """Keep when a person teaches a course; a day in the past ends it."""
    course, person = requests.id_of(course), requests.id_of(person)
    who = _asks(Action.ASSIGN_STAFF, course=course, person=person)
    line, span = (person, "teaches", course), requests.read(who.request, Span)
    return put_answer(roster.put_line(service().roster, line, span, by=who.person))


@_route("GET", "/v1/students/{student}/advisers", "Who advises a student, and who did")
def get_advisers(student: str) -> Response:
    """Return the lines of the roster that name a student's advisers."""
    uid = requests.student_of(student)
    who = _asks(Action.READ_ADVISERS, student=uid)
    found = roster.show_target(service().roster, "advises", uid, "student", person=who.person)
    _known(uid, found["items"], found["history"])
    _note(who, "students/advisers", uid)
    return answer(found)


@_route(
    "PUT",
    "/v1/students/{student}/advisers/{person}",
    "Put when a person advises a student",
    body=Span,
    answers={200: None, 201: None},
)
def put_adviser(student: str, person: str) -> Response:
    """Keep when a person advises a student; a day in the past ends it."""
    uid, person = requests.student_of(student), requests.id_of(person)
    who = _asks(Action.ASSIGN_ADVISER, student=uid, person=person)
    line, span = (person, "advises", uid), requests.read(who.request, Span)
    return put_answer(roster.put_line(service().roster, line, span, by=who.person))


@_route("GET", "/v1/clients", "Every client that sends events, and as which source")
def get_clients() -> Response:
    """Return the clients and their sources, by client."""
    _asks(Action.BIND_CLIENTS)
    return answer({"items": service().clients.all()})


@_route(
    "PUT",
    "/v1/clients/{client}",
    "Put as which source a client sends events",
    body=Binding,
    answers={200: None, 201: None},
)
def put_client(client: str) -> Response:
    """Bind a client to a source; it sends as that within a minute."""
    client = requests.id_of(client)
    who = _asks(Action.BIND_CLIENTS, person=client)
    wanted = requests.read(who.request, Binding)
    return put_answer(service().clients.put(client, wanted.source, person=who.person))


@_route(
    "GET",
    "/v1/health",
    "Whether the system is well, for whatever watches it",
    answers={200: None, 503: None},
    signed_in=False,
)
def get_health() -> Response:
    """Return 200 when every dependency answers, 503 otherwise, and nothing more."""
    _begin()
    well = service().pulse.well()
    return answer({"ok": well}, 200 if well else 503)


@_route(
    "GET",
    "/v1/health/details",
    "What each dependency answers, and what waits",
    answers={200: None, 503: None},
)
def get_health_details() -> Response:
    """Return the numbers of each dependency; 503 when one does not answer."""
    _asks(Action.READ_HEALTH)
    well, found = health.health(
        database=lambda: service().reads.health(service().clock.now()),
        stream=service().stream.health,
        version=service().settings.version,
    )
    return answer(found, 200 if well else 503)


@_route("GET", "/v1/openapi.json", "This API as an OpenAPI 3.1 document")
def get_openapi() -> Response:
    """Return the OpenAPI document."""
    _begin()
    return answer(openapi.document(app.routes, service().settings.version))


@_route("GET", "/v1/event-schema.json", "The JSON Schema of an event")
def get_event_schema() -> Response:
    """Return the JSON Schema of an event."""
    _begin()
    return answer(openapi.event_schema())


@app.on_kinesis_record(stream="academic-events", batch_size=1000)
def consume_events(event: KinesisEvent) -> Any:
    """Bring a batch of the stream into the store; partial answers name what is not done."""
    return consumer.consume(event.to_dict(), service())


@app.schedule(Rate(5, unit=Rate.MINUTES))
def sweep_standings(event: CloudWatchEvent) -> None:  # Chalice hands it over
    """Look for what did not happen."""
    jobs.sweep_and_announce(service())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def announce_alerts(event: CloudWatchEvent) -> None:  # Chalice hands it over
    """Deliver what is still unsent."""
    jobs.announce_unsent(service())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def seal_ledger(event: CloudWatchEvent) -> None:  # Chalice hands it over
    """Chain the reads that were noted."""
    jobs.seal_ledger(service())


@app.schedule(Cron(47, 7, "*", "*", "?", "*"))  # after the partitions, see maintenance.py
def verify_ledger(event: Invoked) -> dict[str, Any]:  # Chalice hands it over
    """Verify what is new, older batches in turn; invoked by hand all, and answer what is found."""
    if event.by_schedule:
        return jobs.verify_ledger_nightly(service())
    return jobs.verify_ledger(service(), event.noted, event.after)


verify_ledger.event_class = Invoked  # so that it can be called by hand, and told a batch


@app.lambda_function()
def migrate_database(event: dict[str, Any], context: Any) -> dict[str, Any]:  # Lambda's
    """Bring the database to the present schema, and make partitions ahead; tell the deployment."""
    return deployment.answered(event, lambda: jobs.migrate(service()))
