"""Look up one club's past games: simple forecasts, effects and levels at any cutoff, relative to the club's level."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatecast.prepare.context_inputs import CANDIDATES, FIGURES, TOKENS, ContextGames, Query
from gatecast.prepare.context_sums import MONTHS, WEEKDAYS, log_seats_of, one_hot, summer_holidays, sums

__all__ = ["LEVEL_GAMES", "ClubPast"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

LEVEL_GAMES = 60
"""Latest games that a club's level is the mean of."""
SEASONS = 8
"""Seasons that the regression tells apart, the latest ones; those before share one level."""
EFFECT_PENALTY, SEASON_PENALTY = 1.5, 0.3
"""Games that pull an effect of a weekday or month, and the level of a season, towards none."""
SERIES_DAYS = 4
YEAR = 365.25
FADE_DAYS = 700.0
RANGE_GAMES = 81
NEVER = 400
"""Days since the last game where there is none."""
LOWEST_SHARE = 0.03
"""Attendance below this share of the club's mean so far counts as this much: a rained-out evening is no level."""


class ClubPast:
    """Hold one club's games, and sums over those with a known attendance."""

    def __init__(self, games: ContextGames, rows: Rows) -> None:
        self.rows = rows
        own = games.take(rows)
        starts = np.r_[True, np.diff(own.season) != 0] if len(rows) else np.zeros(0, bool)
        self.opens = starts
        gap = np.diff(own.day, prepend=own.day[:1] - 30)
        self.rest_days = np.where(starts, 30, np.minimum(gap, 30))
        new_series = starts | (gap > 3) | (np.diff(own.visitor, prepend=-2) != 0) | (own.visitor < 0)
        index = np.arange(len(rows))
        self.series_game = index - np.maximum.accumulate(np.where(new_series, index, 0))
        known = np.flatnonzero(own.attendance > 0)
        self.known = known
        self.past = past = own.take(known)
        self.first_of_season = starts[known]
        self.people = past.attendance
        # The mean so far, not that of all games: a later attendance must not change what was known before it.
        usual = np.cumsum(self.people) / np.arange(1, len(known) + 1)
        self.y = np.log(np.maximum(self.people, LOWEST_SHARE * usual))
        self.total = sums(self.y)
        self.latest_seasons = np.unique(own.season)[-SEASONS:]
        self.x = self._design(past)
        self.gram = sums(self.x[:, :, None] * self.x[:, None, :])
        self.xy = sums(self.x * self.y[:, None])
        calendar = np.hstack([one_hot(past.weekday, WEEKDAYS), one_hot(past.month - 1, MONTHS)])
        self.calendar_gram = sums(calendar[:, :, None] * calendar[:, None, :])
        self.calendar_people = sums(calendar * self.people[:, None])
        self.calendar_sum = sums(calendar)
        self.people_total = sums(self.people)
        seasons = one_hot(np.searchsorted(self.latest_seasons, past.season), len(self.latest_seasons))
        self.season_count, self.season_sum = sums(seasons), sums(seasons * self.y[:, None])
        weekday_seasons = (seasons[:, :, None] * one_hot(past.weekday, WEEKDAYS)[:, None, :]).reshape(
            len(known), len(self.latest_seasons) * WEEKDAYS
        )
        self.weekday_season_count = sums(weekday_seasons)
        self.weekday_season_people = sums(weekday_seasons * self.people[:, None])
        log_seats = log_seats_of(own.seats)
        with np.errstate(invalid="ignore"):
            full = np.nan_to_num((self.y >= log_seats[known] - 0.01).astype(np.float64))
        self.full = sums(full)
        self.log_seats = log_seats

    def _design(self, games: ContextGames) -> Floats:
        seasons = one_hot(np.searchsorted(self.latest_seasons, games.season), len(self.latest_seasons))
        return np.hstack([seasons, one_hot(games.weekday, WEEKDAYS), one_hot(games.month - 1, MONTHS)])

    def count_until(self, cutoffs: Ints) -> Ints:
        """Return how many games with a known attendance there are up to each cutoff."""
        return np.searchsorted(self.past.day, cutoffs, "right").astype(np.int64)

    def features_at(
        self, asked: Query, cutoffs: Ints, *, league: dict[str, Floats] | None, shows_year: bool
    ) -> tuple[dict[str, Floats], npt.NDArray[np.float32], Floats, Floats, Ints]:
        """Return named figures, tokens, candidates, level and games known of each query."""
        query = asked.games
        log_seats = log_seats_of(query.seats)
        count = self.count_until(cutoffs)
        level = self._level(count, log_seats, league)
        weights, base = self.regression(count)
        named, expected = self._own(query, cutoffs, count, level=level, model=(weights, base))
        named |= self._of_query(asked, cutoffs, count, level=level, shows=shows_year)
        if league is not None:
            named |= {
                **league,
                "league_level": np.nan_to_num(league["league_level"] - level),
                "fill_level": np.nan_to_num(league["fill_level"] - level),
            }
        candidates = np.stack([named.get(name, np.zeros(len(cutoffs))) for name in CANDIDATES], axis=1)
        tokens = self._tokens(query, cutoffs, count, level, expected)
        return named, tokens, candidates, level, count

    def _level(self, count: Ints, log_seats: Floats, league: dict[str, Floats] | None) -> Floats:
        begin = np.maximum(count - LEVEL_GAMES, 0)
        own = (self.total[count] - self.total[begin]) / np.maximum(count - begin, 1)
        if league is not None:
            prior = np.where(np.isnan(league["league_level"]), league["fill_level"], league["league_level"])
        else:
            prior = np.full(len(count), np.nan)
        prior = np.where(np.isnan(prior), np.where(np.isnan(log_seats), np.log(1000.0), log_seats - 0.6), prior)
        return np.where(count > 0, own, prior)

    def regression(self, count: Ints) -> tuple[Floats, Floats]:
        """Regress log attendance on season, weekday and month: weights and mean of each query."""
        counts, which = np.unique(count, return_inverse=True)
        base = self.total[counts] / np.maximum(counts, 1)
        penalty = np.r_[np.full(len(self.latest_seasons), SEASON_PENALTY), np.full(WEEKDAYS + MONTHS, EFFECT_PENALTY)]
        gram = self.gram[counts] + np.diag(penalty)
        moments = self.xy[counts] - base[:, None] * np.einsum("kii->ki", self.gram[counts])
        weights = np.linalg.solve(gram, moments[..., None])[..., 0]
        return weights[which], base[which]

    def _own(
        self, query: ContextGames, cutoffs: Ints, count: Ints, *, level: Floats, model: tuple[Floats, Floats]
    ) -> tuple[dict[str, Floats], Floats]:
        """Return figures of the club's own past, and the regression of every past game, (queries, past games)."""
        weights, base = model
        design, some = self._design(query), count > 0
        fitted = base[:, None] + weights @ self.x.T
        seen = _Residuals(self, query, cutoffs, count, fitted)
        regression, recent = base + (design * weights).sum(axis=1), seen.recent(12)
        seasons = self._seasons(query, count, level)
        weekdays = self._weekdays(query, count, seasons)

        def relative(logs: Floats) -> Floats:
            return np.where(some, np.nan_to_num(logs - level), 0.0)

        first, last = len(self.latest_seasons), len(self.latest_seasons) + WEEKDAYS
        return {
            "regression": relative(regression),
            "regression_recent": relative(regression + recent),
            "weekday_effect": (design * weights)[:, first:last].sum(axis=1),
            "month_effect": (design * weights)[:, last:].sum(axis=1),
            "season_mean": relative(seasons["to_date"]),
            "last_season_mean": relative(seasons["last"]),
            "two_seasons_ago": relative(seasons["two_ago"]),
            "season_games": np.log1p(seasons["games"]),
            "last_games": np.log1p(seasons["last_games"]),
            "level_change": seasons["change"],
            **{name: relative(np.log(np.maximum(people, 1.0))) for name, people in weekdays.items()},
            **self._counts(query, count),
            **seen.effects(query),
            **self._range(count, level),
            "recent3": seen.recent(3),
            "recent6": seen.recent(6),
            "recent12": recent,
            "recent25": seen.recent(25),
        }, fitted

    def _seasons(self, query: ContextGames, count: Ints, level: Floats) -> dict[str, Floats]:
        """Return means of the season so far and of those before, of logarithms, and games of each."""
        place = np.searchsorted(self.latest_seasons, query.season)

        def mean(back: int) -> tuple[Floats, Floats]:
            inside = np.clip(place - back, 0, None)
            games = np.where(place >= back, self.season_count[count, inside], 0.0)
            return np.where(games > 0, self.season_sum[count, inside] / np.maximum(games, 1), np.nan), games

        now, games = mean(0)
        before, last_games = mean(1)
        to_date = np.where(games > 0, now, np.where(last_games > 0, before, level))
        return {
            "to_date": to_date,
            "last": np.where(last_games > 0, before, to_date),
            "two_ago": mean(2)[0],
            "games": games,
            "last_games": last_games,
            "change": np.where((games > 2) & (last_games > 2), np.nan_to_num(now - before), 0.0),
        }

    def _weekdays(self, query: ContextGames, count: Ints, seasons: dict[str, Floats]) -> dict[str, Floats]:
        """Return simple rules in people: mean of the weekday, of last season's weekday, weekday and month together."""
        usual = self.people_total[count] / np.maximum(count, 1)
        weekday, known = np.clip(query.weekday, 0, None), query.weekday >= 0
        games = np.where(known, self.calendar_sum[count, weekday], 0.0)
        mean = np.where(games > 0, self.calendar_people[count, weekday] / np.maximum(games, 1), usual)
        place = np.searchsorted(self.latest_seasons, query.season)
        cell = np.where(seasons["last_games"] > 0, place - 1, place).clip(0) * WEEKDAYS + weekday
        games = np.where(known, self.weekday_season_count[count, cell], 0.0)
        last = self.weekday_season_people[count, cell] / np.maximum(games, 1)
        return {
            "least_squares": self._least_squares(query, count, usual),
            "weekday_mean": mean,
            "last_weekday_mean": np.where(games > 0, last, np.exp(seasons["last"])),
        }

    def _counts(self, query: ContextGames, count: Ints) -> dict[str, Floats]:
        """Return how much is known: games in all, on the weekday, in the month, and days since the last one."""
        weekday = np.where(query.weekday >= 0, self.calendar_sum[count, np.clip(query.weekday, 0, None)], 0.0)
        month = np.where(query.month > 0, self.calendar_sum[count, WEEKDAYS + np.clip(query.month - 1, 0, None)], 0.0)
        gap = np.full(len(count), NEVER)
        if len(self.y):
            gap = np.where(count > 0, query.day - self.past.day[np.maximum(count - 1, 0)], NEVER)
        return {
            "games": np.log1p(count),
            "weekday_count": np.log1p(weekday),
            "month_count": np.log1p(month),
            "since_last": np.log1p(np.maximum(gap, 0)) / 2,
            "sold_out_share": self.full[count] / np.maximum(count, 1),
        }

    def _range(self, count: Ints, level: Floats) -> dict[str, Floats]:
        """Return where the latest 81 games lie, and the mean of the latest ten, each less the level."""
        index = np.arange(len(self.y))
        window = (index < count[:, None]) & (index >= np.maximum(count - RANGE_GAMES, 0)[:, None])
        ranked, size = np.sort(np.where(window, self.y, np.inf), axis=1), window.sum(axis=1)

        def at(place: Ints) -> Floats:
            if not len(self.y):
                return np.zeros(len(count))
            value = np.take_along_axis(ranked, np.clip(place, 0, len(self.y) - 1)[:, None], axis=1)[:, 0]
            return np.where((count > 0) & np.isfinite(value), value, level) - level

        ten = np.maximum(count - 10, 0)
        latest = (self.total[count] - self.total[ten]) / np.maximum(count - ten, 1)
        return {
            "largest": at(size - 1),
            "upper": at((0.9 * size).astype(np.int64)),
            "lower": at((0.1 * size).astype(np.int64)),
            "trend": np.where(count > 0, latest - level, 0.0),
        }

    def _least_squares(self, query: ContextGames, count: Ints, mean: Floats) -> Floats:
        """Return the rule of weekday and month in people, drawn together by one game, as `networks` calls it."""
        counts, which = np.unique(count, return_inverse=True)
        means = self.people_total[counts] / np.maximum(counts, 1)
        gram = self.calendar_gram[counts] + np.eye(WEEKDAYS + MONTHS)
        moments = self.calendar_people[counts] - means[:, None] * self.calendar_sum[counts]
        weights = np.linalg.solve(gram, moments[..., None])[..., 0][which]
        asked = np.hstack([one_hot(query.weekday, WEEKDAYS), one_hot(query.month - 1, MONTHS)])
        out: Floats = np.maximum(mean + (asked * weights).sum(axis=1), 0.05 * mean)
        return out

    def _of_query(self, asked: Query, cutoffs: Ints, count: Ints, *, level: Floats, shows: bool) -> dict[str, Floats]:
        """Return what the schedule says of each game to forecast: seats, time, venue, place in series and season."""
        past, query = self.past, asked.games
        seats, queries = log_seats_of(query.seats), len(cutoffs)
        index = np.arange(len(past))
        there = index[None] < count[:, None]
        same_venue = there & (query.venue[:, None] == past.venue[None])
        at_venue = same_venue.sum(axis=1)
        moved = (count > 0) & (at_venue < 40) & ((there & ~same_venue).sum(axis=1) > 5) & (query.venue >= 0)
        seats_past = np.nan_to_num(np.where(there, self.log_seats[self.known][None], 0.0)).sum(axis=1) / np.maximum(
            count, 1
        )
        seats_change = np.where(moved & np.isfinite(seats), seats - seats_past, 0.0)
        phase = np.nan_to_num(query.year_day) * (2 * np.pi / YEAR)
        holiday, eve = summer_holidays(query) if shows else (np.zeros(queries), np.zeros(queries))
        return {
            "seats": np.where(np.isnan(seats), 0.0, seats - level),
            "seats_known": np.isfinite(seats).astype(np.float64),
            "lead": np.log1p(np.clip(query.day - cutoffs, 0, 400)) / 2,
            "hour": np.nan_to_num((query.hour - 17.0) / 4.0),
            "hour_known": np.isfinite(query.hour).astype(np.float64),
            "is_opener": asked.opener.astype(np.float64),
            "is_double": query.double.astype(np.float64),
            "series_game": np.minimum(asked.series_game, 4) / 2.0,
            "rest_days": np.log1p(asked.rest_days) / 2,
            "season_day": asked.season_day / 180.0,
            "venue_games": np.log1p(at_venue) / 3,
            "venue_new": moved.astype(np.float64),
            "seats_change": np.nan_to_num(seats_change),
            "visitor_known": (query.visitor >= 0).astype(np.float64),
            "year_known": np.full(queries, float(shows)),
            "year_sine": np.sin(phase) * shows,
            "year_cosine": np.cos(phase) * shows,
            "summer": (np.abs(np.nan_to_num(query.year_day) - 201) < 32) * float(shows),
            "holiday": holiday,
            "holiday_eve": eve,
            **{f"weekday{i}": (query.weekday == i).astype(np.float64) for i in range(WEEKDAYS)},
            "undated": (query.weekday < 0).astype(np.float64),
            "before_season": (cutoffs < query.day - asked.season_day).astype(np.float64),
            "density": asked.density,
        }

    def _tokens(
        self, query: ContextGames, cutoffs: Ints, count: Ints, level: Floats, fitted: Floats
    ) -> npt.NDArray[np.float32]:
        past = self.past
        out = np.zeros((len(cutoffs), TOKENS, FIGURES), np.float32)
        if not len(past):
            return out
        index = count[:, None] + np.arange(-TOKENS, 0)
        present = index >= 0
        index = np.maximum(index, 0)
        y = self.y[index]
        then = past.day[index]
        ago = np.maximum(cutoffs[:, None] - then, 0)
        gap = np.abs(query.year_day[:, None] - past.year_day[index])
        gap = np.nan_to_num(np.minimum(np.minimum(gap, YEAR - gap) / 60.0, 1.0), nan=1.0)
        weekday = past.weekday[index]
        same_visitor = (query.visitor[:, None] == past.visitor[index]) & (query.visitor >= 0)[:, None]
        hour = np.nan_to_num(np.minimum(np.abs(query.hour[:, None] - past.hour[index]) / 4.0, 1.5), nan=1.0)
        figures = [
            np.ones_like(y),
            np.clip(y - level[:, None], -2, 2),
            np.clip(y - np.take_along_axis(fitted, index, axis=1), -2, 2),
            np.log1p(ago) / 3.0 - 1.0,
            np.exp(-ago / 10.0),
            (weekday == query.weekday[:, None]) & (weekday >= 0),
            weekday == 4,
            weekday == 5,
            weekday == 6,
            gap,
            same_visitor,
            same_visitor & (query.day[:, None] - then <= SERIES_DAYS),
            hour,
            past.season[index] == query.season[:, None],
            self.first_of_season[index],
            past.double[index],
            past.venue[index] == query.venue[:, None],
        ]
        stacked = np.stack([np.asarray(each, np.float32) for each in figures], axis=-1)
        out[:] = np.where(present[..., None], stacked, 0.0)
        return out


