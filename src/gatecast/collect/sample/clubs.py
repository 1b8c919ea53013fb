"""The eight invented clubs of the sample league."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CLUBS", "LEAGUE", "SIMULATED_NOTICE", "YOURS", "Club"]

SIMULATED_NOTICE = "Simulated league: invented clubs and invented games."
LEAGUE = "Sample League"


@dataclass(frozen=True)
class Club:
    """One invented club and the true values behind its attendance.

    Parameters
    ----------
    code : str
        Three letters that open its game ids.
    capacity : int
        Seats.
    level : float
        Median demand of a plain Monday in a plain week, as a share of the seats.
    draw : float
        Effect of its visit on the log demand of a home club.
    rival : str
        Code of the club whose visit draws a rival's crowd.
    warmth : float
        Mean temperature of the year, °C.
    price : float
        Mean ticket price in the first season, dollars.
    starters : tuple of str
        The rotation; the first is the ace.
    """

    code: str
    name: str
    venue: str
    capacity: int
    level: float
    draw: float
    rival: str
    warmth: float
    price: float
    starters: tuple[str, ...]


CLUBS = (
    Club(
        "QUI",
        "Quillport Lanterns",
        "Lantern Field",
        capacity=6200,
        level=0.56,
        draw=0.02,
        rival="BRI",
        warmth=13.5,
        price=14.0,
        starters=("Dario Vantresk", "Milo Harnwell", "Joss Pellerby", "Ty Okonrad", "Ben Ashquill"),
    ),
    Club(
        "BRI",
        "Brindlewick Otters",
        "Otter Creek Grounds",
        capacity=7800,
        level=0.50,
        draw=0.03,
        rival="QUI",
        warmth=13.0,
        price=13.0,
        starters=("Cal Morrisande", "Theo Brackwith", "Luis Arandell", "Rob Fenmarsh", "Ivo Tannacker"),
    ),
    Club(
        "SUN",
        "Sundrell Pilots",
        "The Hangar",
        capacity=11000,
        level=0.52,
        draw=0.12,
        rival="OXB",
        warmth=16.5,
        price=15.0,
        starters=("Rafe Castellorn", "Hugh Dimmock-Lay", "Andre Solvay", "Pete Quarrick", "Sam Windhollow"),
    ),
    Club(
        "OXB",
        "Oxbarrow Plowmen",
        "Furrow Park",
        capacity=5400,
        level=0.46,
        draw=-0.05,
        rival="SUN",
        warmth=12.0,
        price=10.0,
        starters=("Gus Thornaby", "Eli Marchetto", "Nat Coldwater", "Jim Ravensill", "Owen Balsdane"),
    ),
    Club(
        "VEL",
        "Velmora Kites",
        "Kite Hill",
        capacity=3500,
        level=0.82,
        draw=0.06,
        rival="HAR",
        warmth=14.5,
        price=12.0,
        starters=("Marco Illandez", "Drew Pashley", "Kit Overmoor", "Leo Stravini", "Dan Wexcombe"),
    ),
    Club(
        "HAR",
        "Harrowmere Foxes",
        "Foxden Stadium",
        capacity=8600,
        level=0.47,
        draw=0.00,
        rival="VEL",
        warmth=13.0,
        price=12.5,
        starters=("Zeke Lamborne", "Victor Ansaldo", "Ray Tillinghop", "Noel Draycliff", "Max Burwether"),
    ),
    Club(
        "TAM",
        "Tamsel Ridge Comets",
        "Comet Yard",
        capacity=4600,
        level=0.55,
        draw=-0.03,
        rival="GRA",
        warmth=11.5,
        price=11.0,
        starters=("Abe Finchlow", "Carlos Berenda", "Will Skarholt", "Tom Easterley", "Jude Prowse-Hill"),
    ),
    Club(
        "GRA",
        "Grantwhistle Boxcars",
        "Siding Street Park",
        capacity=9400,
        level=0.44,
        draw=-0.08,
        rival="TAM",
        warmth=15.0,
        price=11.5,
        starters=("Hank Dellarue", "Oscar Plimwood", "Reg Carrowmere", "Alan Tsurette", "Finn Mossgate"),
    ),
)

YOURS = 0
"""Place of your club in `CLUBS`."""
