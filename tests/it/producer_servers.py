"""Whatever the broker and the link do, rows are accepted while there is room, nothing is lost or out
of order, and what stands in the way is said."""
import os

from servers import case
from servers.broker import HOT, WITH_RIGHTS, Broker
from servers.feeding import TOPIC, Feeding, Log, accepted, lines
from servers.process import wait_until
from servers.world import World

# A link that has swallowed a request is given up soon; a broker that is away is asked often.
IMPATIENT = ('-X', 'socket.timeout.ms=3000', '-X', 'request.timeout.ms=2000',
             '-X', 'reconnect.backoff.max.ms=300')


class Servers(case.ServerTest):
    @classmethod
    def setUpClass(cls):
        cls.servers = World()
        cls.addClassCleanup(cls.servers.close)
        cls.broker = Broker(cls.servers, behind_proxy=True, properties=WITH_RIGHTS)
        cls.addClassCleanup(cls.broker.proxy.close)

    def setUp(self):
        if TOPIC in self.broker.admin.list_topics(timeout=10).topics:
            self.broker.delete_topic(TOPIC)
        self.broker.create_thidua_topic(TOPIC)
        self.feeding = Feeding(self.world, self.broker.proxy.address)

    def assert_all_there(self, count):
        log = Log(self.broker)
        log.only_epoch()
        self.assertEqual(log.records(), [f'r-{number}' for number in range(count)])

    def feed_in_background(self, count, *more):
        path = self.feeding.file('a.ndjson', lines(0, count))
        return self.feeding.start('--once', *IMPATIENT, *more, path)

    def test_while_the_broker_is_away_rows_are_accepted_until_the_spool_is_full(self):
        self.broker.kill()
        process = self.feed_in_background(60000, '--spool-bytes', '4M', '--segment-bytes', '64K')
        process.wait_for_line('event=kafka_away')
        process.wait_for_line('event=intake_waits .*is full')
        safe = list(accepted(process.log()).values())[0][0]
        self.assertGreater(safe, 10000)
        self.assertLess(safe, 60000)
        self.assertGreater(int(self.feeding.status()['undelivered']), 10000)
        self.broker.start()
        self.assertEqual(process.wait(60), 0)
        self.assert_all_there(60000)
        self.assertLess(int(self.feeding.status()['bytes']), 4 << 20)

    def test_a_broker_restarted_while_it_sends(self):
        process = self.feeding.start(*IMPATIENT, self.feeding.file('a.ndjson', lines(0, 3000)))
        wait_until(lambda: self.broker.end(TOPIC), 'the first events are there')
        self.broker.kill()
        self.broker.start()
        wait_until(lambda: self.broker.end(TOPIC) >= 3001, 'the last events are there')
        self.assertEqual(process.stop(), 0)
        self.assert_all_there(3000)

    def test_a_link_that_breaks_swallows_and_crawls(self):
        proxy = self.broker.proxy
        proxy.delay = 0.05
        process = self.feed_in_background(20000, '-X', 'batch.size=20000')
        wait_until(lambda: self.broker.end(TOPIC), 'the first events are there')
        proxy.reset()
        behind = self.broker.end(TOPIC)
        wait_until(lambda: self.broker.end(TOPIC) > behind, 'it goes on')
        proxy.black_hole = True
        process.wait_for_line('event=kafka_silent')
        proxy.reset()
        proxy.black_hole, proxy.delay = False, 0.0
        self.assertEqual(process.wait(60), 0)
        self.assertIn('event=kafka_answers', process.log())
        self.assert_all_there(20000)

    def test_a_size_that_the_broker_refuses_is_said_and_once_it_is_mended_it_goes_on(self):
        self.broker.set_topic(TOPIC, **HOT, **{'max.message.bytes': '300'})
        process = self.feeding.start(*IMPATIENT, self.feeding.file('a.ndjson', lines(0, 500)))
        process.wait_for_line('event=sending_stopped .*[Ll]arge')
        self.broker.set_topic(TOPIC, **HOT)
        wait_until(lambda: self.broker.end(TOPIC) == 501, 'all events are there')
        self.assertEqual(process.stop(), 0)
        self.assert_all_there(500)

    def test_a_log_made_again_under_its_name_is_said_and_can_be_filled_again(self):
        inward, outward = os.pipe()
        process = self.feeding.start(*IMPATIENT, '-X', 'topic.metadata.refresh.interval.ms=200',
                                     stdin=inward)
        os.close(inward)
        os.write(outward, lines(0, 100).encode())
        wait_until(lambda: self.broker.end(TOPIC) == 100, 'the first events are there')
        self.broker.delete_topic(TOPIC)
        self.broker.create_thidua_topic(TOPIC)
        os.write(outward, lines(100, 10).encode())
        process.wait_for_line('event=raw_log_was_cut .*offset_before=99 offset=0')
        os.close(outward)
        wait_until(lambda: self.broker.end(TOPIC) == 11, 'the last events are there')
        self.assertEqual(process.stop(), 0)
        self.feeding.run('resend', '--from', 1)
        self.assertEqual({event.sequence for event in Log(self.broker).events},
                         set(range(1, 112)))

    def test_a_missing_right_is_said_and_ends_a_run_that_is_to_end(self):
        path = self.feeding.file('a.ndjson', lines(0, 500))
        self.broker.forbid_writing(TOPIC)
        try:
            said = self.feeding.once(*IMPATIENT, path, code=78)
            self.assertIn('ACL', said.stderr)
            self.assertEqual(accepted(said.stdout), {str(path): (500, 500, 0)})
        finally:
            self.broker.permit_writing(TOPIC)
        self.assertIn('known', self.feeding.once(*IMPATIENT, path).stdout)
        self.assert_all_there(500)

    def test_a_missing_right_ends_a_run_that_is_to_end_though_the_spool_is_full(self):
        path = self.feeding.file('a.ndjson', lines(0, 10000))
        small = (*IMPATIENT, '--spool-bytes', '256K', '--segment-bytes', '64K')
        self.broker.forbid_writing(TOPIC)
        try:
            said = self.feeding.once(*small, path, code=78)
            self.assertIn('is full', said.stderr)
            self.assertIn('ACL', said.stderr)
            self.assertLess(accepted(said.stdout)[str(path)][0], 10000)
        finally:
            self.broker.permit_writing(TOPIC)
        self.feeding.once(*small, path)
        self.assertEqual(len(Log(self.broker).records()), 10000)

    def test_a_topic_that_is_missing_is_said_before_a_spool_is_made(self):
        self.broker.delete_topic(TOPIC)
        path = self.feeding.file('a.ndjson', lines(0, 10))
        said = self.feeding.once(path, code=78)
        self.assertIn(f'topic {TOPIC} does not exist', said.stderr)
        self.assertFalse(self.feeding.spool.exists())
        self.broker.create_thidua_topic(TOPIC)
        self.feeding.once(path)
        self.assert_all_there(10)


if __name__ == '__main__':
    case.main()
