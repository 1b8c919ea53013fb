"""Games, forecasts, outcomes, tickets and the track record as the API takes and returns them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from gatecast.expected import EXPECTED
from gatecast.games import CANONICAL
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, MODEL, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.plan.columns import TICKETS
from gatecast.service.current_overrides import BY_HAND_REASON, EXPECTED_BY_HAND
from gatecast.service.drift import DriftStatus
from gatecast.service.game_edits import CANCELLED, POSTPONED, editable_columns
from gatecast.service.track import BINS, Score, Track
from gatecast.store.schema import IMPORTS, ISSUES, RESULTS
from gatecast.web.api.fields import (
    Body,
    Cell,
    Day,
    Moment,
    Page,
    ResponseBody,
    Text,
    Value,
    answer_type,
    input_type,
    one_of,
    with_fields,
)
from gatecast.web.problems import Refusal

__all__ = [
    "Clubs",
    "ForecastPage",
    "FreshnessAnswer",
    "Game",
    "GameChanged",
    "GamePage",
    "GamePatch",
    "GameRow",
    "HandScores",
    "ImportPage",
    "Imported",
    "Issued",
    "OutcomePage",
    "OutcomeRow",
    "OverrideBody",
    "OverridePage",
    "OverrideSet",
    "TicketPage",
    "TicketRow",
    "TrackRecord",
    "Undone",
    "WhatIf",
    "WhatIfAnswer",
    "track_json",
]

MOST_GAMES, MOST_CHANGES = 100, 40
SOLD = Annotated[int, Field(ge=0, le=c.LARGEST_CROWD, description="Tickets sold by the end of that day.")]


def _about(name: str) -> str:
    column = CANONICAL[name]
    days = f"{column.known.lead:.0f} days before the game at most"
    schedule = f"from {column.known.since} on" if column.known.since else "with the schedule"
    known = {0.0: "after the game", float("inf"): schedule}.get(column.known.lead, days)
    return f"{column.unit + '; ' if column.unit else ''}known {known}"


def _input_fields(names: Iterable[str]) -> dict[str, Any]:
    cells = {name: input_type(CANONICAL[name]) | None for name in names}
    return {name: (Annotated[cell, Field(description=_about(name))], None) for name, cell in cells.items()}


def _output_fields(names: Iterable[str]) -> dict[str, Any]:
    cells = {name: answer_type(CANONICAL[name]) | None for name in names}
    return {name: (Annotated[cell, Field(description=_about(name))], ...) for name, cell in cells.items()}


INPUT_ID = {c.GAME_ID: (Text, ...)}
OUTPUT_ID = {c.GAME_ID: (str, ...)}
PEOPLE = {
    LEAD: (Annotated[str, Field(description="Days before the game, or preseason.")], ...),
    AS_OF: (Annotated[Day | None, Field(description="The cutoff: the last day known.")], ...),
    MEAN: (float, ...),
    EXPECTED: (Annotated[float, Field(description="The people expected, as pages show it: mean, rounded.")], ...),
    **dict.fromkeys(QUANTILE_COLUMNS, (float, ...)),
    P_SELLOUT: (Annotated[float | None, Field(ge=0, le=1)], ...),
}

BY_HAND = {
    EXPECTED_BY_HAND: (
        Annotated[float | None, Field(description="The figure set by hand that counts now in place of expected.")],
        None,
    ),
    BY_HAND_REASON: (Annotated[str | None, Field(description="Why it was set.")], None),
}


class _Open(ResponseBody):
    """An answer with custom columns or those of the forecaster."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Value] = Field(init=False)


@with_fields(_input_fields(CANONICAL))
class GameRow(Body):
    """A game to store: canonical columns and the club's own. An absent or null value keeps the stored one."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Cell] = Field(init=False)


@with_fields({**_output_fields(CANONICAL), **OUTPUT_ID})
class Game(_Open):
    """A game: canonical columns, then the club's own; null for an unknown value."""


EDITABLE = (*editable_columns(CANONICAL), *RESULTS)
STATUS_WORDS = (POSTPONED, CANCELLED)


