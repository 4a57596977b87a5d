"""The list of weight systems that comes with the package."""

import pytest

from g2links.errors import ArtefactError
from g2links.storage import weight_systems as module
from g2links.varieties.weight_systems import COUNT, weight_systems


@pytest.mark.usefixtures("as_users_run")
def test_the_list_is_what_the_enumeration_finds_and_writes(tmp_path):
    listed = module.read_weight_systems()
    assert len(listed) == COUNT == 7555
    assert listed == weight_systems()
    assert module.write_weight_systems(tmp_path / "list.txt") == module.SHA256
    assert (tmp_path / "list.txt").read_bytes() == module.packaged_list().read_bytes()


def test_an_altered_list_is_not_used(tmp_path, monkeypatch):
    altered = tmp_path / "list.txt"
    altered.write_bytes(module.packaged_list().read_bytes().replace(b"1 1 1 1 2\n", b"1 1 1 1 9\n"))
    monkeypatch.setattr(module, "packaged_list", lambda: altered)
    with pytest.raises(ArtefactError, match="damaged or altered"):
        module.read_weight_systems.__wrapped__()
    altered.unlink()
    with pytest.raises(ArtefactError, match="no such file"):
        module.read_weight_systems.__wrapped__()
