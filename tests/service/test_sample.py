from gatecast.collect import SIMULATED_NOTICE


def test_the_sample_club_is_there_with_all_that_pages_show(sample_club):
    service = sample_club
    club = service.club()
    assert club == "Quillport Lanterns"
    assert service.notice() == SIMULATED_NOTICE
    assert (
        len(service.upcoming(club))
        == len(service.latest(club).filter(service.latest(club)["as_of"] == service.as_of(club)))
        == 18
    )
    assert service.model_id() == service.latest(club)["model"][-1]
    assert len(service.store.tickets()) > 500


def test_its_forecasts_were_issued_before_the_games_and_are_near_them(sample_club):
    club = "Quillport Lanterns"
    table = sample_club.forecasts(club).join(
        sample_club.games().table.select("game_id", "date", "attendance"), on="game_id"
    )
    assert (table["as_of"] < table["date"]).all()
    assert (table["issued_at"].dt.date() <= table["date"]).all()
    played = table.drop_nulls("attendance").unique("game_id", keep="last")
    off = (played["attendance"] - played["q50"]).abs().mean()
    assert off < 0.8 * (played["attendance"] - played["attendance"].mean()).abs().mean()
