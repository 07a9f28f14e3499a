import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The reference tables that judging needs, by date; days are yyyymmdd. */
final class Reference {
    record Span(int from, int to) {
        boolean holds(int day) {
            return from <= day && day <= to;
        }
    }

    record Reporter(String kind, String province, int cluster, String[] kinds, Span span) {}

    record Province(String successor, Span span) {}

    record Unit(String province, Span span) {}

    record Offence(int severity, Span span) {}

    private static final List<String> SEVERITIES = List.of("", "it_nghiem_trong", "nghiem_trong",
            "rat_nghiem_trong", "dac_biet_nghiem_trong");
    private static final List<String> GROUPS = List.of("", "social_order", "traffic", "economy",
            "environment", "drugs", "national_security", "other");

    final Map<String, Reporter> reporters = new HashMap<>();
    final Map<String, Province> provinces = new HashMap<>();
    final Map<String, List<Unit>> units = new HashMap<>();
    final Map<String, List<Offence>> offences = new HashMap<>();
    final Map<String, Integer> groups = new HashMap<>();
    final Map<String, Integer> clusters = new HashMap<>();
    /** "FORM/LEVEL" in the spelling of the contract. */
    final Map<String, List<Span>> awards = new HashMap<>();
    /** Maximum in hundredths by "year/cluster/criterion". */
    final Map<String, Integer> criteria = new HashMap<>();

    Reference(Path folder) throws IOException {
        for (Map<String, String> row : rows(folder.resolve("reporters.tsv"))) {
            reporters.put(row.get("reporter_id"), new Reporter(row.get("kind"),
                    row.get("province_id"), number(row.get("cluster")),
                    row.get("kinds").split(","), span(row)));
        }
        for (Map<String, String> row : rows(folder.resolve("provinces.tsv"))) {
            provinces.put(row.get("province_id"), new Province(row.get("successor_id"), span(row)));
        }
        for (Map<String, String> row : rows(folder.resolve("units.tsv"))) {
            units.computeIfAbsent(row.get("unit_id"), id -> new ArrayList<>())
                    .add(new Unit(row.get("province_id"), span(row)));
        }
        for (Map<String, String> row : rows(folder.resolve("offences.tsv"))) {
            Offence offence = new Offence(SEVERITIES.indexOf(row.get("severity")), span(row));
            String article = row.get("article");
            offences.computeIfAbsent(article + "/" + row.get("clause"), id -> new ArrayList<>())
                    .add(offence);
            offences.computeIfAbsent(article + "/0", id -> new ArrayList<>()).add(offence);
        }
        for (Map<String, String> row : rows(folder.resolve("crime_groups.tsv"))) {
            groups.put(row.get("article"), GROUPS.indexOf(row.get("group")));
        }
        for (Map<String, String> row : rows(folder.resolve("clusters.tsv"))) {
            clusters.put(row.get("year") + "/" + row.get("province_id"), number(row.get("cluster")));
        }
        for (Map<String, String> row : rows(folder.resolve("awards.tsv"))) {
            String name = row.get("form") + "/" + row.get("level");
            awards.computeIfAbsent(name.toUpperCase(Locale.ROOT), id -> new ArrayList<>())
                    .add(span(row));
        }
        for (Map<String, String> row : rows(folder.resolve("criteria.tsv"))) {
            criteria.put(row.get("year") + "/" + row.get("cluster") + "/" + row.get("criterion"),
                    number(row.get("maximum_hundredths")));
        }
    }

    boolean mayAward(String form, String level, int day) {
        return awards.getOrDefault(form + "/" + level, List.of()).stream()
                .anyMatch(span -> span.holds(day));
    }

    /** The province in which something of {@code id} counts on that day; null if there is none. */
    String countingProvince(String id, int day) {
        Province province = provinces.get(id);
        while (province != null && day > province.span.to) {
            id = province.successor;
            province = provinces.get(id);
        }
        return province != null && province.span.holds(day) ? id : null;
    }

    Offence offence(String article, int clause, int day) {
        for (Offence offence : offences.getOrDefault(article + "/" + clause, List.of())) {
            if (offence.span.holds(day)) {
                return offence;
            }
        }
        return null;
    }

    Unit unit(String id, int day) {
        for (Unit unit : units.getOrDefault(id, List.of())) {
            if (unit.span.holds(day)) {
                return unit;
            }
        }
        return null;
    }

    private static int number(String text) {
        return text.isEmpty() ? 0 : Integer.parseInt(text);
    }

    private static int day(String text, int empty) {
        if (text.isEmpty()) {
            return empty;
        }
        LocalDate date = LocalDate.parse(text);
        return date.getYear() * 10000 + date.getMonthValue() * 100 + date.getDayOfMonth();
    }

    private static Span span(Map<String, String> row) {
        return new Span(day(row.get("valid_from"), Integer.MIN_VALUE),
                day(row.get("valid_to"), Integer.MAX_VALUE));
    }

    private static List<Map<String, String>> rows(Path file) throws IOException {
        List<Map<String, String>> rows = new ArrayList<>();
        String[] columns = null;
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("#")) {
                continue;
            }
            String[] cells = line.split("\t", -1);
            if (columns == null) {
                columns = cells;
                continue;
            }
            Map<String, String> row = new HashMap<>();
            for (int i = 0; i < columns.length; i++) {
                row.put(columns[i], cells[i]);
            }
            rows.add(row);
        }
        return rows;
    }
}
