"""Random data sets through producer, worker and aggregator on real servers: every cell in Redis is
the oracle's, corrections, contradictions, transfers and refused rows included.

    agrees_with_oracle.py [SEED [RUNS]]    seeds SEED, SEED + 1, ...; without SEED those of now
"""
import datetime
import random
import sys
import time

from oracle.compare import differences
from oracle.oracle import VIET_NAM, Oracle, date
from oracle.random_rows import RandomRows, Refused, lines
from oracle.tables import Reference
from servers import case
from servers.pipeline import Pipeline

HOUR_DAYS = 35
# The only province of the eight that has not been merged: only it says anything of these days.
LIVING = 'vn-13'


class OracleAgrees(case.SharedServersTest):
    seed, runs = None, 5

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seed = int(time.time()) if cls.seed is None else cls.seed
        print(f'seeds {cls.seed}..{cls.seed + cls.runs - 1}; again with: '
              f'agrees_with_oracle.py {cls.seed}', file=sys.stderr)
        cls.reference = Reference()

    def test_random_data_sets_have_the_oracle_s_tallies(self):
        pipeline = Pipeline(self.world, broker=self.broker, redis=self.redis)
        for _ in range(2):
            pipeline.start_worker()
            pipeline.start_aggregator()
        yesterday = datetime.datetime.now(VIET_NAM).date() - datetime.timedelta(days=1)
        said = {}
        for seed in range(self.seed, self.seed + self.runs):
            dice = random.Random(seed)
            made = RandomRows(dice, self.reference, yesterday, prefix=f'{seed}-')
            reporters = [LIVING, dice.choice(('vn-06', 'vn-14', 'vn-68')), 'cluster-3', 'ministry']
            for reporter, rows in made.data_set(reporters, 60).items():
                said.setdefault(reporter, []).extend(rows)
                pipeline.feed(reporter, list(lines(rows).splitlines()))
        pipeline.wait_complete()
        for reporter, rows in said.items():
            with self.subTest(reporter=reporter):
                self.check(pipeline, reporter, rows)

    def check(self, pipeline, reporter, rows):
        head = pipeline.head(reporter)
        appended = datetime.datetime.fromtimestamp(head.last_append_ms / 1000, VIET_NAM).date()
        hours_from = date(head.hours_from)
        self.assertEqual(hours_from, appended - datetime.timedelta(days=HOUR_DAYS - 1))
        oracle = Oracle(reporter, self.reference)
        oracle.take_all(row for row in rows if not isinstance(row, Refused))
        found = pipeline.tallies(reporter)
        self.assertEqual(differences(oracle, found, hours_from)[:20], [])
        if reporter == LIVING:
            self.assertTrue(any(key.startswith('h:') for key, _ in found), 'no hour was counted')
        contradicted = sum(1 for record in oracle.conflicts(hours_from))
        self.assertGreaterEqual(head.counts.conflicts, contradicted)
        refused = [row for row in rows if isinstance(row, Refused) and row.code != 'E201']
        self.assertEqual(head.counts.rejected, len(refused))


if __name__ == '__main__':
    if len(sys.argv) > 1:
        OracleAgrees.seed = int(sys.argv.pop(1))
    if len(sys.argv) > 1:
        OracleAgrees.runs = int(sys.argv.pop(1))
    case.main()
