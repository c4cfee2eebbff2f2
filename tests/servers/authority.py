"""An OAuth authority on loopback HTTP: Entra's endpoints, Google's, and token introspection (RFC 7662).

It keeps to what the protocols say a server checks: PKCE, redirect addresses, codes used once, scopes of one
resource for a token. What a person does in a browser is `browse` and `type_code`.
"""

import base64
import hashlib
import http.server
import itertools
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

PENDING = "authorization_pending"
WORK_TENANT = "11111111-2222-3333-4444-555555555555"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


class Authority:
    """`refuse` (error, codes) is what a refresh gets from then on; `consented` are hosts agreed to."""

    def __init__(self, user: str = "alice@example.test", mark: str = "canary") -> None:
        self.user, self.mark = user, mark
        self.tenant = WORK_TENANT
        self.client_secret = ""
        self.lifetime = 3600
        self.interval = 1
        self.refuse: tuple[str, list[int]] | None = None
        self.refuse_sign_in: tuple[str, list[int]] | None = None
        self.broken = 0
        self.page = ""
        self.slow = 0.0
        self.one_consent_at_a_time = False
        self.rotates = True
        self.consented: set[str] = set()
        self.asked: list[dict[str, str]] = []
        self.access: dict[str, str] = {}
        self.refresh: set[str] = set()
        self.given: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.device: dict[str, dict[str, str]] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def __enter__(self) -> "Authority":
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urllib.parse.urlsplit(self.path)
                self._say(*outer.get(parts.path, dict(urllib.parse.parse_qsl(parts.query))))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
                given = dict(urllib.parse.parse_qsl(body))
                self._say(*outer.post(urllib.parse.urlsplit(self.path).path, given))

            def _say(self, status: int, answer: object) -> None:
                raw = json.dumps(answer).encode()
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", str(answer))
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def secrets(self) -> list[str]:
        """Tokens, codes and verifiers, but for the codes that a person types."""
        verifiers = [asked["code_verifier"] for asked in self.asked if "code_verifier" in asked]
        devices = [f"{self.mark}-{code}" for code in self.device]
        return [*self.access, *self.given, *self.codes, *devices, *verifiers]

    def browse(self, url: str, agree: bool = True) -> str:
        """Open the sign-in page, sign in (or not), and follow the redirect; what the page there says."""
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
        assert asked["code_challenge_method"] == "S256"
        answer = {"state": asked["state"]}
        if agree:
            code = self._named("code")
            self.codes[code] = asked
            answer["code"] = code
        else:
            answer |= {"error": "access_denied", "error_description": f"AADSTS65004: {self.mark}"}
        words = urllib.parse.urlencode(answer)
        if asked.get("response_mode") == "form_post":
            return visit(asked["redirect_uri"], words.encode())
        return visit(f"{asked['redirect_uri']}/?{words}")

    def type_code(self, code: str, result: str = "") -> None:
        """Type the code at the other device; or decline, or let it run out."""
        self.device[code] |= {"result": result or "typed"}

    def get(self, path: str, _given: dict[str, str]) -> tuple[int, object]:
        if self.broken:
            return 503, {"error": "server"}
        if not path.endswith("/.well-known/openid-configuration") or path.startswith("/nowhere"):
            return 400, {"error": "invalid_tenant"}
        secure = self.url.replace("http:", "https:")
        tenant = path.split("/")[1]
        base = f"{secure}/{tenant}/oauth2/v2.0"
        return 200, {
            "issuer": f"{secure}/{self.tenant}/v2.0",
            "authorization_endpoint": self.page or f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "device_authorization_endpoint": f"{base}/devicecode",
        }

    def post(self, path: str, given: dict[str, str]) -> tuple[int, object]:
        time.sleep(self.slow)
        with self._lock:
            if path.endswith("/introspect"):
                token = given.get("token", "")
                return 200, {"active": token in self.access, "email": self.user, "username": self.user}
            self.asked.append(given)
            if self.broken:
                return 503, {"error": "server"}
            return self._devicecode(given) if path.endswith("/devicecode") else self._token(given)

    def _token(self, given: dict[str, str]) -> tuple[int, object]:
        if self.client_secret and given.get("client_secret") != self.client_secret:
            return 401, {"error": "invalid_client"}
        match given["grant_type"]:
            case "authorization_code":
                return self._by_code(given)
            case "refresh_token":
                return self._by_refresh(given)
        return self._by_device(given)

    def _by_code(self, given: dict[str, str]) -> tuple[int, object]:
        asked = self.codes.get(given["code"], {})
        challenge = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        same = asked.get("redirect_uri") == given.get("redirect_uri")
        if asked.get("code_challenge") != proof or not same or "used" in asked:
            return self._no("invalid_grant", [54005])
        asked["used"] = "yes"
        if self.refuse_sign_in:
            return self._no(*self.refuse_sign_in)
        agreed = given["scope"] if self.one_consent_at_a_time and "scope" in given else asked["scope"]
        return self._granted(given, given.get("scope", asked["scope"]), agreed, asked.get("nonce", ""))

    def _by_refresh(self, given: dict[str, str]) -> tuple[int, object]:
        if self.refuse:
            return self._no(*self.refuse)
        if given["refresh_token"] not in self.refresh:
            return self._no("invalid_grant", [50173])
        if given.get("scope") and not set(hosts(given["scope"])) <= self.consented:
            return self._no("invalid_grant", [65001])
        if self.rotates:
            self.refresh.discard(given["refresh_token"])
        return self._granted(given, given.get("scope", ""), "", "")

    def _devicecode(self, given: dict[str, str]) -> tuple[int, object]:
        if self.refuse_sign_in:
            return self._no(*self.refuse_sign_in)
        code = f"CODE{next(self._numbers)}"
        self.device[code] = {"scope": given["scope"], "result": PENDING}
        return 200, {
            "user_code": code, "device_code": f"{self.mark}-{code}", "interval": self.interval,
            "verification_uri": "https://login.example/device", "expires_in": 900,
        }  # fmt: skip

    def _by_device(self, given: dict[str, str]) -> tuple[int, object]:
        asked = self.device[given["device_code"].removeprefix(f"{self.mark}-")]
        if asked["result"] != "typed":
            return self._no(asked["result"], [70016])
        return self._granted(given, asked["scope"], asked["scope"], "")

    def _granted(self, given: dict[str, str], scope: str, agreed: str, nonce: str) -> tuple[int, object]:
        self.consented |= set(hosts(agreed))
        access, refresh = self._named("access"), self._named("refresh")
        self.access[access] = scope
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": self.lifetime, "scope": scope}
        if "client_secret" in given and given["grant_type"] == "refresh_token":
            return 200, answer
        self.refresh.add(refresh)
        self.given.append(refresh)
        answer["refresh_token"] = refresh
        if "openid" in scope:
            answer |= {"id_token": self._id_token(given["client_id"], nonce), "client_info": self._info()}
        return 200, answer

    def _no(self, error: str, codes: list[int]) -> tuple[int, object]:
        said = f"AADSTS{codes[0]}: {self.mark} would be told here" if codes else ""
        return 400, {"error": error, "error_codes": codes, "error_description": said}

    def _id_token(self, client: str, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "aud": client, "iss": f"{self.url}/{self.tenant}/v2.0", "iat": now, "nbf": now, "exp": now + 3600,
            "sub": "subject", "oid": "object", "tid": self.tenant, "preferred_username": self.user,
            "nonce": nonce,
        }  # fmt: skip
        return ".".join((_packed({"alg": "none"}), _packed(claims), "signature"))

    def _info(self) -> str:
        return _packed({"uid": "object", "utid": self.tenant})

    def _named(self, what: str) -> str:
        return f"{self.mark}-{what}-{next(self._numbers)}"


def hosts(scope: str) -> list[str]:
    """The resources of the scopes that name one."""
    return [host for one in scope.split() if (host := urllib.parse.urlsplit(one).hostname)]


def visit(url: str, form: bytes | None = None) -> str:
    browser = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with browser.open(url, form, timeout=5) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


def _packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
