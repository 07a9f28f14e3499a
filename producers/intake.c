#include "producers/intake.h"

#include "common/fault.h"
#include "producers/fed.h"
#include "producers/intake_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	ROWS_MAX = 2000,      /* of one turn */
	CUT_SHOWN_MAX = 1024, /* bytes shown of a line that is too long */
};

td_intake_t *td_intake_new(const td_intake_settings_t *settings, td_spool_t *spool, td_err_t *err)
{
	td_intake_t *intake = calloc(1, sizeof *intake);
	if (intake != NULL) {
		intake->settings = *settings;
		intake->spool = spool;
		intake->store = td_spool_store(spool);
		intake->arena = td_arena_new(TD_ROW_ARENA);
		intake->lines = td_lines_new(TD_ROW_LINE_MAX);
	}
	if (intake != NULL && intake->arena != NULL && intake->lines != NULL)
		return intake;
	td_intake_free(intake);
	(void)td_err_set(err, TD_EMEMORY, "no memory to take rows in");
	return NULL;
}

static void close_input(td_intake_t *intake)
{
	if (!intake->is_open)
		return;
	intake->is_open = false;
	td_rejected_close(&intake->rejected);
	td_input_close(&intake->input);
}

void td_intake_free(td_intake_t *intake)
{
	if (intake == NULL)
		return;
	close_input(intake);
	td_lines_free(intake->lines);
	td_arena_free(intake->arena);
	free(intake);
}

int td_intake_fd(const td_intake_t *intake)
{
	return intake->is_open && !intake->input.is_file ? intake->input.fd : -1;
}

const char *td_intake_name(const td_intake_t *intake)
{
	return intake->is_open ? intake->input.name : NULL;
}

/* Whether the file was fed whole before; then it is left out. */
static bool look_whether_known(td_intake_t *intake, bool *known, td_err_t *err)
{
	uint8_t digest[TD_DIGEST_SIZE];
	*known = false;
	if (!intake->input.is_file || intake->settings.again)
		return true;
	return td_input_digest_file(&intake->input, digest, err) &&
	       td_fed_knows(td_spool_store_folder(intake->store), digest, known, err);
}

static bool open_rejected(td_intake_t *intake, td_err_t *err)
{
	char path[PATH_MAX];
	bool is_stdin = intake->settings.files[0] == NULL;
	if (intake->settings.rejected != NULL)
		return td_rejected_open(&intake->rejected, intake->settings.rejected, true, err);
	(void)snprintf(path, sizeof path, "%.*s%s", PATH_MAX - 32,
		       is_stdin ? td_spool_folder(intake->spool) : intake->input.name,
		       is_stdin ? "/stdin.rejected" : ".rejected");
	return td_rejected_open(&intake->rejected, path, is_stdin, err);
}

static void note_complete(td_intake_t *intake)
{
	int64_t until_ms = td_input_complete_ms(&intake->input, intake->now_ms);
	if (until_ms > intake->complete_ms)
		intake->complete_ms = until_ms;
}

/* The next input; `ended` if there is none. */
static bool open_next(td_intake_t *intake, bool *ended, td_err_t *err)
{
	char *const *files = intake->settings.files;
	bool is_stdin = files[0] == NULL, known;
	*ended = is_stdin ? intake->opened > 0 : files[intake->opened] == NULL;
	if (*ended)
		return true;
	const char *name = files[intake->opened++];
	intake->is_open = true;
	intake->rejected.fd = -1;
	intake->warnings = intake->said_lines = 0;
	intake->told = (td_rows_t){0};
	intake->is_checkpointed = false;
	if (!td_input_open(&intake->input, name, intake->lines, err) ||
	    !look_whether_known(intake, &known, err))
		return false;
	if (!known)
		return open_rejected(intake, err);
	td_intake_say_known(intake);
	note_complete(intake);
	intake->owes_checkpoint = true;
	close_input(intake);
	return true;
}

