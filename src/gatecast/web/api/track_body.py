"""The track record as the API gives it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field

from gatecast.service.alarm import Watch
from gatecast.service.track import BINS, Score, Track
from gatecast.web.api.fields import CachedResponse, Day

__all__ = ["TrackTold", "track_told"]

LAST_DAYS = dict(BINS)


class ScoreTold(CachedResponse):
    """How good some forecasts were, in people where nothing else is said."""

    games: int
    mae: Annotated[float, Field(description="Mean distance of the gate from the median forecast.")]
    wape: Annotated[float, Field(description="The same in percent of the mean gate.")]
    bias: Annotated[float, Field(description="Mean of gate less median: above 0 where more came than expected.")]
    crps: Annotated[float, Field(description="Continuous ranked probability score.")]
    width_80: Annotated[float, Field(description="Mean width of the range of 80 %.")]
    coverage_50: Annotated[float, Field(description="Percent of the gates in the range meant for 50 %.")]
    coverage_80: float
    coverage_90: float
    rule_games: Annotated[int, Field(description="Games of which the simple rule says anything.")]
    rule_mae: Annotated[float | None, Field(description="Mean distance of their gates from the simple rule.")]


class LeadScore(ScoreTold):
    """Scores of each game's last forecast that was issued so many days before it."""

    first_day: int
    last_day: int | None


class MonthScore(ScoreTold):
    """Scores of the last forecasts of a month's games."""

    month: Annotated[int, Field(ge=1, le=12)]


class SeasonScore(ScoreTold):
    """Scores of the last forecasts of a season's games."""

    season: int | None


class AlarmTold(CachedResponse):
    """What is amiss with the latest forecasts."""

    kind: Annotated[str, Field(description="level: gates lie to one side; coverage: too many outside their ranges.")]
    games: int
    since: Day | None
    share: Annotated[float, Field(description="Gates over median forecasts, less 1.")]
    inside: Annotated[int, Field(description="Gates in the range of 80 %.")]
    odds: Annotated[int, Field(description="As much is met once in so many seasons in which all is well.")]


class WatchTold(CachedResponse):
    """What the latest games of the season say of the forecasts, in a sentence, and the alarm if there is one."""

    games: int
    told: str
    alarm: AlarmTold | None


class TrackTold(CachedResponse):
    """How good the forecasts that were issued before games were."""

    club: str
    season: Annotated[int | None, Field(description="Null for all seasons.")]
    seasons: list[int]
    overall: Annotated[ScoreTold | None, Field(description="The last forecast before each game.")]
    by_lead: list[LeadScore]
    by_month: list[MonthScore]
    by_season: list[SeasonScore]
    watch: WatchTold


def track_told(track: Track) -> dict[str, Any]:
    """A track record in the form of `TrackTold`."""
    return {
        "club": track.club,
        "season": track.season,
        "seasons": list(track.seasons),
        "overall": track.overall and _score(track.overall),
        "by_lead": [{**_score(each), **_days(each.group)} for each in track.by_lead],
        "by_month": [{**_score(each), "month": each.group} for each in track.by_month],
        "by_season": [{**_score(each), "season": each.group} for each in track.by_season],
        "watch": _watch(track.watch),
    }


def _score(score: Score) -> dict[str, Any]:
    told = asdict(score)
    del told["group"]
    shares = {f"coverage_{level}": share for level, share in told.pop("coverage").items()}
    return {**told, **shares}


def _days(first: int | None) -> dict[str, int | None]:
    return {"first_day": first, "last_day": None if first is None else LAST_DAYS[first]}


def _watch(watch: Watch) -> dict[str, Any]:
    alarm = watch.alarm and asdict(watch.alarm)
    if alarm and alarm["since"]:
        alarm["since"] = alarm["since"].isoformat()
    return {"games": watch.games, "told": watch.told, "alarm": alarm}
