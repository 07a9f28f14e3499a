#include "aggregator/audit/signings.h"

/* The one of that period, made when it is new; NULL when the arena is full. */
static td_signing_t *signing_of(td_signings_t *signings, const char *period)
{
	for (td_signing_t *signing = signings->first; signing != NULL; signing = signing->next)
		if (strcmp(signing->period, period) == 0)
			return signing;
	td_signing_t *signing = td_arena_take(signings->arena, sizeof *signing);
	if (signing == NULL)
		return NULL;
	*signing = (td_signing_t){.next = signings->first};
	memcpy(signing->period, period, strnlen(period, sizeof signing->period - 1));
	signings->first = signing;
	return signing;
}

bool td_signings_take(td_signings_t *signings, const td_judged_t *judged, td_err_t *err)
{
	td_signed_t said;
	if (!td_judged_states(judged) || !td_signed_of_event(judged->event, &said))
		return true;
	td_signing_t *signing = signing_of(signings, judged->event->record_id);
	if (signing == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for so many sign-offs");
	if (td_signed_order(&said, &signing->said) <= 0)
		return true;
	signing->said = said;
	signing->offset = judged->offset;
	return true;
}

/* What is due first of what is still to be looked at; UINT64_MAX: nothing. */
static uint64_t next_due(const td_signings_t *signings, uint64_t from)
{
	uint64_t due = UINT64_MAX;
	for (const td_signing_t *signing = signings->first; signing != NULL;
	     signing = signing->next) {
		uint64_t through = signing->said.through_offset;
		if (signing->said.stands && through >= from && through < due)
			due = through;
	}
	return due;
}

static bool look(td_signing_t *signing, const td_audit_t *audit, td_shelved_t *shelved,
		 td_err_t *err)
{
	const td_signed_t *said = &signing->said;
	td_figures_t *figures = &signing->figures;
	if (!td_shelved_figures(audit, shelved, td_period_name_days(signing->period), figures, err))
		return false;
	bool totals = memcmp(said->figures_sha256, figures->totals, sizeof figures->totals) == 0;
	bool tallies = !said->has_tallies || memcmp(said->tallies_sha256, figures->tallies.bytes,
						    sizeof said->tallies_sha256) == 0;
	signing->found = said->through_offset > signing->offset ? TD_SIGNING_AHEAD
			 : !totals                              ? TD_SIGNING_TOTALS
			 : !tallies                             ? TD_SIGNING_TALLIES
								: TD_SIGNING_EQUAL;
	return true;
}

bool td_signings_reach(td_signings_t *signings, const td_audit_t *audit, td_shelved_t *shelved,
		       uint64_t reached, td_err_t *err)
{
	if (reached < signings->due)
		return true;
	for (td_signing_t *signing = signings->first; signing != NULL; signing = signing->next) {
		uint64_t through = signing->said.through_offset;
		if (!signing->said.stands || through < signings->due || through > reached ||
		    through < td_replay_next(shelved->replay))
			continue;
		if (!look(signing, audit, shelved, err))
			return false;
	}
	signings->due = next_due(signings, reached + 1);
	return true;
}

static void say_one(const td_signing_t *signing, const td_audit_t *audit, const char *reporter)
{
	static const td_report_kind_t kinds[] = {
		{"signed",
		 "Số liệu đã ký chốt",
		 "Figures signed off",
		 false,
		 6,
		 {{"reporter", "Đơn vị", "Reporter", false},
		  {"period", "Kỳ", "Period", false},
		  {"offset", "Vị trí", "Offset", true},
		  {"through_offset", "Đến vị trí", "Up to offset", true},
		  {"figures_sha256", "SHA-256 đã ký", "SHA-256 signed", false},
		  {"what", "Đối chiếu", "Compared", false}}},
		{"signed_wrong",
		 "Ký chốt không khớp nhật ký",
		 "Sign-offs that do not fit the log",
		 true,
		 7,
		 {{"reporter", "Đơn vị", "Reporter", false},
		  {"period", "Kỳ", "Period", false},
		  {"offset", "Vị trí", "Offset", true},
		  {"through_offset", "Đến vị trí", "Up to offset", true},
		  {"figures_sha256", "SHA-256 đã ký", "SHA-256 signed", false},
		  {"what", "Sai thế nào", "What is wrong", false},
		  {"replayed_sha256", "SHA-256 tính lại", "SHA-256 replayed", false}}},
	};
	static const char *const words[][2] = {
		[TD_SIGNING_UNSEEN] = {"chưa đối chiếu: bản tính lại bắt đầu sau vị trí đó",
				       "not compared: the replay went on from behind that offset"},
		[TD_SIGNING_EQUAL] = {"khớp với nhật ký", "what the log gives"},
		[TD_SIGNING_TOTALS] = {"tổng số khác với nhật ký đến vị trí đó",
				       "the totals are not what the log gives there"},
		[TD_SIGNING_TALLIES] =
			{"số theo ngày hoặc theo đơn vị khác với nhật ký đến vị trí đó",
			 "the figures by day or unit are not what the log gives "
			 "there"},
		[TD_SIGNING_AHEAD] = {"nói về các vị trí sau chính nó",
				      "it speaks of offsets that lie behind itself"},
	};
	bool wrong = signing->found > TD_SIGNING_EQUAL;
	const char *const *said = words[signing->found];
	const td_report_cell_t cells[] = {
		{reporter, 0},
		{signing->period, 0},
		{NULL, (int64_t)signing->offset},
		{NULL, (int64_t)signing->said.through_offset},
		{td_audit_hex(audit, signing->said.figures_sha256), 0},
		{td_report_word(audit->report, said[0], said[1]), 0},
		{wrong ? td_audit_hex(audit, signing->figures.totals) : "", 0}};
	td_report_row(audit->report, &kinds[wrong ? 1 : 0], cells);
}

void td_signings_say(const td_signings_t *signings, const td_audit_t *audit, const char *reporter)
{
	for (const td_signing_t *signing = signings->first; signing != NULL;
	     signing = signing->next)
		if (signing->said.stands)
			say_one(signing, audit, reporter);
}
