/* prove: that an event is in a sealed log, or that one seal's log goes on from another's. */
#include "aggregator/audit/audit.h"
#include "aggregator/audit/leaves.h"
#include "aggregator/audit/proof.h"
#include "aggregator/audit/seals.h"
#include "common/file.h"
#include "workers/envelope.h"
#include "workers/topics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { WAIT_MS = 200 };

/* Which event: its name, or its place. */
typedef struct wanted {
	char reporter[TD_ID_MAX + 1];
	bool by_offset;
	uint64_t offset;
	const char *source;
	size_t source_size;
	uint64_t epoch, sequence;
} wanted_t;

static bool usage(const char *text, td_err_t *err)
{
	return td_err_set(
		err, TD_EUSAGE,
		"\"%s\" names no event: write REPORTER/SOURCE/EPOCH/SEQUENCE, as the event "
		"is called, or REPORTER@OFFSET",
		text);
}

static bool read_number(const char *text, size_t size, uint64_t *number)
{
	return td_checkpoint_number((td_slice_t){(const uint8_t *)text, size}, number);
}

static bool read_wanted(const char *text, wanted_t *wanted, td_err_t *err)
{
	size_t size = strcspn(text, "/@");
	*wanted = (wanted_t){.by_offset = text[size] == '@'};
	if (size == 0 || size > TD_ID_MAX || text[size] == '\0')
		return usage(text, err);
	memcpy(wanted->reporter, text, size);
	const char *rest = text + size + 1;
	if (wanted->by_offset)
		return read_number(rest, strlen(rest), &wanted->offset) || usage(text, err);
	const char *epoch = strchr(rest, '/');
	const char *sequence = epoch != NULL ? strchr(epoch + 1, '/') : NULL;
	if (sequence == NULL)
		return usage(text, err);
	wanted->source = rest;
	wanted->source_size = (size_t)(epoch - rest);
	return (read_number(epoch + 1, (size_t)(sequence - epoch) - 1, &wanted->epoch) &&
		read_number(sequence + 1, strlen(sequence + 1), &wanted->sequence)) ||
	       usage(text, err);
}

static bool is_it(const wanted_t *wanted, const td_raw_t *raw)
{
	td_envelope_t name;
	if (wanted->by_offset)
		return raw->offset == wanted->offset;
	td_envelope_read(raw->bytes, &name);
	return name.epoch == wanted->epoch && name.sequence == wanted->sequence &&
	       strlen(name.source) == wanted->source_size &&
	       memcmp(name.source, wanted->source, wanted->source_size) == 0;
}

/* What is done with each leaf of the log; false ends the reading. */
typedef bool leaf_fn(void *context, const td_raw_t *raw, const td_hash_t *leaf);

/* Looks whether somebody wants it to stop: there is no crew here that would. */
static bool goes_on(const td_audit_t *audit, td_err_t *err)
{
	return td_run_wait(audit->run, 0, err) &&
	       (!td_run_stopping(audit->run) || td_err_set(err, TD_ESUPERSEDED, "stopped"));
}

/* Hashes the log of `reporter` from its beginning. */
static bool read_leaves(td_audit_t *audit, const char *reporter, td_hasher_t *hasher, leaf_fn *each,
			void *context, td_err_t *err)
{
	const td_logs_settings_t settings = {.kafka = &audit->settings->kafka,
					     .archive = audit->settings->archive,
					     .archive_first = audit->settings->archive_first,
					     .reporter = reporter};
	td_logs_t *logs = td_logs_open(&settings, err);
	td_feed_t *feed =
		logs != NULL ? td_feed_open(logs, 0,
					    (td_feed_range_t){0, td_logs_get(logs, 0)->end}, err)
			     : NULL;
	bool going = feed != NULL, done = going;
	while (going) {
		const td_raw_t *events;
		size_t count;
		td_fed_t fed = td_feed_next(feed, WAIT_MS, &events, &count, err);
		done = fed != TD_FED_FAILED && goes_on(audit, err);
		going = done && fed != TD_FED_END;
		for (size_t i = 0; going && i < count; i++) {
			td_hash_t leaf = td_merkle_event(hasher, events[i].offset,
							 events[i].append_ms, events[i].bytes);
			going = each(context, &events[i], &leaf);
		}
	}
	td_feed_free(feed);
	td_logs_free(logs);
	return done;
}

