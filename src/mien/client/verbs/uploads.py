"""Files that are sent once and used by their ids."""

from __future__ import annotations

from urllib.parse import quote

from mien.client.answers import Picture, Upload, body_of, list_in, picture_of, upload_of
from mien.client.exchange import Call, Flow
from mien.client.retrying import Retries, patiently
from mien.client.sources import Source, file_part

PORTRAITS, DRIVERS = "/v1/portraits", "/v1/drivers"


def upload(
    shelf: str, source: Source, retries: Retries, *, require_face: bool = True
) -> Flow[Upload]:
    """require_face: of portraits alone."""
    form = {} if require_face else {"require_face": "false"}
    call = Call("POST", shelf, form=form, files=(file_part("file", source),))
    answer = yield from patiently(call, retries)
    return upload_of(body_of(answer))


def newest(shelf: str, limit: int, retries: Retries) -> Flow[list[Upload]]:
    call = Call("GET", shelf, params={"limit": str(limit)})
    answer = yield from patiently(call, retries)
    return [upload_of(each) for each in list_in(answer, shelf.rpartition("/")[2])]


def preview(id: str, retries: Retries) -> Flow[Picture]:
    call = Call("GET", f"{path_of(PORTRAITS, id)}/preview")
    answer = yield from patiently(call, retries)
    return picture_of(answer)


def get(shelf: str, id: str, retries: Retries) -> Flow[Upload]:
    answer = yield from patiently(Call("GET", path_of(shelf, id)), retries)
    return upload_of(body_of(answer))


def delete(shelf: str, id: str, retries: Retries) -> Flow[None]:
    yield from patiently(Call("DELETE", path_of(shelf, id), repeatable=False), retries)


def path_of(shelf: str, id: str) -> str:
    """Of one thing there."""
    return f"{shelf}/{quote(id, safe='')}"