@with_fields(
    {
        **_input_fields(EDITABLE),
        "status": (
            Annotated[
                one_of(STATUS_WORDS) | None,
                Field(description="postponed or cancelled sets the game aside; null puts it back into the schedule."),
            ],
            None,
        ),
    }
)
class GamePatch(Body):
    """Changes of a stored game: what is absent stays, null clears. A new date puts a game set aside back."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Cell] = Field(init=False)


class GameChanged(ResponseBody):
    """A changed game as it is now."""

    import_id: Annotated[int | None, Field(description="Needed to undo the change; null if nothing differed.")]
    status: Annotated[
        Literal["postponed", "cancelled"] | None, Field(description="Null if the game is in the schedule.")
    ]
    also_changed: Annotated[int, Field(description="Other games of the day whose doubleheader number changed.")]
    game: Game


class OverrideBody(Body):
    """A figure to set by hand for a game to come: a forecast in people, or a number of its plan."""

    game_id: Text
    kind: Literal["forecast", "staff", "stock", "transport"]
    name: Annotated[Text, Field(description="Of the role, item or service; empty for a forecast.")] = ""
    value: Annotated[
        Annotated[float, Field(ge=0, le=c.LARGEST_CROWD)] | None,
        Field(description="People, shifts, cases or vehicles; null gives the figure back to the model."),
    ]
    reason: Text = ""


class OverrideRow(ResponseBody):
    """A figure set by hand, and what the model said then."""

    override_id: int
    game_id: str
    kind: str
    name: str
    value: float | None
    reason: str
    recorded_at: Moment
    in_effect: Annotated[bool, Field(description="False if it was given back, or set again later.")]


class OverridePage(Page):
    """Figures set by hand, the oldest first."""

    items: list[OverrideRow]


class OverrideSet(ResponseBody):
    """The number of a recorded figure; null if there was none to give back."""

    override_id: int | None


class HandFigure(ResponseBody):
    """A figure set by hand beside the model's, after the game: errors in people, or costs in money."""

    game_id: str
    date: Day | None
    kind: str
    name: str
    reason: str
    by_hand: float
    model: float
    attendance: int
    hand_error: float
    model_error: float


class HandScores(ResponseBody):
    """How figures set by hand did beside the model's."""

    forecasts: list[HandFigure]
    numbers: list[HandFigure]


class FreshnessAnswer(ResponseBody):
    """Whether the latest forecasts are as new as what they were made from."""

    stale: bool
    reasons: Annotated[list[str], Field(description="What changed since, in words.")]
    games: Annotated[dict[str, list[str]], Field(description="What changed of each game, by its id.")]
    unforecast: Annotated[list[str], Field(description="Upcoming games without a forecast.")]
    issued_at: Moment | None


class GamePage(Page):
    """Games in order of play."""

    items: list[Game]


@with_fields(
    {
        ISSUES.c.issue_id.name: (int, ...),
        ISSUES.c.issued_at.name: (Moment, ...),
        MODEL: (str, ...),
        **OUTPUT_ID,
        **PEOPLE,
        **BY_HAND,
    }
)
class Forecast(_Open):
    """A forecast of a game's attendance as it was issued, in people."""


class ForecastPage(Page):
    """Forecasts, the oldest issue first."""

    items: list[Forecast]


@with_fields({**INPUT_ID, **_input_fields(RESULTS)})
class OutcomeRow(Body):
    """The result of a game to store. An absent or null value keeps the stored one."""


@with_fields({**OUTPUT_ID, **_output_fields((c.DATE, *RESULTS))})
class Outcome(ResponseBody):
    """The result of a game."""


class OutcomePage(Page):
    """Games with known attendance, in order of play."""

    items: list[Outcome]


@with_fields({**INPUT_ID, AS_OF: (Day, ...), TICKETS: (SOLD, ...)})
class TicketRow(Body):
    """Tickets sold for a game by the end of a day."""


@with_fields({**OUTPUT_ID, AS_OF: (Day, ...), TICKETS: (SOLD, ...)})
class Ticket(ResponseBody):
    """Tickets sold for a game by the end of a day, as stored."""


class TicketPage(Page):
    """Ticket figures by game and day."""

    items: list[Ticket]


class Imported(ResponseBody):
    """Numbers of rows added, changed and unchanged, and the refused rows. Nothing of a refused row is stored."""

    import_id: Annotated[
        int | None, Field(description="Needed to undo the import; null if nothing but tickets was stored.")
    ]
    added: int
    changed: int
    unchanged: int
    refused: list[Refusal]


@with_fields(
    {
        IMPORTS.c.import_id.name: (int, ...),
        IMPORTS.c.imported_at.name: (Moment, ...),
        IMPORTS.c.source.name: (str, ...),
        **dict.fromkeys((each.name for each in (IMPORTS.c.added, IMPORTS.c.changed, IMPORTS.c.unchanged)), (int, ...)),
        IMPORTS.c.refused.name: (int, ...),
        IMPORTS.c.undone_at.name: (Moment | None, ...),
    }
)
class Import(ResponseBody):
    """An import: how many rows it added, changed, left unchanged and refused, and when it was undone."""


class ImportPage(Page):
    """A page of the list, the oldest first."""

    items: list[Import]


class Undone(ResponseBody):
    """The result of undoing an import: games removed, and games restored to their earlier values."""

    import_id: int
    withdrawn: int
    restored: int


class Club(ResponseBody):
    """A club with home games: how many, how many of them upcoming, and the last day with known results."""

    club: str
    games: int
    to_come: int
    as_of: Day | None
    own: Annotated[bool, Field(description="Whether it is the club that the pages show.")]


