#include "aggregator/completeness.h"
#include "aggregator/layout.h"
#include "aggregator/moment.h"
#include "common/table.h"
#include "aggregator/tally_commands.h"
#include "aggregator/tally_read.h"
#include "proto/pb.h"
#include "workers/reason.h"

#include <stdio.h>
#include <stdlib.h>

static const char *text_of(const td_tally_t *tally, td_slice_t slice)
{
	return td_show_format(tally->arena, "%.*s", (int)slice.size,
			      slice.data == NULL ? "" : (const char *)slice.data);
}

static int by_code(const void *a, const void *b)
{
	return strcmp((*(Thidua__V1__CodeCount *const *)a)->code,
		      (*(Thidua__V1__CodeCount *const *)b)->code);
}

/* Fills codes from the flat reply of HGETALL. */
static bool read_codes(const td_tally_t *tally, const td_redis_reply_t *reply,
		       Thidua__V1__ShardStatus *status)
{
	size_t count = td_redis_reply_count(reply) / 2;
	status->codes = td_arena_take(tally->arena, count * sizeof(void *));
	for (size_t i = 0; status->codes != NULL && i < count; i++) {
		Thidua__V1__CodeCount *code = td_arena_take(tally->arena, sizeof *code);
		int64_t number;
		if (code == NULL)
			return false;
		thidua__v1__code_count__init(code);
		code->code = (char *)text_of(tally,
					     td_redis_reply_text(td_redis_reply_at(reply, 2 * i)));
		if (code->code == NULL ||
		    !td_redis_reply_number(td_redis_reply_at(reply, 2 * i + 1), &number))
			return false;
		code->count = (uint64_t)number;
		status->codes[status->n_codes++] = code;
	}
	if (status->codes != NULL)
		qsort(status->codes, status->n_codes, sizeof(void *), by_code);
	return status->codes != NULL;
}

/* The head as a message again: packed by the one function that packs heads. */
static Thidua__V1__ShardHead *head_message(const td_tally_t *tally, const td_head_t *head)
{
	uint8_t packed[TD_HEAD_PACKED_MAX];
	ProtobufCAllocator allocator = td_pb_allocator(tally->arena);
	return thidua__v1__shard_head__unpack(&allocator, td_head_pack(head, packed), packed);
}

static bool fill_status(const td_tally_t *tally, const td_shard_view_t *shard,
			Thidua__V1__ShardStatus *status, td_err_t *err)
{
	char prefix[TD_KEY_MAX], key[TD_KEY_MAX + 8];
	thidua__v1__shard_status__init(status);
	td_layout_prefix(shard->reporter, tally->generation, prefix);
	(void)snprintf(key, sizeof key, "%scodes", prefix);
	td_redis_add_words(tally->redis, "HGETALL", key);
	if (!td_redis_run(tally->redis, err))
		return false;
	status->reporter = (char *)shard->reporter;
	status->head = head_message(tally, &shard->head);
	status->sources = shard->sources;
	status->n_sources = shard->source_count;
	if (status->head == NULL || !read_codes(tally, td_redis_reply(tally->redis, 0), status))
		return td_err_set(err, TD_EINTEGRITY,
				  "shard %s: the counts of codes were altered in Redis",
				  shard->reporter);
	return true;
}

static const char *state_text(td_lang_t lang, Thidua__V1__ShardState state)
{
	static const char *const states[][2] = {
		[THIDUA__V1__SHARD_STATE__SHARD_STATE_LIVE] = {"đang chạy", "live"},
		[THIDUA__V1__SHARD_STATE__SHARD_STATE_CLEARING] = {"đang xóa", "clearing"},
		[THIDUA__V1__SHARD_STATE__SHARD_STATE_REBUILDING] = {"đang dựng lại", "rebuilding"},
		[THIDUA__V1__SHARD_STATE__SHARD_STATE_STOPPED] = {"dừng", "stopped"},
	};
	if ((size_t)state >= TD_COUNT(states) || states[state][0] == NULL)
		return td_say(lang, "chưa có", "none");
	return td_say(lang, states[state][0], states[state][1]);
}

static bool add_shard(const td_tally_t *tally, td_lang_t lang, const td_shard_view_t *shard,
		      td_table_t *table)
{
	enum { NUMBERS_AT = 2, MOMENTS_AT = 9, CELLS = 11 };
	char latest[TD_MOMENT_TEXT_MAX], until[TD_MOMENT_TEXT_MAX];
	const td_head_t *head = &shard->head;
	const struct td_head_counts *counts = &head->counts;
	const uint64_t numbers[MOMENTS_AT - NUMBERS_AT] = {
		head->position.next,      counts->enriched,  counts->rejected,
		counts->open_rejections,  counts->conflicts, counts->repeats,
		head->position.hole_count};
	const char *cells[CELLS] = {shard->reporter, state_text(lang, head->state)};
	for (size_t i = 0; i < TD_COUNT(numbers); i++)
		cells[NUMBERS_AT + i] =
			td_show_format(tally->arena, "%llu", (unsigned long long)numbers[i]);
	cells[MOMENTS_AT] =
		td_show_format(tally->arena, "%s", td_moment_text(head->last_append_ms, latest));
	cells[MOMENTS_AT + 1] = td_show_format(tally->arena, "%s",
					       td_moment_text(td_completeness_shard(shard), until));
	for (size_t i = 0; i < CELLS; i++)
		if (cells[i] == NULL)
			return false;
	return td_table_add(table, cells);
}

