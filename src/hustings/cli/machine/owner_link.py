"""`hustings owner-link`: a new one-time link, for whoever runs the machine."""

from hustings.cli.client import reach
from hustings.cli.common import CLIENT, Told, takes


@takes(CLIENT)
def owner_link(told: Told) -> None:
    """Print a new owner's link, good once."""
    url = reach(told.settings()).owner_link()
    told.show({"url": url}, "Owner's link, good once, for 24 hours:", url)
