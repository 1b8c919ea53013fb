"""Every feature of a game, worked out the long way: one game at a time, in plain Python."""

import datetime as dt
import math
from typing import Any

import polars as pl

from gatecast.games import columns as c

Game = dict[str, Any]

NAN = math.nan
DAY_ZERO = dt.date(1970, 1, 1)
EASTER = {2022: dt.date(2022, 4, 17), 2023: dt.date(2023, 4, 9), 2024: dt.date(2024, 3, 31)}
FLOAT_COLUMNS = (c.TEMPERATURE, c.WIND)


def nth_weekday(year: int, month: int, weekday: int, n: int) -> dt.date:
    """The n-th such weekday of a month; the last for n = -1."""
    found = [
        day
        for day in (dt.date(year, month, 1) + dt.timedelta(days=i) for i in range(31))
        if day.month == month and day.weekday() == weekday
    ]
    return found[n - 1] if n > 0 else found[n]


def public_holidays(year: int) -> set[dt.date]:
    """Federal holidays of the United States on their own dates."""
    fixed = [(1, 1), (7, 4), (11, 11), (12, 25), *([(6, 19)] if year >= 2021 else [])]
    moving = [(1, 0, 3), (2, 0, 3), (5, 0, -1), (9, 0, 1), (10, 0, 2), (11, 3, 4)]
    return {dt.date(year, *day) for day in fixed} | {nth_weekday(year, *day) for day in moving}


def mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else NAN


