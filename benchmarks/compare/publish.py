"""Results as files, and the tables of the documents that are made from them.

A document has the place of a table between `<!-- compare NAME -->` and `<!-- /compare -->`: NAME is a row, `machine`,
`ratios LANGUAGE` or `figures LANGUAGE`.
"""
import json
import os
import re
import sys

import machine
from rounds import markdown
from rows import ROWS

DOCUMENTS = ['docs/performance.md', 'README.md', 'README.zh-CN.md']
PLACE = re.compile(r'(<!-- compare (.*?) -->\n).*?(<!-- /compare -->)', re.DOTALL)

NOT_MEASURED = '(not measured yet)'
HEADS = {
    ('ratios', 'en'): ['Jadegate compared with …, less is better', 'nginx', 'HAProxy'],
    ('ratios', 'zh'): ['Jadegate 与右列之比，越小越好', 'nginx', 'HAProxy'],
    ('figures', 'en'): ['', 'Jadegate', 'nginx', 'HAProxy'],
    ('figures', 'zh'): ['', 'Jadegate', 'nginx', 'HAProxy'],
}


def compact(results):
    """JSON with a line for every round."""
    def rounded(value):
        if isinstance(value, float):
            return round(value, 2)
        if isinstance(value, dict):
            return {key: rounded(each) for key, each in value.items()}
        return [rounded(each) for each in value] if isinstance(value, list) else value

    lines = lambda rounds: '[\n%s\n]' % ',\n'.join(json.dumps(each) for each in rounds)
    rows = []
    for name, result in results['rows'].items():
        result = rounded(result)
        parts = ['"%s": %s' % (key, lines(value) if key == 'rounds' else json.dumps(value))
                 for key, value in result.items()]
        rows.append('"%s": {%s}' % (name, ',\n'.join(parts)))
    return '{"rows": {\n%s\n}}\n' % ',\n'.join(rows)


def _summary(results, kind, language):
    lines = [line for name, row in ROWS.items() if name in results['rows']
             for line in getattr(row, kind)(results['rows'][name])]
    if not lines:
        return NOT_MEASURED
    return markdown(HEADS[kind, language], [[labels[language], *cells] for labels, *cells in lines])


def _machines(results):
    """What was measured where; the machine of most rows comes first, and needs none of their names."""
    rows = {}
    for name in ROWS:
        if name in results['rows']:
            rows.setdefault(machine.sentence(results['rows'][name]['machine']), []).append(name)
    first, *others = sorted(rows, key=lambda sentence: -len(rows[sentence]))
    return ' '.join([first + '.', *('%s: on %s.' % (', '.join(rows[other]), other) for other in others)])


def _content(results, what):
    kind, _, language = what.partition(' ')
    if (kind, language) in HEADS:
        return _summary(results, kind, language)
    if kind == 'machine':
        return _machines(results)
    if what not in results['rows']:
        return NOT_MEASURED
    return ROWS[what].table(results['rows'][what])


def _filled(path):
    """Each document with its text as it is and as a file of results wants it."""
    with open(path) as file:
        results = json.load(file)
    for name in DOCUMENTS:
        document = os.path.join(machine.ROOT, name)
        with open(document) as file:
            text = file.read()
        yield document, text, PLACE.sub(
            lambda place: '%s%s\n%s' % (place[1], _content(results, place[2]), place[3]), text)


def into_documents(path):
    """Writes what a file of results says into its places in the documents."""
    for document, _, filled in _filled(path):
        with open(document, 'w') as file:
            file.write(filled)


def verify(path):
    """Ends with status 1 when a document says otherwise than a file of results."""
    stale = [document for document, text, filled in _filled(path) if text != filled]
    if stale:
        sys.exit('%s: not what %s says; benchmarks/compare --publish %s writes it' % (', '.join(stale), path, path))
