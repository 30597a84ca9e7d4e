"""What the forms of a draft share: figures, and numbered fields that stand in a line."""

from django import forms

from common.forms.form import Form

ROWS, GRADES = 10, 6


def figure(label, required=True, **options):
    options = {"max_digits": 7, "decimal_places": 3, "min_value": 0} | options
    return forms.DecimalField(label=label, required=required, **options)


class Lines(Form):
    """A form whose numbered fields (when_0, fault_0) stand in a line."""

    def lines(self):
        """Return the bound fields, those of one number together: [[field], [field, field, field], …]."""
        found = []
        for bound in self:
            number_of = bound.name.rpartition("_")[2]
            if found and number_of.isdigit() and found[-1][-1].name.rpartition("_")[2] == number_of:
                found[-1].append(bound)
            else:
                found.append([bound])
        return found
