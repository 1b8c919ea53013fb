"""Rows that are no home game of their own: away games, totals, repeated headers, notes, one game in several rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from gatecast.collect.column_mapping import ColumnMapping
from gatecast.collect.parse import NO, YES
from gatecast.collect.raw_table import Cells, RawTable, Refusals
from gatecast.collect.report import LIKELY, WRONG_IF_USED, Reading
from gatecast.collect.synonyms import SYNONYMS
from gatecast.errors import DataError
from gatecast.games import columns as c
from gatecast.suggestions import listed, plain_header

__all__ = ["FIRST", "REFUSE", "SUM", "HomeGames", "home_games", "merged", "with_clubs_apart", "without_noise"]

REFUSE, FIRST, SUM = "refuse", "first", "sum"
"""Ways in which a mapping may treat one game in several rows."""

AT_HOME = ("home", "vs", "vs.", "heim", "hjemme", "casa", "ホーム", "홈", "主", "主场", "дома")
AWAY = (
    "away",
    "@",
    "at",
    "road",
    "auswärts",
    "gast",
    "fuera",
    "trasferta",
    "アウェイ",
    "アウェー",
    "원정",
    "客",
    "客场",
    "в гостях",
)
AT_HOME_LETTERS, AWAY_LETTERS = ("h",), ("a", "r")
NEUTRAL = ("neutral", "n", "neutral site")
SIDE_HEADERS = (
    *(
        "homeaway",
        "homeoraway",
        "homeroad",
        "ha",
        "site",
        "venue",
        "location",
        "loc",
        "where",
        "side",
        "ground",
        "place",
    ),
    *("playedat", "gamelocation"),
)
YES_MEANS_HOME = ("home", "ishome", "homegame", "athome", "ishomegame", "homeflag", "isathome")
YES_MEANS_AWAY = ("away", "isaway", "awaygame", "roadgame", "isawaygame", "isroad")
AWAY_PREFIX = r"^(?:@\s*|(?:at|At|AT)\s+)"
HOME_PREFIX = r"^(?:vs?\.?\s+|VS\.?\s+|Vs\.?\s+)"
LEAST_PREFIXED = 0.3
HOME_FIRST = r"^(.{2,60}?)\s+(?:vs?\.?|VS?\.?|Vs\.?|versus)\s+(.{2,60})$"
VISITOR_FIRST = r"^(.{2,60}?)\s+(?:@|at)\s+(.{2,60})$"
DASHED = r"^\s*[^\W\d][^-–—:]{0,40}?\s*[-–—:]\s*[^\W\d][^-–—:]{0,40}$"
"""Two clubs with a dash between them, of which nothing says which one is at home."""
PAIR_HEADERS = (
    *("game", "match", "matchup", "fixture", "teams", "clubs", "spiel", "begegnung", "paarung", "partido", "partida"),
    *(
        "encuentro",
        "jogo",
        "rencontre",
        "incontro",
        "wedstrijd",
        "mecz",
        "матч",
        "対戦",
        "対戦カード",
        "カード",
        "경기",
        "대진",
    ),
)
LEAST_PAIRED = 0.9
"""Share of cells with two clubs from which a column is taken to hold both."""

TOTAL = re.compile(
    r"^(grand|season|home|overall|league|club)?\s*(totals?|averages?|avg\.?|mean|sum|median|summe|gesamt|insgesamt"
    r"|durchschnitt|promedio|media|média|moyenne|totale|합계|평균|총계|合計|平均|計|总计|итого|всего|среднее)"
    r"(\s*(attendance|gates?|crowd|per game|/ ?game|for season|games?))?\s*:?$",
    re.IGNORECASE,
)
LONGEST_TOTAL = 40
CLUBS_APART = (c.HOME, c.VISITOR, *SYNONYMS[c.HOME], *SYNONYMS[c.VISITOR])
NO_START = "unknown"
TELLING = (c.START_TIME, c.NUMBER, c.ATTENDANCE)
"""Columns in which two games of two clubs on one day differ."""


@dataclass(frozen=True)
class HomeGames:
    """The home games of a table, and the headers that identified them."""

    table: RawTable
    used: tuple[str, ...] = ()


def without_noise(table: RawTable, reading: Reading) -> RawTable:
    """Return the table without totals, averages, repeated headers and notes between or below the games."""
    texts = [header for header in table.frame.columns if table.frame[header].dtype == pl.String]
    if not texts:
        return table
    frame = table.frame
    totals = pl.Series([False], dtype=pl.Boolean).new_from_index(0, frame.height)
    headers = pl.Series([0], dtype=pl.Int32).new_from_index(0, frame.height)
    for header in texts:
        distinct = frame[header].drop_nulls().unique()
        words = [word for word in distinct if len(word) <= LONGEST_TOTAL and TOTAL.match(word.strip())]
        if words:
            totals |= frame[header].is_in(words).fill_null(False)
        headers += (frame[header].str.to_lowercase() == header.lower()).fill_null(False).cast(pl.Int32)
    filled = frame.select(pl.sum_horizontal(pl.all().is_not_null().cast(pl.Int32))).to_series()
    repeated = (headers >= 2) & (headers * 2 >= filled)
    notes = (filled == 1) & _one_note(frame, texts) & (filled.max() > 2) if frame.width > 2 else filled < 0  # type: ignore[operator]
    for mask, what in ((totals, "totals or averages"), (repeated, "repeated headers"), (notes & ~totals, "notes")):
        if mask.any() and not mask.all():
            rows = [table.rows[place] for place in mask.arg_true()]
            reading.note(
                f"left out {len(rows)} row{'s' if len(rows) > 1 else ''} of {what} (row {listed(_text(rows))})"
            )
            reading.count(no_games=len(rows))
    noise = totals | repeated | notes
    return table if not noise.any() or noise.all() else table.filter_rows(~noise)


def home_games(table: RawTable, mapping: ColumnMapping, reading: Reading) -> HomeGames:
    """Return the home games of a log that has away games too, as every statistics site writes it.

    A column of Home and Away, of @ and vs, of yes and no under Home, or @ before the opponent's name says which is
    which. What a mapping reads as a column of games is left alone.
    """
    if not mapping.guess:
        return HomeGames(table)
    said = {header for source in mapping.columns.values() for header in source.columns} | set(mapping.keep)
    for header in table.frame.columns:
        if header in said:
            continue
        side = _side(table, header)
        if side is not None:
            reading.column(header, "", reason="says which games are at home")
            return HomeGames(_at_home(table, side, header, reading), (header,))
    visitor = mapping.columns.get(c.VISITOR)
    for header in table.frame.columns:
        if header in said and (visitor is None or header != visitor.header):
            continue
        if plain_header(header) not in (c.VISITOR, *SYNONYMS[c.VISITOR]) or table.frame[header].dtype != pl.String:
            continue
        values = table.frame[header]
        away = values.str.contains(AWAY_PREFIX).fill_null(False)
        home = values.str.contains(HOME_PREFIX).fill_null(False)
        prefixed = int((away | home).sum())
        if not prefixed or prefixed < LEAST_PREFIXED * len(values.drop_nulls()):
            continue
        bare = values.str.replace(AWAY_PREFIX, "").str.replace(HOME_PREFIX, "")
        table = replace(table, frame=table.frame.with_columns(bare.alias(header)))
        side_of = pl.Series(["home"]).new_from_index(0, len(away)).zip_with(~away, pl.Series(["away"]))
        return HomeGames(_at_home(table, side_of, header, reading))
    return HomeGames(table)


def with_clubs_apart(table: RawTable, mapping: ColumnMapping, reading: Reading) -> RawTable:
    """Return the table with columns of both clubs, where only one column has them: `Bears v Owls`, `Owls @ Bears`."""
    plain = {plain_header(header) for header in table.frame.columns}
    said = {*mapping.columns, *mapping.constants}
    if not mapping.guess or said & {c.HOME, c.VISITOR} or plain & {*CLUBS_APART}:
        return table
    for header in table.frame.columns:
        values = table.frame[header]
        if values.dtype != pl.String or values.null_count() == len(values):
            continue
        known = len(values.drop_nulls())
        for form, home, visitor in ((HOME_FIRST, 1, 2), (VISITOR_FIRST, 2, 1)):
            paired = values.str.contains(form).fill_null(False)
            if paired.sum() < LEAST_PAIRED * known:
                continue
            clubs = {c.HOME: values.str.extract(form, home), c.VISITOR: values.str.extract(form, visitor)}
            example = values.filter(paired)[0]
            text = f"read {header} as two clubs: of {example} the home club is {clubs[c.HOME].filter(paired)[0]}"
            reading.doubt(text, f"map {c.HOME} and {c.VISITOR} if that is wrong", LIKELY)
            reading.column(header, f"{c.HOME}, {c.VISITOR}", reason="says which two clubs play")
            return replace(table, frame=table.frame.with_columns(**clubs))
        _doubt_dashed(header, values, known, reading)
    return table


def _doubt_dashed(header: str, values: pl.Series, known: int, reading: Reading) -> None:
    """Ask about a column of `LAKES-HILLS`, which names two clubs and not which one is at home."""
    dashed = values.str.contains(DASHED).fill_null(False)
    if plain_header(header) not in PAIR_HEADERS or dashed.sum() < LEAST_PAIRED * known:
        return
    example = values.filter(dashed)[0]
    reading.doubt(
        f"{header} seems to name two clubs ({example}), and not which one is at home; it was left out, and all games "
        "count as those of one ballpark",
        f"put the home club and the visitor into columns of their own, {c.HOME} and {c.VISITOR}",
        WRONG_IF_USED,
    )


def merged(
    table: RawTable,
    columns: dict[str, pl.Series],
    mapping: ColumnMapping,
    reading: Reading,
    refusals: Refusals | None,
    *,
    trusted: bool,
) -> tuple[RawTable, dict[str, pl.Series]]:
    """Refuse or merge rows of one game; two rows are a doubleheader only where starts, numbers or ids differ.

    Parameters
    ----------
    table : RawTable
    columns : mapping of our name to Series, shape (rows,)
        As parsed.
    mapping : ColumnMapping
        Its `repeated` says what to do.
    trusted : bool
        True where numbers of a column of numbers are those within a doubleheader.
    """
    if c.DATE not in columns:
        return table, columns
    frame = pl.DataFrame(columns).with_row_index("place")
    clubs = [name for name in (c.HOME, c.VENUE) if name in columns][:1]
    key = [c.DATE, *clubs]
    same_day = frame.filter(pl.col(c.DATE).is_not_null() & (pl.len().over(key) > 1))
    same_day = same_day.filter(~_told_apart(same_day.columns, key, trusted=trusted, with_club=bool(clubs)))
    drop: dict[int, int] = {}
    unsure = 0
    for group in same_day.partition_by(key, maintain_order=True):
        repeats = _repeats(table, group, bool(clubs), mapping, refusals)
        unsure += not repeats
        drop |= {} if mapping.repeated == REFUSE else repeats
    if unsure:
        reading.doubt(
            f"took games against two opponents on one day for a doubleheader, on {unsure} days", weight=LIKELY
        )
    _refuse_both_sides(table, frame if trusted else frame.drop(c.NUMBER, strict=False), refusals)
    if not drop:
        return table, columns
    if mapping.repeated == SUM:
        columns = {
            name: _summed(values, drop) if name in (c.ATTENDANCE, c.SCANNED) else values
            for name, values in columns.items()
        }
    keep = ~pl.Series(range(frame.height), dtype=pl.Int64).is_in(list(drop))
    reading.note(f"merged {len(drop)} rows into other rows of the same game ({mapping.repeated})")
    reading.count(merged=len(drop))
    return table.filter_rows(keep), {name: values.filter(keep) for name, values in columns.items()}


def _side(table: RawTable, header: str) -> pl.Series | None:
    """Return home, away or neutral for each row, as a column says it; None where it says something else."""
    values, plain = table.frame[header], plain_header(header)
    unnamed = header in table.facts.unnamed
    text = Cells(values, table.rows, table.file, header).text().str.strip_chars().str.to_lowercase()
    distinct = set(text.drop_nulls().unique().to_list())
    if not distinct or len(distinct) > 4:
        return None
    words: dict[str, str] = {}
    if plain in YES_MEANS_HOME + YES_MEANS_AWAY and distinct <= {*YES, *NO}:
        yes = "home" if plain in YES_MEANS_HOME else "away"
        no = "away" if yes == "home" else "home"
        words = {**dict.fromkeys(YES, yes), **dict.fromkeys(NO, no)}
        return text.replace_strict(words, default=None, return_dtype=pl.String)
    words = {**dict.fromkeys(AT_HOME, "home"), **dict.fromkeys(AWAY, "away"), **dict.fromkeys(NEUTRAL, "neutral")}
    named = plain in SIDE_HEADERS or unnamed
    if named:
        words |= {**dict.fromkeys(AT_HOME_LETTERS, "home"), **dict.fromkeys(AWAY_LETTERS, "away")}
    if not distinct <= set(words):
        return None
    sides = {words[word] for word in distinct}
    if not named and (sides == {"neutral"} or not sides >= {"home", "away"}):
        return None
    if sides == {"neutral"} and not unnamed:
        return None
    empty = "home" if "@" in distinct or unnamed else None
    sided = text.replace_strict(words, default=None, return_dtype=pl.String)
    return sided if empty is None else sided.fill_null(empty)


def _at_home(table: RawTable, side: pl.Series, header: str, reading: Reading) -> RawTable:
    """Leave out the games that are not at home, and say how many."""
    for word, what in (("away", "away games"), ("neutral", "games at a neutral site")):
        count = int((side == word).sum())
        if count:
            games = what if count > 1 else what.replace("games", "game")
            reading.note(f"left out {count} {games} of {len(side)} rows by {header}")
            reading.count(**{word: count})
    unclear = int(side.null_count())
    if unclear:
        rows = f"{unclear} rows do" if unclear > 1 else "1 row does"
        reading.doubt(f"{rows} not say under {header} whether that is a home game, and was taken for one")
    home = side.fill_null("home") == "home"
    if not home.any():
        raise DataError("away games only", "home games", f"see the column {header}", file=table.file, column=header)
    return table if home.all() else table.filter_rows(home)


def _repeats(
    table: RawTable,
    group: pl.DataFrame,
    with_club: bool,
    mapping: ColumnMapping,
    refusals: Refusals | None,
) -> dict[int, int]:
    """Return the rows of a club's day that repeat the game of another row, and that other row; refuse them if told."""
    date = group[c.DATE][0]
    places = group["place"].to_list()
    if not with_club and c.VISITOR in group.columns and group[c.VISITOR].n_unique() > 1:
        got = f"{group.height} games on {date} and no column of home clubs"
        remedy = f'map the home club, as in {c.HOME} = "theirs"; its columns are {listed(table.frame.columns)}'
        raise DataError(got, "the home club of each game", remedy).at(**table.where(places[1]))
    drop = {}
    starts = [NO_START if start is None else start for start in _column(group, c.START_TIME)]
    seen: dict[tuple[object, ...], int] = {}
    for place, visitor, start in zip(places, _column(group, c.VISITOR), starts, strict=True):
        # Rows of a day that differ in nothing that games differ in are one game.
        same = next((other for other, theirs in seen.items() if _one_game(other, (visitor, start))), None)
        if same is None:
            seen[visitor, start] = place
            continue
        drop[place] = seen[same]
    if mapping.repeated == REFUSE:
        for place, other in drop.items():
            _refuse(table, place, _repeat_error(table, place, other, date), refusals)
    return drop


