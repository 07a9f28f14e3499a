"""Questions to thidua-tally by chance, and what it must answer: sums over what each record adds,
without any tally."""
import collections
import datetime
import re

from oracle.tables import SOURCE

PROVINCES = ('vn-06', 'vn-69', 'vn-14', 'vn-54', 'vn-53', 'vn-07', 'vn-13', 'vn-68')
RATES = {  # the quotients of the catalogue: numerators and denominators
    'clearance': (('cases.solved_current',), ('cases.occurred',)),
    'clearance_all': (('cases.solved_current', 'cases.solved_prior'), ('cases.occurred',)),
    'clearance_registered': (('cases.registered_solved',), ('cases.registered',)),
    'cases.solved': (('cases.solved_current', 'cases.solved_prior'), ()),
    'reports_settled': (('cases.reports_settled',), ('cases.reported',)),
    'scores.share': (('scores.points',), ('scores.maximum',)),
}


def _dimensions():
    """{'cases.occurred': ('severity', 'group'), ...} and {'severity': {1: 'less', ...}, ...}"""
    text = (SOURCE / 'aggregator/dimension.c').read_text('utf-8')
    names = dict(re.findall(r'\[TD_DIM_(\w+)\] = "(\w*)"', text))
    metrics = (SOURCE / 'aggregator/metric.def').read_text('utf-8')
    of_metric = {code: (names[dim1], names[dim2]) for code, dim1, dim2 in re.findall(
        r'TD_METRIC\(\d+, \w+, "([\w.]+)", "[^"]+", (\w+), (\w+)', metrics)}
    values = collections.defaultdict(dict)
    for dim, value, code in re.findall(r'TD_VALUE\((\w+), (\d+), "(\w+)"',
                                       (SOURCE / 'aggregator/dimension.def').read_text('utf-8')):
        values[names[dim]][int(value)] = code
    return of_metric, values


DIMENSIONS, VALUES = _dimensions()


