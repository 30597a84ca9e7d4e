"""Single sign-on against a real provider: who enters, how an identity is linked, and what is refused (C09)."""

import base64
import json
import secrets
from datetime import timedelta
from time import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from branches.access import single_sign_on
from branches.access.models import ExternalIdentity, User
from branches.access.services.accounts import account_create, account_lock, code_give
from branches.access.services.identities import identity_link
from branches.access.single_sign_on import Identity
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from common import clock
from common.operator import OPERATOR
from config import env
from tests.answers import row_counts
from tests.security.factors import code_of, enrol
from tests.security.provider import Provider

CALLBACK = "/login/sso/callback/"
CLIENT, SECRET = "tongbu", "a secret that the provider made"


@pytest.fixture(scope="module")
def served():
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture
def provider(served, settings, world):
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = served.issuer, CLIENT, SECRET
    served.tamper = served.describe = None
    single_sign_on._client_of.cache_clear()
    return served


@pytest.fixture
def linked(person, provider):
    """An account with a password, linked with the provider's `sub` of the same name: linked("secretary_a")."""

    def make(who, sub=""):
        user = person(who)
        identity_link(by=user, identity=Identity(provider.issuer, sub or f"sub-{who}"))
        return user

    return make


def _browser():
    return Client(raise_request_exception=False)


def _through(provider, client, sub, start="/login/sso/", **claims):
    """Go the whole way: start here, sign in there, come back; returns the answer to the way back."""
    location = client.get(start)["Location"]
    return client.get(CALLBACK, provider.sign_in(location, sub, **claims))


def _signed_in(client):
    return client.get("/account/").status_code == 200


def _fails():
    return AuditEntry.objects.filter(verb="login.sso_fail")


# -- without a provider --


def test_without_a_provider_there_is_neither_button_nor_address(world, as_):
    client = _browser()
    assert "/login/sso/" not in client.get("/login/").content.decode()
    for address in ("/login/sso/", CALLBACK):
        assert client.get(address).status_code == 404
    assert as_("secretary_a").get("/account/identities/new/").status_code == 404


@pytest.mark.parametrize("value", ["http://idp.example", "idp.example", "ftp://idp.example", "https://", "http://["])
def test_a_provider_without_tls_stops_the_start(value, monkeypatch, capsys):
    monkeypatch.setenv("OIDC_ISSUER", value)
    with pytest.raises(SystemExit):
        env.issuer("OIDC_ISSUER")
    assert "OIDC_ISSUER" in capsys.readouterr().err


def test_a_provider_on_this_machine_or_over_tls_is_taken_without_its_last_slash(monkeypatch):
    for value in ("https://idp.example/realms/a/", "http://127.0.0.1:9000/"):
        monkeypatch.setenv("OIDC_ISSUER", value)
        assert env.issuer("OIDC_ISSUER") == value.rstrip("/")


# -- entering --


def test_whoever_linked_his_identity_enters_with_it(provider, linked):
    user, other = linked("secretary_a"), linked("secretary_b")
    client = _browser()
    assert 'href="/login/sso/?next=%2Factivities%2F"' in client.get("/login/?next=/activities/").content.decode()
    answer = _through(provider, client, "sub-secretary_a", start="/login/sso/?next=/activities/")
    assert answer["Location"] == "/activities/" and _signed_in(client)
    entry = AuditEntry.objects.get(verb="login.enter")
    assert entry.actor_id == user.pk and "单点登录" in entry.payload
    assert user.identities.get().last_used is not None and other.identities.get().last_used is None
    assert not _fails().exists()


def test_the_browser_is_sent_with_state_nonce_and_a_challenge_and_the_code_is_proved(provider, linked):
    linked("secretary_a")
    client = _browser()
    answer = client.get("/login/sso/")
    asked = {key: values[0] for key, values in parse_qs(urlsplit(answer["Location"]).query).items()}
    assert asked["scope"] == "openid" and asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
    assert len(asked["state"]) >= 20 and len(asked["nonce"]) >= 20
    assert asked["redirect_uri"].endswith(CALLBACK)
    assert "no-cache" in answer["Cache-Control"] or "no-store" in answer["Cache-Control"]
    provider.exchanged.clear()
    client.get(CALLBACK, provider.sign_in(answer["Location"], "sub-secretary_a"))
    assert len(provider.exchanged[0]["code_verifier"]) >= 43


