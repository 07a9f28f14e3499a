"""A source whose key the centre knows is believed by its signature, and by nothing else."""
import shutil

from servers import case
from servers.broker import Broker
from servers.feeding import REPORTER, TOPIC, lines
from servers.pipeline import REFERENCE, Pipeline
from servers.process import wait_until
from servers.world import World, program


class Signed(case.ServerTest):
    def test_a_known_key_a_strange_one_and_none(self):
        servers = World()
        self.addCleanup(servers.close)
        reference = self.world.path / 'reference'
        shutil.copytree(REFERENCE, reference)
        own, strange = self.world.path / 'own.pem', self.world.path / 'strange.pem'
        self.make_keys(reference, own, strange)
        self.pipeline = Pipeline(self.world, reference=reference, broker=Broker(servers))
        worker = self.pipeline.start_worker()
        for number, (argv, codes) in enumerate(((('--key', own), []),
                                                (('--key', strange), [604]),
                                                ((), [606]))):
            with self.subTest(argv=argv):
                self.assertEqual(self.codes_of_checkpoint(number, argv), codes)
        self.assertEqual(worker.stop(), 0)

    def make_keys(self, reference, own, strange):
        """The row of the first key goes into keys.tsv, that of the second nowhere."""
        say = [program('thidua-producer'), 'key', '--reporter', REPORTER, '--key']
        self.world.run(*say, strange)
        with open(reference / 'keys.tsv', 'a', encoding='utf-8') as table:
            table.write(self.world.run(*say, own).stdout)

    def codes_of_checkpoint(self, number, argv):
        """Feeds a row; why the checkpoint behind it was rejected."""
        self.pipeline.run('producer', '--reporter', REPORTER, '--once', '--spool',
                          self.pipeline.spool(REPORTER), *argv, input=lines(number, 1))
        end = self.pipeline.broker.end(TOPIC)
        verdict = wait_until(lambda: self.pipeline.verdicts(REPORTER).get(end - 1),
                             'the checkpoint is judged')
        return [reason.code for reason in verdict.rejected.reasons]


if __name__ == '__main__':
    case.main()
