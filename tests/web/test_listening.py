import pytest

from gatecast.errors import InputError
from gatecast.web.listening import check_listening, is_own


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "club.example"])
def test_nothing_is_listened_on_that_others_reach_without_a_password(host):
    with pytest.raises(InputError, match="gatecast password"):
        check_listening(host, has_password=False)
    check_listening(host, has_password=True)
    assert not is_own(host)


@pytest.mark.parametrize("host", ["", " 127.0.0.1"])
def test_what_is_no_address_is_not_listened_on(host):
    with pytest.raises(InputError, match="--host"):
        check_listening(host, has_password=True)