def share(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else NAN


class Oracle:
    """The features of any game of a dated table at any cutoff."""

    def __init__(self, table: pl.DataFrame) -> None:
        self.games: list[Game] = table.to_dicts()
        for row, game in enumerate(self.games):
            game["row"] = row
        self.gates = [game for game in self.games if game[c.ATTENDANCE]]
        for game in self.games:
            game["relative"] = self._relative(game)

    def features(self, row: int, cutoff: dt.date) -> dict[str, float]:
        """Features of one game, gates as shares of the capacity."""
        game = self.games[row]
        seats = self.capacity(game, cutoff)
        gates = self._gates(game, cutoff) | self._against_usual(game, cutoff)
        shape = self._shape(game, cutoff)
        month, weekday, visitor = (
            1.0 if math.isnan(shape[f"shape_{name}"]) else shape[f"shape_{name}"]
            for name in ("month", "weekday", "visitor")
        )
        gates["gate_shaped"] = gates["gate_last_season"] * month * weekday
        gates["gate_shaped_visitor"] = gates["gate_shaped"] * max(0.5, min(2.0, visitor))
        return {
            **shape,
            **self._calendar(game),
            **self._form(game, cutoff),
            **{name: value / seats if name.startswith("gate_") else value for name, value in gates.items()},
            "log_capacity": math.log(seats),
            "lead": math.log1p(min((game[c.DATE] - cutoff).days, 400)),
        }

    def capacity(self, game: Game, cutoff: dt.date) -> float:
        seen = [
            past[c.ATTENDANCE]
            for past in self.gates
            if past[c.VENUE] == game[c.VENUE] and 0 <= (cutoff - past[c.DATE]).days < 900
        ]
        if game[c.CAPACITY]:
            return max([*seen, game[c.CAPACITY]])
        return max(seen) * (1 + 1 / len(seen)) if seen else NAN

    def own_gates(self, game: Game, cutoff: dt.date) -> list[Game]:
        return [past for past in self.gates if past[c.HOME] == game[c.HOME] and past[c.DATE] <= cutoff]

    def road_gates(self, game: Game, cutoff: dt.date) -> list[Game]:
        return [
            past
            for past in self.gates
            if past[c.VISITOR] == game[c.VISITOR] and past[c.DATE] <= cutoff and past["relative"] > 0
        ]

    def _relative(self, game: Game) -> float:
        usual = self._usual(game, game[c.DATE] - dt.timedelta(days=1))
        return round(10_000 * min((game[c.ATTENDANCE] or 0) / usual, 3)) / 10_000 if usual > 0 else 0.0

    def _usual(self, game: Game, cutoff: dt.date) -> float:
        """A mean of the club's gates on the weekday, with its latest gates on any day as three more."""
        past = self.own_gates(game, cutoff)
        weekday = [each[c.ATTENDANCE] for each in past if each[c.DATE].weekday() == game[c.DATE].weekday()][-13:]
        return mean([*weekday, *[mean([each[c.ATTENDANCE] for each in past[-40:]])] * 3])

    def _against_usual(self, game: Game, cutoff: dt.date) -> dict[str, float]:
        own = [each for each in self.own_gates(game, cutoff) if each["relative"] > 0]
        met = [each["relative"] for each in own if each[c.VISITOR] == game[c.VISITOR]]
        late, road = ([each["relative"] for each in games] for games in (own, self.road_gates(game, cutoff)))
        out = {f"against_usual{k}": mean(late[-k:]) for k in (3, 6, 12, 25, 50)}
        out |= {f"against_usual_visitor{k}": mean(met[-k:]) for k in (1, 3, 9)}
        out |= {f"against_usual_road{k}": mean(road[-k:]) for k in (5, 15, 40, 80)}
        drawn = [each for each in self.gates if each["relative"] > 0]
        for span in (15, 60):
            recent_days = [each["relative"] for each in drawn if 0 <= (cutoff - each[c.DATE]).days < span]
            out[f"league_drift{span}"] = mean(recent_days)
        usual = self._usual(game, cutoff)
        draw = max(0.5, min(2.0, mean(road[-40:]))) if road else 1.0
        level, steady = (max(0.3, min(2.0, mean(late[-k:]))) if late else NAN for k in (12, 25))
        return {**out, "gate_expected": usual * level, "gate_expected_visitor": usual * steady * draw}

    def _calendar(self, game: Game) -> dict[str, float]:
        date: dt.date = game[c.DATE]
        start: dt.time | None = game[c.START_TIME]
        phase = 2 * math.pi * date.timetuple().tm_yday / 365.25
        turn = 2 * math.pi * date.isoweekday() / 7
        near = {
            "memorial": nth_weekday(date.year, 5, 0, -1),
            "independence": dt.date(date.year, 7, 4),
            "labor": nth_weekday(date.year, 9, 0, 1),
            "easter": EASTER[date.year],
            "mothers": nth_weekday(date.year, 5, 6, 2),
            "fathers": nth_weekday(date.year, 6, 6, 3),
        }
        most = {"easter": 10, "mothers": 1, "fathers": 1}
        return {
            "day_of_year": date.timetuple().tm_yday,
            "season_sine": math.sin(phase),
            "season_cosine": math.cos(phase),
            "weekday_sine": math.sin(turn),
            "weekday_cosine": math.cos(turn),
            "weekend": date.strftime("%a") in ("Fri", "Sat", "Sun"),
            "start_hour": NAN if start is None else start.hour + start.minute / 60,
            **{
                f"days_from_{name}": max(-most.get(name, 4), min(most.get(name, 4), (date - day).days))
                for name, day in near.items()
            },
            "holiday": date in public_holidays(date.year),
            **{
                f"near_{name}": max(0.0, *(1 - abs((date - day).days) / (wide + 1) for day in dates))
                for name, dates, wide in (
                    ("thanksgiving", [nth_weekday(date.year, 11, 3, 4)], 4),
                    ("christmas", [dt.date(date.year + i, 12, 25) for i in (-1, 0)], 8),
                    ("new_year", [dt.date(date.year + i, 1, 1) for i in (0, 1)], 4),
                )
            },
            **self._places(game),
            "interleague": game[c.HOME_LEAGUE] != game[c.VISITOR_LEAGUE],
            "doubleheader": game[c.NUMBER] > 0,
            "promotions": len([label for label in (game[c.PROMOTION] or "").split(";") if label]),
        }

    def _places(self, game: Game) -> dict[str, float]:
        season = [g for g in self.games if g[c.HOME] == game[c.HOME] and g[c.SEASON] == game[c.SEASON]]
        stands: list[list[Game]] = []
        for each in season:
            if not stands or (each[c.DATE] - stands[-1][-1][c.DATE]).days > 3:
                stands.append([])
            stands[-1].append(each)
        stand = next(stand for stand in stands if game in stand)
        series: list[list[Game]] = []
        for each in stand:
            if not series or each[c.VISITOR] != series[-1][-1][c.VISITOR]:
                series.append([])
            series[-1].append(each)
        mine = next(games for games in series if game in games)
        place = season.index(game)
        date = game[c.DATE]
        apart = [(each[c.DATE] - date).days for each in self.games if each[c.HOME] == game[c.HOME]]
        return {
            **self._visits(game),
            "home_game": place,
            "home_games_left": len(season) - place,
            "stand_game": stand.index(game),
            "stand_length": len(stand),
            "series_game": mine.index(game),
            "series_length": len(mine),
            "home_opener": place == 0,
            "days_since_home_game": min(30, (date - season[place - 1][c.DATE]).days) if place else NAN,
            "days_until_home_game": min(30, (season[place + 1][c.DATE] - date).days)
            if place + 1 < len(season)
            else NAN,
            **{f"home_games_past{days}": sum(-days <= day < 0 for day in apart) for days in (7, 14)},
            **{f"home_games_next{days}": sum(0 < day <= days for day in apart) for days in (7, 14)},
            "season_day": (date - min(each[c.DATE] for each in self.games if each[c.SEASON] == game[c.SEASON])).days,
            "venue_age": self._venue_age(game),
        }

    def _visits(self, game: Game) -> dict[str, float]:
        met = [g for g in self.games if (g[c.HOME], g[c.VISITOR]) == (game[c.HOME], game[c.VISITOR])]
        season = [g for g in met if g[c.SEASON] == game[c.SEASON]]
        before = [g for g in met if g[c.SEASON] < game[c.SEASON]]
        visit, number = [], 0
        for place, each in enumerate(season):
            number += place > 0 and (each[c.DATE] - season[place - 1][c.DATE]).days > 5
            visit.append(number)
        place = season.index(game)
        return {
            "years_since_visitor": min(8, (game[c.DATE] - before[-1][c.DATE]).days / 365.25) if before else NAN,
            "visitor_games_before": place,
            "visitor_games": len(season),
            "visit": visit[place],
            "visits": number + 1,
        }

    def _venue_age(self, game: Game) -> float:
        at_venue = [each for each in self.games if each[c.VENUE] == game[c.VENUE]]
        first = min(each[c.DATE] for each in at_venue)
        debuts = [
            min(other[c.DATE] for other in self.games if other[c.HOME] == each[c.HOME])
            for each in at_venue
            if each[c.DATE] == first
        ]
        moved = any((first - debut).days >= 300 for debut in debuts)
        return min(12, (game[c.DATE] - first).days / 365.25) if moved else NAN

    def _shape(self, game: Game, cutoff: dt.date) -> dict[str, float]:
        """Gates of earlier seasons, each against the mean of its club's season."""
        told: dict[str, list[float]] = {name: [] for name in ("month", "weekday", "month_weekday", "visitor", "opener")}
        for season in sorted({g[c.SEASON] for g in self.games if g[c.SEASON] < game[c.SEASON]}):
            games = [g for g in self.games if g[c.HOME] == game[c.HOME] and g[c.SEASON] == season]
            gates = [g for g in games if g[c.ATTENDANCE]]
            if len(gates) < 40 or games[-1][c.DATE] > cutoff:
                continue
            usual = mean([g[c.ATTENDANCE] for g in gates])
            for g in gates:
                alike = {
                    "month": g[c.DATE].month == game[c.DATE].month,
                    "weekday": g[c.DATE].weekday() == game[c.DATE].weekday(),
                    "visitor": g[c.VISITOR] == game[c.VISITOR],
                    "opener": g is games[0] and self._places(game)["home_opener"],
                }
                alike["month_weekday"] = alike["month"] and alike["weekday"]
                for name, same in alike.items():
                    if same:
                        told[name].append(round(10_000 * min(4, g[c.ATTENDANCE] / usual)) / 10_000)
        last = {"month": 40, "weekday": 40, "month_weekday": 8, "visitor": 12, "opener": 4}
        return {f"shape_{name}": mean(values[-last[name] :]) for name, values in told.items()}

    def _form(self, game: Game, cutoff: dt.date) -> dict[str, float]:
        out = {}
        for side, club in (("home", game[c.HOME]), ("visitor", game[c.VISITOR])):
            margins = self._margins(club, game[c.SEASON], cutoff)
            before = self._margins(club, game[c.SEASON] - 1, cutoff)
            wins = [margin > 0 for margin in margins]
            out[f"{side}_played"] = len(margins)
            out[f"{side}_win_rate"] = (sum(wins) + 5) / (len(wins) + 10)
            out[f"{side}_margin"] = sum(margins) / (len(margins) + 5)
            out[f"{side}_last10"] = mean(wins[-10:])
            out[f"{side}_last_season"] = mean([margin > 0 for margin in before])
            out[f"{side}_finish"] = mean([margin > 0 for margin in before[-40:]])
            earlier = self._margins(club, game[c.SEASON] - 2, cutoff)
            out[f"{side}_two_seasons_ago"] = mean([margin > 0 for margin in earlier])
        return out

    def _margins(self, club: str, season: int, cutoff: dt.date) -> list[int]:
        return [
            (past[c.HOME_RUNS] - past[c.VISITOR_RUNS]) * (1 if past[c.HOME] == club else -1)
            for past in self.games
            if club in (past[c.HOME], past[c.VISITOR])
            and past[c.SEASON] == season
            and past[c.DATE] <= cutoff
            and past[c.HOME_RUNS] is not None
        ]

    def _gates(self, game: Game, cutoff: dt.date) -> dict[str, float]:
        past = self.own_gates(game, cutoff)
        counts = [each[c.ATTENDANCE] for each in past]
        date, season = game[c.DATE], game[c.SEASON]

        def those(**wanted: object) -> list[float]:
            return [each[c.ATTENDANCE] for each in past if all(self._figure(each, k) == v for k, v in wanted.items())]

        weekday, visitor = those(weekday=date.weekday()), those(visitor=game[c.VISITOR])
        out = {f"gate_last{k}": mean(counts[-k:]) for k in (1, 3, 5, 10, 20, 40, 81)}
        out |= {f"gate_weekday{k}": mean(weekday[-k:]) for k in (1, 2, 4, 8, 13)}
        out |= {f"gate_visitor{k}": mean(visitor[-k:]) for k in (1, 3, 9)}
        out["gate_season"] = mean(those(season=season))
        out["gate_last_season"] = mean(those(season=season - 1))
        out["gate_finish"] = mean(those(season=season - 1)[-30:])
        out["gate_two_seasons_ago"] = mean(those(season=season - 2))
        out["season_trend"] = share(out["gate_last_season"], out["gate_two_seasons_ago"])
        out["gate_weekday_last_season"] = mean(those(season=season - 1, weekday=date.weekday()))
        out["gate_month_last_season"] = mean(those(season=season - 1, month=date.month))
        at_venue = [
            each[c.ATTENDANCE]
            for each in self.gates
            if each[c.VENUE] == game[c.VENUE] and 0 <= (cutoff - each[c.DATE]).days < 900
        ]
        out["gate_venue"] = mean(at_venue)
        out["season_gates"] = len(those(season=season))
        out["days_since_gate"] = (date - past[-1][c.DATE]).days if past else NAN
        recent = past[-120:]
        same = [
            each[c.ATTENDANCE]
            for each in past
            if each[c.DATE] >= recent[0][c.DATE] and each[c.DATE].weekday() == date.weekday()
        ]
        out["weekday_ratio"] = share(mean(same), mean(counts[-120:]))
        return out

    @staticmethod
    def _figure(game: Game, name: str) -> object:
        figures = {"weekday": game[c.DATE].weekday(), "month": game[c.DATE].month}
        return figures.get(name, game.get(name))
