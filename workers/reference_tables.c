#include "workers/reference_tables.h"

#include "workers/tsv.h"

enum {
	NAME_ROOM = 64,
	CLUSTERS_MAX = 99,
	CRITERIA_MAX = 99,
	POINTS_MAX = 1000000,
	CLAUSES_MAX = 9,
};

/* The number of the enum value whose name is `prefix` and the cell in capitals. */
static bool read_enum(const td_tsv_row_t *row, size_t column,
		      const ProtobufCEnumDescriptor *descriptor, const char *prefix, int *number,
		      td_err_t *err)
{
	char name[NAME_ROOM];
	size_t size = strlen(prefix);
	memcpy(name, prefix, size);
	for (const char *at = row->cells[column]; *at != '\0' && size + 1 < sizeof name; at++)
		name[size++] = *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
	name[size] = '\0';
	const ProtobufCEnumValue *value =
		protobuf_c_enum_descriptor_get_value_by_name(descriptor, name);
	if (value == NULL || value->value == 0)
		return td_tsv_object(row, column, "is no word that is known here", err);
	*number = value->value;
	return true;
}

static bool read_year(const td_tsv_row_t *row, size_t column, int32_t *year, td_err_t *err)
{
	uint32_t number;
	if (!td_tsv_number(row, column, 2100, &number, err))
		return false;
	*year = (int32_t)number;
	return *year >= 1945 || td_tsv_object(row, column, "is no year from 1945 to 2100", err);
}

static bool read_id(const td_tsv_row_t *row, size_t column, const char **id, td_err_t *err)
{
	*id = row->cells[column];
	if ((*id)[0] == '\0' || strlen(*id) > TD_ID_MAX)
		return td_tsv_object(row, column, "is no id of 1 to 64 bytes", err);
	return true;
}

/* Of a province or a unit: tallies keep it in so many bytes. */
static bool read_area(const td_tsv_row_t *row, size_t column, const char **id, td_err_t *err)
{
	if (!read_id(row, column, id, err))
		return false;
	return strlen(*id) < TD_AREA_MAX ||
	       td_tsv_object(row, column, "is no id of 1 to 31 bytes", err);
}

/* province_id iso_3166_2 gso_code type name_vi name_en valid_from valid_to successor_id */
static bool read_province(void *context, const td_tsv_row_t *row, td_err_t *err)
{
	td_reference_t *reference = context;
	td_province_t *province = &reference->provinces.items[reference->provinces.count++];
	province->name_vi = row->cells[4];
	province->name_en = row->cells[5];
	province->successor = row->cells[8];
	return read_area(row, 0, &province->id, err) &&
	       td_tsv_validity(row, 6, &province->from_day, &province->to_day, err);
}

/* unit_id province_id level code name_vi valid_from valid_to */
static bool read_unit(void *context, const td_tsv_row_t *row, td_err_t *err)
{
	td_reference_t *reference = context;
	td_unit_t *unit = &reference->units.items[reference->units.count++];
	unit->name_vi = row->cells[4];
	if (!read_area(row, 0, &unit->id, err) || !read_area(row, 1, &unit->province, err))
		return false;
	size_t length = strlen(unit->province);
	if (strncmp(unit->id, unit->province, length) != 0 || unit->id[length] != '.')
		return td_tsv_object(row, 0, "does not begin with its province", err);
	return td_tsv_validity(row, 5, &unit->from_day, &unit->to_day, err);
}

/* article group basis */
static bool read_group(void *context, const td_tsv_row_t *row, td_err_t *err)
{
	td_reference_t *reference = context;
	td_crime_group_t *group = &reference->groups.items[reference->groups.count++];
	int number;
	if (!read_id(row, 0, &group->article, err) ||
	    !read_enum(row, 1, &thidua__v1__crime_group__descriptor, "CRIME_GROUP_", &number, err))
		return false;
	group->group = (Thidua__V1__CrimeGroup)number;
	return true;
}

static bool read_severity(const td_tsv_row_t *row, size_t column, Thidua__V1__Severity *severity,
			  td_err_t *err)
{
	/* The law's own words, in the order of the enum. */
	static const char *const CLASSES[] = {"it_nghiem_trong", "nghiem_trong", "rat_nghiem_trong",
					      "dac_biet_nghiem_trong"};
	for (size_t i = 0; i < TD_COUNT(CLASSES); i++)
		if (strcmp(row->cells[column], CLASSES[i]) == 0) {
			*severity =
				(Thidua__V1__Severity)((size_t)THIDUA__V1__SEVERITY__SEVERITY_LESS +
						       i);
			return true;
		}
	return td_tsv_object(row, column, "is no class of article 9", err);
}

