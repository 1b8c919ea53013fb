"""The data page: what is stored, uploads with preview, imports and their undoing, attendance typed by hand."""

from __future__ import annotations

import pathlib
import re
from tempfile import TemporaryDirectory
from typing import Annotated

import polars as pl
from anyio import to_thread
from fastapi import APIRouter, File, HTTPException, Path, Request, Response, UploadFile
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as StarletteUpload

from gatecast.errors import GatecastError
from gatecast.files import write_table
from gatecast.formatting import capital
from gatecast.games import CANONICAL
from gatecast.games import columns as c
from gatecast.service import ClubService, uploads
from gatecast.service.ballpark import fill_ballpark
from gatecast.service.first_steps import first_steps, next_step
from gatecast.service.freshness import freshness
from gatecast.service.upload_fields import CUSTOM, FIELDS, KNOWN_TIMES
from gatecast.service.waiting_uploads import LARGEST_BYTES, LONGEST_MAPPING, Upload, Uploads
from gatecast.store import ImportReport
from gatecast.web.cache import ALL_AREAS
from gatecast.web.render import page, reader_of, redirected, service_of
from gatecast.web.words import column_words, game_words, value_words

__all__ = ["router"]

router = APIRouter()
MOST_IMPORTS, MOST_UNKNOWN_GAMES = 20, 12
CELL = re.compile(r"cell:(\d{1,9}):(.{1,200})", re.DOTALL)
COLUMN, ATTENDANCE, FIELD = "column:", "attendance:", "field:"
SHOWN_MOVE, MOVED = "shown_move", "moved"
"""Fields of the moves that a preview showed, and of those that the user accepts."""
Number = Annotated[int, Path(ge=0, le=2**31 - 1)]


def uploads_of(request: Request) -> Uploads:
    """Return the uploads that wait on this server."""
    state = request.app.state
    if not hasattr(state, "uploads"):
        state.uploads = Uploads()
    waiting: Uploads = state.uploads
    return waiting


@router.get("/data")
def data(request: Request) -> Response:
    """Show what is stored, and what can be done with it."""
    return _data(request)


@router.post("/data/uploads")
def upload(request: Request, file: Annotated[UploadFile, File()]) -> Response:
    """Take an uploaded file, and show its preview."""
    service = service_of(request)
    try:
        made = uploads_of(request).add(file.filename or "", file.file.read(LARGEST_BYTES + 1), service.club())
    except GatecastError as refused:
        return _data(request, problem=str(refused), status=422)
    return redirected(f"/data/uploads/{made.upload_id}")


@router.get("/data/uploads/{upload_id}")
def preview(request: Request, upload_id: str) -> Response:
    """Show what importing an upload would do."""
    return _preview(request, _waiting(request, upload_id))


@router.post("/data/uploads/{upload_id}")
async def change(request: Request, upload_id: str) -> Response:
    """Apply column choices and corrected cells; then preview again, import, or discard."""
    if uploads_of(request).imported(upload_id):
        return redirected("/data")
    waiting = _waiting(request, upload_id)
    async with request.form(max_fields=5000) as form:
        file = form.get("mapping_file")
        mapping = await file.read(LONGEST_MAPPING + 1) if isinstance(file, StarletteUpload) else b""
        return await to_thread.run_sync(_change, request, waiting, form, mapping)


@router.get("/data/uploads/{upload_id}/refused.csv")
def refused(request: Request, upload_id: str) -> Response:
    """Download the rows of an upload that cannot be used."""
    rows = uploads.refused_rows(service_of(request), _waiting(request, upload_id))
    with TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "refused.csv"
        write_table(rows, path)
        content = path.read_bytes()
    headers = {"content-disposition": 'attachment; filename="refused.csv"', "cache-control": "no-store"}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/data/imports/{number}/undo")
def undo(request: Request, number: Number) -> Response:
    """Undo an import."""
    service = service_of(request)
    try:
        service.store.undo(number)
    except GatecastError as refused:
        return _data(request, problem=str(refused), status=422)
    return redirected("/data")


@router.post("/data/attendance")
async def enter_attendance(request: Request) -> Response:
    """Save attendance typed by hand."""
    form = await request.form(max_fields=100)
    return await to_thread.run_sync(_enter_attendance, request, form)


def _enter_attendance(request: Request, form: FormData) -> Response:
    typed = {
        key.removeprefix(ATTENDANCE): str(text).strip() for key, text in form.items() if key.startswith(ATTENDANCE)
    }
    rows = [(game, text.replace(",", "").replace(" ", "")) for game, text in typed.items() if text]
    if not rows:
        return _data(request, problem="got no attendance, expected at least one number of people", status=422)
    frame = pl.DataFrame(rows, schema=[c.GAME_ID, c.ATTENDANCE], orient="row")
    report = service_of(request).store.record_outcomes(frame, source="typed by hand", corrects=False)
    return _data(request, report=report, status=422 if report.refused else 200, typed=typed if report.refused else {})


