"""Interleaved rounds and what is said of them.

A round measures everybody once; only ratios within a round count, as the machine changes from round to round.
"""
import statistics


def interleaved(count, names, measure):
    """One dict a round, name -> what `measure(name)` gave; every other round backwards."""
    rounds = []
    for number in range(count):
        order = names if number % 2 == 0 else names[::-1]
        taken = {name: measure(name) for name in order}
        rounds.append({name: taken[name] for name in names})
    return rounds


def median(rounds, name, key):
    return statistics.median(each[name][key] for each in rounds)


def ratio(rounds, name, base, key):
    """`median (upper quartile)` of the ratio within a round, as text."""
    ratios = [each[name][key] / each[base][key] for each in rounds]
    if len(ratios) == 1:
        return '%.2f' % ratios[0]
    quartile = statistics.quantiles(ratios, n=4, method='inclusive')[2]
    return '%.2f (%.2f)' % (statistics.median(ratios), quartile)


def markdown(head, rows):
    """A table whose first column is text and whose others are numbers."""
    lines = [head, ['---'] + ['--:'] * (len(head) - 1), *rows]
    return '\n'.join('| %s |' % ' | '.join(line) for line in lines)
