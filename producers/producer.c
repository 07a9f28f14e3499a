#include "producers/producer.h"

#include "common/clock.h"
#include "common/folder.h"
#include "common/localday.h"
#include "common/log.h"
#include "common/run.h"
#include "producers/intake.h"
#include "producers/publish.h"
#include "producers/signer.h"
#include "producers/spool_look.h"
#include "producers/target.h"

#include <inttypes.h>

enum {
	PRUNE_MS = 60 * 1000,
	ROOM_MS = 500,        /* until a full spool or disk is looked at again */
	FINISH_MS = 5 * 1000, /* for the last acknowledgements when told to stop */
	IDLE_MS = 60 * 1000,
};

/* What one run holds. */
typedef struct work {
	const td_producer_settings_t *settings;
	td_run_t *run;
	td_spool_t *spool;
	td_reference_t *reference;
	td_signer_t signer;
	td_intake_t *intake; /* NULL: nothing is taken in */
	td_publish_t *publish;
	td_intake_next_t next;
	int watched; /* the input that the loop waits for; -1: none */
	int64_t prune_ms, checkpoint_ms;
} work_t;

static bool open_spool(work_t *work, td_err_t *err)
{
	const td_producer_settings_t *settings = work->settings;
	const td_spool_settings_t spool = {
		.folder = settings->spool,
		.reporter = settings->reporter,
		.source = settings->source,
		.segment_bytes = settings->segment_bytes,
		.total_bytes = settings->spool_bytes,
	};
	uint64_t restated;
	work->spool = td_spool_open(&spool, err);
	if (work->spool == NULL)
		return false;
	const td_spool_store_t *store = td_spool_store(work->spool);
	uint64_t before = td_spool_renewed_from(work->spool, &restated);
	if (before != 0)
		td_log(TD_LOG_WARN, "spool_is_copy", td_log_int("old_epoch", (int64_t)before),
		       td_log_int("epoch", (int64_t)td_spool_store_epoch(store)),
		       td_log_int("said_again", (int64_t)restated));
	td_log(TD_LOG_INFO, "spool_opened", td_log_text("folder", settings->spool),
	       td_log_int("epoch", (int64_t)td_spool_store_epoch(store)),
	       td_log_int("last", (int64_t)td_spool_store_durable(store)),
	       td_log_int("delivered", (int64_t)td_spool_store_cursor(store)));
	return true;
}

/* A broker that is away keeps nobody from accepting rows. */
static bool check_target(const work_t *work, const td_kafka_settings_t *cluster, td_err_t *err)
{
	if (td_target_check(cluster, work->settings->reporter, err))
		return true;
	if (err->code != TD_EUNAVAILABLE)
		return false;
	td_log(TD_LOG_WARN, "kafka_away", td_log_err(err));
	return true;
}

static bool open_publish(work_t *work, const td_kafka_settings_t *cluster, td_err_t *err)
{
	const td_publish_settings_t publish = {
		.cluster = cluster,
		.reporter = work->settings->reporter,
		.source = work->settings->source,
		.wake_fd = td_run_wake_fd(work->run),
	};
	work->publish = td_publish_new(&publish, td_spool_store(work->spool), err);
	return work->publish != NULL;
}

static bool read_reference(work_t *work, td_err_t *err)
{
	td_folder_t folder;
	bool fine = td_folder_read(work->settings->reference, ".tsv", &folder, err);
	if (fine) {
		work->reference = td_reference_parse(folder.files, folder.count, 0, err);
		fine = work->reference != NULL;
	}
	td_folder_free(&folder);
	return fine || td_err_prefix(err, "reference data (--reference)");
}

/* The reference data here may be old: a key that they do not know may be known at the centre, and
 * one that they ask for may have ended there. */
static bool read_key(work_t *work, td_err_t *err)
{
	const td_producer_settings_t *settings = work->settings;
	int32_t today = td_localday_of_ms(td_clock_wall_ms());
	if (settings->key == NULL) {
		if (td_reference_must_sign(work->reference, settings->reporter, settings->source,
					   today))
			td_log(TD_LOG_WARN, "key_missing",
			       td_log_text("says", "keys.tsv asks this source to sign: its "
						   "checkpoints are rejected; give --key"));
		return true;
	}
	if (!td_signer_read(settings->key, &work->signer, err))
		return false;
	if (td_reference_key(work->reference, settings->reporter, settings->source, work->signer.id,
			     today) == NULL)
		td_log(TD_LOG_WARN, "key_unknown", td_log_text("key_id", work->signer.id));
	return true;
}

static bool open_intake(work_t *work, char *const *files, td_err_t *err)
{
	const td_intake_settings_t intake = {
		.reporter = work->settings->reporter,
		.source = work->settings->source,
		.reference = work->reference,
		.files = files,
		.rejected = work->settings->rejected,
		.again = work->settings->again,
		.signer = work->settings->key == NULL ? NULL : &work->signer,
	};
	work->intake = td_intake_new(&intake, work->spool, err);
	return work->intake != NULL;
}

static bool prune(work_t *work, int64_t now_ms, td_err_t *err)
{
	unsigned deleted;
	if (now_ms < work->prune_ms)
		return true;
	work->prune_ms = now_ms + PRUNE_MS;
	return td_spool_prune(work->spool, td_clock_wall_ms() - work->settings->keep_ms, &deleted,
			      err);
}

static bool checkpoint(work_t *work, int64_t now_ms, td_err_t *err)
{
	if (work->intake == NULL || now_ms < work->checkpoint_ms)
		return true;
	work->checkpoint_ms = now_ms + work->settings->checkpoint_ms;
	return td_intake_checkpoint(work->intake, err);
}

