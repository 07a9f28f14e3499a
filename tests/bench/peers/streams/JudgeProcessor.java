import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import thidua.v1.VerdictOuterClass.Verdict;

/** A raw event to its verdict: packed for the log, as it is for the fold. */
final class JudgeProcessor implements Processor<byte[], byte[], byte[], Object> {
    private final Judge judge;
    private final String reporter;
    private final String sink;
    private final String fold;
    private ProcessorContext<byte[], Object> context;

    JudgeProcessor(Reference reference, String reporter, String sink, String fold) {
        this.judge = new Judge(reference);
        this.reporter = reporter;
        this.sink = sink;
        this.fold = fold;
    }

    @Override
    public void init(ProcessorContext<byte[], Object> given) {
        context = given;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata from = context.recordMetadata().orElseThrow();
        Verdict verdict = judge.judge(record.value(), from.offset(), record.timestamp(), reporter);
        context.forward(record.<Object>withValue(verdict.toByteArray()), sink);
        context.forward(record.<Object>withValue(verdict), fold);
    }
}
