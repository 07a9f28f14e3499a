#include "workers/path.h"

#include <stdlib.h>

enum { PATH_MAX_BYTES = 128 };

/* Sorted by strcmp. */
static const char *const PATHS[] = {
	// clang-format off
	"accident",
	"accident.case_id",
	"accident.class",
	"accident.damage_vnd",
	"accident.deaths",
	"accident.injured",
	"accident.injury_percent",
	"accident.missing",
	"accident.mode",
	"arrest",
	"arrest.accused",
	"arrest.article",
	"arrest.case_id",
	"arrest.detained",
	"arrest.kind",
	"arrest.subjects",
	"body",
	"case",
	"case.accused",
	"case.article",
	"case.clause",
	"case.closed_on",
	"case.concluded_on",
	"case.discontinued_on",
	"case.merged_into",
	"case.no_offence",
	"case.offender_known",
	"case.registered_on",
	"case.reopened_on",
	"case.reported_on",
	"case.reported_severity",
	"case.resumed_on",
	"case.solved_on",
	"case.split_from",
	"case.status",
	"case.suspended_on",
	"case.transfer",
	"case.transfer.accepted_on",
	"case.transfer.direction",
	"case.transfer.other",
	"case.transfer.transfer_id",
	"checkpoint",
	"checkpoint.complete_until",
	"checkpoint.complete_until.nanos",
	"checkpoint.complete_until.seconds",
	"checkpoint.file_sha256",
	"checkpoint.key_id",
	"checkpoint.last_sequence",
	"checkpoint.rows_accepted",
	"checkpoint.rows_read",
	"checkpoint.rows_refused",
	"checkpoint.running_sha256",
	"checkpoint.signature",
	"commendation",
	"commendation.decision_line",
	"commendation.decision_number",
	"commendation.form",
	"commendation.level",
	"commendation.recipient",
	"commendation.status",
	"deployment",
	"deployment.officers",
	"deployment.purpose",
	"epoch",
	"identity",
	"identity.cards_delivered",
	"identity.cards_printed",
	"identity.files_received",
	"identity.records_collected",
	"identity.records_entered",
	"identity.records_verified",
	"kind",
	"min_reader",
	"occurred_at",
	"occurred_at.nanos",
	"occurred_at.seconds",
	"occurred_precision",
	"record_id",
	"recorded_at",
	"recorded_at.nanos",
	"recorded_at.seconds",
	"reporter",
	"retraction",
	"retraction.key_id",
	"retraction.reason",
	"retraction.signature",
	"revision",
	"score",
	"score.criterion",
	"score.maximum_hundredths",
	"score.points_hundredths",
	"score.province",
	"score.stage",
	"score.year",
	"sequence",
	"sign_off",
	"sign_off.figures_sha256",
	"sign_off.key_id",
	"sign_off.period",
	"sign_off.period.kind",
	"sign_off.period.number",
	"sign_off.period.year",
	"sign_off.signature",
	"sign_off.tallies_sha256",
	"sign_off.through_offset",
	"society",
	"society.donation_vnd",
	"society.fund",
	"society.gift_packages",
	"society.house_kind",
	"society.houses",
	"society.in_kind",
	"society.work_day_tenths",
	"source",
	"source_line",
	"target",
	"target.metric",
	"target.period",
	"target.period.kind",
	"target.period.number",
	"target.period.year",
	"target.province",
	"target.value",
	"title",
	"title.decision_number",
	"title.province",
	"title.recipient",
	"title.status",
	"title.title",
	"title.year",
	"unit",
	// clang-format on
};

static int compare(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

/* The names joined by dots, outermost first; false when that is too long for any path. */
static bool join(const char *const *names, size_t count, char *path)
{
	size_t size = 0;
	for (size_t i = count; i-- > 0;) {
		size_t length = strlen(names[i]);
		if (size + length + 2 > PATH_MAX_BYTES)
			return false;
		memcpy(path + size, names[i], length);
		size += length;
		path[size++] = i == 0 ? '\0' : '.';
	}
	return count > 0;
}

const char *td_path_of(const char *const *names, size_t count)
{
	char path[PATH_MAX_BYTES];
	for (; count > 0; names++, count--) {
		if (!join(names, count, path))
			continue;
		const char *const *found =
			bsearch(path, PATHS, TD_COUNT(PATHS), sizeof PATHS[0], compare);
		if (found != NULL)
			return *found;
	}
	return "";
}

const char *const *td_path_all(size_t *count)
{
	*count = TD_COUNT(PATHS);
	return PATHS;
}