static bool take_turn(work_t *work, int64_t now_ms, td_err_t *err)
{
	if (work->intake != NULL) {
		work->next = td_intake_turn(work->intake, td_clock_wall_ms(), err);
		if (work->next == TD_INTAKE_FAILED)
			return false;
	}
	return checkpoint(work, now_ms, err) && td_publish_turn(work->publish, now_ms, err) &&
	       prune(work, now_ms, err);
}

/* Waits for the input only while it is the input that is missing. */
static bool watch_input(work_t *work, td_err_t *err)
{
	int wanted = work->intake != NULL && work->next == TD_INTAKE_INPUT
			     ? td_intake_fd(work->intake)
			     : -1;
	if (wanted == work->watched)
		return true;
	if (work->watched >= 0)
		td_run_unwatch(work->run, work->watched);
	work->watched = wanted;
	return wanted < 0 || td_run_watch(work->run, wanted, err);
}

static int timeout_ms(const work_t *work, int64_t now_ms)
{
	int64_t timeout = td_publish_timeout_ms(work->publish, now_ms);
	if (work->next == TD_INTAKE_MORE)
		return 0;
	if (work->next == TD_INTAKE_ROOM && timeout > ROOM_MS)
		timeout = ROOM_MS;
	if (work->checkpoint_ms - now_ms < timeout)
		timeout = work->checkpoint_ms - now_ms;
	return timeout < 0 ? 0 : (int)timeout;
}

/* Sets `done` when there is nothing left to do. What the broker refuses for good ends a run that is
 * to end, also when nothing more is read since the spool is full; what was accepted stays in it. */
static bool look_for_end(const work_t *work, bool *done, td_err_t *err)
{
	bool ended = work->next == TD_INTAKE_ENDED;
	if (!work->settings->once || (!ended && work->next != TD_INTAKE_ROOM))
		return true;
	*done = ended && td_publish_done(work->publish);
	return *done || !td_publish_refused(work->publish, err);
}

static bool loop(work_t *work, td_err_t *err)
{
	bool done = false;
	while (!td_run_stopping(work->run)) {
		int64_t now_ms = td_clock_mono_ms();
		if (!take_turn(work, now_ms, err) || !look_for_end(work, &done, err))
			return false;
		if (done)
			return true;
		if (!watch_input(work, err) ||
		    !td_run_wait(work->run, timeout_ms(work, now_ms), err))
			return false;
	}
	if (work->intake != NULL && !td_intake_settle(work->intake, err))
		return false;
	if (!work->settings->once ||
	    (work->next == TD_INTAKE_ENDED && td_publish_done(work->publish)))
		return true;
	const char *name = work->intake == NULL ? NULL : td_intake_name(work->intake);
	return td_err_set(err, TD_EUNAVAILABLE,
			  "told to stop before all was %s%s; what was accepted is in the spool",
			  name == NULL ? "delivered" : "read of ", name == NULL ? "" : name);
}

/* A cursor that is behind makes repeats, no loss: the first error is the one to tell. */
static bool finish(work_t *work, bool fine, td_err_t *err)
{
	td_err_t late;
	bool finished = td_publish_finish(work->publish, FINISH_MS, fine ? err : &late);
	return fine && finished;
}

static void close_all(work_t *work)
{
	td_publish_free(work->publish);
	td_intake_free(work->intake);
	td_reference_free(work->reference);
	td_spool_close(work->spool);
	td_signer_clear(&work->signer);
	td_run_free(work->run);
}

bool td_producer_feed(const td_producer_settings_t *settings, const td_kafka_settings_t *cluster,
		      char *const *files, td_err_t *err)
{
	work_t work = {.settings = settings, .watched = -1};
	work.checkpoint_ms = td_clock_mono_ms() + settings->checkpoint_ms;
	work.run = td_run_new(err);
	bool fine = work.run != NULL && read_reference(&work, err) && read_key(&work, err) &&
		    check_target(&work, cluster, err) && open_spool(&work, err) &&
		    open_intake(&work, files, err) && open_publish(&work, cluster, err);
	if (fine)
		fine = finish(&work, loop(&work, err), err);
	close_all(&work);
	return fine;
}

/* To send again there must be a spool; opening makes one where the path is mistyped. */
static bool look_for_spool(const work_t *work, td_err_t *err)
{
	td_spool_view_t view;
	return td_spool_look(work->settings->spool, &view, err);
}

static bool move_back(work_t *work, td_err_t *err)
{
	td_spool_store_t *store = td_spool_store(work->spool);
	uint64_t from = (uint64_t)work->settings->from;
	if (from < td_spool_store_oldest(store) || from > td_spool_store_durable(store))
		return td_err_set(err, TD_ENOINPUT,
				  "spool %s keeps the sequences %" PRIu64 " to %" PRIu64
				  "; give one of them with --from",
				  work->settings->spool, td_spool_store_oldest(store),
				  td_spool_store_durable(store));
	return td_spool_store_move_cursor(store, from - 1, err);
}

bool td_producer_resend(const td_producer_settings_t *settings, const td_kafka_settings_t *cluster,
			td_err_t *err)
{
	td_producer_settings_t to_end = *settings;
	work_t work = {.settings = &to_end, .watched = -1, .next = TD_INTAKE_ENDED};
	to_end.once = true;
	work.run = td_run_new(err);
	work.checkpoint_ms = INT64_MAX;
	bool fine = work.run != NULL && look_for_spool(&work, err) &&
		    check_target(&work, cluster, err) && open_spool(&work, err) &&
		    move_back(&work, err) && open_publish(&work, cluster, err);
	if (fine)
		fine = finish(&work, loop(&work, err), err);
	close_all(&work);
	return fine;
}
