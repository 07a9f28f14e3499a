/*
 * witness: another party says that a log grew honestly since it looked last, by its cosignature.
 *
 * What it saw last of each log is a file in its own folder. The first seal of a log is believed as
 * it is; each later one only by a proof that it goes on from what was seen.
 */
#include "aggregator/audit/audit.h"
#include "aggregator/audit/proof.h"
#include "aggregator/audit/seals.h"
#include "aggregator/audit/state.h"
#include "common/file.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct witnessing {
	td_audit_t *audit;
	td_hasher_t *hasher;
	td_note_keys_t keys;
	td_buf_t bytes, seen_bytes;
	td_proof_file_t proof;
	bool has_proof;
	td_found_seal_t seal; /* what is to be cosigned */
	char path[PATH_MAX];  /* of what was seen last */
} witnessing_t;

/* The seal alone, or the newer one of a consistency proof. */
static bool read_file(witnessing_t *witnessing, td_err_t *err)
{
	const char *path = witnessing->audit->arguments[0];
	td_buf_t room = td_buf_make(TD_PROOF_FILE_MAX);
	td_err_t ignored;
	if (!td_file_read(path, &witnessing->bytes, err))
		return false;
	td_slice_t note = td_buf_slice(&witnessing->bytes);
	witnessing->has_proof = td_proof_read(note, &witnessing->proof, &room, &ignored) &&
				witnessing->proof.kind == TD_PROOF_CONSISTENCY;
	td_buf_free(&room);
	if (witnessing->has_proof)
		note = witnessing->proof.note;
	witnessing->seal = (td_found_seal_t){.place = path};
	td_found_seal_read(note, &witnessing->keys, witnessing->hasher, witnessing->audit->arena,
			   &witnessing->seal);
	if (!witnessing->seal.readable)
		return td_err_set(err, TD_EDATA, "%s: %s", path, witnessing->seal.why);
	return true;
}

static void refuse(const witnessing_t *witnessing, const char *vi, const char *en)
{
	static const td_report_kind_t kind = {
		"refused",
		"Từ chối làm chứng",
		"Refused to witness",
		true,
		2,
		{{"origin", "Nhật ký", "Log", false}, {"why", "Vì sao", "Why", false}}};
	const td_report_cell_t cells[] = {{witnessing->seal.seal.origin, 0},
					  {td_report_word(witnessing->audit->report, vi, en), 0}};
	td_report_row(witnessing->audit->report, &kind, cells);
}

/* What was seen of the log before. */
static bool read_seen(witnessing_t *witnessing, bool *any, td_found_seal_t *seen, td_err_t *err)
{
	int size = snprintf(witnessing->path, sizeof witnessing->path, "%s/%s.seal",
			    witnessing->audit->settings->state, witnessing->seal.seal.reporter);
	if (size < 0 || (size_t)size >= sizeof witnessing->path)
		return td_err_set(err, TD_EUSAGE, "the name of the folder is too long");
	*any = td_file_exists(witnessing->path);
	if (!*any)
		return true;
	if (!td_file_read(witnessing->path, &witnessing->seen_bytes, err))
		return false;
	*seen = (td_found_seal_t){.place = witnessing->path};
	td_found_seal_read(td_buf_slice(&witnessing->seen_bytes), &witnessing->keys,
			   witnessing->hasher, witnessing->audit->arena, seen);
	return seen->readable || td_err_set(err, TD_EDATA, "%s: %s", witnessing->path, seen->why);
}

/* Whether the proof begins at as many events as were seen; one from elsewhere proves nothing of
 * what was seen, for or against it. */
static bool begins_there(const witnessing_t *witnessing, const td_found_seal_t *seen)
{
	td_found_seal_t older = {.place = seen->place};
	td_found_seal_read(witnessing->proof.older, NULL, witnessing->hasher,
			   witnessing->audit->arena, &older);
	return older.readable && older.seal.tree.size == seen->seal.tree.size;
}

