"""Where a lost point is mended: the one translation of a reason's target into an address."""

from responsibilities.duties.slot import anchor


def address_of(target):
    """Return the address of the page that mends a reason, or None. target: tuple or list, as kept with the score."""
    kind, *key = target or ("",)
    if kind == "requirement":
        return f"/requirements/{key[0]}/{key[1]}/{key[2]}/"
    if kind == "stage":
        return f"/sync/{key[0]}/#stage-{key[1]}"
    if kind == "duty":
        return f"/duties/{key[0]}/?show=all#{anchor(key[1])}" if len(key) > 1 else f"/duties/{key[0]}/"
    if kind == "supervision":
        return f"/supervision/{key[0]}/"
    if kind == "activity":
        return f"/activities/{key[0]}/"
    return None
