/* verify: every seal against the events themselves, hashed again, and against each other. */
#include "aggregator/audit/audit.h"
#include "aggregator/audit/leaves.h"
#include "aggregator/audit/seals_check.h"
#include "aggregator/audit/shelf.h"
#include "workers/topics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* One seal that is worth comparing with the log. */
typedef struct sealed {
	const td_found_seal_t *found;
	size_t mark;
	bool has_tallies;  /* of the generation that is asked about, */
	bool tallies_seen; /* and the replay has passed its offset */
	td_hash_t tallies; /* by the replay */
} sealed_t;

/* One log and its seals, in ascending order of size. */
typedef struct verifying {
	size_t count, next; /* next: the first whose tallies were not compared yet */
	sealed_t *seals;
	size_t mark_count;
	td_root_mark_t *marks;
	td_leaves_t leaves;
} verifying_t;

typedef struct verifyings {
	td_audit_t *audit;
	const td_logs_t *logs;
	td_note_keys_t keys;
	td_seals_t seals;
	uint64_t later; /* seals of events behind the moment that is asked about */
	verifying_t items[TD_LOGS_MAX];
} verifyings_t;

static int by_size(const void *a, const void *b)
{
	const sealed_t *left = a, *right = b;
	uint64_t x = left->found->seal.tree.size, y = right->found->seal.tree.size;
	if (x != y)
		return x < y ? -1 : 1;
	return (left->found > right->found) - (left->found < right->found);
}

static size_t log_of(const verifyings_t *all, const char *reporter)
{
	size_t index = 0;
	while (index < td_logs_count(all->logs) &&
	       strcmp(td_logs_get(all->logs, index)->reporter, reporter) != 0)
		index++;
	return index;
}

/* Hands the seal to its log, unless the same text was found before. */
static void hand_over(verifyings_t *all, size_t index)
{
	const td_found_seal_t *found = &all->seals.items[index];
	size_t log = log_of(all, found->seal.reporter);
	if (log == td_logs_count(all->logs)) {
		if (all->audit->settings->reporter == NULL)
			td_seals_say_wrong(all->audit, found, "không có nhật ký của đơn vị này",
					   "there is no log of this reporter");
		return;
	}
	if (td_seals_is_again(&all->seals, index))
		return;
	verifying_t *item = &all->items[log];
	item->seals[item->count++] =
		(sealed_t){.found = found,
			   .has_tallies = found->seal.generation ==
					  (uint32_t)all->audit->settings->generation};
}

static bool sort_seals(verifying_t *item)
{
	qsort(item->seals, item->count, sizeof *item->seals, by_size);
	for (size_t i = 0; i < item->count; i++) {
		uint64_t size = item->seals[i].found->seal.tree.size;
		if (item->mark_count == 0 || item->marks[item->mark_count - 1].size != size)
			item->marks[item->mark_count++] = (td_root_mark_t){.size = size};
		item->seals[i].mark = item->mark_count - 1;
	}
	return td_leaves_init(&item->leaves, item->marks, item->mark_count);
}

/* Whether it speaks of events that were not there yet at the moment that is asked about. */
static bool is_later(const verifyings_t *all, const td_found_seal_t *found)
{
	int64_t as_of_ms = all->audit->as_of_ms;
	return as_of_ms > 0 && found->seal.last_append_ms > as_of_ms;
}

static bool begin(verifyings_t *all, td_err_t *err)
{
	bool done = true;
	for (size_t i = 0; done && i < td_logs_count(all->logs); i++) {
		verifying_t *item = &all->items[i];
		item->seals = calloc(all->seals.count + 1, sizeof *item->seals);
		item->marks = calloc(all->seals.count + 1, sizeof *item->marks);
		done = item->seals != NULL && item->marks != NULL;
	}
	for (size_t i = 0; done && i < all->seals.count; i++) {
		if (!td_seals_check(all->audit, &all->seals, i))
			continue;
		if (is_later(all, &all->seals.items[i]))
			all->later++;
		else
			hand_over(all, i);
	}
	for (size_t i = 0; done && i < td_logs_count(all->logs); i++)
		done = sort_seals(&all->items[i]);
	return done || td_err_set(err, TD_EMEMORY, "no memory to verify");
}