static void refuse(td_intake_t *intake, td_slice_t line)
{
	intake->input.rows.refused++;
	td_rejected_add(&intake->rejected, &(td_refused_t){
						   .file = intake->input.name,
						   .line = td_lines_number(intake->lines),
						   .row = line,
						   .errors = &intake->row.errors,
					   });
}

static void refuse_cut(td_intake_t *intake, td_slice_t line)
{
	intake->input.rows.read++;
	intake->row.errors.count = 0;
	td_row_add(&intake->row.errors, TD_ROW_TOO_LARGE, "", "");
	line.size = line.size < CUT_SHOWN_MAX ? line.size : CUT_SHOWN_MAX;
	refuse(intake, line);
}

static bool take_row(td_intake_t *intake, td_slice_t line, td_err_t *err)
{
	const td_row_context_t context = {
		.reporter = intake->settings.reporter,
		.source = intake->settings.source,
		.epoch = td_spool_store_epoch(intake->store),
		.reference = intake->settings.reference,
		.now_ms = intake->now_ms,
		.source_line = td_lines_number(intake->lines),
	};
	td_arena_reset(intake->arena);
	intake->input.rows.read++;
	if (!td_row_read(&context, line, td_spool_store_next(intake->store), intake->arena,
			 &intake->row)) {
		refuse(intake, line);
		return true;
	}
	td_intake_say_warnings(intake);
	intake->input.rows.accepted++;
	return td_spool_store_append(intake->store, intake->row.packed, err);
}

bool td_intake_settle(td_intake_t *intake, td_err_t *err)
{
	if (intake->is_open && !td_rejected_write(&intake->rejected, err))
		return false;
	if (!td_spool_store_sync(intake->store, err))
		return false;
	td_fault("intake.accepted");
	if (intake->is_open)
		td_intake_say_accepted(intake);
	return true;
}

static td_intake_next_t wait_for_room(td_intake_t *intake, const td_err_t *why)
{
	td_intake_say_waiting(intake, why);
	return TD_INTAKE_ROOM;
}

/* Settles; what comes then is `then`. */
static td_intake_next_t settle(td_intake_t *intake, td_intake_next_t then, td_err_t *err)
{
	if (td_intake_settle(intake, err))
		return then;
	return err->code == TD_EUNAVAILABLE ? wait_for_room(intake, err) : TD_INTAKE_FAILED;
}

/* The spool is full: what is delivered may go early. */
static td_intake_next_t make_room(td_intake_t *intake, td_err_t *err)
{
	unsigned deleted;
	td_err_t why;
	td_intake_next_t next = settle(intake, TD_INTAKE_MORE, err);
	if (next != TD_INTAKE_MORE)
		return next;
	if (!td_spool_prune(intake->spool, 0, &deleted, err))
		return TD_INTAKE_FAILED;
	if (!td_spool_store_full(intake->store))
		return TD_INTAKE_MORE;
	(void)td_err_set(&why, TD_EUNAVAILABLE,
			 "spool %s is full: %" PRIu64
			 " bytes; rows wait until Kafka has taken some",
			 td_spool_folder(intake->spool), td_spool_store_bytes(intake->store));
	return wait_for_room(intake, &why);
}

static td_rows_t rows_since(td_rows_t rows, td_rows_t told)
{
	return (td_rows_t){rows.read - told.read, rows.accepted - told.accepted,
			   rows.refused - told.refused};
}

/* Puts a checkpoint into the group; `digest` NULL unless a file has ended. */
static bool append_checkpoint(td_intake_t *intake, const uint8_t *digest, td_err_t *err)
{
	td_slice_t packed;
	td_checkpoint_t checkpoint = {
		.reporter = intake->settings.reporter,
		.source = intake->settings.source,
		.epoch = td_spool_store_epoch(intake->store),
		.sequence = td_spool_store_next(intake->store),
		.chain = td_spool_store_chain(intake->store),
		.complete_until_ms = intake->complete_ms,
		.file_sha256 = digest,
		.signer = intake->settings.signer,
	};
	if (digest != NULL)
		checkpoint.rows = intake->input.rows;
	else if (intake->is_open && !intake->input.is_file)
		checkpoint.rows = rows_since(intake->input.rows, intake->told);
	td_arena_reset(intake->arena);
	if (!td_checkpoint_pack(&checkpoint, intake->arena, &packed))
		return td_err_set(err, TD_EMEMORY, "no memory for a checkpoint");
	intake->told = intake->input.rows;
	intake->owes_checkpoint = false;
	return td_spool_store_append(intake->store, packed, err);
}