/* Looks for the event and keeps its leaf. */
typedef struct finding {
	const wanted_t *wanted;
	uint64_t next; /* leaves seen */
	bool found;
	uint64_t index;
	td_buf_t leaf;
} finding_t;

static void put_big_endian(td_buf_t *out, uint64_t number)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		td_buf_add_byte(out, (uint8_t)(number >> shift));
}

static bool find(void *context, const td_raw_t *raw, const td_hash_t *leaf)
{
	finding_t *finding = context;
	(void)leaf;
	if (!is_it(finding->wanted, raw)) {
		finding->next++;
		return true;
	}
	finding->found = true;
	finding->index = finding->next;
	put_big_endian(&finding->leaf, raw->offset);
	put_big_endian(&finding->leaf, (uint64_t)raw->append_ms);
	td_buf_add_slice(&finding->leaf, raw->bytes);
	return false;
}

/* Feeds a prover, and the tree that must have the seal's root. */
typedef struct proving {
	td_prover_t prover;
	td_hasher_t *hasher;
	td_merkle_tree_t tree;
	uint64_t size;
} proving_t;

static bool prove(void *context, const td_raw_t *raw, const td_hash_t *leaf)
{
	proving_t *proving = context;
	(void)raw;
	td_prover_take(&proving->prover, proving->hasher, leaf);
	td_merkle_add(&proving->tree, proving->hasher, leaf);
	return proving->tree.size < proving->size;
}

/* Whether what was hashed is what the seal says. */
static bool has_root(proving_t *proving, const td_found_seal_t *found, td_err_t *err)
{
	td_hash_t root;
	return (proving->tree.size == found->seal.tree.size &&
		td_merkle_root(&proving->tree, proving->hasher, &root) &&
		td_hash_equal(&root, &found->seal.tree.root)) ||
	       td_err_set(err, TD_EINTEGRITY,
			  "the log of %s is not what %s sealed; `thidua-audit verify` says where",
			  found->seal.reporter, found->place);
}

/* The smallest seal that covers the leaf, and that is signed by a key to be believed if there are
 * any; NULL and err when none does. */
static const td_found_seal_t *covering(const td_audit_t *audit, const td_seals_t *seals,
				       const char *reporter, uint64_t index, td_err_t *err)
{
	const td_found_seal_t *best = NULL;
	bool believes = audit->settings->keys.count > 0;
	for (size_t i = 0; i < seals->count; i++) {
		const td_found_seal_t *found = &seals->items[i];
		bool fits = found->readable && strcmp(found->seal.reporter, reporter) == 0 &&
			    found->seal.tree.size > index && (!believes || found->signatures > 0);
		/* Of the same text the one with the most signatures: a witness's are worth having.
		 */
		if (fits && (best == NULL || found->seal.tree.size < best->seal.tree.size ||
			     (found->seal.tree.size == best->seal.tree.size &&
			      found->bytes.size > best->bytes.size)))
			best = found;
	}
	if (best == NULL)
		(void)td_err_set(
			err, TD_ENOINPUT,
			"no seal of %s%s covers the event yet; `thidua-audit seal` makes one",
			reporter, believes ? ", signed by a key of --keys," : "");
	return best;
}

static bool prove_event(td_audit_t *audit, const wanted_t *wanted, td_hasher_t *hasher,
			const td_seals_t *seals, finding_t *finding, td_err_t *err)
{
	proving_t proving = {.hasher = hasher};
	td_proof_file_t file = {.kind = TD_PROOF_INCLUSION};
	if (!read_leaves(audit, wanted->reporter, hasher, find, finding, err))
		return false;
	if (!finding->found)
		return td_err_set(err, TD_ENOINPUT, "the log of %s has no such event",
				  wanted->reporter);
	const td_found_seal_t *found =
		covering(audit, seals, wanted->reporter, finding->index, err);
	if (found == NULL)
		return false;
	proving.size = found->seal.tree.size;
	if (!td_prover_inclusion(&proving.prover, finding->index, proving.size) ||
	    !read_leaves(audit, wanted->reporter, hasher, prove, &proving, err) ||
	    !has_root(&proving, found, err))
		return false;
	if (!td_prover_finish(&proving.prover, hasher, &file.proof))
		return td_err_set(err, TD_EBUG, "the proof is not whole");
	file.note = found->bytes;
	file.index = finding->index;
	file.extra = td_buf_slice(&finding->leaf);
	td_proof_write(&file, &audit->file);
	return true;
}

