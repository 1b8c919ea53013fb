"""Units and theme, as a reader chooses them at the foot of a page."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Response

from gatecast.web.render import redirected
from gatecast.web.words import THEME_COOKIE, THEMES, UNITS, UNITS_COOKIE

__all__ = ["router"]

router = APIRouter()
OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]{0,500}")
"""A path of this server: `//` and a backslash would lead elsewhere."""
YEAR_S = 365 * 24 * 3600


@router.post("/preferences")
def prefer(
    units: Annotated[str, Form()] = "", theme: Annotated[str, Form()] = "", back: Annotated[str, Form()] = "/"
) -> Response:
    """Keep what was chosen in cookies and go back to the page."""
    answer = redirected(back if OWN_PATH.fullmatch(back) else "/")
    for name, value, known in ((UNITS_COOKIE, units, UNITS), (THEME_COOKIE, theme, THEMES)):
        if value in known:
            answer.set_cookie(name, value, max_age=YEAR_S, samesite="strict", httponly=True)
    return answer
