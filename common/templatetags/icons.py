"""One icon of the sprite; a tag of the engine itself (settings: builtins), for pages have a hundred of them."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "", label: str = "", css: str = "") -> SafeString:
    """Return the picture `name` of Tabler: {% icon "plus" size="16" %}.

    size: "" (1.15em), 16, 18, 20, 24. label: what it says, only where it stands alone. css: further classes.
    """
    classes = " ".join(filter(None, ("dj-icon", f"dj-icon-{size}" if size else "", css)))
    said = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return format_html(
        '<svg class="{}" {}><use href="{}#{}"/></svg>', classes, SafeString(said), static("icons.svg"), name
    )