class Clubs(ResponseBody):
    """Every club with home games, and the model in use."""

    items: list[Club]
    model: Annotated[str | None, Field(description="Null before the first training.")]


class Issued(ResponseBody):
    """An issued forecast: its number, and how many games it covers."""

    issue_id: int
    games: int
    new: Annotated[bool, Field(description="False if the last issue is the same; then that one is returned.")]


class WhatIf(Body):
    """Changes to upcoming games of one club: new values by game and column, null for unknown."""

    changes: Annotated[
        dict[Text, Annotated[dict[Text, Cell], Field(min_length=1, max_length=MOST_CHANGES)]],
        Field(
            min_length=1,
            max_length=MOST_GAMES,
            examples=[{"QUI202506130": {c.PRECIPITATION: "rain", c.TEMPERATURE: 12}}],
        ),
    ]


@with_fields(PEOPLE)
class Said(_Open):
    """A forecast, in people, that is not stored."""


class TwoForecasts(ResponseBody):
    """The forecast of a game without and with the changes."""

    game_id: str
    before: Said
    after: Said


class WhatIfAnswer(ResponseBody):
    """Both forecasts of each changed game, and how many other games' forecasts would change."""

    games: list[TwoForecasts]
    others: Annotated[int, Field(description="Other games whose forecast would change.")]


LAST_DAYS = dict(BINS)


class TrackScore(ResponseBody):
    """Scores of some forecasts, in people unless stated otherwise."""

    games: int
    mae: Annotated[float, Field(description="Mean absolute difference of attendance and the people expected.")]
    wape: Annotated[float, Field(description="The same in percent of the mean attendance.")]
    bias: Annotated[
        float, Field(description="Mean of attendance minus the people expected: above 0 if more came than forecast.")
    ]
    crps: Annotated[float, Field(description="Continuous ranked probability score.")]
    width_80: Annotated[float, Field(description="Mean width of the 80% range.")]
    coverage_50: Annotated[float, Field(description="Percent of games with attendance within the 50% range.")]
    coverage_80: float
    coverage_90: float
    rule_games: Annotated[int, Field(description="Games for which the simple rule has a value.")]
    rule_mae: Annotated[
        float | None, Field(description="Mean absolute difference of their attendance and the simple rule.")
    ]


class LeadScore(TrackScore):
    """Scores by lead: each game's last forecast issued within a range of days before it."""

    first_day: int
    last_day: int | None


class MonthScore(TrackScore):
    """Scores of the last forecasts of the games of a month."""

    month: Annotated[int, Field(ge=1, le=12)]


class SeasonScore(TrackScore):
    """Scores of the last forecasts of the games of a season."""

    season: int | None


class DriftAlarm(ResponseBody):
    """A drift alarm: the latest forecasts no longer fit the attendance."""

    kind: Annotated[
        str, Field(description="level: attendance is off to one side; coverage: too much outside the ranges.")
    ]
    games: int
    since: Day | None
    share: Annotated[float, Field(description="Attendance over the people expected, minus 1.")]
    inside: Annotated[int, Field(description="Games within the 80% range.")]
    odds: Annotated[int, Field(description="A false alarm this strong occurs once in so many seasons.")]


class DriftWatch(ResponseBody):
    """The state of the drift alarm, in a sentence, and the alarm if there is one."""

    games: int
    told: str
    alarm: DriftAlarm | None


class TrackRecord(ResponseBody):
    """The track record: how good the forecasts were that were issued before the games."""

    club: str
    season: Annotated[int | None, Field(description="Null for all seasons.")]
    seasons: list[int]
    overall: Annotated[TrackScore | None, Field(description="The last forecast before each game.")]
    by_lead: list[LeadScore]
    by_month: list[MonthScore]
    by_season: list[SeasonScore]
    watch: DriftWatch


def track_json(track: Track) -> dict[str, Any]:
    """Return a track record in the form of `TrackRecord`."""
    return {
        "club": track.club,
        "season": track.season,
        "seasons": list(track.seasons),
        "overall": track.overall and _score(track.overall),
        "by_lead": [{**_score(each), **_days(each.group)} for each in track.by_lead],
        "by_month": [{**_score(each), "month": each.group} for each in track.by_month],
        "by_season": [{**_score(each), "season": each.group} for each in track.by_season],
        "watch": _watch(track.drift),
    }


def _score(score: Score) -> dict[str, Any]:
    values = asdict(score)
    del values["group"]
    shares = {f"coverage_{level}": share for level, share in values.pop("coverage").items()}
    return {**values, **shares}


def _days(first: int | None) -> dict[str, int | None]:
    return {"first_day": first, "last_day": None if first is None else LAST_DAYS[first]}


def _watch(drift: DriftStatus) -> dict[str, Any]:
    alarm = drift.alarm and asdict(drift.alarm)
    if alarm and alarm["since"]:
        alarm["since"] = alarm["since"].isoformat()
    return {"games": drift.games, "told": drift.summary, "alarm": alarm}
