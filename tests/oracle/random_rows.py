"""Small data sets by chance: rows that must be accepted, from a seed.

Each record is stated several times, in part at the same revision, each time with another content:
any other day, unit, status. Days crowd where something begins or ends: years, periods, 29 February,
the end of district police, the mergers of provinces; moments crowd around local midnight.
"""
import datetime
import json

from oracle.oracle import VIET_NAM

EDGES = [datetime.date(*day) for day in (
    (2019, 12, 14), (2019, 12, 15), (2019, 12, 31), (2020, 1, 1), (2020, 2, 28), (2020, 2, 29),
    (2020, 3, 1), (2020, 12, 14), (2020, 12, 15), (2020, 12, 31), (2021, 1, 1), (2021, 1, 14),
    (2021, 1, 15), (2021, 6, 14), (2021, 6, 15), (2021, 12, 14), (2021, 12, 15), (2024, 2, 29),
    (2025, 2, 28), (2025, 3, 1), (2025, 6, 14), (2025, 6, 29), (2025, 6, 30), (2025, 7, 1),
    (2025, 7, 2))]
TIMES = [(0, 0, 0, 0), (0, 0, 0, 1), (0, 59, 59, 999), (6, 59, 59, 999), (7, 0, 0, 0), (12, 0, 0, 0),
         (23, 0, 0, 0), (23, 59, 59, 999)]
LEVELS = {'ORDER_FEATS_OF_ARMS': 'STATE', 'ORDER_OTHER': 'STATE', 'MEDAL': 'STATE',
          'STATE_HONOUR': 'STATE', 'STATE_PRIZE': 'STATE', 'MERIT_PRIME_MINISTER': 'GOVERNMENT',
          'MERIT_MINISTRY': 'MINISTRY', 'MERIT_PROVINCE': 'LOCAL',
          'COMMEMORATIVE_MEDAL': 'MINISTRY', 'CERTIFICATE': 'PROVINCE_FORCE', 'LETTER': 'LOCAL'}
UNCOUNTED = ('checkpoint', 'sign_off')
CRITERIA = {1: 20000, 2: 25000, 3: 25000, 4: 15000, 5: 10000, 6: 5000, 7: 2000, 8: 0}


def yyyymmdd(day):
    return int(f'{day:%Y%m%d}')


class Refused(dict):
    """A row that must be refused, for the reason `code`."""
    code = ''