/* Takes the tallies' digest for the seals whose offset is reached: all before it is folded. */
static bool take_tallies(verifyings_t *all, size_t index, td_shelved_t *shelved, uint64_t reached,
			 td_err_t *err)
{
	verifying_t *item = &all->items[index];
	while (item->next < item->count &&
	       item->seals[item->next].found->seal.next_offset <= reached) {
		sealed_t *sealed = &item->seals[item->next++];
		uint64_t offset = sealed->found->seal.next_offset;
		if (!sealed->has_tallies || offset < td_replay_next(shelved->replay))
			continue;
		if (!td_replay_pass(shelved->replay, offset, err) ||
		    !td_shelved_digest(shelved, (uint32_t)all->audit->settings->generation,
				       TD_DAYS_ALL, &sealed->tallies, err))
			return false;
		sealed->tallies_seen = true;
	}
	return true;
}

static bool take(void *context, size_t index, td_shelved_t *shelved, const td_raw_t *raw,
		 td_err_t *err)
{
	verifyings_t *all = context;
	if (!take_tallies(all, index, shelved, raw->offset, err))
		return false;
	(void)td_leaves_take(&all->items[index].leaves, raw);
	return true;
}

static bool finish(void *context, size_t index, td_shelved_t *shelved, td_err_t *err)
{
	verifyings_t *all = context;
	return take_tallies(all, index, shelved, shelved->end, err);
}

/* Names the events among which the first difference lies: behind the last seal that still holds. */
static void say_range(const verifyings_t *all, size_t index, const sealed_t *sealed, uint64_t good)
{
	static const td_report_kind_t kind = {
		"altered",
		"Nhật ký khác với niêm phong",
		"Logs that are not what was sealed",
		true,
		5,
		{{"place", "Nơi", "Where", false},
		 {"from", "Từ sự kiện thứ", "From event", true},
		 {"through", "Đến sự kiện thứ", "Through event", true},
		 {"seal", "Niêm phong", "Seal", false},
		 {"why", "Sai thế nào", "What is wrong", false}}};
	char place[TD_TOPIC_MAX];
	const td_report_t *report = all->audit->report;
	const td_seal_t *seal = &sealed->found->seal;
	bool shorter = !all->items[index].marks[sealed->mark].reached;
	bool archived = all->audit->settings->archive != NULL;
	td_logs_place(all->logs, index, place);
	const td_report_cell_t cells[] = {
		{place, 0},
		{NULL, (int64_t)good},
		{NULL, (int64_t)seal->tree.size - 1},
		{sealed->found->place, 0},
		{!shorter ? td_report_word(report, "sự kiện bị sửa, bỏ, thêm hoặc đổi chỗ",
					   "an event was changed, dropped, added or moved")
		 : archived ? td_report_word(report,
					     "kho lưu trữ dừng trước niêm phong này: kho cũ hơn, "
					     "hoặc bị cắt",
					     "the archive ends before this seal: it is older, or "
					     "was cut")
			    : td_report_word(report, "nhật ký ngắn hơn lúc niêm phong",
					     "the log is shorter than it was"),
		 0}};
	td_report_row(all->audit->report, &kind, cells);
}

/* Compares the seals of one log with what was hashed; returns how many hold. */
static uint64_t compare(const verifyings_t *all, size_t index)
{
	const verifying_t *item = &all->items[index];
	uint64_t good = 0, held = 0;
	for (size_t i = 0; i < item->count; i++) {
		const sealed_t *sealed = &item->seals[i];
		const td_seal_t *seal = &sealed->found->seal;
		const td_root_mark_t *mark = &item->marks[sealed->mark];
		if (!mark->reached || !td_hash_equal(&mark->root, &seal->tree.root)) {
			say_range(all, index, sealed, good);
			continue;
		}
		good = seal->tree.size;
		held++;
		if (seal->last_append_ms != mark->last_append_ms ||
		    seal->next_offset < mark->next_offset)
			td_seals_say_wrong(all->audit, sealed->found,
					   "vị trí hoặc thời điểm không đúng với nhật ký",
					   "its offset or time is not the log's");
		if (sealed->tallies_seen && !td_hash_equal(&sealed->tallies, &seal->tallies))
			td_seals_say_wrong(all->audit, sealed->found,
					   "số liệu đã niêm phong không đúng với nhật ký",
					   "the sealed tallies are not what the log comes to");
	}
	return held;
}

