/* What stands below each answer: how complete it is, and whose shard must not be believed. */
#include "aggregator/show.h"

#include "aggregator/completeness.h"
#include "common/localday.h"

enum { NAMES_MAX = 5 };

/* "07:00 15/12/2020", or "2020-12-15 07:00" in English, in Viet Nam's time. */
static const char *moment_text(const td_show_t *show, int64_t ms)
{
	char day[16];
	int32_t local = td_localday_of_ms(ms);
	int64_t minutes = (ms - td_localday_start_ms(local)) / 60000;
	td_show_day(show, td_localday_yyyymmdd(local), day);
	int hour = (int)(minutes / 60), minute = (int)(minutes % 60);
	return show->lang == TD_LANG_VI
		       ? td_show_format(show->arena, "%02d:%02d %s", hour, minute, day)
		       : td_show_format(show->arena, "%s %02d:%02d", day, hour, minute);
}

/* Whether what is wrong with the shard concerns what is shown. */
static bool is_asked(const td_show_t *show, const Thidua__V1__ShardPosition *position)
{
	const td_completeness_ask_t ask = {.provinces = show->query->provinces,
					   .province_count = show->query->province_count};
	return td_completeness_is_asked(position->reporter, show->reference, &ask);
}

bool td_show_is_doubtful(const td_show_t *show, const Thidua__V1__ShardPosition *position)
{
	return position->state != THIDUA__V1__SHARD_STATE__SHARD_STATE_LIVE &&
	       is_asked(show, position);
}

/* Raw offsets below the positions of which no verdict was seen. */
static uint64_t holes_of(const td_show_t *show, const Thidua__V1__TallyAnswer *answer)
{
	uint64_t holes = 0;
	for (size_t i = 0; i < answer->n_positions; i++)
		if (is_asked(show, answer->positions[i]))
			holes += answer->positions[i]->open_holes;
	return holes;
}

/* " (chưa: Bắc Kạn, Hòa Bình)"; "" when all are complete. */
static const char *incomplete_text(const td_show_t *show, const Thidua__V1__Completeness *complete)
{
	const char *text = "";
	size_t count = complete->n_provinces_incomplete;
	for (size_t i = 0; i < count && i < NAMES_MAX && text != NULL; i++)
		text = td_show_format(show->arena, "%s%s%s", text, i == 0 ? "" : ", ",
				      td_show_province(show, complete->provinces_incomplete[i]));
	if (text == NULL || count == 0)
		return text;
	return td_show_format(show->arena, " (%s: %s%s)", td_say(show->lang, "chưa", "not"), text,
			      count > NAMES_MAX ? ", ..." : "");
}

/* A line for each shard whose figures are not those of its log; NULL only when the arena is full.
 */
static const char *warnings_text(const td_show_t *show, const Thidua__V1__TallyAnswer *answer)
{
	const char *text = "";
	for (size_t i = 0; i < answer->n_positions && text != NULL; i++) {
		const Thidua__V1__ShardPosition *position = answer->positions[i];
		if (!td_show_is_doubtful(show, position))
			continue;
		bool stopped = position->state == THIDUA__V1__SHARD_STATE__SHARD_STATE_STOPPED;
		text = td_show_format(
			show->arena, "%s%s %s: %s\n", text,
			td_say(show->lang, "CẢNH BÁO", "WARNING"), position->reporter,
			stopped ? td_say(show->lang,
					 "đã dừng, nhật ký không khớp với số liệu; "
					 "thidua-admin doctor cho biết lý do",
					 "stopped, its log is not the one that was tallied; "
					 "thidua-admin doctor says more")
				: td_say(show->lang,
					 "đang được dựng lại từ nhật ký, số liệu chưa đủ",
					 "is folded anew from its log, figures are partial"));
	}
	return text;
}

bool td_show_completeness(const td_show_t *show, const Thidua__V1__TallyAnswer *answer,
			  const char **text)
{
	const Thidua__V1__Completeness *complete = answer->completeness;
	*text = "";
	if (complete == NULL)
		return true;
	const char *until = td_say(show->lang, "chưa rõ", "unknown");
	if (complete->complete_until != NULL)
		until = moment_text(show, complete->complete_until->seconds * 1000);
	const char *missing = incomplete_text(show, complete);
	const char *warnings = warnings_text(show, answer);
	if (until == NULL || missing == NULL || warnings == NULL)
		return false;
	unsigned long long open = complete->open_rejections, gaps = complete->sequence_gaps,
			   holes = holes_of(show, answer);
	if (show->lang == TD_LANG_VI)
		*text = td_show_format(
			show->arena,
			"%sĐầy đủ: %u/%u tỉnh%s; toàn bộ đến %s. Chưa sửa: %llu bản ghi bị từ "
			"chối. Thiếu: %llu số thứ tự, %llu vị trí nhật ký.\n",
			warnings, complete->provinces_complete, complete->provinces_expected,
			missing, until, open, gaps, holes);
	else
		*text = td_show_format(show->arena,
				       "%sComplete: %u of %u provinces%s; all until %s. Open: %llu "
				       "rejected records. Missing: %llu sequence numbers, %llu log "
				       "positions.\n",
				       warnings, complete->provinces_complete,
				       complete->provinces_expected, missing, until, open, gaps,
				       holes);
	return *text != NULL;
}
