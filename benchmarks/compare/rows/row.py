"""What a row of the comparison is."""


class Row:
    """Has a name and a title, a line for people.

    Labels are {language: text}, as the README is written in two.
    """

    def measure(self, site, options):
        """Everything that was seen, as JSON knows it."""
        raise NotImplementedError

    def table(self, result):
        """The same as a Markdown table."""
        raise NotImplementedError

    def ratios(self, result):
        """What it adds to the README's table of ratios: (labels, to nginx, to HAProxy) each."""
        return []

    def figures(self, result):
        """What it adds to the README's table of figures: (labels, Jadegate's, nginx's, HAProxy's) each."""
        return []
