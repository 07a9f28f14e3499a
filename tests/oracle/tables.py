"""The reference data and the numbers of the contract, read from their sources."""
import collections
import datetime
import pathlib
import re

SOURCE = pathlib.Path(__file__).resolve().parents[2]
REFERENCE = SOURCE / 'workers/reference'

_FIRST, _LAST = datetime.date.min, datetime.date.max


def _rows(name, folder):
    lines = [line for line in (folder / name).read_text('utf-8').splitlines()
             if line and not line.startswith('#')]
    head = lines[0].split('\t')
    return [dict(zip(head, line.split('\t'))) for line in lines[1:]]


def _day(text, empty):
    return datetime.date.fromisoformat(text) if text else empty


class Reference:
    """Provinces, units and offences by day, as the tables have them."""

    def __init__(self, folder=REFERENCE):
        self.provinces = {row['province_id']: row for row in _rows('provinces.tsv', folder)}
        self.reporters = {row['reporter_id']: row for row in _rows('reporters.tsv', folder)}
        self.units = _rows('units.tsv', folder)
        self.offences = collections.defaultdict(list)
        for row in _rows('offences.tsv', folder):
            self.offences[row['article']].append(row)
        self.groups = {row['article']: row['group'] for row in _rows('crime_groups.tsv', folder)}

    def valid(self, row, day):
        """Whether the row of a table is valid on that day, both ends included."""
        return _day(row['valid_from'], _FIRST) <= day <= _day(row['valid_to'], _LAST)

    def counting_province(self, province, day):
        """Where something of `province` counts on `day`: there, or where it was merged into."""
        while True:
            row = self.provinces[province]
            successor = row['successor_id']
            if not successor or successor == province or day <= _day(row['valid_to'], _LAST):
                return province
            province = successor

    def severity(self, article, clause, day):
        """Article 9 of the Penal Code: the class of the paragraph in force on that day."""
        for row in self.offences[article]:
            if row['clause'] == str(clause) and self.valid(row, day):
                return row['severity']
        raise KeyError(f'article {article}, paragraph {clause} on {day}')


def _enum_numbers():
    """{'SEVERITY_VERY': 3, ...}: the names of all values in the contract are different."""
    numbers = {}
    for name in ('event', 'verdict'):
        text = (SOURCE / f'proto/thidua/v1/{name}.proto').read_text('utf-8')
        for enum in re.findall(r'^enum \w+ \{(.*?)^\}', text, re.MULTILINE | re.DOTALL):
            numbers.update((key, int(value))
                           for key, value in re.findall(r'^\s+(\w+) = (\d+);', enum, re.MULTILINE))
    return numbers


def _figure_ids():
    """{'cases.occurred': 3, ..., 'clearance': 200}: codes of metrics and rates."""
    metrics = (SOURCE / 'aggregator/metric.def').read_text('utf-8')
    found = re.findall(r'TD_METRIC\((\d+), \w+, "([\w.]+)"', metrics)
    rates = (SOURCE / 'aggregator/metric.c').read_text('utf-8')
    found += re.findall(r'\{(2\d\d),\s+"([\w.]+)"', rates)
    return {code: int(number) for number, code in found}


ENUM = _enum_numbers()
FIGURE = _figure_ids()
SEVERITY = {'it_nghiem_trong': 1, 'nghiem_trong': 2, 'rat_nghiem_trong': 3,
            'dac_biet_nghiem_trong': 4}
UNCLASSIFIED = 5
GROUP = {name: ENUM[f'CRIME_GROUP_{name.upper()}']
         for name in ('social_order', 'traffic', 'economy', 'environment', 'drugs',
                      'national_security', 'other')}
