"""The oracle: all tallies of a reporter, recomputed from its rows by the definitions.

Written from the texts of aggregator/metric.def, the comments of event.proto and the law that they
name, not from the code that it judges. It takes rows as a province feeds them (JSON objects that
must be accepted), in any order, and knows nothing of batches, offsets or Redis but the names of the
cells: it keeps every statement, takes the highest revision of each record, and adds up.
"""
import collections
import datetime

from oracle.tables import ENUM, FIGURE, GROUP, SEVERITY, UNCLASSIFIED, Reference

VIET_NAM = datetime.timezone(datetime.timedelta(hours=7))

# What one record adds on one stage: a metric's code, two dimensions, the day, an amount, and the
# hour where it is known.
Adds = collections.namedtuple('Adds', 'metric dim1 dim2 day amount hour province')


def moment(text):
    """RFC 3339 to Viet Nam's time."""
    return datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).astimezone(VIET_NAM)


def date(number):
    """20210305 to a date; None for 0, which is no day."""
    return datetime.date(number // 10000, number // 100 % 100, number % 100) if number else None


def police_year(day):
    """From 15 December of the year before to 14 December."""
    return day.year + (day.month == 12 and day.day >= 15)


def period_end(period):
    """The last day of a target's period."""
    kind, number = period['kind'].removeprefix('PERIOD_KIND_'), period.get('number', 0)
    calendar, length = kind.split('_', 1)
    once = {'YEAR': 12, 'NINE_MONTHS': 9}
    month = once.get(length) or number * {'HALF': 6, 'QUARTER': 3, 'MONTH': 1}[length]
    if calendar == 'POLICE':
        return datetime.date(period['year'], month, 14)
    after = datetime.date(period['year'] + month // 12, month % 12 + 1, 1)
    return after - datetime.timedelta(days=1)


class Oracle:
    """The tallies of one reporter, from its rows."""

    def __init__(self, reporter, reference=None):
        self.reporter = reporter
        self.reference = reference or Reference()
        self.home = self.reference.reporters[reporter]['province_id']
        self.statements = collections.defaultdict(lambda: collections.defaultdict(list))

    def take(self, row):
        """One accepted row; again, late or in another order makes no difference."""
        self.statements[row['kind'], row['recordId']][int(row['revision'])].append(row)

    def take_all(self, rows):
        for row in rows:
            self.take(row)
        return self

    def standing(self):
        """For each record what can stand: one row, or, where statements of the highest revision
        contradict each other, several."""
        for revisions in self.statements.values():
            found = []
            for row in revisions[max(revisions)]:
                if not any(self.cells_of(row) == self.cells_of(other) for other in found):
                    found.append(row)
            yield found

    def tallies(self, hours_from=None):
        """{(hash, field): number} of the records without contradictions, zeros left out, named as
        in Redis. `hours_from`: the first day, a date, that has hours; None: no day has."""
        sums = collections.Counter()
        for found in self.standing():
            if len(found) == 1:
                sums.update(self.cells_of(found[0], hours_from))
        return {cell: number for cell, number in sums.items() if number}

    def conflicts(self, hours_from=None):
        """For each contradiction the alternatives, as what each adds to the cells."""
        return [[self.cells_of(row, hours_from) for row in found]
                for found in self.standing() if len(found) > 1]

    def cells_of(self, row, hours_from=None):
        """What the row adds, by cell; a Counter without zeros."""
        cells = collections.Counter()
        for adds in self.adds_of(row):
            field = f'{FIGURE[adds.metric]}.{adds.dim1}.{adds.dim2}'
            half = f'{adds.day:%Y%m}' + ('a' if adds.day.day < 15 else 'b')
            areas = [('d', 'm', adds.province)]
            if row.get('unit'):
                areas.append(('D', 'M', row['unit']))
            for by_day, by_half, area in areas:
                cells[f'{by_day}:{adds.day:%Y%m%d}', f'{field}.{area}'] += adds.amount
                cells[f'{by_half}:{half}', f'{field}.{area}'] += adds.amount
            if adds.hour is not None and hours_from is not None and adds.day >= hours_from:
                cells[f'h:{adds.day:%Y%m%d}', f'{adds.hour}.{field}.{adds.province}'] += \
                    adds.amount
        return collections.Counter({cell: number for cell, number in cells.items() if number})

    def adds_of(self, row):
        """What the row's record adds as it is stated: a list of Adds."""
        if 'retraction' in row:
            return []
        body = row['kind'].removeprefix('KIND_').lower()
        made = []
        getattr(self, f'_{body}')(row, row[body], made)
        return [adds for adds in made if adds.amount]

    def _add(self, made, row, metric, dims, day, amount=1, hour=None, about=None):
        dim1, dim2 = (ENUM.get(dim, dim) for dim in (*dims, 0, 0)[:2])
        province = self.reference.counting_province(about or self.home, day)
        made.append(Adds(metric, dim1, dim2, day, int(amount), hour, province))

    def _happened(self, made, row, metric, dims, amount=1):
        """Adds on the day it happened, and in its hour where that is known."""
        when = moment(row['occurredAt'])
        hour = when.hour if row['occurredPrecision'] == 'PRECISION_TIME' else None
        self._add(made, row, metric, dims, when.date(), amount, hour)

    # Cases.

    def _case(self, row, case, made):
        transfer = case.get('transfer')
        status = case['status'].removeprefix('CASE_STATUS_')
        if status == 'ANNULLED':
            return
        day = moment(row['occurredAt']).date()
        group = GROUP[self.reference.groups[case['article']]]
        clause = case.get('clause', 0)
        severity = SEVERITY[self.reference.severity(case['article'], clause, day)] \
            if clause else UNCLASSIFIED
        both = (severity, group)
        if transfer:
            accepted = date(transfer.get('acceptedOn', 0))
            out = transfer['direction'] == 'TRANSFER_DIRECTION_OUT'
            if accepted:
                self._add(made, row, 'cases.transferred_out' if out else 'cases.transferred_in',
                          both, accepted)
            if bool(accepted) == out:
                return  # the other side counts it
        self._report(row, case, status, group, made)
        if case.get('registeredOn') and status != 'NOT_OPENED':
            self._opened(row, case, status, both, made)

    def _report(self, row, case, status, group, made):
        reported = date(case.get('reportedOn', 0))
        closed = date(case.get('closedOn', 0)) if status == 'NOT_OPENED' else None
        decided = closed or date(case.get('registeredOn', 0))
        if reported:
            self._add(made, row, 'cases.reported', (group,), reported)
            if decided:
                self._add(made, row, 'cases.reports_settled', (group,), decided)
        if closed:
            self._add(made, row, 'cases.not_opened', (group,), closed)

    def _opened(self, row, case, status, both, made):
        registered, solved = date(case['registeredOn']), date(case.get('solvedOn', 0))
        no_offence, split = case.get('noOffence', False), 'splitFrom' in case
        reopened = date(case.get('reopenedOn', 0))
        is_solved = bool(solved) and not no_offence and not (reopened and reopened >= solved) and \
            not (status == 'SUSPENDED' and not case.get('offenderKnown', False))
        if not split and not no_offence:
            self._happened(made, row, 'cases.occurred', both)
            if is_solved:
                same = police_year(moment(row['occurredAt']).date()) == police_year(solved)
                self._add(made, row, 'cases.solved_current' if same else 'cases.solved_prior',
                          both, solved)
        if split:
            self._add(made, row, 'cases.split', both, registered)
        if status == 'MERGED':
            self._add(made, row, 'cases.merged', both, registered)
        else:
            self._add(made, row, 'cases.registered', both, registered)
            self._add(made, row, 'cases.accused', both, registered, case.get('accused', 0))
            if is_solved:
                self._add(made, row, 'cases.registered_solved', both, registered)
        for step in ('suspended', 'resumed', 'discontinued', 'concluded', 'reopened'):
            if case.get(f'{step}On'):
                self._add(made, row, f'cases.{step}', both, date(case[f'{step}On']))

    # What happens once.

    def _arrest(self, row, arrest, made):
        article = arrest.get('article')
        dims = (arrest['kind'], GROUP[self.reference.groups[article]] if article else 0)
        self._happened(made, row, 'arrests.operations', dims)
        for part in ('subjects', 'accused', 'detained'):
            self._happened(made, row, f'arrests.{part}', dims, arrest.get(part, 0))

    def _accident(self, row, accident, made):
        dims = (accident['class'], accident['mode'])
        self._happened(made, row, 'accidents.count', dims)
        for part in ('deaths', 'injured', 'missing'):
            self._happened(made, row, f'accidents.{part}', dims, accident.get(part, 0))
        self._happened(made, row, 'accidents.damage_vnd', dims, accident.get('damageVnd', 0))

    def _identity(self, row, identity, made):
        for field, part in (('filesReceived', 'files_received'), ('cardsPrinted', 'cards_printed'),
                            ('cardsDelivered', 'cards_delivered'),
                            ('recordsCollected', 'records_collected'),
                            ('recordsVerified', 'records_verified'),
                            ('recordsEntered', 'records_entered')):
            self._happened(made, row, f'identity.{part}', (), identity.get(field, 0))

    def _deployment(self, row, deployment, made):
        self._happened(made, row, 'deployments.officers', (deployment['purpose'],),
                       deployment['officers'])

    def _society(self, row, society, made):
        fund = (society.get('fund', 0),)
        donation = int(society.get('donationVnd', 0))
        self._happened(made, row, 'society.donation_vnd', fund, donation)
        if society.get('inKind'):
            self._happened(made, row, 'society.in_kind_vnd', fund, donation)
        self._happened(made, row, 'society.gift_packages', (), society.get('giftPackages', 0))
        self._happened(made, row, 'society.work_day_tenths', (), society.get('workDayTenths', 0))
        self._happened(made, row, 'society.houses', (society.get('houseKind', 0),),
                       society.get('houses', 0))

    def _commendation(self, row, award, made):
        if award['status'] == 'AWARD_STATUS_PROPOSED':
            self._happened(made, row, 'commendations.proposed', (award['form'], award['recipient']))
        if award['status'] != 'AWARD_STATUS_AWARDED':
            return
        if award['form'] == 'AWARD_FORM_LETTER':
            self._happened(made, row, 'commendations.letters', (award['level'], award['recipient']))
            return
        self._happened(made, row, 'commendations.awarded', (award['level'], award['recipient']))
        whom = 'collective' if award['recipient'] == 'RECIPIENT_COLLECTIVE' else 'individual'
        self._happened(made, row, f'commendations.{whom}', (award['level'], award['form']))

    # What the offices say about provinces.

    def _title(self, row, title, made):
        if title['status'] == 'AWARD_STATUS_AWARDED':
            self._add(made, row, 'titles.awarded', (title['title'], title['recipient']),
                      datetime.date(title['year'], 12, 14), about=title['province'])

    def _target(self, row, target, made):
        self._add(made, row, 'targets.value', (FIGURE[target['metric']], target['period']['kind']),
                  period_end(target['period']), target.get('value', 0), about=target['province'])

    def _score(self, row, score, made):
        dims, day = (score['criterion'], score['stage']), datetime.date(score['year'], 12, 14)
        self._add(made, row, 'scores.points', dims, day, score.get('pointsHundredths', 0),
                  about=score['province'])
        self._add(made, row, 'scores.maximum', dims, day, score.get('maximumHundredths', 0),
                  about=score['province'])