static void say_log(const verifyings_t *all, size_t index, uint64_t held)
{
	static const td_report_kind_t kind = {
		"verified",
		"Đã kiểm tra",
		"Verified",
		false,
		5,
		{{"reporter", "Đơn vị", "Reporter", false},
		 {"events", "Sự kiện đã băm lại", "Events hashed", true},
		 {"seals", "Niêm phong đúng", "Seals that hold", true},
		 {"witnesses", "Chữ ký chứng", "Cosignatures", true},
		 {"unsealed", "Chưa niêm phong", "Not sealed yet", true}}};
	const verifying_t *item = &all->items[index];
	const char *reporter = td_logs_get(all->logs, index)->reporter;
	uint64_t witnesses = 0, sealed = 0;
	for (size_t i = 0; i < all->seals.count; i++) {
		const td_found_seal_t *found = &all->seals.items[i];
		if (found->readable && strcmp(found->seal.reporter, reporter) == 0)
			witnesses += found->witnesses;
	}
	if (item->count > 0)
		sealed = item->seals[item->count - 1].found->seal.tree.size;
	uint64_t events = item->leaves.tree.size;
	const td_report_cell_t cells[] = {{reporter, 0},
					  {NULL, (int64_t)events},
					  {NULL, (int64_t)held},
					  {NULL, (int64_t)witnesses},
					  {NULL, events > sealed ? (int64_t)(events - sealed) : 0}};
	td_report_row(all->audit->report, &kind, cells);
}

static void say_later(const verifyings_t *all)
{
	static const td_report_column_t fact = {"seals_later",
						"Niêm phong sau thời điểm đó, không đối chiếu",
						"Seals behind that moment, not compared", true};
	if (all->later > 0)
		td_report_fact(all->audit->report, &fact,
			       (td_report_cell_t){NULL, (int64_t)all->later});
}

static bool verify_all(verifyings_t *all, td_err_t *err)
{
	const td_shelf_plan_t plan = {.logs = all->logs,
				      .each = take,
				      .then = finish,
				      .context = all,
				      .only_tallies = true,
				      .whole = true,
				      .name = "verified"};
	if (!td_seals_load(all->audit, &all->keys, &all->seals, err))
		return false;
	if (all->seals.count == 0) /* nor is anything intact for want of them */
		return td_err_set(err, TD_ENOINPUT,
				  "there is no seal at all, so nothing can be verified; if there "
				  "were some, they were taken away: --seals DIR reads copies");
	if (!begin(all, err))
		return false;
	td_shelf_t *shelf = td_shelf_fill(all->audit, &plan, err);
	for (size_t i = 0; shelf != NULL && i < td_logs_count(all->logs); i++)
		say_log(all, i, compare(all, i));
	say_later(all);
	td_shelf_free(shelf);
	return shelf != NULL;
}

bool td_audit_verify(td_audit_t *audit, td_err_t *err)
{
	verifyings_t *all = calloc(1, sizeof *all);
	if (all == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to verify");
	all->audit = audit;
	td_logs_t *logs = NULL;
	bool done = audit->settings->state == NULL ||
		    td_err_set(err, TD_EUSAGE, "a log is verified from its beginning: no --state");
	if (done && td_audit_keys(audit, &all->keys, err))
		logs = td_audit_logs(audit, err);
	all->logs = logs;
	done = logs != NULL && verify_all(all, err);
	for (size_t i = 0; i < TD_LOGS_MAX; i++) {
		td_leaves_free(&all->items[i].leaves);
		free(all->items[i].seals);
		free(all->items[i].marks);
	}
	td_seals_free(&all->seals);
	td_logs_free(logs);
	free(all);
	return done;
}
