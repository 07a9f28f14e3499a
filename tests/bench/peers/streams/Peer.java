import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.LogAndFailExceptionHandler;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.Stores;

/**
 * The same verdicts and the same tallies as a Kafka Streams topology, exactly_once_v2: a source, a
 * judge, a verdict sink and a fold with two state stores for each reporter, so that reporters are
 * tasks of their own.
 *
 * <pre>Peer BROKERS REFERENCE STATE_FOLDER THREADS EVENTS REPORTER...</pre>
 *
 * Ends when EVENTS are folded and committed; prints "EVENTS SECONDS" from the first tenth on, then
 * "METRIC SUM" for each metric, over days and provinces.
 */
public final class Peer {
    /** Counts what is folded, and when the first tenth was. */
    static final class Progress {
        private final long events;
        private final AtomicLong done = new AtomicLong();
        private volatile long begunAt;
        private volatile long endedAt;
        private final CountDownLatch ended = new CountDownLatch(1);

        Progress(long events) {
            this.events = events;
        }

        void step() {
            long now = done.incrementAndGet();
            if (now == events / 10) {
                begunAt = System.nanoTime();
            }
            if (now == events) {
                endedAt = System.nanoTime();
                ended.countDown();
            }
        }
    }

    private static Topology topology(Reference reference, List<String> reporters,
            Progress progress) {
        Topology topology = new Topology();
        for (String reporter : reporters) {
            String raw = "raw-" + reporter;
            String judge = "judge-" + reporter;
            String fold = "fold-" + reporter;
            String sink = "verdicts-" + reporter;
            topology.addSource(raw, new ByteArrayDeserializer(), new ByteArrayDeserializer(),
                    "thidua.raw." + reporter);
            topology.addProcessor(judge, () -> new JudgeProcessor(reference, reporter, sink, fold),
                    raw);
            topology.addSink(sink, "peer.verdicts." + reporter, new ByteArraySerializer(),
                    new ByteArraySerializer(), judge);
            topology.addProcessor(fold, () -> new FoldProcessor(reporter, progress), judge);
            topology.addStateStore(Stores.keyValueStoreBuilder(
                    Stores.persistentKeyValueStore("records-" + reporter), Serdes.String(),
                    Serdes.ByteArray()).withCachingEnabled(), fold);
            topology.addStateStore(Stores.keyValueStoreBuilder(
                    Stores.persistentKeyValueStore("tallies-" + reporter), Serdes.String(),
                    Serdes.Long()).withCachingEnabled(), fold);
        }
        return topology;
    }

    private static Properties settings(String brokers, String folder, int threads) {
        Properties set = new Properties();
        set.put(StreamsConfig.APPLICATION_ID_CONFIG, "peer-streams");
        set.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
        set.put(StreamsConfig.STATE_DIR_CONFIG, folder);
        set.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        set.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        set.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
        set.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 512L << 20);
        set.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        set.put(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
                LogAndFailExceptionHandler.class);
        set.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 10_000);
        set.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        set.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 10_000);
        set.put(StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MIN_BYTES_CONFIG), 1 << 16);
        set.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG),
                8 << 20);
        set.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        set.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 1 << 20);
        set.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 20);
        set.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 128L << 20);
        return set;
    }

    /** Sum of the cells of each metric, days by province: keys "d:DAY:METRIC.DIM1.DIM2.PROVINCE". */
    private static Map<Integer, Long> sums(KafkaStreams streams, List<String> reporters) {
        Map<Integer, Long> sums = new TreeMap<>();
        for (String reporter : reporters) {
            var store = streams.store(StoreQueryParameters.fromNameAndType("tallies-" + reporter,
                    QueryableStoreTypes.<String, Long>keyValueStore()));
            try (var cells = store.range("d:", "d;")) {
                cells.forEachRemaining(cell -> sums.merge(
                        Integer.parseInt(cell.key.split("[:.]")[2]), cell.value, Long::sum));
            }
        }
        sums.values().removeIf(sum -> sum == 0);
        return sums;
    }

    public static void main(String[] args) throws Exception {
        List<String> reporters = new ArrayList<>(List.of(args).subList(5, args.length));
        Progress progress = new Progress(Long.parseLong(args[4]));
        Reference reference = new Reference(Path.of(args[1]));
        try (KafkaStreams streams = new KafkaStreams(topology(reference, reporters, progress),
                settings(args[0], args[2], Integer.parseInt(args[3])))) {
            streams.start();
            if (!progress.ended.await(1, TimeUnit.HOURS)) {
                throw new IllegalStateException("not within an hour");
            }
            Map<Integer, Long> sums = sums(streams, reporters);
            streams.close(Duration.ofMinutes(5));
            System.out.printf("%d %.3f%n", progress.events - progress.events / 10,
                    (progress.endedAt - progress.begunAt) / 1e9);
            sums.forEach((metric, sum) -> System.out.printf("%d %d%n", metric, sum));
        }
    }
}
