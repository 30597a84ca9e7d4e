"""The operator of the server, who acts through commands."""


class Operator:
    """Acts with whole reach, and is audited as what he is."""

    pk = id = None
    name = "服务器操作员"
    is_authenticated = True
    is_active = True

    def __str__(self):
        return self.name


OPERATOR = Operator()
