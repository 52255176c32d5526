"""A client for a town hall's API: an evening run from a script, as our own command line runs it.

    with Client("https://hall.example.org", token) as town:
        town.create("Budget night", hall="budget", led=True)
        hall = town.hall("budget")
        print(hall.give_seat("ana", "Ana Ferreira")["studio_url"])
        hall.open()
        hall.floor.up("ana")

Every method is one request and returns the JSON that was answered, typed (`hustings.shapes`). A no
is raised as `Refused`, with its code, sentence and next step; where nobody answers, as
`NobodyAnswers`. Imports nothing of the server, keeps nothing and decides nothing.
"""

from hustings.client.floor import Floor, Hands
from hustings.client.hall import Hall
from hustings.client.show import Show
from hustings.client.town import Client
from hustings.client.wire import NobodyAnswers, Refused

__all__ = ["Client", "Floor", "Hall", "Hands", "NobodyAnswers", "Refused", "Show"]
