import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import thidua.v1.EventOuterClass.Event;
import thidua.v1.VerdictOuterClass.Verdict;

/** The highest revision of a record stands: what the one before added goes out, its own comes in. */
final class FoldProcessor implements Processor<byte[], Object, Void, Void> {
    private final String reporter;
    private final Peer.Progress progress;
    private KeyValueStore<String, byte[]> records;
    private KeyValueStore<String, Long> tallies;

    FoldProcessor(String reporter, Peer.Progress progress) {
        this.reporter = reporter;
        this.progress = progress;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        records = context.getStateStore("records-" + reporter);
        tallies = context.getStateStore("tallies-" + reporter);
    }

    @Override
    public void process(Record<byte[], Object> record) {
        Verdict verdict = (Verdict) record.value();
        if (verdict.hasEnriched()) {
            fold(verdict);
        }
        progress.step();
    }

    private void fold(Verdict verdict) {
        Event event = parse(verdict);
        if (event.getBodyCase() == Event.BodyCase.CHECKPOINT) {
            return;
        }
        String name = event.getKindValue() + "/" + event.getRecordId();
        byte[] after = pack(event, Contribute.of(event, verdict.getEnriched()));
        byte[] before = records.get(name);
        if (before != null && !stands(before, after)) {
            return;
        }
        if (before != null) {
            move(before, -1);
        }
        move(after, 1);
        records.put(name, after);
    }

    private static Event parse(Verdict verdict) {
        try {
            return Event.parseFrom(verdict.getEnriched().getRaw());
        } catch (InvalidProtocolBufferException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static boolean stands(byte[] before, byte[] after) {
        long was = ByteBuffer.wrap(before).getLong();
        long is = ByteBuffer.wrap(after).getLong();
        return is != was ? is > was : java.util.Arrays.compareUnsigned(after, before) > 0;
    }

    /** Revision, then "amount cell" lines. */
    private static byte[] pack(Event event, List<Contribute.Item> items) {
        StringBuilder text = new StringBuilder();
        for (Contribute.Item item : items) {
            for (String cell : cells(event, item)) {
                text.append(item.amount()).append(' ').append(cell).append('\n');
            }
        }
        byte[] lines = text.toString().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + lines.length).putLong(event.getRevision()).put(lines).array();
    }

    /** The buckets of one addition: day and half-month, by province and by unit. */
    private static List<String> cells(Event event, Contribute.Item item) {
        String what = item.metric() + "." + item.dim1() + "." + item.dim2() + ".";
        String half = item.day() / 100 + (item.day() % 100 < 15 ? "a:" : "b:");
        List<String> cells = new ArrayList<>(4);
        cells.add("d:" + item.day() + ":" + what + item.province());
        cells.add("m:" + half + what + item.province());
        if (!event.getUnit().isEmpty()) {
            cells.add("D:" + item.day() + ":" + what + event.getUnit());
            cells.add("M:" + half + what + event.getUnit());
        }
        return cells;
    }

    private void move(byte[] packed, int sign) {
        String lines = new String(packed, 8, packed.length - 8, StandardCharsets.UTF_8);
        for (String line : lines.split("\n")) {
            int space = line.indexOf(' ');
            if (space > 0) {
                String cell = line.substring(space + 1);
                Long now = tallies.get(cell);
                tallies.put(cell, (now == null ? 0 : now)
                        + sign * Long.parseLong(line.substring(0, space)));
            }
        }
    }
}