/* article clause severity kind max_penalty chapter name_vi name_en valid_from valid_to */
static bool read_offence(void *context, const td_tsv_row_t *row, td_err_t *err)
{
	td_reference_t *reference = context;
	td_offence_t *offence = &reference->offences.items[reference->offences.count++];
	offence->name_vi = row->cells[6];
	offence->name_en = row->cells[7];
	offence->group = THIDUA__V1__CRIME_GROUP__CRIME_GROUP_UNSPECIFIED;
	if (!read_id(row, 0, &offence->article, err) ||
	    !td_tsv_number(row, 1, CLAUSES_MAX, &offence->clause, err) ||
	    !read_severity(row, 2, &offence->severity, err) ||
	    !td_tsv_validity(row, 8, &offence->from_day, &offence->to_day, err))
		return false;
	return offence->clause > 0 || td_tsv_object(row, 1, "is no paragraph from 1 to 9", err);
}

/* The words of a list "case,arrest" as bits. */
static bool read_kinds(const td_tsv_row_t *row, size_t column, uint32_t *kinds, td_err_t *err)
{
	*kinds = 0;
	for (char *word = row->cells[column]; word != NULL;) {
		char *comma = strchr(word, ',');
		if (comma != NULL)
			*comma++ = '\0';
		td_tsv_row_t one = *row;
		one.cells[column] = word;
		int kind = 0;
		if (!read_enum(&one, column, &thidua__v1__kind__descriptor, "KIND_", &kind, err))
			return false;
		*kinds |= UINT32_C(1) << kind;
		word = comma;
	}
	return true;
}

static bool read_reporter_kind(const td_tsv_row_t *row, size_t column, td_reporter_kind_t *kind,
			       td_err_t *err)
{
	static const char *const KINDS[] = {[TD_REPORTER_PROVINCE] = "province",
					    [TD_REPORTER_CLUSTER] = "cluster",
					    [TD_REPORTER_MINISTRY] = "ministry"};
	for (size_t i = 0; i < TD_COUNT(KINDS); i++)
		if (strcmp(row->cells[column], KINDS[i]) == 0) {
			*kind = (td_reporter_kind_t)i;
			return true;
		}
	return td_tsv_object(row, column, "is neither province, cluster nor ministry", err);
}

/* reporter_id kind province_id cluster kinds valid_from valid_to */
static bool read_reporter(void *context, const td_tsv_row_t *row, td_err_t *err)
{
	td_reference_t *reference = context;
	td_reporter_t *reporter = &reference->reporters.items[reference->reporters.count++];
	reporter->province = row->cells[2];
	reporter->cluster = 0;
	if (!read_id(row, 0, &reporter->id, err) ||
	    !read_reporter_kind(row, 1, &reporter->kind, err) ||
	    !td_tsv_validity(row, 5, &reporter->from_day, &reporter->to_day, err))
		return false;
	if ((reporter->province[0] != '\0') != (reporter->kind == TD_REPORTER_PROVINCE))
		return td_tsv_object(row, 2, "must be there for a province and only for one", err);
	if ((row->cells[3][0] != '\0') != (reporter->kind == TD_REPORTER_CLUSTER))
		return td_tsv_object(row, 3, "must be there for a cluster and only for one", err);
	if (row->cells[3][0] != '\0' &&
	    !td_tsv_number(row, 3, CLUSTERS_MAX, &reporter->cluster, err))
		return false;
	return read_kinds(row, 4, &reporter->kinds, err);
}

/* year cluster province_id role */
static bool read_member(void *context, const td_tsv_row_t *row, td_err_t *err)
{
	td_reference_t *reference = context;
	td_member_t *member = &reference->members.items[reference->members.count++];
	member->line = row->line;
	return read_year(row, 0, &member->year, err) &&
	       td_tsv_number(row, 1, CLUSTERS_MAX, &member->cluster, err) &&
	       read_id(row, 2, &member->province, err);
}

/* form level valid_from valid_to */
static bool read_award(void *context, const td_tsv_row_t *row, td_err_t *err)
{
	td_reference_t *reference = context;
	td_award_t *award = &reference->awards.items[reference->awards.count++];
	int form = 0, level = 0;
	if (!read_enum(row, 0, &thidua__v1__award_form__descriptor, "AWARD_FORM_", &form, err) ||
	    !read_enum(row, 1, &thidua__v1__award_level__descriptor, "AWARD_LEVEL_", &level, err) ||
	    !td_tsv_validity(row, 2, &award->from_day, &award->to_day, err))
		return false;
	award->form = (uint32_t)form;
	award->level = (uint32_t)level;
	return true;
}