def _change(request: Request, waiting: Upload, form: FormData, mapping: bytes) -> Response:
    service, uploads_waiting, action = service_of(request), uploads_of(request), str(form.get("do", ""))
    if action == "discard":
        uploads_waiting.drop(waiting.upload_id)
        return redirected("/data")
    if action == "restart":
        uploads_waiting.restart(waiting)
        return redirected(f"/data/uploads/{waiting.upload_id}")
    columns = {key.removeprefix(COLUMN): str(value) for key, value in form.items() if key.startswith(COLUMN)}
    fields = {key.removeprefix(FIELD): str(value) for key, value in form.items() if key.startswith(FIELD)}
    cells = {(int(found[1]), found[2]): str(value) for key, value in form.items() if (found := CELL.fullmatch(key))}
    shown_preview, erase = uploads.preview(service, waiting), form.get("erase") == "yes"
    shown_moves = {str(each) for each in form.getlist(SHOWN_MOVE)}
    apart = frozenset(shown_moves - {str(each) for each in form.getlist(MOVED)})
    revised = uploads_waiting.revise(
        waiting,
        shown_preview.mapped,
        columns,
        str(form.get("home", "")),
        cells,
        erase=erase,
        date_order=str(form.get("order", "")),
        capacity=str(form.get("seats", "")),
        mapping_text=mapping.decode("utf-8-sig", errors="replace") or str(form.get("mapping", "")),
        apart=apart,
        fields=fields,
    )
    if action != "import":
        return redirected(f"/data/uploads/{revised.upload_id}")
    if form.get("mark", shown_preview.mark) != shown_preview.mark:
        return _preview(request, revised, status=409, changed_meanwhile=True)
    try:
        report = uploads.store_upload(service, revised)
    except GatecastError as problem:
        return _preview(request, revised, problem=str(problem), status=422)
    uploads_waiting.finish(revised.upload_id)
    fill_ballpark(service)
    return _data(request, report=report)


def _waiting(request: Request, upload_id: str) -> Upload:
    found = uploads_of(request).get(upload_id)
    if found is None:
        raise HTTPException(
            404,
            "This upload has expired: uploads wait half an hour, until the server restarts. Upload the file again.",
        )
    return found


def _preview(
    request: Request, waiting: Upload, problem: str = "", status: int = 200, *, changed_meanwhile: bool = False
) -> Response:
    service = service_of(request)
    view = uploads.preview(service, waiting)
    columns = {**service.games().columns, **{each.name: each for each in view.custom_columns}}
    wrong = {each.row for each in view.refused}
    known = {row: place for place, row in enumerate(waiting.table.rows) if row in wrong} if wrong else {}
    frame = waiting.table.frame
    cells = {
        each: frame[each.column][known[each.row]]
        for each in view.refused
        if each.row in known and each.column in frame.columns
    }
    return page(
        request,
        "upload.html.j2",
        status=status,
        upload=waiting,
        view=view,
        cells=cells,
        canonical=CANONICAL,
        headers=frame.columns,
        field_values=FIELDS,
        custom=CUSTOM,
        known_times=KNOWN_TIMES,
        problem=problem or view.problem,
        changed_meanwhile=changed_meanwhile,
        game_words=game_words,
        column_words=column_words,
        capital=capital,
        shown=lambda value, name: value_words(value, columns[name], reader_of(request)),
        value_as_read=lambda value, name: (
            value_words(value, columns[name], reader_of(request)) if name in columns else value
        ),
    )


def _data(
    request: Request,
    *,
    report: ImportReport | None = None,
    problem: str = "",
    status: int = 200,
    typed: dict[str, str] | None = None,
) -> Response:
    service = service_of(request)
    imports = service.store.imports().tail(MOST_IMPORTS).reverse()
    return page(
        request,
        "data.html.j2",
        steps=first_steps(service),
        status=status,
        areas=ALL_AREAS if report is None and not problem else (),
        report=report,
        problem=problem,
        clubs=_clubs(service),
        imports=imports,
        unknown=_unknown(service),
        typed=typed or {},
        largest=LARGEST_BYTES // 1_000_000,
        modelled=service.model_id(),
        step=next_step(service, service.club()),
        fresh=freshness(service, service.club()) if service.club() else None,
    )


def _clubs(service: ClubService) -> pl.DataFrame:
    table = service.games().table
    return (
        table.group_by(c.HOME)
        .agg(
            pl.len().alias("games"),
            pl.col(c.ATTENDANCE).is_not_null().sum().alias("attended"),
            pl.col(c.SEASON).min().alias("first"),
            pl.col(c.SEASON).max().alias("last"),
        )
        .sort("games", c.HOME, descending=[True, False])
        .head(40)
    )


def _unknown(service: ClubService) -> list[dict[str, object]]:
    """Return the club's latest past games without attendance, and the next game."""
    club = service.club()
    waiting = service.home_games(club).table.filter(pl.col(c.ATTENDANCE).is_null(), pl.col(c.DATE).is_not_null())
    coming = service.upcoming(club).table[c.GAME_ID]
    over = waiting.filter(~pl.col(c.GAME_ID).is_in(coming.implode()))
    following = waiting.filter(pl.col(c.GAME_ID) == coming[0]) if len(coming) else waiting.clear()
    return pl.concat([over.tail(MOST_UNKNOWN_GAMES), following]).to_dicts()