def test_the_content_policy_stays_as_it_is_and_nothing_is_posted_elsewhere(provider):
    client = _browser()
    answer = client.get("/login/")
    assert "form-action 'self'" in answer["Content-Security-Policy"]
    assert provider.issuer not in answer["Content-Security-Policy"]
    for address in ("/login/sso/", CALLBACK):
        assert client.post(address).status_code == 405


def test_an_unknown_identity_makes_no_account_and_is_told_what_to_do(provider, world):
    client, before = _browser(), row_counts()
    answer = _through(provider, client, "a-stranger", email="secretary_a", name="secretary_a 用户")
    assert answer.status_code == 403 and "还没有绑定账号" in answer.content.decode()
    assert not _signed_in(client)
    after = row_counts()
    assert {table for table in after if after[table] != before[table]} == {"branches_auditentry"}
    assert _fails().get().actor_name == "（单点登录）"


def test_the_same_mail_and_name_under_another_sub_is_a_stranger(provider, linked):
    user = linked("secretary_a")
    client = _browser()
    claims = {"email": "shuji@agency.example", "preferred_username": user.username, "name": user.name}
    answer = _through(provider, client, "another", **claims)
    assert answer.status_code == 403 and not _signed_in(client)


def test_the_same_sub_of_another_issuer_is_a_stranger(provider, person):
    user = person("secretary_a")
    ExternalIdentity.objects.create(user=user, issuer="https://other.example", sub="sub-secretary_a")
    client = _browser()
    assert _through(provider, client, "sub-secretary_a").status_code == 403 and not _signed_in(client)


@pytest.mark.parametrize("spelling", ["SUB-SECRETARY_A", "sub-secretary_a "])
def test_a_sub_is_compared_to_the_letter(spelling, provider, linked):
    linked("secretary_a")
    provider.tamper = _falsified(provider, lambda claims: claims.update(sub=spelling))
    client = _browser()
    assert _through(provider, client, "sub-secretary_a").status_code == 403 and not _signed_in(client)


# -- locks and ends hold --


def test_a_locked_account_does_not_enter(provider, linked):
    account_lock(by=OPERATOR, user=linked("secretary_a"), active=False)
    client = _browser()
    answer = _through(provider, client, "sub-secretary_a")
    assert answer.status_code == 403 and "不能登录" in answer.content.decode() and not _signed_in(client)
    assert _fails().get().object_id == User.objects.get(username="secretary_a").pk


def test_an_account_that_waits_for_its_first_password_shows_its_code_first(provider, linked):
    user = linked("secretary_a")
    User.objects.filter(pk=user.pk).update(must_change_password=True, code_expires=clock.now() + timedelta(hours=1))
    client = _browser()
    answer = _through(provider, client, "sub-secretary_a")
    assert answer.status_code == 403 and "一次性口令" in answer.content.decode()
    User.objects.filter(pk=user.pk).update(code_expires=clock.now() - timedelta(hours=1))
    assert _through(provider, _browser(), "sub-secretary_a").status_code == 403


def test_a_name_that_failures_closed_here_is_closed_to_this_way_too(provider, linked, sign_in):
    linked("secretary_a")
    for _ in range(5):
        sign_in("secretary_a", "wrong", address="127.0.0.1")
    client = _browser()
    answer = _through(provider, client, "sub-secretary_a")
    assert answer.status_code == 403 and "15 分钟" in answer.content.decode() and not _signed_in(client)


def test_rights_come_from_appointments_alone(provider, linked):
    linked("outsider")
    client = _browser()
    assert (
        _through(provider, client, "sub-outsider", groups=["admin"], roles=["committee_secretary"])["Location"] == "/"
    )
    assert client.get("/members/").status_code == 404 and client.get("/accounts/").status_code == 404


@pytest.mark.parametrize("who", ["administrator", "auditor", "committee_secretary"])
def test_system_roles_and_committee_secretaries_keep_a_factor_of_this_system(who, provider, linked):
    user = linked(who)
    client = _browser()
    answer = _through(provider, client, f"sub-{who}")
    assert answer.status_code == 403 and "两步验证" in answer.content.decode() and not _signed_in(client)
    device, _ = enrol(user)
    answer = _through(provider, client, f"sub-{who}")
    assert answer["Location"] == "/login/code/" and not _signed_in(client)
    assert client.post("/login/code/", {"code": code_of(device)}).status_code == 302 and _signed_in(client)


