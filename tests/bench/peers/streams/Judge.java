import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import thidua.v1.EventOuterClass.*;
import thidua.v1.VerdictOuterClass.*;

/**
 * Bytes to verdict: decoding, ranges, rights, reference look-ups, stages. The rules are those that
 * the data set breaks and those that every event pays for; the worker has more.
 */
final class Judge {
    private static final long FUTURE_MS = 5 * 60 * 1000;
    private static final long EXACT_MAX = 1L << 53;
    private static final List<String> KINDS = List.of("", "case", "arrest", "accident", "identity",
            "deployment", "society", "commendation", "title", "target", "score", "checkpoint");

    private final Reference reference;

    Judge(Reference reference) {
        this.reference = reference;
    }

    Verdict judge(byte[] raw, long offset, long appendMs, String reporter) {
        Verdict.Builder verdict = Verdict.newBuilder().setRawOffset(offset).setAppendMs(appendMs)
                .setReferenceVersion(1);
        Rejected.Builder rejected = Rejected.newBuilder().setRaw(ByteString.copyFrom(raw));
        Event event = decode(raw, rejected);
        if (event != null) {
            validate(event, reporter, appendMs, rejected);
        }
        if (rejected.getReasonsCount() > 0) {
            return verdict.setRejected(rejected).build();
        }
        return verdict.setEnriched(enrich(event, raw)).build();
    }

    private static void add(Rejected.Builder rejected, int code, String field) {
        rejected.addReasons(Finding.newBuilder().setCode(code).setField(field));
    }

    private static Event decode(byte[] raw, Rejected.Builder rejected) {
        try {
            Event event = Event.parseFrom(raw);
            if (raw.length == 0) {
                add(rejected, 101, "");
            } else if (hasUnknown(event)) {
                add(rejected, 106, "");
            } else if (event.getMinReader() > 1) {
                add(rejected, 103, "min_reader");
            } else {
                return event;
            }
        } catch (InvalidProtocolBufferException wrong) {
            add(rejected, 104, "");
        }
        return null;
    }

    private static boolean hasUnknown(Message message) {
        if (!message.getUnknownFields().asMap().isEmpty()) {
            return true;
        }
        for (Object value : message.getAllFields().values()) {
            if (value instanceof Message inner && hasUnknown(inner)) {
                return true;
            }
        }
        return false;
    }

    private void validate(Event event, String reporter, long appendMs, Rejected.Builder rejected) {
        Reference.Reporter owner = reference.reporters.get(reporter);
        int kind = event.getKindValue();
        long occurredMs = millis(event.getOccurredAt());
        int day = day(occurredMs);
        if (!event.getReporter().equals(reporter)) {
            add(rejected, 302, "reporter");
        }
        if (owner == null) {
            add(rejected, 301, "reporter");
            return;
        }
        if (kind == 0 || kind >= KINDS.size() || !List.of(owner.kinds()).contains(KINDS.get(kind))) {
            add(rejected, 304, "kind");
        }
        if (event.getEpoch() < 1 || event.getEpoch() >= EXACT_MAX || event.getSequence() < 1) {
            add(rejected, 203, "sequence");
        }
        if (millis(event.getRecordedAt()) > appendMs + FUTURE_MS) {
            add(rejected, 208, "recorded_at");
        }
        if (event.getBodyCase() == Event.BodyCase.CHECKPOINT) {
            return;
        }
        if (event.getRecordId().isEmpty()) {
            add(rejected, 201, "record_id");
        }
        if (event.getRevision() < 1 || event.getRevision() >= EXACT_MAX) {
            add(rejected, 211, "revision");
        } else if (event.getRevision() > 1_000_000_000_000L
                && event.getRevision() > appendMs + FUTURE_MS) {
            add(rejected, 212, "revision");
        }
        if (event.hasOccurredAt() && occurredMs > appendMs + FUTURE_MS) {
            add(rejected, 208, "occurred_at");
        }
        validateUnit(event, owner, day, rejected);
        validateBody(event, owner, day, rejected);
    }

