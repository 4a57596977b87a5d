"""What checks the annotations of the package while the tests run: beartype, with integers taken for real numbers."""

from beartype import BeartypeConf, beartype

checked = beartype(conf=BeartypeConf(is_pep484_tower=True))
