/* seal: what each log and its tallies are now, signed, and published for good. */
#include "aggregator/audit/audit.h"
#include "aggregator/audit/leaves.h"
#include "aggregator/audit/seals.h"
#include "aggregator/audit/shelf.h"
#include "aggregator/audit/sums.h"
#include "aggregator/moment.h"
#include "aggregator/put.h"
#include "common/file.h"
#include "workers/topics.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* One log to be sealed. */
typedef struct sealing {
	const td_seal_t *before; /* the last seal of it; NULL: none */
	td_root_mark_t then;     /* what the log is at the size of that seal */
	td_leaves_t leaves;
	td_hash_t tallies;
	uint64_t cells;
} sealing_t;

typedef struct sealings {
	td_audit_t *audit;
	const td_logs_t *logs;
	td_note_signer_t signers[TD_SIGNERS_MAX];
	size_t signer_count;
	td_seals_t seals;
	sealing_t items[TD_LOGS_MAX];
} sealings_t;

static bool take(void *context, size_t index, td_shelved_t *shelved, const td_raw_t *raw,
		 td_err_t *err)
{
	sealings_t *all = context;
	(void)shelved;
	(void)err;
	(void)td_leaves_take(&all->items[index].leaves, raw);
	return true;
}

static bool sum_up(void *context, size_t index, td_shelved_t *shelved, td_err_t *err)
{
	sealings_t *all = context;
	return td_shelved_digest(shelved, (uint32_t)all->audit->settings->generation, TD_DAYS_ALL,
				 &all->items[index].tallies, err);
}

/* Who does not know the keys before would seal as if nothing had been sealed: two first seals. */
static bool is_sealed_by_others(const sealings_t *all, const char *reporter, td_err_t *err)
{
	for (size_t i = 0; i < all->seals.count; i++) {
		const td_found_seal_t *found = &all->seals.items[i];
		if (found->readable && strcmp(found->seal.reporter, reporter) == 0) {
			(void)td_err_set(err, TD_EUSAGE,
					 "%s is a seal of %s, but not by this key: give --keys "
					 "FILE with the public key of those before",
					 found->place, reporter);
			return true;
		}
	}
	return false;
}

/* The last seal of each log, by its place in the topic, whoever signed it. */
static bool begin(sealings_t *all, td_err_t *err)
{
	for (size_t i = 0; i < td_logs_count(all->logs); i++) {
		sealing_t *sealing = &all->items[i];
		const char *reporter = td_logs_get(all->logs, i)->reporter;
		for (size_t j = 0; j < all->seals.count; j++) {
			const td_found_seal_t *found = &all->seals.items[j];
			if (found->readable && found->signatures > 0 &&
			    strcmp(found->seal.reporter, reporter) == 0 &&
			    (sealing->before == NULL ||
			     found->seal.tree.size >= sealing->before->tree.size))
				sealing->before = &found->seal;
		}
		if (sealing->before == NULL && is_sealed_by_others(all, reporter, err))
			return false;
		sealing->then.size = sealing->before != NULL ? sealing->before->tree.size : 0;
		if (!td_leaves_init(&sealing->leaves, &sealing->then,
				    sealing->before != NULL ? 1 : 0))
			return td_err_set(err, TD_EMEMORY, "no memory to hash a log");
	}
	return true;
}

/* A log that is not what was sealed before is never sealed again. */
static bool is_consistent(sealings_t *all, size_t index)
{
	static const td_report_kind_t kind = {
		"logs_changed",
		"Nhật ký không còn như lúc niêm phong",
		"Logs that are not what was sealed",
		true,
		2,
		{{"reporter", "Đơn vị", "Reporter", false},
		 {"size", "Số sự kiện đã niêm phong", "Events sealed", true}}};
	const sealing_t *sealing = &all->items[index];
	if (sealing->before == NULL ||
	    (sealing->then.reached &&
	     td_hash_equal(&sealing->then.root, &sealing->before->tree.root)))
		return true;
	const td_report_cell_t cells[] = {{td_logs_get(all->logs, index)->reporter, 0},
					  {NULL, (int64_t)sealing->before->tree.size}};
	td_report_row(all->audit->report, &kind, cells);
	return false;
}