    private void validateUnit(Event event, Reference.Reporter owner, int day,
            Rejected.Builder rejected) {
        if (event.getUnit().isEmpty()) {
            if (owner.kind().equals("province")) {
                add(rejected, 201, "unit");
            }
            return;
        }
        Reference.Unit unit = reference.unit(event.getUnit(), day);
        if (unit == null) {
            add(rejected, reference.units.containsKey(event.getUnit()) ? 306 : 305, "unit");
        } else if (!unit.province().equals(owner.province())) {
            add(rejected, 307, "unit");
        }
    }

    private void validateBody(Event event, Reference.Reporter owner, int day,
            Rejected.Builder rejected) {
        switch (event.getBodyCase()) {
            case CASE -> validateCase(event.getCase(), day, rejected);
            case ARREST -> {
                Arrest arrest = event.getArrest();
                range(arrest.getSubjects(), 1, 10000, "arrest.subjects", rejected);
                if (Integer.toUnsignedLong(arrest.getAccused()) > arrest.getSubjects()
                        || Integer.toUnsignedLong(arrest.getDetained()) > arrest.getSubjects()) {
                    add(rejected, 213, "arrest.accused");
                }
            }
            case ACCIDENT -> {
                Accident accident = event.getAccident();
                range(accident.getDeaths(), 0, 1000, "accident.deaths", rejected);
                range(accident.getInjured(), 0, 10000, "accident.injured", rejected);
                int least = Math.min(accident.getDeaths() == 0 ? 1 : accident.getDeaths() + 2, 5);
                if (accident.getClass_Value() < least) {
                    add(rejected, 451, "accident.class");
                }
            }
            case IDENTITY -> range(event.getIdentity().getFilesReceived(), 0, 1_000_000,
                    "identity.files_received", rejected);
            case DEPLOYMENT -> {
                range(event.getDeployment().getOfficers(), 1, 100_000, "deployment.officers",
                        rejected);
                if (event.getDeployment().getPurposeValue() == 0) {
                    add(rejected, 201, "deployment.purpose");
                }
            }
            case COMMENDATION -> {
                Commendation award = event.getCommendation();
                if (!reference.mayAward(suffix(award.getForm().name(), "AWARD_FORM_"),
                        suffix(award.getLevel().name(), "AWARD_LEVEL_"), day)) {
                    add(rejected, 551, "commendation.form");
                }
            }
            case SCORE -> validateScore(event.getScore(), owner, rejected);
            case BODY_NOT_SET -> add(rejected, 201, "");
            default -> { }
        }
    }

    private void validateCase(Case about, int day, Rejected.Builder rejected) {
        Reference.Offence offence = reference.offence(about.getArticle(), about.getClause(), day);
        if (offence == null) {
            boolean known = reference.offence(about.getArticle(), 0, day) != null;
            add(rejected, known ? 402 : 401, known ? "case.clause" : "case.article");
        } else if (about.getReportedSeverityValue() != 0 && about.getClause() != 0
                && about.getReportedSeverityValue() != offence.severity()) {
            add(rejected, 403, "case.reported_severity");
        }
        if (about.getSolvedOn() != 0 && about.getSolvedOn() < day) {
            add(rejected, 407, "case.solved_on");
        }
        if (about.getStatus() == CaseStatus.CASE_STATUS_CONCLUDED && about.getConcludedOn() == 0) {
            add(rejected, 405, "case.concluded_on");
        }
    }

    private void validateScore(Score score, Reference.Reporter owner, Rejected.Builder rejected) {
        Integer maximum = reference.criteria.get(
                score.getYear() + "/" + owner.cluster() + "/" + score.getCriterion());
        if (maximum == null) {
            add(rejected, 554, "score.criterion");
        } else if (maximum != score.getMaximumHundredths()) {
            add(rejected, 555, "score.maximum_hundredths");
        }
        if (score.getPointsHundredths() > score.getMaximumHundredths()) {
            add(rejected, 556, "score.points_hundredths");
        }
    }