class _Residuals:
    """Hold the residuals of the regression over the past games that each query knows, shape (queries, past games)."""

    def __init__(self, club: ClubPast, query: ContextGames, cutoffs: Ints, count: Ints, fitted: Floats) -> None:
        self.past, self.first_of_season = club.past, club.first_of_season
        self.index = np.arange(len(club.y))
        self.there = self.index < count[:, None]
        self.last = count[:, None] - 1 - self.index
        self.residual = np.where(self.there, club.y - fitted, 0.0)
        age = cutoffs[:, None] - club.past.day
        self.fade = self.there * np.exp(-np.maximum(age, 0) / FADE_DAYS)
        self.same_weekday = (query.weekday[:, None] == club.past.weekday) & (query.weekday >= 0)[:, None]

    def effect(self, kernel: Floats | Flags, pull: float) -> tuple[Floats, Floats]:
        """Return the mean residual under a kernel, drawn towards 0 by `pull` games, and the games it counts."""
        weight = self.fade * kernel
        total = weight.sum(axis=1)
        return (weight * self.residual).sum(axis=1) / (total + pull), total

    def recent(self, games: int, kernel: Flags | None = None) -> Floats:
        """Return the mean residual of the latest games, of those where the kernel holds."""
        if kernel is None:
            weight = (self.there & (self.last < games)).astype(np.float64)
        else:
            inside = self.there & kernel
            weight = (inside & (np.cumsum(inside[:, ::-1], axis=1)[:, ::-1] <= games)).astype(np.float64)
        out: Floats = (weight * self.residual).sum(axis=1) / (weight.sum(axis=1) + 1.0)
        return out

    def effects(self, query: ContextGames) -> dict[str, Floats]:
        """Return what past games like the query have in common beyond the regression, and how wide their spread is."""
        past = self.past
        gap = np.abs(query.year_day[:, None] - past.year_day)
        gap = np.minimum(gap, YEAR - gap)
        other_season = query.season[:, None] != past.season
        year, year_weight = self.effect(np.nan_to_num(np.exp(-0.5 * (gap / 14.0) ** 2)) * other_season, 3.0)
        same_visitor = (query.visitor[:, None] == past.visitor) & (query.visitor >= 0)[:, None]
        visitor, visitor_weight = self.effect(same_visitor, 2.0)
        series, series_seen = self.effect(same_visitor & (query.day[:, None] - past.day <= SERIES_DAYS), 0.5)
        hour, hour_weight = self.effect(np.nan_to_num(np.exp(-((query.hour[:, None] - past.hour) ** 2))), 3.0)
        opener, opener_seen = self.effect((self.first_of_season & (self.index > 0))[None], 1.0)
        squares, close = self.residual**2, self.there & (self.last < 15)
        spread = ((squares * self.fade).sum(axis=1) + 0.05) / (self.fade.sum(axis=1) + 1.0)
        lately = ((squares * close).sum(axis=1) + 0.1) / (close.sum(axis=1) + 2.0)
        return {
            "recent_weekday": self.recent(4, self.same_weekday),
            "year_day_effect": year,
            "year_day_weight": np.log1p(year_weight),
            "visitor_effect": visitor,
            "visitor_weight": np.log1p(visitor_weight),
            "series_last": series,
            "series_seen": np.minimum(series_seen, 3.0),
            "hour_effect": hour,
            "hour_weight": np.log1p(hour_weight),
            "opener_effect": opener,
            "opener_seen": opener_seen,
            "spread": np.log(np.sqrt(spread)),
            "spread_recent": np.log(np.sqrt(lately)),
        }
