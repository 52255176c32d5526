"""`hustings owner-link`: a new one-time link, for whoever runs the machine."""

from hustings.cli.client import Client
from hustings.cli.common import CLIENT, Told, takes


@takes(CLIENT)
def owner_link(told: Told) -> None:
    """Print a new owner's link, good once."""
    made = Client.of(told.settings()).call("POST", "/owner-links")
    told.show(made, "Owner's link, good once, for 24 hours:", made["url"])
