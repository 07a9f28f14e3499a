/*
 * notes_and_trees: trees, proofs and signed notes by thidua, against another implementation; the
 * lines are described in oracle/notes/main.go.
 *
 *	notes_and_trees make    writes some
 *	notes_and_trees check   reads lines and ends with 1 at the first that is wrong
 */
#include "aggregator/audit/base64.h"
#include "proto/json_text.h"
#include "aggregator/audit/merkle.h"
#include "aggregator/audit/note.h"

#include <stdio.h>
#include <stdlib.h>

enum { LEAVES = 1000, WORDS_MAX = 4, KEYS = 20, LINE_MAX_BYTES = 1 << 20 };

typedef struct world {
	td_hasher_t *hasher;
	td_hash_t leaves[LEAVES];
} world_t;

static world_t *world_new(void)
{
	world_t *world = calloc(1, sizeof *world);
	if (world == NULL)
		return NULL;
	world->hasher = td_hasher_new();
	for (int i = 0; world->hasher != NULL && i < LEAVES; i++) {
		char text[32];
		(void)snprintf(text, sizeof text, "leaf %d", i);
		world->leaves[i] = td_merkle_leaf(world->hasher, td_slice_text(text));
	}
	return world;
}

static bool root_of(world_t *world, uint64_t size, td_hash_t *root)
{
	td_merkle_tree_t tree = {0};
	for (uint64_t i = 0; i < size && i < LEAVES; i++)
		td_merkle_add(&tree, world->hasher, &world->leaves[i]);
	return size <= LEAVES && td_merkle_root(&tree, world->hasher, root);
}

static bool read_hash(td_slice_t text, td_hash_t *hash)
{
	size_t size;
	return td_base64_read(text, hash->bytes, TD_HASH_SIZE, &size) && size == TD_HASH_SIZE;
}

static bool read_hashes(const char *text, td_proof_t *proof)
{
	*proof = (td_proof_t){0};
	while (strcmp(text, "-") != 0 && *text != '\0') {
		size_t size = strcspn(text, ",");
		if (proof->count == TD_MERKLE_PROOF_MAX ||
		    !read_hash((td_slice_t){(const uint8_t *)text, size},
			       &proof->hashes[proof->count++]))
			return false;
		text += size + (text[size] == ',' ? 1 : 0);
	}
	return true;
}

static bool check_proof(world_t *world, char **words)
{
	td_proof_t proof;
	uint64_t from = strtoull(words[1], NULL, 10);
	td_tree_head_t old = {.size = from}, new = {.size = strtoull(words[2], NULL, 10)};
	if (!read_hashes(words[3], &proof) || !root_of(world, new.size, &new.root))
		return false;
	if (strcmp(words[0], "inclusion") == 0)
		return from < new.size &&td_merkle_check_inclusion(world->hasher, &proof,
								   &world->leaves[from], from,
								   new.size, &new.root);
	return root_of(world, from, &old.root) &&
	       td_merkle_check_consistency(world->hasher, &proof, &old, &new);
}

static bool check_root(world_t *world, char **words)
{
	td_hash_t said, root;
	return read_hash(td_slice_text(words[2]), &said) &&
	       root_of(world, strtoull(words[1], NULL, 10), &root) && td_hash_equal(&said, &root);
}

static bool check_key(char **words)
{
	td_note_signer_t signer;
	td_note_key_t key;
	td_err_t err;
	char text[TD_NOTE_KEY_TEXT_MAX];
	if (!td_note_signer_read(td_slice_text(words[1]), &signer, &err) ||
	    !td_note_key_read(td_slice_text(words[2]), &key, &err))
		return false;
	td_note_signer_write(&signer, text);
	if (strcmp(text, words[1]) != 0)
		return false;
	td_note_key_write(&signer.public_key, text);
	return strcmp(text, words[2]) == 0;
}

static bool make_note(const td_note_signer_t *signer, td_slice_t text, uint64_t at_s,
		      td_buf_t *note)
{
	td_err_t err;
	td_buf_clear(note);
	td_buf_add_slice(note, text);
	td_buf_add_byte(note, '\n');
	return td_note_sign(signer, text, at_s, note, &err);
}

/* The same key makes the same note of the same text, and it is valid. */
static bool check_note(char **words)
{
	static uint8_t text[TD_NOTE_MAX], bytes[TD_NOTE_MAX];
	size_t text_size, size;
	td_note_signer_t signer;
	td_note_t note;
	td_err_t err;
	const td_note_key_t *key;
	uint64_t at_s;
	td_buf_t ours = td_buf_make(TD_NOTE_MAX);
	bool fine = td_note_signer_read(td_slice_text(words[1]), &signer, &err) &&
		    td_base64_read(td_slice_text(words[2]), text, sizeof text, &text_size) &&
		    td_base64_read(td_slice_text(words[3]), bytes, sizeof bytes, &size) &&
		    make_note(&signer, (td_slice_t){text, text_size}, 0, &ours) &&
		    td_slice_equal(td_buf_slice(&ours), (td_slice_t){bytes, size}) &&
		    td_note_read((td_slice_t){bytes, size}, &note, &err);
	td_buf_free(&ours);
	if (!fine)
		return false;
	td_note_keys_t keys = {.count = 1, .items = {signer.public_key}};
	return td_note_verify(&note, 0, &keys, &key, &at_s) == TD_NOTE_VALID;
}

