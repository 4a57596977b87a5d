import pytest

from g2links._links import absolute_links


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("[a](b.md#c)", "[a](https://x.org/r/blob/v1.2/docs/b.md#c)"),
        ("[a](../b.md)", "[a](https://x.org/r/blob/v1.2/b.md)"),
        ('<img src="b.png" width="4">', '<img src="https://x.org/r/raw/v1.2/docs/b.png" width="4">'),
        ("[a](#b)", "[a](#b)"),
        ("[a](https://y.org/b)", "[a](https://y.org/b)"),
        ("[a](mailto:b@y.org), f(x)", "[a](mailto:b@y.org), f(x)"),
    ],
)
def test_links_to_files_lead_to_these_in_the_version(link, absolute):
    assert absolute_links(link, "docs", "https://x.org/r", "1.2") == absolute