def test_a_factor_once_enrolled_is_asked_for_of_everybody(provider, linked):
    device, _ = enrol(linked("secretary_a"))
    client = _browser()
    assert _through(provider, client, "sub-secretary_a")["Location"] == "/login/code/"
    assert client.post("/login/code/", {"code": code_of(device)}).status_code == 302 and _signed_in(client)


def test_a_grave_act_after_it_asks_for_the_password_of_this_system(provider, linked):
    linked("general_secretary")
    client = _browser()
    _through(provider, client, "sub-general_secretary")
    assert client.get("/appointments/new/")["Location"].startswith("/login/confirm/")
    assert client.get("/account/factor/")["Location"].startswith("/login/confirm/"), "nor is a factor enrolled by it"


# -- what comes back is not believed --


def _falsified(provider, change, header=None):
    """Return a tamper that signs changed claims with the provider's own key."""

    def tamper(token):
        claims = _claims(token["id_token"])
        change(claims)
        return {**token, "id_token": provider.signed(claims, header)}

    return tamper


def _claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def _unsigned(token):
    def encoded(data):
        return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()

    return f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{encoded(_claims(token))}."


def _signed_by_another(token):
    return jwt.encode({"alg": "RS256"}, _claims(token), RSAKey.generate_key())


def _signed_with_the_secret(token):
    return jwt.encode({"alg": "HS256"}, _claims(token), OctKey.import_key(SECRET), algorithms=["HS256"])


def _altered(token):
    head, _, seal = token.split(".")
    claims = {**_claims(token), "sub": "sub-committee_secretary"}
    return f"{head}.{base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b'=').decode()}.{seal}"


FALSE_TOKENS = {
    "unsigned": _unsigned,
    "signed by another": _signed_by_another,
    "signed with the client's secret": _signed_with_the_secret,
    "altered": _altered,
    "no token": lambda token: "not.a.token",
    "empty": lambda token: "",
    "a number": lambda token: 17,
}
FALSE_CLAIMS = {
    "another audience": lambda claims: claims.update(aud="another client"),
    "several audiences": lambda claims: claims.update(aud=[CLIENT, "another client"], azp=CLIENT),
    "no audience": lambda claims: claims.pop("aud"),
    "another issuer": lambda claims: claims.update(iss="https://other.example"),
    "another nonce": lambda claims: claims.update(nonce="another"),
    "no nonce": lambda claims: claims.pop("nonce"),
    "run out": lambda claims: claims.update(exp=int(time()) - 600),
    "no sub": lambda claims: claims.pop("sub"),
    "an empty sub": lambda claims: claims.update(sub=""),
    "a sub that is a list": lambda claims: claims.update(sub=["sub-secretary_a"]),
    "another party": lambda claims: claims.update(azp="another client"),
}


@pytest.mark.parametrize("kind", FALSE_TOKENS)
def test_a_false_token_is_refused_and_noted(kind, provider, linked):
    linked("secretary_a")
    provider.tamper = lambda token: {**token, "id_token": FALSE_TOKENS[kind](token["id_token"])}
    client = _browser()
    answer = _through(provider, client, "sub-secretary_a")
    assert answer.status_code == 403 and not _signed_in(client)
    assert "不可信" in _fails().get().payload


@pytest.mark.parametrize("kind", FALSE_CLAIMS)
def test_a_token_of_the_provider_that_does_not_mean_us_is_refused(kind, provider, linked):
    linked("secretary_a")
    provider.tamper = _falsified(provider, FALSE_CLAIMS[kind])
    client = _browser()
    assert _through(provider, client, "sub-secretary_a").status_code == 403 and not _signed_in(client)


def test_an_unsigned_token_is_refused_even_where_the_provider_says_it_signs_so(provider, linked):
    linked("secretary_a")
    provider.describe = lambda data: {**data, "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"]}
    for false in (_unsigned, _signed_with_the_secret):
        provider.tamper = lambda token, false=false: {**token, "id_token": false(token["id_token"])}
        client = _browser()
        assert _through(provider, client, "sub-secretary_a").status_code == 403 and not _signed_in(client)


def test_an_answer_without_an_identity_token_is_refused(provider, linked):
    linked("secretary_a")
    provider.tamper = lambda token: {key: value for key, value in token.items() if key != "id_token"}
    assert _through(provider, _browser(), "sub-secretary_a").status_code == 403


