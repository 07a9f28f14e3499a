/*
 * proofs: how fast a log's events are hashed again, and proofs about it checked, on one core.
 *
 * Seals a log of LEAVES events and makes proofs from all over it. A proof is checked as
 * `thidua-audit check` does it: its file read, its seals read and their signatures verified, its
 * hashes followed up to the sealed root. Prints, each second: events hashed, their megabytes,
 * inclusion proofs checked, consistency proofs checked, and inclusions whose signature is not
 * looked at again.
 */
#include "aggregator/audit/leaves.h"
#include "aggregator/audit/proof.h"
#include "aggregator/audit/seal.h"
#include "common/clock.h"
#include "tests/bench/sample.h"

#include <stdio.h>
#include <stdlib.h>

enum { LEAVES = 1 << 18, PROOFS = 32, EVENT_MS = 1000, MEASURED_US = 2000000 };

static const char REPORTER[] = "vn-06", LOG[] = "thidua.bench/seals";

typedef struct bench {
	td_hasher_t *hasher;
	td_note_signer_t signer;
	td_note_keys_t keys;
	td_buf_t events; /* all of them, packed */
	size_t sizes[LEAVES];
	td_hash_t leaves[LEAVES];
	td_root_mark_t marks[PROOFS + 1];                 /* the older seals, and the newest */
	td_buf_t notes[PROOFS + 1];                       /* the seals */
	td_buf_t inclusions[PROOFS], consistency[PROOFS]; /* files */
	td_buf_t room;
	double hashed_s; /* that all events took */
} bench_t;

static bool hash_events(bench_t *bench)
{
	td_leaves_t leaves;
	for (uint64_t i = 0; i < LEAVES; i++) {
		uint8_t packed[TD_SAMPLE_MAX];
		bench->sizes[i] = td_sample_event(REPORTER, i, packed);
		td_buf_add_slice(&bench->events, (td_slice_t){packed, bench->sizes[i]});
	}
	for (uint64_t i = 0; i <= PROOFS; i++) /* the last one at LEAVES */
		bench->marks[i].size = LEAVES * (i + 1) / (PROOFS + 1);
	bool done = !bench->events.failed && td_leaves_init(&leaves, bench->marks, PROOFS + 1);
	const uint8_t *at = bench->events.data;
	int64_t began_us = td_clock_mono_us();
	for (uint64_t i = 0; done && i < LEAVES; at += bench->sizes[i++]) {
		const td_raw_t raw = {i, (int64_t)i * EVENT_MS, {at, bench->sizes[i]}};
		bench->leaves[i] = td_leaves_take(&leaves, &raw);
	}
	bench->hashed_s = (double)(td_clock_mono_us() - began_us) / 1e6;
	done = done && bench->marks[PROOFS].reached && !td_hasher_failed(leaves.hasher);
	td_leaves_free(&leaves);
	return done;
}

static bool sign(bench_t *bench, const td_root_mark_t *mark, td_buf_t *note, td_err_t *err)
{
	td_seal_t seal = {.tree = {mark->size, mark->root},
			  .next_offset = mark->next_offset,
			  .last_append_ms = mark->last_append_ms};
	td_buf_t text = td_buf_make(TD_CHECKPOINT_MAX);
	bool done = td_seal_origin(LOG, REPORTER, &seal);
	*note = td_buf_make(TD_NOTE_MAX);
	td_seal_write(&seal, &text);
	td_buf_add_slice(note, td_buf_slice(&text));
	td_buf_add_byte(note, '\n');
	done = done && td_note_sign(&bench->signer, td_buf_slice(&text), 0, note, err);
	td_buf_free(&text);
	return done && !note->failed;
}

/* The leaf's bytes, for the proof to have in it. */
static void add_leaf(const bench_t *bench, uint64_t index, td_buf_t *leaf)
{
	const uint8_t *at = bench->events.data;
	for (uint64_t i = 0; i < index; i++)
		at += bench->sizes[i];
	for (int shift = 56; shift >= 0; shift -= 8)
		td_buf_add_byte(leaf, (uint8_t)(index >> shift));
	for (int shift = 56; shift >= 0; shift -= 8)
		td_buf_add_byte(leaf, (uint8_t)(index * EVENT_MS >> shift));
	td_buf_add_slice(leaf, (td_slice_t){at, bench->sizes[index]});
}

static bool write_proof(const bench_t *bench, td_prover_t *prover, td_proof_file_t *file,
			td_buf_t *out)
{
	for (uint64_t i = 0; i < LEAVES; i++)
		td_prover_take(prover, bench->hasher, &bench->leaves[i]);
	*out = td_buf_make(TD_PROOF_FILE_MAX);
	bool done = td_prover_finish(prover, bench->hasher, &file->proof);
	file->note = td_buf_slice(&bench->notes[PROOFS]);
	td_proof_write(file, out);
	return done && !out->failed;
}

