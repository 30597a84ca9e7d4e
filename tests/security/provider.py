"""A real OpenID Connect provider on this machine, whose answers a test may falsify on their way."""

import json
import threading
from urllib.parse import parse_qs, urlsplit

import flask
import httpx
import oidc_provider_mock
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server


class Provider:
    """Serves until `stop`. issuer: its address; tamper: a function of the answered token dict, or None for the truth."""

    def __init__(self):
        self.app = oidc_provider_mock.app(require_nonce=True)
        self.tamper = self.describe = None
        self.exchanged = []
        self.app.before_request(self._note)
        self.app.after_request(self._falsify)
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def _note(self):
        if flask.request.path == "/oauth2/token":
            self.exchanged.append(flask.request.form.to_dict())

    def _falsify(self, response):
        change = {"/oauth2/token": self.tamper, "/.well-known/openid-configuration": self.describe}
        change = change.get(flask.request.path)
        if change is not None and response.status_code == 200:
            response.set_data(json.dumps(change(response.get_json())))
        return response

    def signed(self, claims, header=None):
        """Return a token signed with this provider's own key; called while it answers."""
        key = RSAKey.import_key(flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True))
        return jwt.encode({"alg": "RS256", "kid": key.kid, **(header or {})}, claims, key)

    def sign_in(self, location, sub, **claims):
        """Sign in at the provider as `sub`, where `location` sends the browser; returns the query it comes back with."""
        if claims:
            httpx.put(f"{self.issuer}/users/{sub}", json=claims).raise_for_status()
        answer = httpx.post(location, data={"sub": sub})
        assert answer.status_code == 302, answer.text
        return {key: values[0] for key, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