class RandomRows:
    """Rows of all kinds; `today` is the last day on which anything may lie, `prefix` what all
    record ids begin with."""

    def __init__(self, dice, reference, today, prefix=''):
        self.dice, self.reference, self.today, self.prefix = dice, reference, today, prefix
        self.transfers = 0

    def data_set(self, reporters, records):
        """{reporter: rows} with about so many records each, in any order."""
        found = {reporter: [] for reporter in reporters}
        for reporter, rows in found.items():
            for number in range(records):
                rows += self.record(reporter, number)
        provinces = [name for name in reporters if name.startswith('vn-')]
        if len(provinces) > 1:
            for _ in range(records // 4 + 1):
                self.transfer(found, *self.dice.sample(provinces, 2))
        for rows in found.values():
            rows += self.dice.sample(rows, len(rows) // 6)  # said again
            self.dice.shuffle(rows)
        return found

    def record(self, reporter, number):
        """All statements about one record."""
        kinds = self.reference.reporters[reporter]['kinds'].split(',')
        kind = self.dice.choice([kind for kind in kinds if kind not in UNCOUNTED])
        revision, rows = 0, []
        for _ in range(self.dice.choice((1, 1, 1, 2, 3, 4))):
            # Mostly a new revision; sometimes the same one again, with another content.
            if revision == 0 or self.dice.random() < 0.85:
                revision += self.dice.choice((1, 1, 1, 2, 1000, 300000000000))
            rows.append(self.statement(reporter, kind, f'{self.prefix}{kind}-{number:03}', revision))
        return rows

    def statement(self, reporter, kind, record_id, revision):
        day = self.day_of(reporter)
        row = self.envelope(reporter, kind, record_id, revision, day)
        if self.dice.random() < 0.12:
            row['retraction'] = {'reason': 'RETRACTION_REASON_ERROR'}
        elif kind in ('title', 'target', 'score'):
            row[kind] = getattr(self, f'_{kind}')(reporter)
        else:
            row[kind] = getattr(self, f'_{kind}')(day, record_id)
        return self.spoiled(row) if self.dice.random() < 0.06 else row

    def spoiled(self, row):
        """The row with something wrong: what it would replace stands as it was."""
        wrong = Refused(row)
        if 'unit' in row and self.dice.random() < 0.5:
            wrong['unit'], wrong.code = f'{row["reporter"]}.999', 'E305'
        elif 'case' in row and self.dice.random() < 0.5:
            wrong['case'] = {**row['case'], 'article': '292'}
            wrong.code = 'E401'
        else:
            del wrong['occurredPrecision']
            wrong.code = 'E201'
        return wrong

    def envelope(self, reporter, kind, record_id, revision, day):
        times = self.dice.random() < 0.7
        hour, minute, second, milli = self.dice.choice(TIMES) if times else (0, 0, 0, 0)
        when = datetime.datetime(day.year, day.month, day.day, hour, minute, second, milli * 1000,
                                 VIET_NAM)
        row = {'reporter': reporter, 'kind': f'KIND_{kind.upper()}', 'recordId': record_id,
               'revision': str(revision), 'occurredAt': self.rfc3339(when),
               'occurredPrecision': 'PRECISION_TIME' if times else 'PRECISION_DAY',
               'recordedAt': self.rfc3339(when)}
        units = self.units_of(reporter, day)
        if units:
            row['unit'] = self.dice.choice(units)
        return row

    def rfc3339(self, when):
        zone = self.dice.choice((VIET_NAM, datetime.timezone.utc,
                                 datetime.timezone(datetime.timedelta(hours=-3, minutes=-30))))
        text = when.astimezone(zone).isoformat(timespec='milliseconds')
        return text.replace('.000', '').replace('+00:00', self.dice.choice(('Z', '+00:00')))

    def units_of(self, reporter, day):
        return [unit['unit_id'] for unit in self.reference.units
                if unit['province_id'] == reporter and self.reference.valid(unit, day)]

    def day_of(self, reporter):
        """A day on which the reporter exists."""
        row = self.reference.reporters[reporter]
        while True:
            day = self.dice.choice(EDGES) if self.dice.random() < 0.7 else self.any_day()
            if day <= self.today and self.reference.valid(row, day):
                return day

    def any_day(self):
        span = (self.today - EDGES[0]).days
        near = self.dice.random() < 0.5  # hours are kept of the last days only
        return self.today - datetime.timedelta(
            days=self.dice.randrange(45) if near else self.dice.randrange(span))

    def after(self, day, days=40):
        """That day or one soon after it."""
        later = day + datetime.timedelta(days=self.dice.choice((0, 1, self.dice.randrange(days))))
        return min(later, self.today)

    def article(self, day):
        """Article and paragraph in force on that day."""
        while True:
            rows = self.reference.offences[self.dice.choice(list(self.reference.offences))]
            rows = [row for row in rows if self.reference.valid(row, day)]
            if rows:
                row = self.dice.choice(rows)
                return row['article'], int(row['clause'])

    # Cases.

    def _case(self, day, record_id):
        status = self.dice.choice(('REPORTED', 'NOT_OPENED', 'INVESTIGATING', 'INVESTIGATING',
                                   'SUSPENDED', 'DISCONTINUED', 'CONCLUDED', 'CONCLUDED',
                                   'REOPENED', 'MERGED', 'ANNULLED'))
        article, clause = self.article(day)
        reported = self.after(day, 6)
        case = {'status': f'CASE_STATUS_{status}', 'article': article, 'clause': clause}
        if status in ('REPORTED', 'NOT_OPENED') or self.dice.random() < 0.6:
            case['reportedOn'] = yyyymmdd(reported)
        if status == 'NOT_OPENED':
            case['closedOn'] = yyyymmdd(self.after(reported))
        if status not in ('REPORTED', 'NOT_OPENED'):
            self.go_on(case, status, day, self.after(reported), record_id)
        if 'concludedOn' not in case and self.dice.random() < 0.15:
            del case['clause']
        return case

    def go_on(self, case, status, day, registered, record_id):
        """What follows the opening of a case."""
        case['registeredOn'] = yyyymmdd(registered)
        case['accused'] = self.dice.choice((0, 1, 3))
        case['offenderKnown'] = self.dice.random() < 0.8
        if status == 'CONCLUDED' or (case['offenderKnown'] and self.dice.random() < 0.6):
            case['solvedOn'] = yyyymmdd(self.after(day, 500))
        last = registered
        for step, so_often in (('suspended', 0.2), ('resumed', 0), ('discontinued', 0),
                               ('concluded', 0.15), ('reopened', 0)):
            ended = last != registered
            wanted = {'resumed': 'suspendedOn' in case, 'reopened': 'concludedOn' in case}
            if wanted.get(step) or self.dice.random() < so_often:
                if step == 'concluded' and ended and status == 'SUSPENDED':
                    continue
                last = self.after(last)
                case[f'{step}On'] = yyyymmdd(last)
        if status in ('SUSPENDED', 'DISCONTINUED', 'CONCLUDED', 'REOPENED'):
            case[f'{status.lower()}On'] = yyyymmdd(self.after(last))
        if status == 'MERGED':
            case['mergedInto'] = f'{record_id}-other'
        if status == 'ANNULLED':
            case['closedOn'] = yyyymmdd(self.after(last))
        if status == 'DISCONTINUED' and self.dice.random() < 0.5:
            case['noOffence'] = True
        if self.dice.random() < 0.15:
            case['splitFrom'] = f'{record_id}-whole'

    def transfer(self, found, sender, receiver):
        """A case that goes from one province to another: what both say of it, step by step."""
        self.transfers += 1
        record_id, day = f'{self.prefix}T-{self.transfers:03}', self.day_of(sender)
        if not self.reference.valid(self.reference.reporters[receiver], day):
            return
        case = self._case(day, record_id)
        while case['status'] in ('CASE_STATUS_REPORTED', 'CASE_STATUS_NOT_OPENED',
                                 'CASE_STATUS_ANNULLED', 'CASE_STATUS_MERGED'):
            case = self._case(day, record_id)
        registered = datetime.datetime.strptime(str(case['registeredOn']), '%Y%m%d').date()
        accepted = yyyymmdd(self.after(registered))
        said = {'sender': [case, {**case, 'transfer': self.half('OUT', receiver, record_id, 0)}],
                'receiver': [{**case, 'transfer': self.half('IN', sender, record_id, 0)}]}
        said['sender'][-1].update(status='CASE_STATUS_TRANSFERRED', noOffence=False)
        if self.dice.random() < 0.8:
            said['sender'].append({**said['sender'][-1],
                                   'transfer': self.half('OUT', receiver, record_id, accepted)})
            said['receiver'].append({**case,
                                     'transfer': self.half('IN', sender, record_id, accepted)})
        for reporter, cases in ((sender, said['sender']), (receiver, said['receiver'])):
            for revision, state in enumerate(cases, 1):
                row = self.envelope(reporter, 'case', record_id, revision, day)
                found[reporter].append({**row, 'case': state})

    @staticmethod
    def half(direction, other, number, accepted):
        half = {'direction': f'TRANSFER_DIRECTION_{direction}', 'other': other,
                'transferId': number}
        return {**half, 'acceptedOn': accepted} if accepted else half

    # What happens once.

    def _arrest(self, day, _record_id):
        subjects = self.dice.choice((1, 2, 40))
        arrest = {'kind': 'ARREST_KIND_' + self.dice.choice(
            ('EMERGENCY', 'IN_THE_ACT', 'WANTED', 'FOR_DETENTION', 'NONE')),
            'subjects': subjects, 'accused': self.dice.randrange(subjects + 1),
            'detained': self.dice.randrange(subjects + 1)}
        if self.dice.random() < 0.7:
            arrest['article'] = self.article(day)[0]
        return arrest

    def _accident(self, _day, _record_id):
        return {'mode': 'TRAFFIC_MODE_' + self.dice.choice(('ROAD', 'RAIL', 'WATERWAY', 'SEA')),
                'class': 'ACCIDENT_CLASS_ESPECIALLY', 'deaths': self.dice.randrange(5),
                'injured': self.dice.randrange(4), 'missing': self.dice.randrange(2),
                'damageVnd': str(self.dice.choice((0, 5000000, 10 ** 15)))}

    def _identity(self, _day, _record_id):
        return {name: self.dice.choice((0, 1, 700, 10 ** 6)) for name in (
            'filesReceived', 'cardsPrinted', 'cardsDelivered', 'recordsCollected',
            'recordsVerified', 'recordsEntered')}

    def _deployment(self, _day, _record_id):
        return {'purpose': 'DEPLOYMENT_PURPOSE_' + self.dice.choice(
            ('COVID19', 'CRIME', 'TRAFFIC', 'OTHER')), 'officers': self.dice.choice((1, 30, 10 ** 5))}

    def _society(self, _day, _record_id):
        society = {'giftPackages': self.dice.choice((1, 500)),
                   'workDayTenths': self.dice.randrange(30)}
        if self.dice.random() < 0.6:
            society.update(donationVnd=str(self.dice.choice((1, 500000, 10 ** 13))),
                           fund='FUND_' + self.dice.choice(('VACCINE', 'POOR', 'OTHER')),
                           inKind=self.dice.random() < 0.5)
        if self.dice.random() < 0.3:
            society.update(houses=2, houseKind='HOUSE_KIND_SOLIDARITY')
        return society

    def _commendation(self, _day, _record_id):
        status = self.dice.choice(('AWARDED', 'AWARDED', 'AWARDED', 'PROPOSED', 'REFUSED'))
        form, level = self.dice.choice(list(LEVELS.items()))
        award = {'level': f'AWARD_LEVEL_{level}', 'form': f'AWARD_FORM_{form}',
                 'status': f'AWARD_STATUS_{status}',
                 'recipient': 'RECIPIENT_' + self.dice.choice(('COLLECTIVE', 'INDIVIDUAL'))}
        if status == 'AWARDED':
            award.update(decisionNumber='12/QĐ', decisionLine=self.dice.randrange(1, 99))
        return award

    # What the offices say.

    def member(self, reporter):
        """A province and a year in which the office may speak of it."""
        year = self.dice.choice((2020, 2021, 2025) if reporter == 'ministry' else (2020, 2021))
        return self.dice.choice(('vn-06', 'vn-13', 'vn-14', 'vn-54', 'vn-69')), year

    def _title(self, reporter):
        province, year = self.member(reporter)
        status = self.dice.choice(('AWARDED', 'PROPOSED'))
        title = {'province': province, 'year': year, 'status': f'AWARD_STATUS_{status}',
                 'title': 'EMULATION_TITLE_' + self.dice.choice(
                     ('FLAG_GOVERNMENT', 'FLAG_MINISTRY', 'UNIT_ADVANCED', 'NONE_MERIT_MINISTRY')),
                 'recipient': 'RECIPIENT_COLLECTIVE'}
        return {**title, 'decisionNumber': '9/QĐ'} if status == 'AWARDED' else title

    def _score(self, reporter):
        province, year = self.member(reporter)
        criterion = self.dice.choice(list(CRITERIA))
        most = CRITERIA[criterion]
        return {'province': province, 'year': year, 'criterion': criterion,
                'pointsHundredths': self.dice.choice((most, most - 25, most - 1000)),
                'maximumHundredths': most,
                'stage': 'SCORE_STAGE_' + self.dice.choice(('SELF', 'CLUSTER', 'MINISTRY'))}

    def _target(self, reporter):
        province, year = self.member(reporter)
        length, most = self.dice.choice((('YEAR', 0), ('HALF', 2), ('QUARTER', 4), ('MONTH', 12),
                                          ('NINE_MONTHS', 0)))
        period = {'kind': f'PERIOD_KIND_{self.dice.choice(("POLICE", "CALENDAR"))}_{length}',
                  'year': year}
        if most:
            period['number'] = self.dice.randrange(1, most + 1)
        return {'province': province, 'period': period, 'value': str(self.dice.choice((0, 7, 10 ** 9))),
                'metric': self.dice.choice(('clearance', 'identity.files_received'))}


def lines(rows):
    """NDJSON."""
    return ''.join(json.dumps(row, ensure_ascii=False) + '\n' for row in rows)
