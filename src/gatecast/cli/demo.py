"""`gatecast demo`: the sample league, end to end."""

from __future__ import annotations

from pathlib import Path

from gatecast.cli.console import note, say, show_table, shown_progress

__all__ = ["DEMO_FOLDER", "demo"]

DEMO_FOLDER = Path("gatecast-demo")


def demo() -> None:
    """Forecast and plan for the simulated sample league, in under a minute; writes ./gatecast-demo."""
    from gatecast.cli.tables import forecast_table
    from gatecast.collect import SIMULATED_NOTICE
    from gatecast.demo import make_demo
    from gatecast.evaluate.report import versus_table

    with shown_progress() as progress:
        demo = make_demo(DEMO_FOLDER, progress=progress, note=note)
    say(SIMULATED_NOTICE)
    say()
    show_table(forecast_table(demo.forecast))
    show_table(versus_table(demo.scores))
    say(f"Written to {DEMO_FOLDER}:")
    for name, what in demo.files.items():
        say(f"  {name:<16} {what}")
    say()
    say("Next: open report.html and plan.xlsx, or run 'gatecast serve'. With your own spreadsheet:")
    say("  gatecast collect file games.xlsx --out games.parquet")
    say("  gatecast forecast games.parquet --upcoming upcoming.csv --as-of 2025-06-08 --out forecast.csv")
    say(f"  gatecast plan forecast.csv --operations {DEMO_FOLDER}/operations.toml --out plan.xlsx")
