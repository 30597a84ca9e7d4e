"""A hand that clicks and counts: what a task costs is part of what a story promises."""


class Hand:
    """Clicks in a page and counts."""

    def __init__(self, page):
        self.page, self.clicks = page, 0

    def click(self, selector):
        """Click the first visible element that fits."""
        self.page.click(f"{selector} >> visible=true >> nth=0")
        self.clicks += 1

    def send(self, label):
        """Click a submit button of the page's own form by its label, and wait for the page that follows."""
        with self.page.expect_navigation():
            self.click(f"main button[type=submit]:has-text('{label}')")
