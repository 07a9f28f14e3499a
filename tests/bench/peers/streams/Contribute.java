import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import thidua.v1.EventOuterClass.*;
import thidua.v1.VerdictOuterClass.*;

/** What one enriched statement adds: cells "metric.dim1.dim2" on a day, by province and unit. */
final class Contribute {
    record Item(int metric, int dim1, int dim2, int day, String province, long amount) {}

    /** Numbers of the metrics that the data set sets targets for. */
    private static final Map<String, Integer> FIGURES = Map.of("identity.files_received", 50,
            "identity.records_collected", 53, "cases.occurred", 3, "accidents.count", 40,
            "accidents.deaths", 41, "accidents.injured", 42);

    private final Event event;
    private final Enriched enriched;
    private final List<Item> items = new ArrayList<>();

    private Contribute(Event event, Enriched enriched) {
        this.event = event;
        this.enriched = enriched;
    }

    static List<Item> of(Event event, Enriched enriched) {
        Contribute made = new Contribute(event, enriched);
        made.all();
        return made.items;
    }

    private void add(int stage, int metric, int dim1, int dim2, long amount) {
        for (Stage found : enriched.getStagesList()) {
            if (found.getKindValue() == stage && amount != 0) {
                items.add(new Item(metric, dim1, dim2, found.getOn(), found.getProvince(), amount));
            }
        }
    }

    private void all() {
        switch (event.getBodyCase()) {
            case CASE -> addCase(event.getCase());
            case ARREST -> {
                Arrest arrest = event.getArrest();
                int kind = arrest.getKindValue();
                int group = enriched.getCrimeGroupValue();
                add(1, 30, kind, group, 1);
                add(1, 31, kind, group, arrest.getSubjects());
                add(1, 32, kind, group, arrest.getAccused());
                add(1, 33, kind, group, arrest.getDetained());
            }
            case ACCIDENT -> {
                Accident accident = event.getAccident();
                int cls = accident.getClass_Value();
                int mode = accident.getModeValue();
                add(1, 40, cls, mode, 1);
                add(1, 41, cls, mode, accident.getDeaths());
                add(1, 42, cls, mode, accident.getInjured());
                add(1, 43, cls, mode, accident.getMissing());
                add(1, 44, cls, mode, accident.getDamageVnd());
            }
            case IDENTITY -> {
                Identity identity = event.getIdentity();
                add(1, 50, 0, 0, identity.getFilesReceived());
                add(1, 51, 0, 0, identity.getCardsPrinted());
                add(1, 52, 0, 0, identity.getCardsDelivered());
                add(1, 53, 0, 0, identity.getRecordsCollected());
                add(1, 54, 0, 0, identity.getRecordsVerified());
                add(1, 55, 0, 0, identity.getRecordsEntered());
            }
            case DEPLOYMENT -> add(1, 60, event.getDeployment().getPurposeValue(), 0,
                    event.getDeployment().getOfficers());
            case SOCIETY -> {
                Society society = event.getSociety();
                int fund = society.getFundValue();
                add(1, 70, fund, 0, society.getDonationVnd());
                add(1, 71, fund, 0, society.getInKind() ? society.getDonationVnd() : 0);
                add(1, 72, 0, 0, society.getGiftPackages());
                add(1, 73, 0, 0, society.getWorkDayTenths());
                add(1, 74, society.getHouseKindValue(), 0, society.getHouses());
            }
            case COMMENDATION -> addCommendation(event.getCommendation());
            case TITLE -> add(1, 90, event.getTitle().getTitleValue(),
                    event.getTitle().getRecipientValue(),
                    event.getTitle().getStatusValue() == 2 ? 1 : 0);
            case TARGET -> add(1, 91, FIGURES.getOrDefault(event.getTarget().getMetric(), 0),
                    event.getTarget().getPeriod().getKindValue(), event.getTarget().getValue());
            case SCORE -> {
                Score score = event.getScore();
                add(1, 92, score.getCriterion(), score.getStageValue(), score.getPointsHundredths());
                add(1, 93, score.getCriterion(), score.getStageValue(),
                        score.getMaximumHundredths());
            }
            default -> { }
        }
    }

    private void addCommendation(Commendation award) {
        if (award.getStatusValue() == 1) {
            add(1, 84, award.getFormValue(), award.getRecipientValue(), 1);
        }
        if (award.getStatusValue() != 2) {
            return;
        }
        int level = award.getLevelValue();
        if (award.getForm() == AwardForm.AWARD_FORM_LETTER) {
            add(1, 83, level, award.getRecipientValue(), 1);
            return;
        }
        add(1, 80, level, award.getRecipientValue(), 1);
        add(1, award.getRecipientValue() == 1 ? 81 : 82, level, award.getFormValue(), 1);
    }

    private void addCase(int stage, int metric, long amount) {
        add(stage, metric, enriched.getSeverityValue(), enriched.getCrimeGroupValue(), amount);
    }

    private void addCase(Case about) {
        CaseStatus status = about.getStatus();
        boolean accepted = about.hasTransfer() && about.getTransfer().getAcceptedOn() != 0;
        boolean sender = about.getTransfer().getDirectionValue() == 1;
        if (status == CaseStatus.CASE_STATUS_ANNULLED) {
            return;
        }
        if (accepted) {
            addCase(11, sender ? 17 : 18, 1);
        }
        if (about.hasTransfer() && sender == accepted) {
            return;
        }
        int group = enriched.getCrimeGroupValue();
        boolean notOpened = status == CaseStatus.CASE_STATUS_NOT_OPENED;
        add(2, 1, group, 0, 1);
        add(notOpened ? 10 : 3, 2, group, 0, about.getReportedOn() != 0 ? 1 : 0);
        add(10, 14, group, 0, notOpened ? 1 : 0);
        if (about.getRegisteredOn() != 0 && !notOpened) {
            addOpened(about, status);
        }
    }

    private void addOpened(Case about, CaseStatus status) {
        boolean split = !about.getSplitFrom().isEmpty();
        boolean solved = about.getSolvedOn() != 0 && about.getReopenedOn() < about.getSolvedOn()
                && !about.getNoOffence()
                && (status != CaseStatus.CASE_STATUS_SUSPENDED || about.getOffenderKnown());
        if (!split && !about.getNoOffence()) {
            addCase(1, 3, 1);
            int occurred = Judge.day(Judge.millis(event.getOccurredAt()));
            addCase(4, year(occurred) == year(about.getSolvedOn()) ? 5 : 6, solved ? 1 : 0);
        }
        addCase(3, 16, split ? 1 : 0);
        if (status == CaseStatus.CASE_STATUS_MERGED) {
            addCase(3, 15, 1);
        } else {
            addCase(3, 4, 1);
            addCase(3, 8, about.getAccused());
            addCase(3, 7, solved ? 1 : 0);
        }
        for (int stage = 5; stage <= 9; stage++) {
            addCase(stage, stage + 4, 1);
        }
    }

    /** The police year of a day. */
    private static int year(int day) {
        return day / 10000 + (day % 10000 >= 1215 ? 1 : 0);
    }
}