/* Whether the last seal goes beyond the moment that is asked about. */
static bool is_past(const sealings_t *all, const sealing_t *sealing)
{
	int64_t as_of_ms = all->audit->as_of_ms;
	return as_of_ms > 0 && sealing->before != NULL &&
	       sealing->before->last_append_ms > as_of_ms;
}

static bool fill(const sealings_t *all, size_t index, td_seal_t *seal, td_err_t *err)
{
	const sealing_t *sealing = &all->items[index];
	td_root_mark_t now;
	const char *name = all->signers[0].public_key.name;
	*seal = (td_seal_t){.generation = (uint32_t)all->audit->settings->generation,
			    .tallies = sealing->tallies};
	if (!td_seal_origin(name, td_logs_get(all->logs, index)->reporter, seal))
		return td_err_set(err, TD_EUSAGE, "the name of the key %s is too long", name);
	if (!td_leaves_mark(&sealing->leaves, &now))
		return td_err_set(err, TD_EBUG, "a log cannot be hashed");
	seal->tree = (td_tree_head_t){now.size, now.root};
	seal->next_offset = td_logs_get(all->logs, index)->end;
	seal->last_append_ms = now.last_append_ms;
	if (sealing->before != NULL) {
		seal->has_previous = true;
		seal->previous = sealing->before->id;
	}
	return true;
}

static bool sign(const sealings_t *all, const td_seal_t *seal, td_buf_t *note, td_err_t *err)
{
	td_buf_t text = td_buf_make(TD_CHECKPOINT_MAX);
	td_seal_write(seal, &text);
	td_buf_add_slice(note, td_buf_slice(&text));
	td_buf_add_byte(note, '\n');
	bool done = true;
	for (size_t i = 0; done && i < all->signer_count; i++)
		done = td_note_sign(&all->signers[i], td_buf_slice(&text), 0, note, err);
	td_buf_free(&text);
	return done;
}

static void name_file(const char *folder, const td_seal_t *seal, char path[PATH_MAX])
{
	(void)snprintf(path, PATH_MAX, "%s/%s-%012" PRIu64 ".seal", folder, seal->reporter,
		       seal->tree.size);
}

/* A seal that was given out is never written over: it may be what tells of a log made again. */
static bool is_free(const char *folder, const td_seal_t *seal, const td_buf_t *note, td_err_t *err)
{
	char path[PATH_MAX];
	td_note_t ours, theirs;
	td_err_t unreadable;
	td_buf_t bytes = td_buf_make(TD_NOTE_MAX);
	name_file(folder, seal, path);
	if (!td_file_exists(path))
		return true;
	bool done = td_file_read(path, &bytes, err);
	if (done && !(td_note_read(td_buf_slice(note), &ours, &unreadable) &&
		      td_note_read(td_buf_slice(&bytes), &theirs, &unreadable) &&
		      td_slice_equal(ours.text, theirs.text)))
		done = td_err_set(err, TD_EINTEGRITY,
				  "%s is another seal of as many events; it is kept: look which of "
				  "the two is true, and give another folder",
				  path);
	td_buf_free(&bytes);
	return done;
}

static bool write_file(const char *folder, const td_seal_t *seal, td_slice_t note, td_err_t *err)
{
	char path[PATH_MAX];
	name_file(folder, seal, path);
	return td_file_exists(path) || (td_file_make_folder(folder, 0755, err) &&
					td_file_write_durable(path, note, 0644, err));
}

/* Gives the folder what it lacks of the seals before: one that was published by a seal that was
 * stopped then, or before there was a folder. */
static bool fill_folder(const sealings_t *all, td_err_t *err)
{
	bool done = true;
	for (size_t i = 0; done && all->audit->argument_count > 0 && i < all->seals.count; i++) {
		const td_found_seal_t *found = &all->seals.items[i];
		if (found->readable && found->signatures > 0)
			done = write_file(all->audit->arguments[0], &found->seal, found->bytes,
					  err);
	}
	return done;
}

static bool publish(const sealings_t *all, const td_seal_t *seal, const td_buf_t *note,
		    td_err_t *err)
{
	const td_audit_settings_t *settings = all->audit->settings;
	const td_put_t put = {TD_TOPIC_SEALS, seal->reporter, td_buf_slice(note)};
	const char *folder = all->audit->argument_count > 0 ? all->audit->arguments[0] : NULL;
	if (folder != NULL && !is_free(folder, seal, note, err))
		return false;
	return (settings->seals != NULL ? write_file(settings->seals, seal, td_buf_slice(note), err)
					: td_put(&settings->kafka, &put, err)) &&
	       (folder == NULL || write_file(folder, seal, td_buf_slice(note), err));
}

