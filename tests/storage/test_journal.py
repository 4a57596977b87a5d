import pytest

from g2links.errors import ArtefactError
from g2links.storage.journal import Journal
from g2links.storage.layout import Home


def test_it_goes_on_with_the_steps_that_are_done(tmp_path):
    with Journal(Home(tmp_path), {"seed": 1}) as journal:
        journal.record("cy", {"run": 1})
    with Journal(Home(tmp_path), {"seed": 1}) as journal:
        assert journal.done == {"cy": {"run": 1}}
    with Journal(Home(tmp_path), {"seed": 2}) as other:
        assert other.done == {}


@pytest.mark.parametrize("content", [b"", b"{}", b'{"config": {}, "done": 3}'])
def test_a_damaged_one_is_named_with_the_remedy_which_works(tmp_path, content):
    with Journal(Home(tmp_path), {"seed": 1}) as journal:
        journal.record("cy", {"run": 1})
    (tmp_path / "models/.pipeline.json").write_bytes(content)
    with pytest.raises(ArtefactError, match=r"\.pipeline\.json:.*start the pipeline anew with --fresh"):
        Journal(Home(tmp_path), {"seed": 1}).__enter__()
    with Journal(Home(tmp_path), {"seed": 1}, fresh=True) as journal:
        assert journal.done == {}
