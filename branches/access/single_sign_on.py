"""OpenID Connect as a client: where to send the browser, and who came back (OpenID Connect Core 1.0, 3.1; RFC 7636).

Authlib does the protocol: state and nonce kept in the session, PKCE with S256, the signature against the provider's keys.
What it leaves open is closed here: only asymmetric signatures, the configured issuer, our client as the only audience.
"""

import logging
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import reverse

from common import agencies
from common.requests import Request

log = logging.getLogger("tongbu.sign_on")

# RFC 7518, 3.1: no "none", and no HMAC, whose key is the secret of the client.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_TIMEOUT = 8  # seconds for each question to the provider
_FLOWS = "sign_on"
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Refused(Exception):
    """What came back is not believed, or the provider refused."""


class Unreachable(Exception):
    """The provider does not answer, or not as one."""


class Identity(NamedTuple):
    """Who somebody is at the provider."""

    issuer: str
    sub: str


def is_on() -> bool:
    """Whether this installation has a provider."""
    return bool(settings.OIDC_ISSUER)


@lru_cache(maxsize=4)
def _client_of(issuer: str, client_id: str, secret: str) -> Any:
    from authlib.integrations.django_client import OAuth  # late: 8 MB that most installations never use

    client = OAuth().register(
        "tongbu",
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        # Nothing but who it is: neither name nor mail is asked for, so neither can be believed.
        client_kwargs={"scope": "openid", "code_challenge_method": "S256", "default_timeout": _TIMEOUT},
    )
    return client


def _client() -> Any:
    """Return the client, with the provider's own description of itself read and checked."""
    client = _client_of(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET)
    try:
        metadata = client.load_server_metadata()
    except Exception as error:  # a foreign server's answer may break the library anywhere
        log.warning("the identity provider cannot be asked: %s", type(error).__name__)
        raise Unreachable(type(error).__name__) from None
    if str(metadata.get("issuer", "")).rstrip("/") != settings.OIDC_ISSUER:
        # OpenID Connect Discovery 1.0, 4.3: otherwise one provider could speak for another.
        _client_of.cache_clear()
        log.warning("the metadata of the identity provider name another issuer")
        raise Unreachable("issuer")
    if not all(isinstance(metadata.get(name), str) for name in _NEEDED):
        _client_of.cache_clear()
        log.warning("the metadata of the identity provider are incomplete")
        raise Unreachable("metadata")
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [name for name in offered if name in ALGORITHMS]
    return client


def begin(request: Request, purpose: str, next: str) -> str:
    """Return the provider's address for the browser; remembers in the session what for. Raises Unreachable.

    purpose: "enter" or "link"; next: where to go afterwards, checked by the caller.
    """
    client = _client()
    target = agencies.setting("SITE_URL").rstrip("/") + reverse("sso_callback")
    made = client.create_authorization_url(target)
    client.save_authorize_data(request, redirect_uri=target, **made)
    # One flow at a time: whoever begins a second one finishes that.
    request.session[_FLOWS] = {"state": made["state"], "purpose": purpose, "next": next}
    return made["url"]


def flow(request: Request) -> dict[str, str] | None:
    """Return and forget what the flow that comes back was begun for; None: this session began no such flow."""
    kept = request.session.pop(_FLOWS, None)
    return kept if kept and kept["state"] == request.GET.get("state") else None


def came_back(request: Request) -> Identity:
    """Return who the provider says came back, after every check. Raises Refused or Unreachable."""
    # late, as above
    from authlib.integrations.base_client import OAuthError
    from joserfc.errors import JoseError
    from requests import RequestException

    try:
        client = _client()
        iss = {"essential": True, "value": client.server_metadata["issuer"]}
        token = client.authorize_access_token(request, claims_options={"iss": iss})
        claims = token["userinfo"]
        _check_audience(claims)
        sub = claims["sub"]
        if not isinstance(sub, str) or not 0 < len(sub) <= 255:
            raise Refused("sub")
        return Identity(settings.OIDC_ISSUER, sub)
    except (Refused, Unreachable):
        raise
    except RequestException as error:
        log.warning("the identity provider does not answer: %s", type(error).__name__)
        raise Unreachable(type(error).__name__) from None
    except (OAuthError, JoseError, KeyError) as error:
        log.warning("an answer of the identity provider is refused: %s", type(error).__name__)
        raise Refused(type(error).__name__) from None
    except Exception as error:  # as above: no page with 500 for what somebody else sent
        log.warning("an answer of the identity provider cannot be read: %s", type(error).__name__)
        raise Refused(type(error).__name__) from None


def _check_audience(claims: Any) -> None:
    """We trust no other audience than ourselves (OpenID Connect Core 1.0, 3.1.3.7, 3)."""
    audience = claims["aud"]
    if audience not in (settings.OIDC_CLIENT_ID, [settings.OIDC_CLIENT_ID]):
        raise Refused("aud")
