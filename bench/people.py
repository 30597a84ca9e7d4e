"""People at their browsers, over plain HTTP: writers who record what was held, readers who look at pages. Knows no database."""

import http.client
import random
import re
import threading
import time
import urllib.parse
import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

# Refused for now: whoever gets it tries the same again.
AGAIN = (429, 503)
TRIES = 60
TIMEOUT = 60
# 1 × 1 point: the smallest picture that passes as one.
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fe"
    "dccc59e70000000049454e44ae426082"
)
FORM = "application/x-www-form-urlencoded"
HIDDEN = ("organisation", "form_key", "record", "version", "period")


@dataclass
class Answer:
    status: int
    text: str = ""
    location: str = ""


@dataclass
class Record:
    """What the system has accepted of one record: `None` or nothing where it has not (yet)."""

    title: str
    pk: str = ""
    content: str = ""
    submitted: bool = False
    files: int = 0
    # An answer that never came: whether the write before it counts, only the next page tells.
    unknown: bool = False


@dataclass
class Told:
    """What all of them saw, gathered under one lock."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    records: list[Record] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, seconds: float, status: int) -> None:
        with self.lock:
            self.times[what].append(seconds)
            self.statuses[what][status] += 1

    def total(self, status: int) -> int:
        return sum(counts[status] for counts in self.statuses.values())

    def not_as_wished(self) -> dict[int, int]:
        """Return {status: times} of every answer but pages, ways on, and "later"."""
        found: Counter[int] = Counter()
        for counts in self.statuses.values():
            found.update({status: number for status, number in counts.items() if status not in (200, 302, *AGAIN)})
        return dict(found)


class Person:
    """One account in one browser behind the proxy."""

    def __init__(self, name: str, password: str, port: int, headers: Mapping[str, str], told: Told) -> None:
        self.name, self.password, self.port, self.told = name, password, port, told
        self.headers = {**headers, "Referer": f"https://{headers['Host']}/", "User-Agent": "Mozilla/5.0 Chrome/120"}
        self.cookies: dict[str, str] = {}
        self.chance = random.Random(name)
        self.until = 0.0

    # ---- one request

    def _ask(self, method: str, path: str, body: bytes | None, content: str) -> Answer:
        headers = {**self.headers, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = content
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(answer.status, text, answer.headers.get("Location", ""))

    def ask(self, what: str, path: str, body: bytes | None = None, content: str = FORM) -> tuple[Answer, bool]:
        """Ask until it is answered with something else than "later"; returns (answer, whether one answer never came)."""
        unknown = False
        for attempt in range(TRIES):
            began = time.perf_counter()
            try:
                answer = self._ask("GET" if body is None else "POST", path, body, content)
            except (OSError, http.client.HTTPException):
                answer, unknown = Answer(0), True
            self.told.note(what, time.perf_counter() - began, answer.status)
            if answer.status not in (0, *AGAIN):
                break
            time.sleep(min(5.0, 0.2 * 2**attempt) * self.chance.uniform(0.5, 1.5))
        return answer, unknown

    def get(self, what: str, path: str) -> Answer:
        return self.ask(what, path)[0]

    def post(self, what: str, path: str, page: str, fields: list[tuple[str, str]]) -> tuple[Answer, bool]:
        return self.ask(what, path, urllib.parse.urlencode([("csrfmiddlewaretoken", token(page)), *fields]).encode())

    def refused(self, what: str, answer: Answer) -> None:
        words = re.findall(r'class="[^"]*(?:error|alert)[^"]*"[^>]*>\s*([^<]{2,})', answer.text)
        heading = re.findall(r"<title>([^<]*)", answer.text)
        with self.told.lock:
            self.told.refusals.append(f"{self.name} {what} {answer.status} {heading[:1]} {words[:3]}")

    # ---- what everybody does

    def sign_in(self) -> None:
        page = self.get("sign-in page", "/login/")
        fields = [("username", self.name), ("password", self.password)]
        answer, _ = self.post("signing in", "/login/", page.text, fields)
        if answer.status != 302:
            self.refused("signing in", answer)
            raise RuntimeError(f"{self.name} cannot sign in: {answer.status}")

    def pause(self, mean: float) -> None:
        time.sleep(self.chance.uniform(0.5, 1.5) * mean)

    def live(self, until: float, pause: float) -> None:
        """Do one thing after another until this moment, with pauses of so many seconds in the mean."""
        self.until = until
        # Nobody begins at the same instant as all others.
        time.sleep(self.chance.uniform(0, pause))
        while time.monotonic() < until:
            self.one(pause)

    def one(self, pause: float) -> None:
        raise NotImplementedError


class Writer(Person):
    """Records what was held: kept once, kept again, a file now and then, submitted."""

    number = 0

    def one(self, pause: float) -> None:
        self.number += 1
        record = Record(f"{self.name} 第{self.number}次")
        with self.told.lock:
            self.told.records.append(record)
        page = self.get("form of a record", "/activities/new/?kind=theme_day")
        self.pause(pause)
        answer = self._save("record kept", "/activities/new/", page.text, record, "stay")
        place = re.search(r"/activities/(\d+)/", answer.location)
        if not place:
            return
        record.pk = place[1]
        edit = f"/activities/{record.pk}/edit/"
        page = self.get("form of a draft", edit)
        self.pause(pause)
        self._save("record kept again", edit, page.text, record, "stay")
        if self.number % 3 == 0:
            self._attach(record, page.text)
        page = self.get("form of a draft", edit)
        self.pause(pause)
        if self._save("record submitted", edit, page.text, record, "submit").status == 302:
            record.submitted = True
            self.get("a record", f"/activities/{record.pk}/")

    def _save(self, what: str, path: str, page: str, record: Record, do: str) -> Answer:
        content = f"一、传达文件。\n二、讨论。\n{what} {self.chance.random()}"
        fields = [*_hidden(page), ("kinds", "theme_day"), ("title", record.title), ("content", content)]
        fields += [("day", _value(page, "day")), ("starts_at", "14:30"), ("ends_at", "16:30"), ("place", "三楼会议室")]
        fields += [
            ("chair_name", "主持"),
            ("recorder_name", "记录"),
            ("res-TOTAL_FORMS", "0"),
            ("res-INITIAL_FORMS", "0"),
        ]
        fields += [(name, "present") for name in sorted(set(re.findall(r'name="(att-\d+)"', page)))]
        answer, unknown = self.post(what, path, page, [*fields, ("do", do)])
        record.unknown |= unknown
        if answer.status == 302:
            record.content = content
        else:
            self.refused(what, answer)
        return answer

    def _attach(self, record: Record, page: str) -> None:
        edge = uuid.uuid4().hex
        parts = [f'--{edge}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token(page)}\r\n']
        parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n')
        parts.append("Content-Type: image/png\r\n\r\n")
        body = "".join(parts).encode() + PICTURE + f"\r\n--{edge}--\r\n".encode()
        path = f"/activities/{record.pk}/attachments/"
        answer, unknown = self.ask("file attached", path, body, f"multipart/form-data; boundary={edge}")
        record.unknown |= unknown
        if answer.status == 302:
            record.files += 1
        else:
            self.refused("file attached", answer)


# What readers open, how often in a hundred.
PAGES = {
    "start page": ("/", 25),
    "records": ("/activities/", 14),
    "requirements": ("/requirements/", 12),
    "members": ("/members/", 8),
    "organisations": ("/organisations/", 4),
    "board": ("/sync/", 12),
    "rates": ("/sync/rates/", 4),
    "duty lists": ("/duties/", 6),
    "supervision": ("/supervision/", 5),
    "facts": ("/dashboard/", 5),
    "results": ("/results/", 3),
    "a report": ("/reports/", 1),
    "export": ("/activities/export/", 1),
}


class Reader(Person):
    """Opens one page after another; what his role does not show is left out from then on."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.pages = {what: share for what, (_, share) in PAGES.items()}

    def one(self, pause: float) -> None:
        what = self.chance.choices(list(self.pages), list(self.pages.values()))[0]
        path = PAGES[what][0]
        if what == "export":
            self._export(path)
        elif what == "a report":
            page = self.get("reports", path)
            if found := re.search(r'href="(/reports/\d+/)"', page.text):
                self.get(what, found[1])
        else:
            self.get(what, path)
        self.pause(pause)

    def _export(self, path: str) -> None:
        page = self.get("records", "/activities/")
        if 'name="csrfmiddlewaretoken"' not in page.text:
            del self.pages["export"]
            return
        answer, _ = self.post("export", path, page.text, [])
        if answer.status != 200:
            self.refused("export", answer)

    def learn(self) -> None:
        """Open each page once before it counts, and leave out what belongs to others."""
        for what in list(self.pages):
            if what not in ("export", "a report") and self._ask("GET", PAGES[what][0], None, FORM).status in (403, 404):
                del self.pages[what]


def token(page: str) -> str:
    return _value(page, "csrfmiddlewaretoken")


def _value(page: str, name: str) -> str:
    """Return the value of the first input of this name, "" without one."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    value = re.search(r'value="([^"]*)"', found[0]) if found else None
    return unescape(value[1]) if value else ""


def _hidden(page: str) -> list[tuple[str, str]]:
    return [(name, _value(page, name)) for name in HIDDEN if _value(page, name)]
