"""The cheapest way to give each of a few rows a column of its own."""

from collections.abc import Sequence


def cheapest(costs: Sequence[Sequence[int]]) -> list[int]:
    """Return for each row the column that it gets, so that the sum of the costs is least.

    costs: one list for each row, none longer than another, with at least as many columns as rows; whole numbers of any size.
    Rows come one by one, each along the shortest path that makes room for it (Kuhn 1955, Munkres 1957): rows² × columns steps.
    """
    rows, columns = len(costs), len(costs[0]) if costs else 0
    far = 2 * sum(max(map(abs, row)) for row in costs) + 1 if columns else 0
    row_price, price = [0] * (rows + 1), [0] * (columns + 1)
    # Which row holds a column (numbered from 1; column 0 holds the row that is being placed), and where the path came from.
    holder, came = [0] * (columns + 1), [0] * (columns + 1)
    for row in range(1, rows + 1):
        holder[0], here = row, 0
        nearest, seen = [far] * (columns + 1), [False] * (columns + 1)
        while holder[here]:
            seen[here] = True
            at = holder[here]
            for column in (one for one in range(1, columns + 1) if not seen[one]):
                cost = costs[at - 1][column - 1] - row_price[at] - price[column]
                if cost < nearest[column]:
                    nearest[column], came[column] = cost, here
            following = min((one for one in range(1, columns + 1) if not seen[one]), key=nearest.__getitem__)
            step = nearest[following]
            for column in range(columns + 1):
                if seen[column]:
                    row_price[holder[column]] += step
                    price[column] -= step
                else:
                    nearest[column] -= step
            here = following
        while here:
            holder[here], here = holder[came[here]], came[here]
    found = [0] * rows
    for column in range(1, columns + 1):
        if holder[column]:
            found[holder[column] - 1] = column - 1
    return found