static bool shards_text(const td_tally_t *tally, td_lang_t lang, const td_shard_view_t *shards,
			size_t count, const char **text)
{
	bool vi = lang == TD_LANG_VI;
	const char *const heads[] = {
		vi ? "Nguồn báo cáo" : "Reporter",   vi ? "Trạng thái" : "State",
		vi ? "Vị trí" : "Position",          vi ? "Hợp lệ" : "Enriched",
		vi ? "Từ chối" : "Rejected",         vi ? "Chưa sửa" : "Open",
		vi ? "Mâu thuẫn" : "Conflicts",      vi ? "Lặp" : "Repeats",
		vi ? "Khoảng trống" : "Holes",       vi ? "Nhận lần cuối" : "Latest event",
		vi ? "Đầy đủ đến" : "Complete until"};
	static const bool right[TD_COUNT(heads)] = {false, false, true, true,  true, true,
						    true,  true,  true, false, false};
	td_table_t *table = td_table_new(heads, right, TD_COUNT(heads), tally->arena);
	for (size_t i = 0; table != NULL && i < count; i++)
		if (!add_shard(tally, lang, &shards[i], table))
			return false;
	return table != NULL && td_table_text(table, text);
}

/* How many verdicts of all shards carried the code, and of which reporters they are. */
static bool add_code(const td_tally_t *tally, td_lang_t lang, const td_reason_info_t *reason,
		     const Thidua__V1__TallyStatus *status, td_table_t *table)
{
	char code[8];
	uint64_t sum = 0;
	const char *whose = "";
	td_reason_print(reason->reason, code);
	for (size_t i = 0; i < status->n_shards && whose != NULL; i++) {
		const Thidua__V1__ShardStatus *shard = status->shards[i];
		for (size_t j = 0; j < shard->n_codes && whose != NULL; j++) {
			if (strcmp(shard->codes[j]->code, code) != 0)
				continue;
			sum += shard->codes[j]->count;
			whose = td_show_format(tally->arena, "%s%s%s %llu", whose,
					       whose[0] == '\0' ? "" : ", ", shard->reporter,
					       (unsigned long long)shard->codes[j]->count);
		}
	}
	if (sum == 0)
		return true;
	const char *cells[] = {td_show_format(tally->arena, "%s", code),
			       td_show_format(tally->arena, "%llu", (unsigned long long)sum),
			       td_say(lang, reason->vi, reason->en), whose};
	return cells[0] != NULL && cells[1] != NULL && whose != NULL && td_table_add(table, cells);
}

static bool codes_text(const td_tally_t *tally, td_lang_t lang,
		       const Thidua__V1__TallyStatus *status, const char **text)
{
	const char *const heads[] = {td_say(lang, "Mã", "Code"), td_say(lang, "Số lần", "Count"),
				     td_say(lang, "Lý do", "Reason"), td_say(lang, "Của", "Of")};
	static const bool right[TD_COUNT(heads)] = {false, true, false, false};
	size_t count;
	const td_reason_info_t *reasons = td_reason_all(&count);
	td_table_t *table = td_table_new(heads, right, TD_COUNT(heads), tally->arena);
	for (size_t i = 0; table != NULL && i < count; i++)
		if (!add_code(tally, lang, &reasons[i], status, table))
			return false;
	return table != NULL && td_table_text(table, text);
}

static bool as_table(const td_tally_t *tally, const td_shard_view_t *shards,
		     const Thidua__V1__TallyStatus *status, const char **text)
{
	td_lang_t lang = strcmp(tally->settings->lang, "en") == 0 ? TD_LANG_EN : TD_LANG_VI;
	const char *rows, *codes;
	if (!shards_text(tally, lang, shards, status->n_shards, &rows) ||
	    !codes_text(tally, lang, status, &codes))
		return false;
	*text = td_show_format(tally->arena, "%s\n%s", rows, codes);
	return *text != NULL;
}

static bool print(const td_tally_t *tally, const td_shard_view_t *shards,
		  const Thidua__V1__TallyStatus *status, const char **text, td_err_t *err)
{
	const char *format = tally->settings->format;
	if (strcmp(format, "json") == 0)
		return td_tally_json(tally, &status->base, text, err);
	if (strcmp(format, "csv") == 0)
		return td_err_set(err, TD_EUSAGE, "status is a table or JSON, not CSV");
	return as_table(tally, shards, status, text) ||
	       td_err_set(err, TD_EMEMORY, "no memory for the status");
}

bool td_tally_status(const td_tally_t *tally, const char **text, td_err_t *err)
{
	td_shard_view_t *shards;
	size_t count;
	const td_tally_ask_t ask = {.generation = tally->generation};
	Thidua__V1__TallyStatus status;
	if (!td_tally_read(tally->redis, &ask, tally->arena, &shards, &count, err))
		return false;
	thidua__v1__tally_status__init(&status);
	status.shards = td_arena_take(tally->arena, count * sizeof(void *));
	for (size_t i = 0; status.shards != NULL && i < count; i++) {
		Thidua__V1__ShardStatus *shard = td_arena_take(tally->arena, sizeof *shard);
		if (shard == NULL)
			return td_err_set(err, TD_EMEMORY, "no memory for the status");
		if (!fill_status(tally, &shards[i], shard, err))
			return false;
		status.shards[status.n_shards++] = shard;
	}
	if (status.shards == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for the status");
	return print(tally, shards, &status, text, err);
}
