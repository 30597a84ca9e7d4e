"""A browser in words, from what it says of itself: for a list that its owner reads, never for a decision about rights."""

# The first that is found names it: later ones stand in the text of earlier ones too.
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("QIHU", "360浏览器"),
    ("360SE", "360浏览器"),
    ("360EE", "360浏览器"),
    ("QQBrowser", "QQ浏览器"),
    ("Qaxbrowser", "奇安信浏览器"),
    ("HuaweiBrowser", "华为浏览器"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("OpenHarmony", "鸿蒙"),
    ("HarmonyOS", "鸿蒙"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "安卓手机"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Kylin", "麒麟"),
    ("UOS", "统信UOS"),
    ("Linux", "Linux"),
)


def browser_in_words(agent: str) -> str:
    """Return such as `Chrome，Windows`; agent: the header User-Agent."""
    names = [next((word for mark, word in table if mark in agent), "") for table in (_BROWSERS, _SYSTEMS)]
    return "，".join(filter(None, names)) or "其他浏览器"
