"""Compares Jadegate with nginx and HAProxy on this machine: `make bench`, or python3 benchmarks/compare.

Prints a table per row: CPU per request, percentiles, memory, start-up, and ratios taken within each round.
Only 127.0.0.1 is used, and only processes started here are ended. docs/performance.md tells how to read it.
"""
import argparse
import json
import os
import sys
import tempfile
import time

import machine
import publish
from proxies import Site
from rows import ROWS, DEFAULT


def arguments():
    parser = argparse.ArgumentParser(prog='benchmarks/compare', description=__doc__)
    parser.add_argument('--only', metavar='ROW,…', help='default: %s; also: %s' % (
        ','.join(DEFAULT), ','.join(name for name in ROWS if name not in DEFAULT)))
    parser.add_argument('--jadegate', default=machine.DISTRIBUTION, metavar='PROGRAM', help='default: %(default)s')
    parser.add_argument('--rounds', type=int, default=9)
    parser.add_argument('--seconds', type=int, default=4, help='of load in a round')
    parser.add_argument('--warm', type=int, default=12, help='seconds of load on Jadegate before the first row')
    parser.add_argument('--idle', type=int, default=9000, help='idle connections whose memory is taken')
    parser.add_argument('--quick', action='store_true', help='3 rounds of 2 s: shows that it works, proves nothing')
    parser.add_argument('--proxy-core', type=int, default=0)
    parser.add_argument('--load-core', type=int, default=1, help='of the load and of what the proxies forward to')
    parser.add_argument('--json', metavar='FILE', help='keeps every round; rows measured before stay in it')
    parser.add_argument('--publish', metavar='FILE', help='measures nothing: writes the tables of FILE into the documents')
    parser.add_argument('--verify', metavar='FILE', help='measures nothing: fails when the documents say otherwise than FILE')
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds, options.warm, options.idle = 3, 2, 6, 1000
    unknown = set(options.only.split(',') if options.only else ()) - set(ROWS)
    if unknown:
        parser.error('no row %s; there are %s' % (', '.join(sorted(unknown)), ', '.join(ROWS)))
    return options


def save(path, measured):
    """Puts rows into a file of results, beside those of earlier runs."""
    results = {'rows': {}}
    if os.path.exists(path):
        with open(path) as file:
            results = json.load(file)
    results['rows'].update(measured)
    with open(path, 'w') as file:
        file.write(publish.compact(results))


def main():
    options = arguments()
    if options.publish:
        return publish.into_documents(options.publish)
    if options.verify:
        return publish.verify(options.verify)
    missing = machine.missing(options)
    if missing:
        sys.exit('\n'.join(['cannot compare:', *missing]))
    names = options.only.split(',') if options.only else DEFAULT
    print(machine.sentence(machine.description()), flush=True)
    with tempfile.TemporaryDirectory(prefix='compare.') as folder, Site(folder, options) as site:
        for name in names:
            row = ROWS[name]
            result = {'date': time.strftime('%Y-%m-%d', time.gmtime()), 'machine': machine.description(),
                      **row.measure(site, options)}
            print('\n### %s\n\n%s' % (row.title, row.table(result)), flush=True)
            if options.json:
                save(options.json, {name: result})


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
