"""Where Chromium is, what a page complains of, and what axe finds in it."""

import os
import shutil

from django.conf import settings

from tests.paths import VENDOR

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), ""
)
AXE = (VENDOR / "axe.min.js").read_text()
# Only what is wrong is told: what passes need not be named node by node, which takes most of the time.
RUN = """options => axe.run(document, {resultTypes: ["violations"], ...options}).then(found => found.violations.map(
    rule => rule.id + ': ' + rule.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')))"""
# Of neighbours that are built alike (rows of a list, options of a select) three are kept: axe takes its time for each one,
# and finds in the hundredth what it finds in the first. Cells stay, for a row without some of them would be another fault.
THIN = """() => {
    const built = element => [...element.querySelectorAll('*')].reduce(
        (said, part) => said + part.tagName + '.' + part.className + part.getAttribute('role'),
        element.tagName + '.' + element.className + element.hidden + element.getAttribute('aria-current'))
    for (const parent of document.querySelectorAll('main *:not(tr):not(svg):not(svg *)')) {
        const met = {}
        for (const child of [...parent.children]) {
            const kind = parent.children.length > 6 ? built(child) : ''
            met[kind] = (met[kind] || 0) + 1
            // A label is no repetition: its field stays, and would have no name.
            if (kind && met[kind] > 3 && !child.matches('label, legend')) child.remove()
        }
    }
}"""
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# What a narrow page can do that a wide one does not: show other buttons, links and fields, in other colours.
ON_PHONES = ["color-contrast", "label", "select-name", "button-name", "link-name", "scrollable-region-focusable"]
WIDTHS = (390, 720, 1024, 1366, 1920)


def why_not():
    """Return why the browser tests do not run here, or an empty string."""
    if not CHROMIUM:
        return "no Chromium on this machine"
    if settings.IS_POSTGRES:
        return "they run on SQLite"
    return ""


def listen(page, complaints):
    """Collect in the list `complaints` what the page's console calls an error (CSP violations are) and what its scripts throw."""
    page.on("console", lambda said: complaints.append((page.url, said.text)) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append((page.url, str(error))))


def settled(page):
    """Wait until the fragments of the page have come and its charts are drawn."""
    page.wait_for_load_state()
    for unfinished in (".htmx-request", ".dj-chart:not(:has(svg))"):
        page.wait_for_selector(unfinished, state="detached")


def violations(page, rules=None):
    """Return what axe finds wrong in the page as it is shown; `rules` limits it to these rule names.

    After a click the next page may be on its way without a root yet: it is waited for.
    """
    page.wait_for_load_state()
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE)
    return page.evaluate(RUN, {"runOnly": rules} if rules else {})


def scrolls_sideways(page):
    """Return whether the page stays wider than its window: charts follow a new width a frame later."""
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    if page.evaluate(wide):
        page.wait_for_timeout(300)
    return page.evaluate(wide)


def faults(page, crossed=True, sides=(0, 1)):
    """Yield what is wrong with the page that is open: number of h1, axe in both themes and sizes, width at five widths.

    Widths move things and themes colour them: the narrow one is asked what it can change. What the page repeats is taken
    out of it, so open it anew afterwards. crossed: it meets all rules, and the two other pairs of size and theme are looked
    at too. sides: 0 the wide light one, 1 the narrow dark one.
    """
    settled(page)
    if page.locator("h1").count() != 1:
        yield f"has {page.locator('h1').count()} h1"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if scrolls_sideways(page):
            yield f"scrolls sideways at {width}"
    page.evaluate(THIN)
    rounds = [(DESK, "light", None), (PHONE, "dark", None if crossed else ON_PHONES)]
    rounds = [rounds[side] for side in sides]
    if crossed:
        rounds += [(PHONE, "light", ["color-contrast"]), (DESK, "dark", ["color-contrast"])]
    for size, theme, rules in rounds:
        page.set_viewport_size(size)
        # Colours that fade into each other are measured in between.
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.wait_for_selector(f"html[data-bs-theme={theme}]")
        yield from (f"{size['width']} {theme} {rule}" for rule in violations(page, rules))
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light")
