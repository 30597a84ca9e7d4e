"""Steps that more than one walk takes, each as its user does it: by what stands on the page. `page.home` is the address."""

from tests.browser.chromium import scrolls_sideways, violations
from tests.browser.conftest import sign_in


def enter_first(page, home, username, code, password):
    """Sign in for the first time with a one-time code, and set the password."""
    page.home = home
    sign_in(page, home, username, code)
    assert "请设置自己的密码" in page.text_content("h1")
    page.fill("#id_new_password", password)
    page.fill("#id_again", password)
    page.click("main button:has-text('设置密码')")
    page.wait_for_url(lambda url: "/login/" not in url)


def prove(page, path, password):
    """Open a grave page: whoever gave his password more than ten minutes ago is asked for it once more."""
    page.goto(page.home + path)
    if "/login/confirm/" in page.url:
        page.fill("#id_password", password)
        page.click("text=确认并继续")


def make_account(administrator, username, name, password):
    """The administrator makes an account; returns its code."""
    prove(administrator, "/accounts/new/", password)
    administrator.fill("#id_username", username)
    administrator.fill("#id_name", name)
    administrator.click("main button[type=submit]")
    return administrator.text_content(".dj-code code").strip()


def appoint(page, person, role, place):
    """On the open page of an appointment: give `person` (as its list says) a role at a place; returns the new code."""
    page.select_option("#id_user", label=person)
    page.select_option("#id_role", role)
    options = page.locator("#id_organisation option").all()
    value = next(one.get_attribute("value") for one in options if one.text_content().strip(" 　—-").endswith(place))
    page.select_option("#id_organisation", value)
    page.click("form[data-dirty] button:has-text('任命')")
    page.wait_for_selector(f"text=已任命{person.split('（')[0]}为{place}")
    return page.text_content(".dj-code code").strip()


def record_a_theme_day(page):
    """On the phone: the form behind 主题党日, the text, and two clicks; return the address of the record."""
    page.click("nav[aria-label='按类型记录'] >> text=主题党日")
    page.wait_for_selector("#id_content")
    assert not scrolls_sideways(page) and violations(page) == []
    page.fill("#id_content", "一、学习文件。二、到服务窗口听取意见。")
    page.click("text=全部出席")
    page.click("button:has-text('提交审核')")
    page.wait_for_url("**/activities/*/#counts")
    assert not scrolls_sideways(page)
    return page.url.removeprefix(page.home)


def accept(page, record):
    """Open the record from the queue and accept it."""
    page.goto(page.home + "/reviews/")
    page.click(f"a[href='/reviews/{record.partition('#')[0].strip('/').split('/')[-1]}/'] >> nth=0")
    page.wait_for_selector("text=到服务窗口听取意见")
    page.click("button:has-text('审核通过')")
    page.wait_for_selector("text=已通过")