static bool prove(bench_t *bench, size_t number)
{
	td_prover_t prover;
	const td_root_mark_t *mark = &bench->marks[number];
	td_buf_t leaf = td_buf_make(TD_PROOF_EXTRA_MAX);
	add_leaf(bench, mark->size, &leaf); /* the first that the older seal does not have */
	td_proof_file_t inclusion = {
		.kind = TD_PROOF_INCLUSION, .index = mark->size, .extra = td_buf_slice(&leaf)};
	td_proof_file_t consistency = {.kind = TD_PROOF_CONSISTENCY,
				       .older = td_buf_slice(&bench->notes[number])};
	bool done = td_prover_inclusion(&prover, mark->size, LEAVES) &&
		    write_proof(bench, &prover, &inclusion, &bench->inclusions[number]) &&
		    td_prover_consistency(&prover, mark->size, LEAVES) &&
		    write_proof(bench, &prover, &consistency, &bench->consistency[number]);
	td_buf_free(&leaf);
	return done;
}

static bool make(bench_t *bench, td_err_t *err)
{
	static const uint8_t seed[TD_NOTE_KEY_SIZE] = {1};
	bench->hasher = td_hasher_new();
	bench->events = td_buf_make((size_t)LEAVES * TD_SAMPLE_MAX);
	bench->room = td_buf_make(TD_PROOF_FILE_MAX);
	bool done = bench->hasher != NULL && hash_events(bench) &&
		    td_note_signer_make(LOG, TD_NOTE_ED25519, seed, &bench->signer, err);
	bench->keys = (td_note_keys_t){1, {bench->signer.public_key}};
	for (size_t i = 0; done && i <= PROOFS; i++)
		done = sign(bench, &bench->marks[i], &bench->notes[i], err);
	for (size_t i = 0; done && i < PROOFS; i++)
		done = prove(bench, i);
	return done;
}

static bool read_seal(const bench_t *bench, td_slice_t bytes, bool verifies, td_seal_t *seal)
{
	td_note_t note;
	const td_note_key_t *key;
	uint64_t at_s;
	td_err_t err;
	return td_note_read(bytes, &note, &err) &&
	       td_seal_read(note.text, bench->hasher, seal, &err) &&
	       (!verifies || td_note_verify(&note, 0, &bench->keys, &key, &at_s) == TD_NOTE_VALID);
}

static bool read_proof(bench_t *bench, const td_buf_t *bytes, td_proof_file_t *file)
{
	td_err_t err;
	bench->room.size = 0;
	return td_proof_read(td_buf_slice(bytes), file, &bench->room, &err);
}

static bool is_included(bench_t *bench, size_t number, bool verifies)
{
	td_proof_file_t file;
	td_seal_t seal;
	if (!read_proof(bench, &bench->inclusions[number], &file) ||
	    !read_seal(bench, file.note, verifies, &seal))
		return false;
	td_hash_t leaf = td_merkle_leaf(bench->hasher, file.extra);
	return td_merkle_check_inclusion(bench->hasher, &file.proof, &leaf, file.index,
					 seal.tree.size, &seal.tree.root);
}

static bool check_inclusion(bench_t *bench, size_t number)
{
	return is_included(bench, number, true);
}

static bool check_path(bench_t *bench, size_t number)
{
	return is_included(bench, number, false);
}

static bool check_consistency(bench_t *bench, size_t number)
{
	td_proof_file_t file;
	td_seal_t older, newer;
	return read_proof(bench, &bench->consistency[number], &file) &&
	       read_seal(bench, file.older, true, &older) &&
	       read_seal(bench, file.note, true, &newer) &&
	       td_merkle_check_consistency(bench->hasher, &file.proof, &older.tree, &newer.tree);
}

/* Checks a second; negative when a check failed, which none may. */
static double rate(bench_t *bench, bool (*check)(bench_t *bench, size_t number))
{
	uint64_t checks = 0;
	int64_t began_us = td_clock_mono_us(), took_us = 0;
	for (; took_us < MEASURED_US; took_us = td_clock_mono_us() - began_us)
		for (size_t i = 0; i < PROOFS; i++, checks++)
			if (!check(bench, i))
				return -1;
	return (double)checks * 1e6 / (double)took_us;
}

static void free_all(bench_t *bench)
{
	for (size_t i = 0; i <= PROOFS; i++)
		td_buf_free(&bench->notes[i]);
	for (size_t i = 0; i < PROOFS; i++) {
		td_buf_free(&bench->inclusions[i]);
		td_buf_free(&bench->consistency[i]);
	}
	td_buf_free(&bench->events);
	td_buf_free(&bench->room);
	td_hasher_free(bench->hasher);
	free(bench);
}

int main(void)
{
	td_err_t err = {.text = "the proofs cannot be made"};
	bench_t *bench = calloc(1, sizeof *bench);
	if (bench == NULL)
		return EXIT_FAILURE;
	bool done = make(bench, &err);
	if (done) {
		double included = rate(bench, check_inclusion);
		double consistent = rate(bench, check_consistency);
		double paths = rate(bench, check_path);
		done = included > 0 && consistent > 0 && paths > 0;
		printf("%.0f %.1f %.0f %.0f %.0f\n", LEAVES / bench->hashed_s,
		       (double)bench->events.size / 1e6 / bench->hashed_s, included, consistent,
		       paths);
	} else {
		(void)fprintf(stderr, "proofs: %s\n", err.text);
	}
	free_all(bench);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
