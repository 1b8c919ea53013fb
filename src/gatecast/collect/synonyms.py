"""Headers that exports of clubs, leagues and statistics sites use for each column of games, in many languages."""

from __future__ import annotations

from gatecast.games import columns as c

__all__ = [
    "CANCELLED",
    "CANCELLED_HEADERS",
    "COMPETITION_HEADERS",
    "CUPS",
    "DATE_PARTS",
    "LAGGED",
    "NEUTRAL_HEADERS",
    "PLAYOFFS",
    "POSTPONED",
    "POSTPONED_HEADERS",
    "PROMOTION_HEADERS",
    "ROUNDS",
    "ROUND_HEADERS",
    "SPLIT_LEAGUE",
    "STATUS_HEADERS",
    "SYNONYMS",
    "TEAM_HEADERS",
    "TYPE_HEADERS",
]

SYNONYMS: dict[str, tuple[str, ...]] = {
    c.GAME_ID: ("gid", "gamekey", "gamepk", "matchid"),
    c.DATE: (
        *("gamedate", "dateofgame", "matchdate", "dategame", "dateplayed", "eventdate", "startdate", "officialdate"),
        *("gameday", "matchday", "kickoffdate", "localdate", "datelocal", "gamedatelocal", "scheduleddate", "playdate"),
        *("datetime", "gamedatetime", "startdatetime", "datetimelocal", "timestamp", "dateutc", "datetimeutc"),
        *("gamedtlocal", "dtlocal", "startdatelocal", "gamedt"),
        *("gamedatetimeutc", "starttimeutc", "kickoffutc"),
        *("datum", "spieldatum", "fecha", "data", "dato", "datadojogo", "päivämäärä", "dátum"),
        *("日付", "試合日", "開催日", "年月日", "날짜", "일자", "경기일", "경기일자", "경기날짜", "日期", "比赛日期"),
        *("дата", "датаматча", "ημερομηνία", "التاريخ", "תאריך"),
    ),
    c.START_TIME: (
        *("start", "gametime", "time", "firstpitch", "starttimelocal", "kotime", "kickofftime", "kickoff", "ko"),
        *("tipoff", "tipofftime", "puckdrop", "faceoff", "startet", "starttimeet", "timeet", "timelocal", "localtime"),
        *("uhrzeit", "anstoss", "anpfiff", "beginn", "hora", "horario", "heure", "orario", "tijd", "godzina"),
        *("開始時刻", "試合開始", "ko時刻", "開始", "시간", "시각", "경기시간", "开始时间", "时间", "время", "ώρα"),
    ),
    c.DAY_NIGHT: ("dn", "dayornight", "daynightgame"),
    c.NUMBER: ("gamenumber", "gamenum", "gm", "gameno", "numberofgame", "doubleheader", "dh"),
    c.VENUE: (
        *("site", "park", "parkid", "ballpark", "stadium", "arena", "venuename", "stadiumname", "arenaname", "ground"),
        *("rink", "stade", "stadion", "spielort", "estadio", "estádio", "stadio", "location"),
        *(
            "スタジアム",
            "球場",
            "会場",
            "試合会場",
            "구장",
            "경기장",
            "球场",
            "体育场",
            "场馆",
            "стадион",
            "арена",
            "γήπεδο",
        ),
    ),
    c.HOME: (
        *("hometeam", "homeclub", "hometeamname", "homename", "homeclubname", "homeside", "homesquad", "hometm"),
        *("homeneutral", "teamhome", "hometeamabbr", "hometeamabbreviation", "homeabbr", "homecode", "hometeamcode"),
        *("host", "hosts", "hostteam", "hostclub", "team1", "hometeamid", "homeid", "homeclubid", "teamidhome"),
        *("teamshometeamname", "teamshomename"),
        *("heim", "heimteam", "heimmannschaft", "heimverein", "mandante", "timemandante", "equipolocal", "local"),
        *("equipedomicile", "domicile", "casa", "squadracasa", "thuis", "thuisteam", "thuisploeg", "gospodarz"),
        *("gospodarze", "hemmalag", "hjemmehold", "kotijoukkue", "домашняякоманда", "хозяева", "хозяин"),
        *("ホーム", "ホームチーム", "ホームクラブ", "홈", "홈팀", "主队", "主隊", "γηπεδούχοσ", "المضيف"),
    ),
    c.VISITOR: (
        *("visteam", "visitingteam", "visitorteam", "visitors", "opponent", "opp", "away", "awayteam"),
        *("awayclub", "awayteamname", "awayname", "awayclubname", "awayside", "awaysquad", "awaytm", "visitorneutral"),
        *("teamaway", "visitingclub", "visitingteamname", "opponentname", "opponentteam", "opposingteam", "opposition"),
        *("opponentteamname", "oppteam", "oppname", "opponentteamabbr", "opponentabbr", "opponentteamid", "opponentid"),
        *(
            "awayteamabbr",
            "awayteamabbreviation",
            "awayabbr",
            "awaycode",
            "awayteamcode",
            "roadteam",
            "guest",
            "guests",
        ),
        *(
            "guestteam",
            "team2",
            "awayteamid",
            "awayid",
            "awayclubid",
            "visteamid",
            "teamidaway",
            "teamsawayteamname",
            "teamsawayname",
            "rival",
            "versus",
        ),
        *("gast", "gastteam", "gäste", "gastmannschaft", "gegner", "auswärtsteam", "visitante", "timevisitante"),
        *("equipovisitante", "visiteur", "equipeexterieur", "exterieur", "ospite", "ospiti", "trasferta", "uit"),
        *("uitteam", "uitploeg", "gość", "goście", "bortalag", "udehold", "vierasjoukkue", "гости", "гость"),
        *(
            "アウェイ",
            "アウェー",
            "アウェイチーム",
            "ビジター",
            "対戦相手",
            "원정",
            "원정팀",
            "방문",
            "방문팀",
            "상대",
            "상대팀",
            "客队",
            "客隊",
        ),
        *("φιλοξενούμενοσ", "φιλοξενούμενη", "الضيف"),
    ),
    c.SEASON: (
        *("year", "seasonyear", "seasonlabel", "saison", "temporada", "stagione", "sezon", "säsong", "sæson"),
        *("シーズン", "年度", "시즌", "赛季", "сезон"),
    ),
    c.HOME_LEAGUE: ("homelg", "homeleagueid"),
    c.VISITOR_LEAGUE: ("visleague", "visitingleague", "awayleague"),
    c.CAPACITY: (
        *("seats", "seating", "seatingcapacity", "parkcapacity", "stadiumcapacity", "arenacapacity", "venuecapacity"),
        *("kapazität", "capacidad", "capacité", "capienza", "収容人数", "수용인원", "容量", "вместимость"),
    ),
    c.PROMOTION: ("promotions", "promo", "promos", "giveaway", "giveaways"),
    c.TEMPERATURE: (
        *("temp", "temperature", "tempf", "temperaturef", "tempfahrenheit", "temperaturefahrenheit"),
        *("tempc", "tempcelsius", "temperaturecelsius"),
    ),
    c.WIND: ("windspeed", "wind", "windmph", "windspeedmph", "windspeedkmh", "windkph", "windspeedkph"),
    c.SKY: ("skies", "skycondition", "skyconditions"),
    c.PRECIPITATION: ("precip",),
    c.HOME_STARTER: ("homepitcher", "homestartingpitcher", "homesp", "hstarter"),
    c.VENUE_OPENED: ("yearopened", "openingyear", "stadiumopened", "parkopened", "ballparkopened"),
    c.EXPECTED_WINS: ("homeexpectedwins", "projectedwins", "winprojection", "wintotal"),
    c.VISITOR_STARTER: ("visitingstarter", "visitorpitcher", "visitingpitcher", "awaystarter", "awaypitcher", "awaysp"),
    c.HOME_RUNS: (
        *("hruns", "homescore", "hscore", "runshome", "homegoals", "homepoints", "homepts", "homefinal", "fthg", "hg"),
        *("scorehome", "goalshome", "homeg", "pthome", "ptshome", "hometeamscore", "hometeamgoals", "teamshomescore"),
    ),
    c.VISITOR_RUNS: (
        *("vruns", "visitorscore", "visrun", "visruns", "awayruns", "awayscore", "vscore", "awaygoals", "awaypoints"),
        *(
            "awaypts",
            "visitorgoals",
            "visitorpts",
            "visitorpoints",
            "awayfinal",
            "ftag",
            "ag",
            "scoreaway",
            "goalsaway",
        ),
        *("awayg", "ptsaway", "awayteamscore", "awayteamgoals", "teamsawayscore"),
    ),
    c.ATTENDANCE: (
        *("attend", "gate", "gates", "crowd", "att", "paidattendance", "announcedattendance", "attendence"),
        *("attendancepaid", "totalattendance", "gameattendance", "homeattendance", "officialattendance", "attd"),
        *(
            "reportedattendance",
            "actualattendance",
            "gameinfoattendance",
            "attendancetotal",
            "attendances",
            "spectators",
            "crowdsize",
        ),
        *("zuschauer", "zuschauerzahl", "besucher", "público", "publico", "publicototal", "asistencia", "espectadores"),
        *("assistência", "affluence", "spectateurs", "spettatori", "presenze", "toeschouwers", "publik", "åskådare"),
        *(
            "tilskuere",
            "tilskuertall",
            "yleisö",
            "yleisömäärä",
            "widzów",
            "widzowie",
            "frekwencja",
            "diváci",
            "seyirci",
        ),
        *("観客数", "入場者数", "観衆", "来場者数", "動員数", "관중", "관중수", "观众", "观众人数", "上座人数"),
        *("зрители", "посещаемость", "зрителей", "θεατέσ", "εισιτήρια", "الحضور"),
    ),
    c.SCANNED: ("turnstile", "turnstiles", "peoplethroughgate", "scans"),
}
"""Other headers of each column, without capitals, spaces and marks; the first one present that fits is taken."""

