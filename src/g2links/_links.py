"""Links of pages of the repository, for readers who have the page alone; pyproject.toml's build reads this file too."""

import posixpath
import re

_LINK = re.compile(r'(?P<before>\]\(|\bsrc=")(?P<target>[^)\s"]+)')


def absolute_links(text: str, folder: str, url: str, version: str) -> str:
    """Markdown whose links to files of the repository lead to these on the web, as they were in a version.

    Args:
        text: the page, in which a link is `[...](path)` or an attribute `src="path"`.
        folder: of the page in the repository, to which its links are relative; "" for the root.
        url: of the repository.
        version: whose tag is `v{version}`.
    """

    def absolute(link: re.Match[str]) -> str:
        before, target = link["before"], link["target"]
        if ":" in target or target.startswith("#"):
            return link[0]
        shown = "raw" if before.startswith("src") else "blob"
        return f"{before}{url}/{shown}/v{version}/{posixpath.normpath(posixpath.join(folder, target))}"

    return _LINK.sub(absolute, text)