    private static String suffix(String name, String prefix) {
        return name.substring(prefix.length());
    }

    private static void range(int number, long low, long high, String field,
            Rejected.Builder rejected) {
        long value = Integer.toUnsignedLong(number);
        if (value < low || value > high) {
            add(rejected, 203, field);
        }
    }

    private Enriched enrich(Event event, byte[] raw) {
        Enriched.Builder enriched = Enriched.newBuilder().setRaw(ByteString.copyFrom(raw));
        String home = reference.reporters.get(event.getReporter()).province();
        int day = day(millis(event.getOccurredAt()));
        switch (event.getBodyCase()) {
            case TITLE -> stage(enriched, 1, event.getTitle().getYear() * 10000 + 1214,
                    event.getTitle().getProvince());
            case SCORE -> stage(enriched, 1, event.getScore().getYear() * 10000 + 1214,
                    event.getScore().getProvince());
            case TARGET -> stage(enriched, 1, last(event.getTarget().getPeriod()),
                    event.getTarget().getProvince());
            case CASE -> enrichCase(event.getCase(), day, home, enriched);
            case CHECKPOINT, RETRACTION -> { }
            default -> stage(enriched, 1, day, home);
        }
        if (event.getBodyCase() == Event.BodyCase.ARREST
                && !event.getArrest().getArticle().isEmpty()) {
            enriched.setCrimeGroupValue(reference.groups.get(event.getArrest().getArticle()));
        }
        return enriched.build();
    }

    private void enrichCase(Case about, int day, String home, Enriched.Builder enriched) {
        Reference.Offence offence = reference.offence(about.getArticle(), about.getClause(), day);
        enriched.setSeverityValue(about.getClause() == 0 ? 5 : offence.severity());
        enriched.setCrimeGroupValue(reference.groups.get(about.getArticle()));
        int[] days = {0, day, about.getReportedOn(), about.getRegisteredOn(), about.getSolvedOn(),
            about.getSuspendedOn(), about.getResumedOn(), about.getDiscontinuedOn(),
            about.getConcludedOn(), about.getReopenedOn(), about.getClosedOn(),
            about.hasTransfer() ? about.getTransfer().getAcceptedOn() : 0};
        for (int kind = 1; kind < days.length; kind++) {
            if (days[kind] != 0) {
                stage(enriched, kind, days[kind], home);
            }
        }
    }

    private void stage(Enriched.Builder enriched, int kind, int day, String province) {
        String counting = reference.countingProvince(province, day);
        String where = counting == null ? province : counting;
        int workYear = day / 10000 + (day % 10000 >= 1215 ? 1 : 0);
        enriched.addStages(Stage.newBuilder().setKindValue(kind).setOn(day).setProvince(where)
                .setCluster(reference.clusters.getOrDefault(workYear + "/" + where, 0)));
    }

    /** The last day of a period: the 14th of its last month for the police, or the month's end. */
    private static int last(Period period) {
        int kind = period.getKindValue();
        int months = List.of(0, 12, 6, 3, 1).get(kind > 4 ? kind - 4 : kind);
        int month = period.getNumber() == 0 ? 12 : months * period.getNumber();
        LocalDate first = LocalDate.of(period.getYear(), month, 1);
        return packed(kind > 4 ? first.plusMonths(1).minusDays(1) : first.plusDays(13));
    }

    static long millis(Timestamp at) {
        return at.getSeconds() * 1000 + at.getNanos() / 1_000_000;
    }

    /** The local day of a moment. */
    static int day(long ms) {
        return packed(Instant.ofEpochMilli(ms).atOffset(ZoneOffset.ofHours(7)).toLocalDate());
    }

    private static int packed(LocalDate date) {
        return date.getYear() * 10000 + date.getMonthValue() * 100 + date.getDayOfMonth();
    }
}