PROMOTION_HEADERS = (
    *("cap", "caps", "hat", "shirt", "tshirt", "jersey", "fireworks", "bobblehead", "bobbleheads", "poster", "towel"),
    *("blanket", "bag", "dollarnight", "dollarday", "dollardog", "concert", "kidsday", "familyday", "themenight"),
)
TEAM_HEADERS = (
    "team",
    "tm",
    "club",
    "teamname",
    "teamabbr",
    "teamabbreviation",
    "clubname",
    "squad",
    "franchise",
    "school",
    "verein",
    "equipo",
    "equipe",
)
"""Headers of the home club in a log of one team's games, beside an opponent."""
DATE_PARTS: dict[str, tuple[str, ...]] = {
    "year": ("year", "yr", "yyyy", "jahr", "año", "année", "ano", "年", "년", "연도", "год"),
    "month": ("month", "mon", "mo", "mm", "monat", "mes", "mois", "mês", "mese", "月", "월", "месяц"),
    "day": ("day", "dayofmonth", "dom", "dd", "tag", "día", "dia", "jour", "giorno", "日", "일", "день"),
}
LAGGED = (
    "before",
    "prev",
    "previous",
    "last",
    "lag",
    "prior",
    "avg",
    "average",
    "mean",
    "expected",
    "forecast",
    "rolling",
)
"""Words in headers of numbers that are not of the game itself."""
TYPE_HEADERS = (
    *("gametype", "seasontype", "stage", "phase", "matchtype", "typeofgame", "competitionstage", "segment"),
    *("seasonpart", "spielart", "tipopartido", "경기구분"),
)
PLAYOFFS = (
    *("playoff", "postseason", "final", "wildcard", "wild card", "worldseries", "world series", "championship"),
    *("divisionseries", "lcs", "exhibition", "preseason", "pre-season", "spring", "friendly", "allstar", "all-star"),
    *("play-in", "playin", "relegation", "knockout", "プレーオフ", "포스트시즌", "플레이오프"),
)
"""Words in a column of game types that speak for a game outside the regular season."""
SPLIT_LEAGUE = r"(?i)(championship|relegation)[ _-]?(group|round|pool|stage)"
"""Second part of a league's season, in which it plays in groups by rank."""
ROUND_HEADERS = ("round", "roundyear", "roundname", "roundtype", "week", "wk", "runde", "ronda", "rodada", "fase")
ROUNDS = (
    r"(?i)\b(finals?|semi-?finals?|semis?|quarter-?finals?|playoffs?|play-offs?|wild ?card|divisional"
    r"|conf(erence)?champ|super ?bowl|[gpqse]f)\b"
)
"""Rounds of playoffs, whole words in a column of rounds or weeks; GF, PF, QF, SF and EF as in Australian football."""
COMPETITION_HEADERS = (
    *("competition", "comp", "tournament", "wettbewerb", "competición", "competizione", "compétition", "大会", "대회"),
)
CUPS = (
    *("cup", "trophy", "shield", "champions league", "concacaf", "friendly", "friendlies", "exhibition", "pokal"),
    *("copa ", "coppa", "coupe", "taça", "カップ", "컵", "playoff", "play-off", "post-season", "postseason"),
)
"""Words in a column of competitions that speak for another one than the league."""
NEUTRAL_HEADERS = ("neutral", "isneutral", "neutralsite", "neutralvenue", "neutralground", "atneutralsite")
POSTPONED_HEADERS = ("postponed", "ispostponed", "ppd")
CANCELLED_HEADERS = ("canceled", "cancelled", "iscanceled", "iscancelled", "calledoff")
STATUS_HEADERS = ("status", "gamestatus", "matchstatus", "gamestate", "detailedstate", "statusdetailedstate")
POSTPONED = (
    *("postponed", "ppd", "verschoben", "aplazad", "pospuest", "reporté", "rinviat", "adiad", "uitgesteld"),
    *("перенес", "отложен", "延期", "順延", "연기"),
)
CANCELLED = (
    *("cancel", "calledoff", "rainedout", "rainout", "abgesagt", "annul", "suspendid", "afgelast", "отмен"),
    *("中止", "取消", "취소"),
)
"""Words in a column of states that speak for a game that does not take place on its day, and for none at all."""