static bool check_line(world_t *world, char *line)
{
	char *words[WORDS_MAX] = {NULL}, *rest = line;
	size_t count = 0;
	for (char *word; count < WORDS_MAX && (word = strtok_r(rest, " \n", &rest)) != NULL;)
		words[count++] = word;
	if (count == 3 && strcmp(words[0], "root") == 0)
		return check_root(world, words);
	if (count == 3 && strcmp(words[0], "key") == 0)
		return check_key(words);
	if (count == 4 && strcmp(words[0], "note") == 0)
		return check_note(words);
	return count == 4 && check_proof(world, words);
}

static int check_all(world_t *world)
{
	char *line = calloc(1, LINE_MAX_BYTES);
	int count = 0;
	while (line != NULL && fgets(line, LINE_MAX_BYTES, stdin) != NULL) {
		count++;
		if (!check_line(world, line)) {
			(void)fprintf(stderr, "line %d is wrong: %s\n", count, line);
			count = 0;
			break;
		}
	}
	free(line);
	(void)printf("%d lines are right\n", count);
	return count > 0 ? 0 : 1;
}

static void print_coded(td_slice_t bytes)
{
	td_buf_t text = td_buf_make(LINE_MAX_BYTES);
	td_base64_add(&text, bytes);
	(void)printf("%.*s", (int)text.size, (const char *)text.data);
	td_buf_free(&text);
}

static bool print_proof(world_t *world, const char *what, td_prover_t *prover, uint64_t from,
			uint64_t size)
{
	td_proof_t proof;
	for (uint64_t i = 0; i < size; i++)
		td_prover_take(prover, world->hasher, &world->leaves[i]);
	if (!td_prover_finish(prover, world->hasher, &proof))
		return false;
	(void)printf("%s %llu %llu ", what, (unsigned long long)from, (unsigned long long)size);
	for (size_t i = 0; i < proof.count; i++) {
		(void)printf(i > 0 ? "," : "");
		print_coded((td_slice_t){proof.hashes[i].bytes, TD_HASH_SIZE});
	}
	(void)printf(proof.count > 0 ? "\n" : "-\n");
	return true;
}

static bool make_trees(world_t *world)
{
	td_prover_t prover;
	td_hash_t root;
	bool fine = true;
	for (uint64_t size = 1; size <= LEAVES; size += 1 + size / 9) {
		fine = fine && root_of(world, size, &root);
		(void)printf("root %llu ", (unsigned long long)size);
		print_coded((td_slice_t){root.bytes, TD_HASH_SIZE});
		(void)printf("\n");
		for (uint64_t other = 1; fine && other <= size; other += 1 + other / 5)
			fine = td_prover_inclusion(&prover, other - 1, size) &&
			       print_proof(world, "inclusion", &prover, other - 1, size) &&
			       td_prover_consistency(&prover, other, size) &&
			       print_proof(world, "consistency", &prover, other, size);
	}
	return fine;
}

static bool make_key(uint8_t number, td_note_type_t type, td_buf_t *note)
{
	static const char text[] = "seals.example/vn-14\n1\nH\xc3\xb2"
				   "a B\xc3\xacnh\n";
	const uint8_t seed[TD_NOTE_KEY_SIZE] = {number, 1, 2, 3, (uint8_t)(255 - number)};
	char name[32], private[TD_NOTE_KEY_TEXT_MAX], public[TD_NOTE_KEY_TEXT_MAX];
	td_note_signer_t signer;
	td_err_t err;
	(void)snprintf(name, sizeof name, "key%u.example/seals", number);
	if (!td_note_signer_make(name, type, seed, &signer, &err) ||
	    !make_note(&signer, td_slice_text(text), 1639500000u + number, note))
		return false;
	td_note_signer_write(&signer, private);
	td_note_key_write(&signer.public_key, public);
	if (type == TD_NOTE_ED25519) {
		(void)printf("key %s %s\nnote %s ", private, public, private);
		print_coded(td_slice_text(text));
	} else {
		(void)printf("cosignature %s", public);
	}
	(void)printf(" ");
	print_coded(td_buf_slice(note));
	(void)printf("\n");
	return true;
}

static int make_all(world_t *world)
{
	td_buf_t note = td_buf_make(TD_NOTE_MAX);
	bool fine = make_trees(world);
	for (uint8_t i = 0; fine && i < KEYS; i++)
		fine = make_key(i, TD_NOTE_ED25519, &note) &&
		       make_key(i, TD_NOTE_COSIGNATURE, &note);
	td_buf_free(&note);
	return fine ? 0 : 1;
}

int main(int argc, char **argv)
{
	world_t *world = world_new();
	int status = 64;
	if (world != NULL && world->hasher != NULL && argc == 2) {
		if (strcmp(argv[1], "make") == 0)
			status = make_all(world);
		else if (strcmp(argv[1], "check") == 0)
			status = check_all(world);
	}
	if (world != NULL)
		td_hasher_free(world->hasher);
	free(world);
	return status;
}
