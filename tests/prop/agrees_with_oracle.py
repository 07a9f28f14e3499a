"""The core and the oracle agree to the digit, whatever was said: random data sets, without servers.

    agrees_with_oracle.py [SEED [RUNS]]    seeds SEED, SEED + 1, ...; without SEED those of now
"""
import collections
import datetime
import random
import subprocess
import sys
import time
import unittest

from oracle.compare import differences
from oracle.oracle import VIET_NAM, Oracle
from oracle.random_rows import RandomRows, Refused, lines
from oracle.tables import Reference
from servers.world import BUILD

PROVINCES = ['vn-06', 'vn-13', 'vn-14', 'vn-68']
RUNS = 50
# Appended at one moment, which decides which days have hours.
APPENDED = datetime.datetime(2025, 7, 30, 23, 59, 59, tzinfo=VIET_NAM)
HOUR_DAYS = 35


def fold(reporter, rows, batch):
    """What the core makes of the rows: cells, counts, refused rows."""
    done = subprocess.run([BUILD / 'tests/fold_rows', reporter, str(int(APPENDED.timestamp() * 1000)),
                           str(batch)], input=lines(rows), capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr[-3000:])
    cells, counts, refused = {}, {}, []
    for line in done.stdout.splitlines():
        what, *rest = line.split('\t')
        if what == 'cell':
            cells[rest[0], rest[1]] = int(rest[2])
        elif what == 'count':
            counts[rest[0]] = int(rest[1])
        else:
            refused.append((rows[int(rest[0]) - 1], rest[1]))
    return cells, counts, refused


class OracleAgrees(unittest.TestCase):
    seed, runs = None, RUNS

    @classmethod
    def setUpClass(cls):
        cls.seed = int(time.time()) if cls.seed is None else cls.seed
        print(f'seeds {cls.seed}..{cls.seed + cls.runs - 1}; again with: agrees_with_oracle.py {cls.seed}',
              file=sys.stderr)
        cls.reference = Reference()

    def check(self, reporter, rows, dice):
        cells, counts, refused = fold(reporter, rows, dice.choice((1, 7, 1000)))
        wrong = [(row, row.code) for row in rows if isinstance(row, Refused)]
        self.assertEqual(len(refused), len(wrong), [said for said in refused if said not in wrong][:1])
        self.assertEqual(refused, wrong)
        oracle = Oracle(reporter, self.reference)
        oracle.take_all(row for row in rows if not isinstance(row, Refused))
        hours_from = APPENDED.date() - datetime.timedelta(days=HOUR_DAYS - 1)
        self.assertEqual(differences(oracle, cells, hours_from), [])
        return counts

    def test_random_data_sets_have_the_oracle_s_tallies(self):
        seen = collections.Counter()
        for seed in range(self.seed, self.seed + self.runs):
            dice = random.Random(seed)
            made = RandomRows(dice, self.reference, APPENDED.date())
            reporters = dice.sample(PROVINCES, 2) + ['cluster-3', 'ministry']
            for reporter, rows in made.data_set(reporters, dice.choice((3, 10, 40))).items():
                with self.subTest(seed=seed, reporter=reporter):
                    seen.update(self.check(reporter, rows, dice))
        for what in ('newer', 'older', 'repeated', 'conflicts'):
            self.assertGreater(seen[what], self.runs, f'too little of: {what}')


if __name__ == '__main__':
    if len(sys.argv) > 1:
        OracleAgrees.seed = int(sys.argv.pop(1))
    if len(sys.argv) > 1:
        OracleAgrees.runs = int(sys.argv.pop(1))
    unittest.main(verbosity=2)