/* year cluster criterion maximum_hundredths name_vi name_en */
static bool read_criterion(void *context, const td_tsv_row_t *row, td_err_t *err)
{
	td_reference_t *reference = context;
	td_criterion_t *criterion = &reference->criteria.items[reference->criteria.count++];
	uint32_t maximum;
	if (!read_year(row, 0, &criterion->year, err) ||
	    !td_tsv_number(row, 1, CLUSTERS_MAX, &criterion->cluster, err) ||
	    !td_tsv_number(row, 2, CRITERIA_MAX, &criterion->number, err) ||
	    !td_tsv_number(row, 3, POINTS_MAX, &maximum, err))
		return false;
	criterion->maximum_hundredths = (int32_t)maximum;
	return true;
}

/* reporter_id source key_id public_key valid_from valid_to */
static bool read_key(void *context, const td_tsv_row_t *row, td_err_t *err)
{
	td_reference_t *reference = context;
	return td_keys_read(row, &reference->keys.items[reference->keys.count++], err);
}

/* The tables: their columns, and the rows that they fill. */
#define ROWS_OF(member)                                                                            \
	offsetof(td_reference_t, member.items), sizeof(*((td_reference_t *)NULL)->member.items)

static const struct table {
	const char *name;
	td_tsv_fn *read;
	size_t items_at, item_size; /* where td_reference_t points to its rows */
	const char *columns[TD_TSV_COLUMNS_MAX + 1];
} TABLES[] = {
	{"awards.tsv", read_award, ROWS_OF(awards), {"form", "level", "valid_from", "valid_to"}},
	{"clusters.tsv", read_member, ROWS_OF(members), {"year", "cluster", "province_id", "role"}},
	{"crime_groups.tsv", read_group, ROWS_OF(groups), {"article", "group", "basis"}},
	{"criteria.tsv",
	 read_criterion,
	 ROWS_OF(criteria),
	 {"year", "cluster", "criterion", "maximum_hundredths", "name_vi", "name_en"}},
	{"keys.tsv",
	 read_key,
	 ROWS_OF(keys),
	 {"reporter_id", "source", "key_id", "public_key", "valid_from", "valid_to"}},
	{"offences.tsv",
	 read_offence,
	 ROWS_OF(offences),
	 {"article", "clause", "severity", "kind", "max_penalty", "chapter", "name_vi", "name_en",
	  "valid_from", "valid_to"}},
	{"provinces.tsv",
	 read_province,
	 ROWS_OF(provinces),
	 {"province_id", "iso_3166_2", "gso_code", "type", "name_vi", "name_en", "valid_from",
	  "valid_to", "successor_id"}},
	{"reporters.tsv",
	 read_reporter,
	 ROWS_OF(reporters),
	 {"reporter_id", "kind", "province_id", "cluster", "kinds", "valid_from", "valid_to"}},
	{"units.tsv",
	 read_unit,
	 ROWS_OF(units),
	 {"unit_id", "province_id", "level", "code", "name_vi", "valid_from", "valid_to"}},
};

size_t td_reference_tables_count(void)
{
	return TD_COUNT(TABLES);
}

const char *td_reference_tables_name(size_t index)
{
	return TABLES[index].name;
}

bool td_reference_tables_optional(size_t index)
{
	/* Versions from before it came are whole without it. */
	return strcmp(TABLES[index].name, "keys.tsv") == 0;
}

static size_t count_lines(const char *text)
{
	size_t lines = 1;
	while ((text = strchr(text, '\n')) != NULL) {
		text++;
		lines++;
	}
	return lines;
}

static bool parse_table(td_reference_t *reference, const struct table *table, char *text,
			td_err_t *err)
{
	void **items = (void **)((char *)reference + table->items_at);
	if (*items != NULL)
		return td_err_set(err, TD_EDATA, "the table %s is there twice", table->name);
	*items = td_arena_take(reference->arena, count_lines(text) * table->item_size);
	if (*items == NULL)
		return td_err_set(err, TD_EMEMORY, "the table %s is too large", table->name);
	return td_tsv_read(table->name, text, table->columns, table->read, reference, err);
}

bool td_reference_tables_parse(td_reference_t *reference, const char *name, char *text,
			       td_err_t *err)
{
	for (size_t i = 0; i < TD_COUNT(TABLES); i++)
		if (strcmp(name, TABLES[i].name) == 0)
			return parse_table(reference, &TABLES[i], text, err);
	return td_err_set(err, TD_EDATA, "'%.64s' is no table of the reference data: remove it",
			  name);
}
