"""The spot-check of each city as a claimed list, all cities of a campaign looked at together.

No city of the plan has to state its design, so the mildest one is supposed: at random inside each
county and batch, as many as were checked there. Whoever drew otherwise can say so; what a list
that does not look drawn then means is asked of the city, not decided here.
"""

from __future__ import annotations

from audit_lib.compliance import Facts
from audit_lib.investigation.claimed import ClaimedList, examine_list
from audit_lib.investigation.lists import city_frame, city_list

STATED = "各县区各批次内随机, 家数按实际抽检"
FEWEST = 10
"""A list of fewer units can hardly differ from chance, and saying so would sound like praise."""


def examine_cities(facts: Facts) -> dict[str, ClaimedList]:
    """Return what can be said of each city's spot-check list, by city code.

    A city with fewer than `FEWEST` checked units, or where everybody was checked, has no entry.
    """
    tables = {"units": facts.units, "passes": facts.passes, "county_checks": facts.county_checks}
    checks = facts.spot_checks[facts.spot_checks["in_quota"]]
    listed = {}
    for city in sorted(set(facts.places.loc[facts.places["level"] == "city", "area"])):
        frame = city_frame(tables, city)
        claimed = city_list(checks, frame)
        if FEWEST <= len(claimed) < len(frame):
            listed[city] = (frame, claimed)
    alpha = float(facts.book.share("list_alpha"))
    return {
        city: examine_list(frame, claimed, name=city, alpha=alpha, lists=len(listed))
        for city, (frame, claimed) in listed.items()
    }