def _told_apart(names: Sequence[str], key: list[str], *, trusted: bool, with_club: bool) -> pl.Expr:
    """Return True for rows of days on which ids, numbers or starts tell all games of a club apart."""
    one_club = pl.lit(True)
    if not with_club and c.VISITOR in names:
        one_club = pl.col(c.VISITOR).n_unique().over(key) == 1
    telling = {c.GAME_ID: pl.lit(True), c.NUMBER: pl.lit(trusted), c.START_TIME: one_club}
    apart = [
        tells & (pl.col(name).null_count().over(key) == 0) & (pl.col(name).n_unique().over(key) == pl.len().over(key))
        for name, tells in telling.items()
        if name in names
    ]
    return pl.any_horizontal(apart) if apart else pl.lit(False)


def _one_game(game: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Return True unless visitor or start differ, where both are known; two opponents need two known starts."""
    (visitor, start), (other_visitor, other_start) = game, other
    if visitor == other_visitor:
        return start == other_start or NO_START in (start, other_start)
    return visitor is None or other_visitor is None


def _repeat_error(table: RawTable, place: int, other: int, date: object) -> DataError:
    got = f"a second row for the game of {date} in row {table.rows[other]}"
    remedy = (
        "take it out, or give both games of a doubleheader their starts or numbers; where one game has several rows, "
        'say repeated = "sum" (one row a ticket type) or "first" under [rows] in a mapping file'
    )
    return DataError(got, "one row for each game", remedy).at(**table.where(place))


def _refuse(table: RawTable, place: int, error: DataError, refusals: Refusals | None) -> None:
    if refusals is None:
        raise error
    refusals.add(place, error)


def _refuse_both_sides(table: RawTable, frame: pl.DataFrame, refusals: Refusals | None) -> None:
    """Refuse a game that stands once for each of its two clubs."""
    if not {c.HOME, c.VISITOR} <= set(frame.columns):
        return
    wanted = [name for name in ("place", c.DATE, c.HOME, c.VISITOR, *TELLING) if name in frame.columns]
    games = frame.select(wanted).drop_nulls([c.DATE, c.HOME, c.VISITOR])
    swapped = games.rename({c.HOME: c.VISITOR, c.VISITOR: c.HOME})
    both = games.join(swapped, on=[c.DATE, c.HOME, c.VISITOR], suffix=" there").filter(
        pl.col("place") > pl.col("place there")
    )
    for row in both.iter_rows(named=True):
        alike = [
            row[name] == row[f"{name} there"]
            for name in TELLING
            if name in wanted and row[name] is not None and row[f"{name} there"] is not None
        ]
        if not alike or all(alike):
            got = (
                f"the game of {row[c.DATE]} in row {table.rows[row['place there']]} once more, with its clubs exchanged"
            )
            remedy = "keep the rows of the home club; which one that is cannot be told from the table"
            error = DataError(got, "one row for each game, that of the home club", remedy)
            _refuse(table, row["place"], error.at(**table.where(row["place"])), refusals)


def _summed(values: pl.Series, drop: Mapping[int, int]) -> pl.Series:
    """Add the values of rows that are merged to those they are merged into."""
    out = values.to_list()
    for place, into in drop.items():
        if values[place] is not None:
            out[into] = (out[into] or 0) + values[place]
    return pl.Series(values.name, out, values.dtype)


def _column(group: pl.DataFrame, name: str) -> list[object]:
    return group[name].to_list() if name in group.columns else [None] * group.height


def _one_note(frame: pl.DataFrame, texts: list[str]) -> pl.Series:
    """Return True for rows whose first text holds several words and no number stands first."""
    joined = frame.select(pl.concat_str([pl.col(header).fill_null("") for header in texts])).to_series()
    return joined.str.contains(r"^[^\d].*\s") & ~joined.str.contains(r"^\w+\.? \d{1,2},? \d{4}$")


def _text(rows: list[int]) -> list[str]:
    return [str(row) for row in rows]