def test_a_state_that_this_browser_did_not_begin_is_not_even_looked_at(provider, linked):
    linked("secretary_a")
    mine, theirs = _browser(), _browser()
    stolen = provider.sign_in(theirs.get("/login/sso/")["Location"], "sub-secretary_a")
    mine.get("/login/sso/")
    provider.exchanged.clear()
    for query in (stolen, {**stolen, "state": "x"}, {"code": stolen["code"]}, {}, {"error": "access_denied"}):
        assert mine.get(CALLBACK, query).status_code == 400
    assert not provider.exchanged and not _signed_in(mine) and not _fails().exists()


def test_a_code_of_another_flow_does_not_fit_the_nonce_of_this_one(provider, linked):
    linked("secretary_a")
    theirs, mine = _browser(), _browser()
    stolen = provider.sign_in(theirs.get("/login/sso/")["Location"], "sub-secretary_a")
    asked = parse_qs(urlsplit(mine.get("/login/sso/")["Location"]).query)
    answer = mine.get(CALLBACK, {"code": stolen["code"], "state": asked["state"][0]})
    assert answer.status_code == 403 and not _signed_in(mine)


def test_a_way_back_is_gone_once(provider, linked):
    linked("secretary_a")
    client = _browser()
    query = provider.sign_in(client.get("/login/sso/")["Location"], "sub-secretary_a")
    assert client.get(CALLBACK, query).status_code == 302
    client.post("/logout/")
    assert client.get(CALLBACK, query).status_code == 400
    asked = parse_qs(urlsplit(client.get("/login/sso/")["Location"]).query)
    assert client.get(CALLBACK, {**query, "state": asked["state"][0]}).status_code == 403, "the code is spent"
    assert not _signed_in(client)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_led_away_afterwards(target, provider, linked):
    linked("secretary_a")
    client = _browser()
    location = client.get("/login/sso/", {"next": target})["Location"]
    assert client.get(CALLBACK, provider.sign_in(location, "sub-secretary_a"))["Location"] == "/"


def test_the_provider_refusing_is_a_sentence(provider):
    client = _browser()
    asked = parse_qs(urlsplit(client.get("/login/sso/")["Location"]).query)
    answer = client.get(CALLBACK, {"error": "access_denied", "state": asked["state"][0]})
    assert answer.status_code == 403 and "没有通过" in answer.content.decode()


def test_a_provider_that_is_away_is_a_sentence(provider, settings, as_, linked):
    linked("secretary_a")
    client = _browser()
    query = provider.sign_in(client.get("/login/sso/")["Location"], "sub-secretary_a")
    metadata = single_sign_on._client_of(provider.issuer, CLIENT, SECRET).server_metadata
    metadata["token_endpoint"] = "http://127.0.0.1:9/token"
    answer = client.get(CALLBACK, query)
    assert answer.status_code == 503 and "没有回应" in answer.content.decode()
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    for browser, address in ((_browser(), "/login/sso/"), (as_("secretary_a"), "/account/identities/new/")):
        answer = browser.get(address)
        assert answer.status_code == 503 and "没有回应" in answer.content.decode()


@pytest.mark.parametrize("change", [{"issuer": "https://other.example"}, {"token_endpoint": None}, {"jwks_uri": 5}])
def test_metadata_of_another_or_without_addresses_are_not_used(change, provider):
    provider.describe = lambda data: {**data, **change}
    assert _browser().get("/login/sso/").status_code == 503
    provider.describe = None
    assert _browser().get("/login/sso/").status_code == 302, "asked again as soon as they are right"


def test_failures_of_one_address_do_not_fill_the_trail(provider):
    client = _browser()
    for _ in range(14):
        asked = parse_qs(urlsplit(client.get("/login/sso/")["Location"]).query)
        client.get(CALLBACK, {"code": secrets.token_hex(4), "state": asked["state"][0]})
    assert _fails().count() == 10


# -- linking --


