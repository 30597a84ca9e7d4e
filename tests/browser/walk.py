"""Walks the installation by its own links: one page of each url name for each account, and every link found on them."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve


class _Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "a" and attributes.get("href"):
            self.found.append(attributes["href"])
        if attributes.get("hx-get"):
            self.found.append(attributes["hx-get"])


def links_of(html, address):
    """Return the paths (with their query) of this installation that the page at `address` links to, in order."""
    reader, here = _Links(), urlsplit(address)
    reader.feed(html)
    found = [urlsplit(urljoin(address, link))._replace(fragment="") for link in reader.found]
    same = [link for link in found if (link.scheme, link.netloc) == (here.scheme, here.netloc)]
    return list(dict.fromkeys(link._replace(scheme="", netloc="").geturl() for link in same))


def name_of(path):
    """Return the url name of a path, or None where no url of the product matches."""
    try:
        return resolve(urlsplit(path).path).url_name
    except Resolver404:
        return None


def walk(context, address, starts):
    """Follow links from the paths `starts`, one page of each url name.

    context: a browser context that is signed in. Returns ({url name: path}, {path: path of the page that links to it}),
    the latter without those that the walk itself has opened.
    """
    names, linked, opened, queue = {}, {}, set(), list(starts)
    for path in starts:
        names.setdefault(name_of(path), path)
    while queue:
        path = queue.pop(0)
        answer = context.request.get(address + path)
        if answer.ok:
            opened.add(path)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        for link in links_of(answer.text(), answer.url):
            linked.setdefault(link, path)
            name = name_of(link)
            if name and name not in names:
                names[name] = link
                queue.append(link)
    return names, {link: page for link, page in linked.items() if link not in opened}