def months_later(day, months):
    """The same day of the month so many months later."""
    month = day.year * 12 + day.month - 1 + months
    return datetime.date(month // 12, month % 12 + 1, day.day)


def period_days(year, months, number, police):
    """First and last day of a named period."""
    first = datetime.date(year - 1, 12, 15) if police else datetime.date(year, 1, 1)
    first = months_later(first, months * (number - 1))
    return first, months_later(first, months) - datetime.timedelta(days=1)


def year_before(first, last):
    """The same days of the year before, by their numbers: 29 February has none."""
    def moved(day):
        return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
    start = moved(first)
    if (first.month, first.day) == (2, 29):
        start += datetime.timedelta(days=1)
    return start, moved(last)


def namesake(day):
    """Beside which day of the year after it is shown."""
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def bucket_first(each, police, day):
    if each == 'day':
        return day
    if each == 'half':
        return day.replace(day=1 if day.day < 15 else 15)
    if police:
        month = months_later(day.replace(day=15), 0 if day.day >= 15 else -1)
    else:
        month = day.replace(day=1)
    length = {'month': 1, 'quarter': 3, 'year': 12}[each]
    since = month.month % 12 if police else month.month - 1  # months since the year began
    return months_later(month, -(since % length))


class Question:
    """One question: its words, and its answer."""

    def __init__(self, dice):
        self.dice = dice
        self.figures = dice.sample(sorted(set(DIMENSIONS) - {'targets.value'} | set(RATES)),
                                   dice.choice((1, 1, 2, 4)))
        # Stages of a score do not add up: one is kept, which other figures do not have.
        scores = [figure for figure in self.figures if figure.startswith('scores.')]
        self.figures = scores or self.figures
        self.police = dice.random() < 0.7
        self.argv = list(self.figures)
        if not self.police:
            self.argv += ['--calendar', 'civil']
        self.pick_days()
        self.by_province, self.by_unit = dice.random() < 0.5, dice.random() < 0.2
        dims = [dim for figure in self.figures for dim in self.dims_of(figure) if dim]
        self.by = dice.choice(dims) if dims and dice.random() < 0.5 else None
        words = [word for word, wanted in (('province', self.by_province), ('unit', self.by_unit),
                                           (self.by, self.by)) if wanted]
        if words:
            self.argv += ['--by', ','.join(words)]
        self.pick_selection()

    def pick_days(self):
        dice, year = self.dice, self.dice.choice((2020, 2021))
        months, most, name = dice.choice(((12, 1, ''), (6, 2, '-H{}'), (3, 4, '-Q{}'),
                                          (1, 12, '-M{:02}'), (9, 1, '-9M'), (0, 0, '')))
        self.before = self.each = None
        if months:
            number = dice.randrange(1, most + 1)
            self.days = period_days(year, months, number, self.police)
            self.argv += ['--period', f'{year}{name.format(number)}']
            if dice.random() < 0.4:
                self.before = period_days(year - 1, months, number, self.police)
        else:
            # Clusters are known from 2020 on.
            begun = datetime.date(2019, 12, 15) if self.police else datetime.date(2020, 1, 1)
            first = begun + datetime.timedelta(days=dice.randrange(700))
            last = first + datetime.timedelta(days=dice.choice((0, 1, 14, 40, 300)))
            self.days = first, min(last, datetime.date(2021, 12, 31))
            self.argv += ['--from', str(self.days[0]), '--to', str(self.days[1])]
            if dice.random() < 0.4:
                self.before = year_before(*self.days)
        if self.before:
            self.argv.append('--compare')
        if dice.random() < 0.5:
            self.each = dice.choice(('day', 'half', 'month', 'quarter', 'year'))
            self.argv += ['--each', self.each]

    def pick_selection(self):
        self.only, self.selection = None, ''
        shared = set.intersection(*({dim for dim in self.dims_of(figure) if dim in VALUES}
                                    for figure in self.figures))
        if 'stage' in shared or (shared and self.dice.random() < 0.4):
            self.only = self.dice.choice(sorted(shared))
            codes = VALUES[self.only]
            most = 1 if self.only == 'stage' else len(codes)
            self.kept = self.dice.sample(sorted(codes), self.dice.randrange(1, most + 1))
            self.selection = f'{self.only}=' + ','.join(codes[value] for value in self.kept)
            self.argv += ['--only', self.selection]

    @staticmethod
    def terms(figure):
        return RATES.get(figure, ((figure,), ()))

    def dims_of(self, figure):
        return DIMENSIONS[self.terms(figure)[0][0]]

    def rows(self, added):
        """{(figure, province, unit, dimension, first day): [value, denominator, the same of the
        days before]}; `added`: {metric: [(Adds, unit) of every standing record]}. Rows of zeros are
        left out."""
        found = collections.defaultdict(lambda: [0, 0, 0, 0])
        for figure in self.figures:
            for part, terms in enumerate(self.terms(figure)):
                for adds, unit in (one for term in terms for one in added[term]):
                    if adds.province in PROVINCES and (unit or not self.by_unit):
                        self.add(found, figure, part, adds, unit)
        return {key: numbers for key, numbers in found.items() if any(numbers)}

    def add(self, found, figure, part, adds, unit):
        dims = dict(zip(self.dims_of(figure), (adds.dim1, adds.dim2)))
        if self.only and dims.get(self.only) not in self.kept:
            return
        value = dims.get(self.by, 0) if self.by else 0
        code = VALUES.get(self.by, {}).get(value, str(value)) if value else self.selection
        for days, at in ((self.days, 0), (self.before, 2)):
            if days and days[0] <= adds.day <= days[1]:
                first = self.days[0]
                if self.each:
                    day = namesake(adds.day) if at else adds.day
                    first = max(first, bucket_first(self.each, self.police, day))
                key = (figure, adds.province if self.by_province or self.by_unit else 'all',
                       unit if self.by_unit else '', code, int(f'{first:%Y%m%d}'))
                found[key][at + part] += adds.amount


def answered(answer):
    """The same of what thidua-tally said, as JSON."""
    found = {}
    for row in answer.get('rows', []):
        before = row.get('valueBefore', {}).get('value', 0)
        numbers = [row.get('value', 0), row.get('denominator', 0), before,
                   row.get('denominatorBefore', 0)]
        key = (row['metric'], row['province'], row.get('unit', ''), row.get('dimension', ''),
               row['bucketOn'])
        assert key not in found, f'two rows of {key}'
        found[key] = [int(number) for number in numbers]
    return {key: numbers for key, numbers in found.items() if any(numbers)}
