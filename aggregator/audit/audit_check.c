/* check: a proof or a seal, offline, by public keys alone. */
#include "aggregator/audit/audit.h"
#include "aggregator/audit/judged.h"
#include "aggregator/audit/note_parts.h"
#include "aggregator/audit/proof.h"
#include "aggregator/audit/seals.h"
#include "aggregator/moment.h"
#include "common/file.h"
#include "workers/envelope.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* One file that is checked. */
typedef struct checking {
	td_audit_t *audit;
	td_hasher_t *hasher;
	td_note_keys_t keys;
	td_buf_t bytes, room;
	td_proof_file_t file;
} checking_t;

static void say_wrong(const checking_t *checking, const char *vi, const char *en)
{
	static const td_report_kind_t kind = {"proof_wrong",
					      "Bằng chứng không đúng",
					      "The proof does not hold",
					      true,
					      1,
					      {{"why", "Vì sao", "Why", false}}};
	const td_report_cell_t cells[] = {{td_report_word(checking->audit->report, vi, en), 0}};
	td_report_row(checking->audit->report, &kind, cells);
}

static void say(const checking_t *checking, const char *vi, const char *en, const char *value)
{
	static const td_report_kind_t kind = {
		"says",
		"Bằng chứng nói",
		"What it says",
		false,
		2,
		{{"what", "Gì", "What", false}, {"value", "Giá trị", "Value", false}}};
	const td_report_cell_t cells[] = {{td_report_word(checking->audit->report, vi, en), 0},
					  {value, 0}};
	td_report_row(checking->audit->report, &kind, cells);
}

static void say_number(const checking_t *checking, const char *vi, const char *en, uint64_t number)
{
	char text[24];
	(void)snprintf(text, sizeof text, "%" PRIu64, number);
	say(checking, vi, en, text);
}

/* Whether a seal may be believed: signed by a known log, and by as many witnesses as wanted. */
static bool check_seal(const checking_t *checking, td_slice_t note, td_found_seal_t *found)
{
	char moment[TD_MOMENT_TEXT_MAX];
	*found = (td_found_seal_t){.place = checking->audit->arguments[0]};
	td_found_seal_read(note, &checking->keys, checking->hasher, checking->audit->arena, found);
	if (!found->readable) {
		say_wrong(checking, found->why, found->why);
		return false;
	}
	say(checking, "nhật ký", "log", found->seal.origin);
	say_number(checking, "số sự kiện", "events", found->seal.tree.size);
	say(checking, "ghi nhận cuối", "last append",
	    td_moment_text(found->seal.last_append_ms, moment));
	say_number(checking, "chữ ký của nhật ký", "signatures of the log", found->signatures);
	say_number(checking, "chữ ký chứng", "cosignatures of witnesses", found->witnesses);
	if (found->wrong > 0)
		say_wrong(checking, "một chữ ký sai", "a signature is wrong");
	if (found->signatures == 0)
		say_wrong(checking, "không có chữ ký của khóa đã biết",
			  "no signature of a known key");
	if (found->witnesses < (uint64_t)checking->audit->settings->witnesses)
		say_wrong(checking, "không đủ chữ ký chứng", "too few witnesses cosigned it");
	return found->wrong == 0 && found->signatures > 0;
}

/* What the leaf in the proof's extra is. */
static void say_event(const checking_t *checking)
{
	td_slice_t leaf = checking->file.extra;
	char text[TD_JUDGED_NAME_MAX], moment[TD_MOMENT_TEXT_MAX];
	td_judged_t named = {.event = NULL};
	td_envelope_read(
		(td_slice_t){leaf.data + TD_MERKLE_EVENT_HEAD, leaf.size - TD_MERKLE_EVENT_HEAD},
		&named.envelope);
	say_number(checking, "vị trí", "offset", td_note_number(leaf.data, 8));
	say(checking, "ghi nhận lúc", "appended",
	    td_moment_text((int64_t)td_note_number(leaf.data + 8, 8), moment));
	td_judged_name(&named, text);
	say(checking, "sự kiện", "event", text);
	if (td_envelope_has_record(&named.envelope)) {
		td_judged_record(named.envelope.kind, named.envelope.record_id, text);
		say(checking, "hồ sơ", "record", text);
		say_number(checking, "lần sửa", "revision", named.envelope.revision);
	}
}

static void check_inclusion(const checking_t *checking)
{
	td_found_seal_t found;
	td_slice_t leaf = checking->file.extra;
	bool believed = check_seal(checking, checking->file.note, &found);
	if (leaf.size < TD_MERKLE_EVENT_HEAD) {
		say_wrong(checking, "không có sự kiện trong bằng chứng",
			  "the proof does not say of which event it speaks");
		return;
	}
	td_hash_t hash = td_merkle_leaf(checking->hasher, leaf);
	if (!found.readable ||
	    !td_merkle_check_inclusion(checking->hasher, &checking->file.proof, &hash,
				       checking->file.index, found.seal.tree.size,
				       &found.seal.tree.root))
		say_wrong(checking, "sự kiện không nằm trong nhật ký đã niêm phong",
			  "the event is not in the sealed log");
	else if (believed)
		say_event(checking);
}

static void check_consistency(const checking_t *checking)
{
	td_found_seal_t older, newer;
	/* What is wrong with either is said there. */
	(void)!check_seal(checking, checking->file.older, &older);
	(void)!check_seal(checking, checking->file.note, &newer);
	if (!older.readable || !newer.readable)
		return;
	if (strcmp(older.seal.reporter, newer.seal.reporter) != 0)
		say_wrong(checking, "hai niêm phong của hai nhật ký", "the seals are of two logs");
	if (!td_merkle_check_consistency(checking->hasher, &checking->file.proof, &older.seal.tree,
					 &newer.seal.tree))
		say_wrong(checking, "nhật ký sau không nối tiếp nhật ký trước",
			  "the newer log does not go on from the older one");
}

static bool check(checking_t *checking, td_err_t *err)
{
	static const char heading[] = "c2sp.org/tlog-proof@v1\n", ours[] = "thidua/";
	td_found_seal_t found;
	if (!td_file_read(checking->audit->arguments[0], &checking->bytes, err))
		return false;
	td_slice_t bytes = td_buf_slice(&checking->bytes);
	bool is_proof =
		(bytes.size > sizeof heading &&
		 memcmp(bytes.data, heading, sizeof heading - 1) == 0) ||
		(bytes.size > sizeof ours && memcmp(bytes.data, ours, sizeof ours - 1) == 0);
	if (!is_proof) {
		(void)check_seal(checking, bytes, &found);
		return true;
	}
	if (!td_proof_read(bytes, &checking->file, &checking->room, err))
		return td_err_prefix(err, "%s", checking->audit->arguments[0]);
	if (checking->file.kind == TD_PROOF_INCLUSION)
		check_inclusion(checking);
	else
		check_consistency(checking);
	return true;
}

bool td_audit_check(td_audit_t *audit, td_err_t *err)
{
	checking_t *checking = calloc(1, sizeof *checking);
	if (checking == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to check");
	checking->audit = audit;
	checking->bytes = td_buf_make(TD_PROOF_FILE_MAX);
	checking->room = td_buf_make(TD_PROOF_FILE_MAX);
	checking->hasher = td_hasher_new();
	bool done = checking->hasher != NULL || td_err_set(err, TD_EMEMORY, "no memory to hash");
	done = done && td_audit_keys(audit, &checking->keys, err) && check(checking, err);
	td_hasher_free(checking->hasher);
	td_buf_free(&checking->bytes);
	td_buf_free(&checking->room);
	free(checking);
	return done;
}