def test_the_owner_links_his_identity_after_he_came_back_and_said_yes(provider, world, as_):
    client = as_("secretary_a")
    assert "绑定统一身份认证" in client.get("/account/security/").content.decode()
    answer = _through(provider, client, "zhang-san", start="/account/identities/new/")
    assert answer["Location"] == "/account/identities/link/"
    page = client.get("/account/identities/link/").content.decode()
    assert "zhang-san" in page and "secretary_a" in page
    assert not ExternalIdentity.objects.exists(), "nothing is linked by a GET"
    assert client.post("/account/identities/link/")["Location"] == "/account/security/"
    row = ExternalIdentity.objects.get()
    assert (row.user, row.issuer, row.sub) == (world.secretary_a, provider.issuer, "zhang-san")
    assert AuditEntry.objects.filter(verb="identity.link").count() == 1
    assert Notice.objects.filter(recipient=world.secretary_a, text__contains="已绑定").exists()
    assert "zhang-san" in client.get("/account/security/").content.decode()
    client.post("/account/identities/link/")
    assert ExternalIdentity.objects.count() == 1


def test_linking_asks_for_the_password_when_its_proof_is_old(provider, as_):
    client = as_("secretary_a")
    _through(provider, client, "zhang-san", start="/account/identities/new/")
    session = client.session
    session["confirmed"] -= 601
    session.save()
    assert client.post("/account/identities/link/")["Location"].startswith("/login/confirm/")
    assert not ExternalIdentity.objects.exists()


def test_an_identity_of_somebody_else_is_not_linked(provider, linked, as_):
    linked("secretary_b", "zhang-san")
    client = as_("secretary_a")
    _through(provider, client, "zhang-san", start="/account/identities/new/")
    page = client.post("/account/identities/link/", follow=True).content.decode()
    assert "不能绑定到您的账号" in page and "secretary_b" not in page
    assert ExternalIdentity.objects.get().user.username == "secretary_b"


def test_an_account_has_one_identity_of_an_issuer(provider, linked, as_):
    user = linked("secretary_a")
    client = as_(user)
    _through(provider, client, "another", start="/account/identities/new/")
    assert "须先解除" in client.post("/account/identities/link/", follow=True).content.decode()
    assert ExternalIdentity.objects.get().sub == "sub-secretary_a"


def test_a_flow_begun_to_enter_links_nothing_and_one_begun_to_link_lets_nobody_in(provider, linked, as_):
    linked("secretary_b")
    client = as_("secretary_a")
    location = client.get("/account/identities/new/")["Location"]
    client.post("/logout/")
    assert client.get(CALLBACK, provider.sign_in(location, "sub-secretary_b")).status_code == 400
    assert not _signed_in(client)
    assert as_("secretary_a").get("/login/sso/")["Location"] == "/"


def test_what_was_found_lasts_ten_minutes(provider, as_):
    client = as_("secretary_a")
    _through(provider, client, "zhang-san", start="/account/identities/new/")
    session = client.session
    session["identity"][2] -= 601
    session.save()
    assert client.post("/account/identities/link/")["Location"] == "/account/security/"
    assert not ExternalIdentity.objects.exists()


def test_unlinking_ends_this_way_in(provider, linked, as_):
    user = linked("secretary_a")
    row = ExternalIdentity.objects.get()
    assert as_("secretary_b").post(f"/account/identities/{row.pk}/unlink/").status_code == 404
    client = as_(user)
    assert client.get(f"/account/identities/{row.pk}/unlink/").status_code == 200
    assert client.post(f"/account/identities/{row.pk}/unlink/").status_code == 302
    assert not ExternalIdentity.objects.exists()
    assert AuditEntry.objects.filter(verb="identity.unlink").count() == 1
    assert _through(provider, _browser(), "sub-secretary_a").status_code == 403


def test_a_new_one_time_code_ends_linked_identities(provider, linked, world):
    code_give(linked("secretary_a"), by=OPERATOR, unvouched=False)
    assert not ExternalIdentity.objects.exists()
    user, _ = account_create(by=world.administrator, username="newcomer", name="新人")
    identity_link(by=user, identity=Identity(provider.issuer, "the administrator himself"))
    code_give(user, by=OPERATOR, unvouched=False)
    assert not ExternalIdentity.objects.exists()


def test_whoever_comes_from_the_provider_is_not_asked_for_a_younger_password(provider, linked, settings):
    settings.PASSWORD_MAX_AGE_DAYS = 1
    user = linked("secretary_a")
    User.objects.filter(pk=user.pk).update(password_set_at=clock.now() - timedelta(days=9))
    client = _browser()
    _through(provider, client, "sub-secretary_a")
    assert _signed_in(client)