static bool inclusion(td_audit_t *audit, td_hasher_t *hasher, td_err_t *err)
{
	wanted_t wanted;
	td_seals_t seals = {0};
	td_note_keys_t *keys = calloc(1, sizeof *keys);
	finding_t finding = {.wanted = &wanted, .leaf = td_buf_make(TD_PROOF_EXTRA_MAX)};
	bool done = keys != NULL || td_err_set(err, TD_EMEMORY, "no memory for keys");
	done = done && read_wanted(audit->arguments[0], &wanted, err) &&
	       (audit->settings->keys.count == 0 || td_audit_keys(audit, keys, err)) &&
	       td_seals_load(audit, keys, &seals, err) &&
	       prove_event(audit, &wanted, hasher, &seals, &finding, err);
	td_buf_free(&finding.leaf);
	td_seals_free(&seals);
	free(keys);
	return done;
}

static bool read_seal(const char *path, td_hasher_t *hasher, td_arena_t *arena, td_buf_t *bytes,
		      td_found_seal_t *found, td_err_t *err)
{
	*found = (td_found_seal_t){.place = path};
	if (!td_file_read(path, bytes, err))
		return false;
	td_found_seal_read(td_buf_slice(bytes), NULL, hasher, arena, found);
	return found->readable || td_err_set(err, TD_EDATA, "%s: %s", path, found->why);
}

static bool prove_growth(td_audit_t *audit, td_hasher_t *hasher, const td_found_seal_t *from,
			 const td_found_seal_t *to, td_err_t *err)
{
	proving_t proving = {.hasher = hasher, .size = to->seal.tree.size};
	td_proof_file_t file = {
		.kind = TD_PROOF_CONSISTENCY, .note = to->bytes, .older = from->bytes};
	if (strcmp(from->seal.origin, to->seal.origin) != 0 &&
	    strcmp(from->seal.reporter, to->seal.reporter) != 0)
		return td_err_set(err, TD_EDATA, "the seals are of two logs: %s and %s",
				  from->seal.origin, to->seal.origin);
	if (!td_prover_consistency(&proving.prover, from->seal.tree.size, to->seal.tree.size))
		return td_err_set(err, TD_EDATA,
				  "%s seals %" PRIu64 " events and %s %" PRIu64
				  ": give the older one as --from",
				  from->place, from->seal.tree.size, to->place, to->seal.tree.size);
	if (!read_leaves(audit, to->seal.reporter, hasher, prove, &proving, err) ||
	    !has_root(&proving, to, err))
		return false;
	if (!td_prover_finish(&proving.prover, hasher, &file.proof) ||
	    !td_merkle_check_consistency(hasher, &file.proof, &from->seal.tree, &to->seal.tree))
		return td_err_set(err, TD_EINTEGRITY, "the log of %s is not what %s sealed",
				  from->seal.reporter, from->place);
	td_proof_write(&file, &audit->file);
	return true;
}

static bool consistency(td_audit_t *audit, td_hasher_t *hasher, td_err_t *err)
{
	const td_audit_settings_t *settings = audit->settings;
	td_buf_t bytes[2] = {td_buf_make(TD_NOTE_MAX), td_buf_make(TD_NOTE_MAX)};
	td_found_seal_t from, to;
	bool done = read_seal(settings->from, hasher, audit->arena, &bytes[0], &from, err) &&
		    read_seal(settings->to, hasher, audit->arena, &bytes[1], &to, err) &&
		    prove_growth(audit, hasher, &from, &to, err);
	td_buf_free(&bytes[0]);
	td_buf_free(&bytes[1]);
	return done;
}

bool td_audit_prove(td_audit_t *audit, td_err_t *err)
{
	const td_audit_settings_t *settings = audit->settings;
	bool growth = settings->from != NULL && settings->to != NULL;
	if (growth == (audit->argument_count > 0))
		return td_err_set(
			err, TD_EUSAGE,
			"write: thidua-audit prove EVENT, or prove --from SEAL --to SEAL");
	td_hasher_t *hasher = td_hasher_new();
	if (hasher == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to hash");
	bool done = growth ? consistency(audit, hasher, err) : inclusion(audit, hasher, err);
	td_hasher_free(hasher);
	return done;
}
