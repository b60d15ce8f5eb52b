"""HEAD wherever there is GET, but for streams: FastAPI's routes have it only where they say so."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.routing import APIRoute


def heads_of(router: APIRouter) -> APIRouter:
    """Routes for HEAD beside those for GET, undocumented. The server leaves out their bodies."""
    heads = APIRouter()
    routes = [each for each in router.routes if isinstance(each, APIRoute)]
    there = {each.path for each in routes if "HEAD" in (each.methods or ())}
    for each in routes:
        if "GET" not in (each.methods or ()) or each.path in there:
            continue
        if not each.path.endswith("/events"):
            heads.add_api_route(
                each.path,
                each.endpoint,
                methods=["HEAD"],
                response_class=each.response_class,
                include_in_schema=False,
            )
    return heads
