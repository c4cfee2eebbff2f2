"""Graph's answer to what it will not do: `{"error": {"code", "message", "innerError"}}`."""

from msgspec import Struct


class Trouble(Struct, frozen=True):
    """A code and words; clients branch on the code alone."""

    code: str
    message: str


class GraphError(Exception):
    """Ends a request with a status and a `Trouble`."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.trouble = status, Trouble(code, message)
        self.headers = tuple((name.replace("_", "-"), value) for name, value in headers.items())


def not_found() -> GraphError:
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def bad_request(message: str, code: str = "BadRequest") -> GraphError:
    return GraphError(400, code, message)


def denied(message: str = "Access is denied. Check credentials and try again.") -> GraphError:
    return GraphError(403, "ErrorAccessDenied", message)
