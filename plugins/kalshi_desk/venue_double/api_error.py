"""Refusals of the simulated venue's REST API, in the shapes of the real one. Source: docs.kalshi.com, errors."""

from __future__ import annotations

from kalshi_desk.errors import DeskError


class ApiError(DeskError):
    """An answer that is not success: HTTP status and JSON body."""

    def __init__(self, status: int, body: object) -> None:
        self.status, self.body = status, body
        super().__init__(status, body)

    def __str__(self) -> str:
        return f"{self.status} {self.body}"


def nested(status: int, code: str, details: str = "") -> ApiError:
    """Return the usual shape: the facts under ``error``."""
    return ApiError(status, {"error": {"code": code, "message": code.replace("_", " "), "details": details}})


def bad_body(details: str) -> ApiError:
    """Return what a body gets that cannot be decoded as asked."""
    return ApiError(400, {"code": "bad_request", "message": "bad request", "details": details})


def bad_query(text: str) -> ApiError:
    """Return what a query parameter out of its range gets."""
    return ApiError(400, {"msg": text})


def not_found(code: str = "not_found") -> ApiError:
    """Return the answer for what is unknown, gone or not resting."""
    return nested(404, code)


TOO_MANY = ApiError(429, {"error": "too many requests"})