static void say(const sealings_t *all, const td_seal_t *seal)
{
	static const td_report_kind_t kind = {
		"sealed",
		"Đã niêm phong",
		"Sealed",
		false,
		5,
		{{"reporter", "Đơn vị", "Reporter", false},
		 {"size", "Số sự kiện", "Events", true},
		 {"next_raw_offset", "Đến vị trí", "Up to offset", true},
		 {"last_append", "Ghi nhận cuối", "Last append", false},
		 {"origin", "Nguồn", "Origin", false}}};
	char moment[TD_MOMENT_TEXT_MAX];
	const td_report_cell_t cells[] = {{seal->reporter, 0},
					  {NULL, (int64_t)seal->tree.size},
					  {NULL, (int64_t)seal->next_offset},
					  {td_moment_text(seal->last_append_ms, moment), 0},
					  {seal->origin, 0}};
	td_report_row(all->audit->report, &kind, cells);
}

static bool seal_one(sealings_t *all, size_t index, td_err_t *err)
{
	const sealing_t *sealing = &all->items[index];
	td_buf_t note = td_buf_make(TD_NOTE_MAX);
	td_seal_t seal;
	/* Nothing new is no reason for a seal. */
	if (is_past(all, sealing) || !is_consistent(all, index) ||
	    sealing->leaves.tree.size == (sealing->before != NULL ? sealing->before->tree.size : 0))
		return true;
	bool done = fill(all, index, &seal, err) && sign(all, &seal, &note, err) &&
		    publish(all, &seal, &note, err);
	if (done)
		say(all, &seal);
	td_buf_free(&note);
	return done;
}

static bool load(sealings_t *all, td_err_t *err)
{
	td_note_keys_t *keys = calloc(1, sizeof *keys);
	bool done = keys != NULL || td_err_set(err, TD_EMEMORY, "no memory for keys");
	/* Seals of keys that were in use before count as well: --keys names them. */
	if (done && all->audit->settings->keys.count > 0)
		done = td_audit_keys(all->audit, keys, err);
	for (size_t i = 0; done && i < all->signer_count && keys->count < TD_NOTE_KEYS_MAX; i++)
		keys->items[keys->count++] = all->signers[i].public_key;
	/* The first seal of all finds no folder yet. */
	if (done && all->audit->settings->seals != NULL)
		done = td_file_make_folder(all->audit->settings->seals, 0755, err);
	done = done && td_seals_load(all->audit, keys, &all->seals, err);
	free(keys);
	return done;
}

static bool seal_all(sealings_t *all, td_err_t *err)
{
	const td_shelf_plan_t plan = {.logs = all->logs,
				      .each = take,
				      .then = sum_up,
				      .context = all,
				      .only_tallies = true,
				      .whole = true,
				      .name = "sealed"};
	if (!load(all, err) || !begin(all, err) || !fill_folder(all, err))
		return false;
	td_shelf_t *shelf = td_shelf_fill(all->audit, &plan, err);
	bool done = shelf != NULL;
	for (size_t i = 0; done && i < td_logs_count(all->logs); i++)
		done = seal_one(all, i, err);
	td_shelf_free(shelf);
	return done;
}

bool td_audit_seal(td_audit_t *audit, td_err_t *err)
{
	sealings_t *all = calloc(1, sizeof *all);
	if (all == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to seal");
	all->audit = audit;
	td_logs_t *logs = NULL;
	bool done = audit->settings->state == NULL ||
		    td_err_set(err, TD_EUSAGE, "a log is sealed from its beginning: no --state");
	if (done && audit->settings->archive != NULL && audit->settings->seals == NULL)
		done = td_err_set(err, TD_EUSAGE,
				  "an archive is sealed into a folder: give --seals DIR");
	if (done && td_audit_signers(audit, all->signers, &all->signer_count, err))
		logs = td_audit_logs(audit, err);
	all->logs = logs;
	done = logs != NULL && seal_all(all, err);
	for (size_t i = 0; i < TD_LOGS_MAX; i++)
		td_leaves_free(&all->items[i].leaves);
	td_seals_free(&all->seals);
	td_logs_free(logs);
	free(all);
	return done;
}