bool td_intake_checkpoint(td_intake_t *intake, td_err_t *err)
{
	if (intake->complete_ms <= 0 || td_spool_store_full(intake->store) ||
	    td_spool_store_due(intake->store))
		return true;
	return append_checkpoint(intake, NULL, err) &&
	       (td_intake_settle(intake, err) || err->code == TD_EUNAVAILABLE);
}

/* The checkpoint is made once, though the disk may have no room at the first try. */
static td_intake_next_t end_input(td_intake_t *intake, td_err_t *err)
{
	bool is_file = intake->input.is_file;
	if (!intake->is_checkpointed) {
		note_complete(intake);
		if (is_file && !td_input_digest(&intake->input, intake->digest, err))
			return TD_INTAKE_FAILED;
		if (!append_checkpoint(intake, is_file ? intake->digest : NULL, err))
			return TD_INTAKE_FAILED;
		intake->is_checkpointed = true;
	}
	td_intake_next_t next = settle(intake, TD_INTAKE_MORE, err);
	if (next != TD_INTAKE_MORE)
		return next;
	td_fault("intake.ended");
	td_err_t why;
	if (is_file && !td_fed_add(td_spool_store_folder(intake->store), intake->digest, &why))
		td_intake_say_forgotten(intake, &why);
	td_intake_say_ended(intake);
	close_input(intake);
	return TD_INTAKE_MORE;
}

/* The lines that were read are taken. */
static td_intake_next_t read_on(td_intake_t *intake, td_err_t *err)
{
	bool got;
	if (intake->input.has_ended)
		return end_input(intake, err);
	if (!td_input_read(&intake->input, &got, err))
		return TD_INTAKE_FAILED;
	if (got)
		return TD_INTAKE_MORE;
	note_complete(intake);
	return settle(intake, TD_INTAKE_INPUT, err);
}

/* After known files, one checkpoint says that their source lives, unless that of a later file did;
 * the disk may have no room at the first try. */
static td_intake_next_t end_all(td_intake_t *intake, td_err_t *err)
{
	const td_spool_store_t *store = intake->store;
	if (intake->owes_checkpoint && td_spool_store_full(store))
		return make_room(intake, err);
	if (intake->owes_checkpoint && !append_checkpoint(intake, NULL, err))
		return TD_INTAKE_FAILED;
	bool is_durable = td_spool_store_durable(store) + 1 == td_spool_store_next(store);
	return is_durable ? TD_INTAKE_ENDED : settle(intake, TD_INTAKE_ENDED, err);
}

td_intake_next_t td_intake_turn(td_intake_t *intake, int64_t now_ms, td_err_t *err)
{
	bool ended = false;
	intake->now_ms = now_ms;
	if (!intake->is_open && !open_next(intake, &ended, err))
		return TD_INTAKE_FAILED;
	if (!intake->is_open)
		return ended ? end_all(intake, err) : TD_INTAKE_MORE;
	for (int rows = 0; rows < ROWS_MAX; rows++) {
		td_slice_t line;
		if (td_spool_store_full(intake->store))
			return make_room(intake, err);
		if (td_spool_store_due(intake->store) || td_rejected_full(&intake->rejected))
			return settle(intake, TD_INTAKE_MORE, err);
		switch (td_lines_next(intake->lines, &line)) {
		case TD_LINES_MORE:
			return read_on(intake, err);
		case TD_LINES_CUT:
			refuse_cut(intake, line);
			break;
		case TD_LINES_LINE:
			if (!take_row(intake, line, err))
				return TD_INTAKE_FAILED;
		}
	}
	return TD_INTAKE_MORE;
}