/* Whether the new head goes on from the one seen last. */
static bool goes_on(const witnessing_t *witnessing, const td_found_seal_t *seen)
{
	const td_proof_t none = {.count = 0};
	const td_tree_head_t *from = &seen->seal.tree, *to = &witnessing->seal.seal.tree;
	bool proven = witnessing->has_proof || from->size == to->size;
	if (to->size < from->size) {
		refuse(witnessing, "niêm phong này cũ hơn cái đã thấy",
		       "it is older than what was seen before");
		return false;
	}
	if (!proven) {
		refuse(witnessing,
		       "cần bằng chứng nối tiếp từ niêm phong đã thấy: prove --from ... --to ...",
		       "a proof is needed that it goes on from what was seen: prove --from ... "
		       "--to "
		       "...");
		return false;
	}
	if (witnessing->has_proof && from->size < to->size && !begins_there(witnessing, seen)) {
		refuse(witnessing,
		       "bằng chứng bắt đầu từ niêm phong khác với cái đã thấy: prove --from tệp "
		       "trong thư mục --state",
		       "the proof begins at another seal than the one that was seen last: prove "
		       "--from the file in the folder of --state");
		return false;
	}
	if (td_merkle_check_consistency(witnessing->hasher,
					witnessing->has_proof && from->size < to->size
						? &witnessing->proof.proof
						: &none,
					from, to))
		return true;
	refuse(witnessing, "nhật ký không nối tiếp cái đã thấy: nhật ký bị viết lại",
	       "the log does not go on from what was seen: it was rewritten");
	return false;
}

/* The note with our line below the others. */
static bool cosign(witnessing_t *witnessing, td_err_t *err)
{
	td_note_signer_t signers[TD_SIGNERS_MAX];
	size_t count;
	td_note_t note;
	td_buf_t *out = &witnessing->audit->file;
	if (!td_audit_signers(witnessing->audit, signers, &count, err) ||
	    !td_note_read(witnessing->seal.bytes, &note, err))
		return false;
	td_buf_add_slice(out, witnessing->seal.bytes);
	for (size_t i = 0; i < count; i++) {
		if (signers[i].public_key.type != TD_NOTE_COSIGNATURE)
			return td_err_set(err, TD_EUSAGE,
					  "%s is no witness's key; keygen --witness makes one",
					  signers[i].public_key.name);
		if (!td_note_sign(&signers[i], note.text,
				  (uint64_t)(witnessing->audit->now_ms / 1000), out, err))
			return false;
	}
	/* Remembered before it is given out: nothing is cosigned that is then forgotten. */
	return td_file_write_durable(witnessing->path, td_buf_slice(out), 0644, err);
}

static bool witness(witnessing_t *witnessing, td_err_t *err)
{
	bool any = false;
	td_found_seal_t seen;
	if (!read_file(witnessing, err) || !read_seen(witnessing, &any, &seen, err))
		return false;
	if (witnessing->seal.signatures == 0 || witnessing->seal.wrong > 0) {
		refuse(witnessing, "chữ ký của nhật ký sai hoặc không có",
		       "the log's signature is wrong, or there is none");
		return true;
	}
	return (any && !goes_on(witnessing, &seen)) || cosign(witnessing, err);
}

/* From looking at what was seen last to writing it anew nobody else may: two at a time could cosign
 * two logs that both go on from the same seal. */
static bool witness_alone(witnessing_t *witnessing, td_err_t *err)
{
	const char *folder = witnessing->audit->settings->state;
	int lock =
		td_file_make_folder(folder, 0755, err) ? td_state_lock(folder, "witness", err) : -1;
	bool done = lock >= 0 && witness(witnessing, err);
	if (lock >= 0)
		(void)close(lock);
	return done;
}

bool td_audit_witness(td_audit_t *audit, td_err_t *err)
{
	if (audit->settings->state == NULL)
		return td_err_set(err, TD_EUSAGE,
				  "where is what this witness saw before? give --state DIR");
	witnessing_t *witnessing = calloc(1, sizeof *witnessing);
	if (witnessing == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to witness");
	witnessing->audit = audit;
	witnessing->bytes = td_buf_make(TD_PROOF_FILE_MAX);
	witnessing->seen_bytes = td_buf_make(TD_NOTE_MAX);
	witnessing->hasher = td_hasher_new();
	bool done = witnessing->hasher != NULL || td_err_set(err, TD_EMEMORY, "no memory to hash");
	done = done && td_audit_keys(audit, &witnessing->keys, err) &&
	       witness_alone(witnessing, err);
	td_hasher_free(witnessing->hasher);
	td_buf_free(&witnessing->bytes);
	td_buf_free(&witnessing->seen_bytes);
	free(witnessing);
	return done;
}
