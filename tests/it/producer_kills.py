"""Killed at any point, the producer loses nothing that it said to be accepted, and repeats nothing
under another name."""
import os
import random

from servers import case
from servers.broker import Broker
from servers.feeding import TOPIC, Feeding, Log, accepted, accepted_records, lines
from servers.world import World

FILES, EACH = 5, 300
FAULTS = ('spool.epoch:1', 'spool.roll:1', 'spool.roll:2', 'spool.append:1', 'spool.append:3',
          'spool.fsync:1', 'spool.fsync:4', 'rejected.write:1', 'rejected.write:3',
          'intake.accepted:1', 'intake.accepted:4', 'intake.ended:1', 'intake.ended:5',
          'publish.send:1', 'publish.send:700', 'publish.ack:1', 'publish.ack:900',
          'spool.cursor:1')


class Kills(case.ServerTest):
    @classmethod
    def setUpClass(cls):
        cls.servers = World()
        cls.addClassCleanup(cls.servers.close)
        cls.broker = Broker(cls.servers)

    def setUp(self):
        self.new_topic()

    def new_topic(self):
        if TOPIC in self.broker.admin.list_topics(timeout=10).topics:
            self.broker.delete_topic(TOPIC)
        self.broker.create_thidua_topic(TOPIC)

    def test_killed_at_every_point_and_started_again(self):
        for number, fault in enumerate(FAULTS):
            with self.subTest(fault=fault):
                self.new_topic()
                self.killed_at(fault, Feeding(self.world, self.broker.address, f'spool-{number}'))

    def killed_at(self, fault, feeding):
        """Five files, each with a bad row, into small segments; fed again after the kill."""
        texts = {}
        for number in range(FILES):
            text = lines(number * EACH, EACH) + 'bad\n'
            texts[str(feeding.file(f'{number}.ndjson', text))] = text
        argv = ('--segment-bytes', '64K', '--spool-bytes', '4M', *texts)
        killed = feeding.once(*argv, env={'TD_FAULT': fault}, code=-9)
        feeding.once(code=0, input='')
        safe = accepted_records(killed.stdout, texts)
        log = Log(self.broker)
        self.assertEqual(log.records()[:len(safe)], safe)
        again = feeding.once(*argv)
        self.assertEqual(accepted(again.stdout),
                         {name: (EACH + 1, EACH, 1) for name in texts
                          if f'known\t{name}\n' not in again.stdout})
        log = Log(self.broker)
        log.only_epoch()
        self.assertEqual(log.records(), [f'r-{number}' for number in range(FILES * EACH)])
        for name in texts:
            with open(f'{name}.rejected', encoding='utf-8') as file:
                self.assertEqual(len(file.readlines()), 1)

    def test_a_feeder_of_a_pipe_that_minds_what_is_accepted_loses_nothing(self):
        seed = random.randrange(1 << 30)
        pick, feeding, safe = random.Random(seed), Feeding(self.world, self.broker.address), 0
        for _ in range(6):
            with self.subTest(seed=seed, safe=safe):
                inward, outward = os.pipe()
                process = feeding.start(stdin=inward)
                os.close(inward)
                wanted = safe + pick.randrange(1, 400)
                fed = safe
                while fed < wanted:
                    count = pick.randrange(1, 40)
                    os.write(outward, lines(fed, count).encode())
                    fed += count
                process.wait_for_line(r'^accepted\t-\t\d+\t\d+\t0$')
                process.kill()
                os.close(outward)
                safe += accepted(process.log())['-'][1]
        feeding.once(input=lines(safe, 10))
        log = Log(self.broker)
        log.only_epoch()
        self.assertEqual(sorted(log.records(), key=lambda name: int(name[2:]))[:safe],
                         [f'r-{number}' for number in range(safe)])

    def test_one_that_sleeps_while_it_sends_goes_on_when_it_wakes(self):
        feeding = Feeding(self.world, self.broker.address)
        path = feeding.file('a.ndjson', lines(0, 1000))
        process = feeding.start('--once', path, fault='publish.send:500:stop')
        process.wait_for_stop()
        self.assertIn('in use by process', feeding.once(code=75, input='').stderr)
        process.resume()
        self.assertEqual(process.wait(), 0)
        self.assertEqual(len(Log(self.broker).only_epoch()), 1001)


if __name__ == '__main__':
    case.main()
