/* note: the examples of C2SP's signed-note, tlog-checkpoint and tlog-proof, what is no note, and
 * whom a signature convinces. */
#include "aggregator/audit/checkpoint.h"
#include "aggregator/audit/note.h"
#include "aggregator/audit/proof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* From c2sp.org/signed-note. */
static const char published_key[] =
	"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
static const char published_note[] =
	"This is an example message.\n\n\xe2\x80\x94 example.com/foo "
	"Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72Iney"
	"aQM=\n";

/* From c2sp.org/tlog-cosignature. */
static const char published_head[] =
	"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
	"\xe2\x80\x94 example.com/behind-the-sofa "
	"Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOA"
	"YQ8=\n"
	"\xe2\x80\x94 witness.example.com/w1 "
	"jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+"
	"mbIUBkBIfZ+qnA==\n";

static const uint8_t seed[TD_NOTE_KEY_SIZE] = {1, 2, 3, 4}, other_seed[TD_NOTE_KEY_SIZE] = {9};

static td_note_t read_note(const char *text)
{
	td_note_t note;
	td_err_t err;
	assert_true(td_note_read(td_slice_text(text), &note, &err));
	return note;
}

static td_note_signer_t signer_of(const char *name, td_note_type_t type, const uint8_t *from)
{
	td_note_signer_t signer;
	td_err_t err;
	assert_true(td_note_signer_make(name, type, from, &signer, &err));
	return signer;
}

/* A note of `text` with one signature, terminated; the caller frees. */
static td_buf_t signed_note(const char *text, const td_note_signer_t *signer, uint64_t at_s)
{
	td_err_t err;
	td_buf_t note = td_buf_make(TD_NOTE_MAX);
	td_buf_add_text(&note, text);
	td_buf_add_byte(&note, '\n');
	assert_true(td_note_sign(signer, td_slice_text(text), at_s, &note, &err));
	td_buf_add_byte(&note, '\0');
	return note;
}

static td_note_standing_t standing(const char *text, const td_note_keys_t *keys, size_t signature)
{
	const td_note_key_t *key;
	uint64_t at_s;
	td_note_t note = read_note(text);
	return td_note_verify(&note, signature, keys, &key, &at_s);
}

static void the_published_note_is_valid_by_the_published_key(void **state)
{
	(void)state;
	td_note_keys_t keys = {0};
	td_err_t err;
	char text[TD_NOTE_KEY_TEXT_MAX];
	assert_true(td_note_keys_add(&keys, td_slice_text(published_key), &err));
	assert_int_equal(standing(published_note, &keys, 0), TD_NOTE_VALID);
	td_note_key_write(&keys.items[0], text);
	assert_string_equal(text, published_key);
}

static void the_published_head_is_read(void **state)
{
	(void)state;
	td_note_t note = read_note(published_head);
	td_checkpoint_t head;
	td_err_t err;
	assert_int_equal(note.count, 2);
	assert_int_equal(note.signatures[1].id, 0x8d66cf3f);
	assert_true(td_checkpoint_read(note.text, &head, &err));
	assert_true(td_slice_equal(head.origin, td_slice_text("example.com/behind-the-sofa")));
	assert_int_equal(head.tree.size, 20852163);
	td_buf_t again = td_buf_make(TD_CHECKPOINT_MAX);
	td_checkpoint_write(&head, &again);
	assert_true(td_slice_equal(td_buf_slice(&again), note.text));
	td_buf_free(&again);
}

static void a_signature_stands_only_over_its_own_text(void **state)
{
	(void)state;
	td_note_signer_t signer = signer_of("audit.example/seals", TD_NOTE_ED25519, seed);
	td_note_keys_t keys = {.count = 1, .items = {signer.public_key}};
	td_buf_t note = signed_note("one\n\ntwo\n", &signer, 0);
	char *text = (char *)note.data;
	assert_int_equal(standing(text, &keys, 0), TD_NOTE_VALID);
	text[0] = 'O';
	assert_int_equal(standing(text, &keys, 0), TD_NOTE_WRONG);
	text[0] = 'o';
	assert_int_equal(standing(text, &keys, 0), TD_NOTE_VALID);
	keys.count = 0;
	assert_int_equal(standing(text, &keys, 0), TD_NOTE_UNKNOWN);
	td_buf_free(&note);
}

static void another_key_of_the_same_name_is_another_key(void **state)
{
	(void)state;
	td_note_signer_t old = signer_of("audit.example/seals", TD_NOTE_ED25519, seed);
	td_note_signer_t new = signer_of("audit.example/seals", TD_NOTE_ED25519, other_seed);
	td_note_keys_t keys = {.count = 1, .items = {new.public_key}};
	td_buf_t note = signed_note("text\n", &old, 0);
	assert_int_equal(standing((char *)note.data, &keys, 0), TD_NOTE_UNKNOWN);
	keys.items[keys.count++] = old.public_key;
	assert_int_equal(standing((char *)note.data, &keys, 0), TD_NOTE_VALID);
	/* The id of one key with the bytes of another. */
	memcpy(keys.items[1].key, new.public_key.key, TD_NOTE_KEY_SIZE);
	assert_int_equal(standing((char *)note.data, &keys, 0), TD_NOTE_WRONG);
	td_buf_free(&note);
}

static void a_cosignature_says_when_it_was_made_and_is_no_signature_of_a_log(void **state)
{
	(void)state;
	td_note_signer_t witness = signer_of("vn-06.example", TD_NOTE_COSIGNATURE, seed);
	td_note_signer_t log = signer_of("vn-06.example", TD_NOTE_ED25519, seed);
	td_note_keys_t keys = {.count = 1, .items = {witness.public_key}};
	const td_note_key_t *key;
	uint64_t at_s;
	td_buf_t text = signed_note("text\n", &witness, 1639500000);
	td_note_t note = read_note((char *)text.data);
	assert_int_equal(td_note_verify(&note, 0, &keys, &key, &at_s), TD_NOTE_VALID);
	assert_int_equal(at_s, 1639500000);
	assert_int_equal(key->type, TD_NOTE_COSIGNATURE);
	note.signatures[0].bytes[7]++; /* another second */
	assert_int_equal(td_note_verify(&note, 0, &keys, &key, &at_s), TD_NOTE_WRONG);
	keys.items[0] = log.public_key;
	assert_int_equal(td_note_verify(&note, 0, &keys, &key, &at_s), TD_NOTE_UNKNOWN);
	td_buf_free(&text);
}

static void keys_survive_being_written(void **state)
{
	(void)state;
	static const td_note_type_t types[] = {TD_NOTE_ED25519, TD_NOTE_COSIGNATURE};
	for (size_t i = 0; i < TD_COUNT(types); i++) {
		td_note_signer_t signer = signer_of("audit.example/seals", types[i], seed), again;
		char text[TD_NOTE_KEY_TEXT_MAX];
		td_err_t err;
		td_note_signer_write(&signer, text);
		assert_true(td_note_signer_read(td_slice_text(text), &again, &err));
		assert_memory_equal(again.seed, signer.seed, TD_NOTE_KEY_SIZE);
		assert_int_equal(again.public_key.id, signer.public_key.id);
		assert_int_equal(again.public_key.type, types[i]);
		text[strlen(text) - 5]++;
		assert_false(td_note_signer_read(td_slice_text(text), &again, &err));
		assert_null(strstr(err.text, "AQID")); /* no secret in it */
	}
}

static void what_is_no_key_is_told(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"example.com/foo",
		"+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
		"example.com/foo+530d903a+BekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	};
	for (size_t i = 0; i < TD_COUNT(bad); i++) {
		td_note_key_t key;
		td_err_t err;
		assert_false(td_note_key_read(td_slice_text(bad[i]), &key, &err));
		assert_int_equal(err.code, TD_EDATA);
	}
}

static void names_that_cannot_stand_in_a_line_name_no_key(void **state)
{
	(void)state;
	static const char *const bad[] = {"",
					  "a b",
					  "a+b",
					  "a\xc2\xa0"
					  "b",
					  "a\nb",
					  "a\xe3\x80\x80",
					  "\xff"};
	for (size_t i = 0; i < TD_COUNT(bad); i++) {
		td_note_signer_t signer;
		td_err_t err;
		assert_false(td_note_signer_make(bad[i], TD_NOTE_ED25519, seed, &signer, &err));
		assert_int_equal(err.code, TD_EUSAGE);
	}
}

static void a_file_of_keys_has_comments_and_names_the_line_that_is_wrong(void **state)
{
	(void)state;
	td_note_keys_t keys = {0};
	td_err_t err;
	td_buf_t lines = td_buf_make(1000);
	td_buf_add_text(&lines, "# the ministry's\n\n");
	td_buf_add_text(&lines, published_key);
	assert_true(td_note_keys_add(&keys, td_buf_slice(&lines), &err));
	assert_int_equal(keys.count, 1);
	td_buf_add_text(&lines, "\nnonsense\n");
	assert_false(td_note_keys_add(&keys, td_buf_slice(&lines), &err));
	assert_non_null(strstr(err.text, "line 4"));
	td_buf_free(&lines);
}

static void what_is_no_note_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"text\n",
		"text\n\n",
		"text\n\nsignature\n",
		"text\n\n\xe2\x80\x94 a\n",
		"text\n\n\xe2\x80\x94 a AAAAAA==\n",       /* an id without a signature */
		"text\n\n\xe2\x80\x94 a AAAAAAE=",         /* no newline at the end */
		"text\n\n\xe2\x80\x94 a AAAAAAE=\nmore\n", /* something behind it */
		"text\n\n\xe2\x80\x94 a AAAAAAF=\n",       /* stray bits in base64 */
		"text\n\n\xe2\x80\x94  AAAAAAE=\n",        /* no name */
		"te\txt\n\n\xe2\x80\x94 a AAAAAAE=\n",
		"te\xffxt\n\n\xe2\x80\x94 a AAAAAAE=\n",
		"\xed\xa0\x80\n\n\xe2\x80\x94 a AAAAAAE=\n", /* a surrogate */
		"text\n\xe2\x80\x94 a AAAAAAE=\n",           /* no empty line */
	};
	for (size_t i = 0; i < TD_COUNT(bad); i++) {
		td_note_t note;
		td_err_t err;
		assert_false(td_note_read(td_slice_text(bad[i]), &note, &err));
		assert_int_equal(err.code, TD_EDATA);
	}
	td_note_t fine = read_note("text\n\n\xe2\x80\x94 a AAAAAAE=\n");
	assert_int_equal(fine.signatures[0].size, 1);
}

static void what_is_no_head_is_refused(void **state)
{
	(void)state;
#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
	static const char *const bad[] = {
		"",
		"a\n",
		"a\n1\n",
		"\n1\n" ROOT "\n",
		"a\n01\n" ROOT "\n",
		"a\n-1\n" ROOT "\n",
		"a\n18446744073709551616\n" ROOT "\n",
		"a\n1\nAAAA\n",
		"a\n1\n" ROOT,
		"a\n1\n" ROOT "\n\n",
		"a\n1\n" ROOT "\nx\n\ny\n",
	};
	td_checkpoint_t head;
	td_err_t err;
	for (size_t i = 0; i < TD_COUNT(bad); i++)
		assert_false(td_checkpoint_read(td_slice_text(bad[i]), &head, &err));
	assert_true(td_checkpoint_read(td_slice_text("a\n0\n" ROOT "\ntallies x y\nprevious z\n"),
				       &head, &err));
	assert_true(td_slice_equal(td_checkpoint_line(&head, "tallies"), td_slice_text("x y")));
	assert_true(td_slice_equal(td_checkpoint_line(&head, "previous"), td_slice_text("z")));
	assert_null(td_checkpoint_line(&head, "tall").data);
#undef ROOT
}

static void proofs_survive_being_written(void **state)
{
	(void)state;
	static const char note[] = "a\n9\nAAAA\n\n\xe2\x80\x94 a AAAAAAE=\n";
	static const char older[] = "a\n5\nBBBB\n\n\xe2\x80\x94 a AAAAAAE=\n"
				    "\xe2\x80\x94 b AAAAAAE=\n";
	static const struct {
		td_proof_kind_t kind;
		size_t hashes;
		const char *extra;
	} cases[] = {{TD_PROOF_INCLUSION, 0, ""},
		     {TD_PROOF_INCLUSION, 3, "leaf"},
		     {TD_PROOF_CONSISTENCY, 0, ""},
		     {TD_PROOF_CONSISTENCY, TD_MERKLE_PROOF_MAX, ""}};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_proof_file_t file = {.kind = cases[i].kind,
					.proof = {.count = cases[i].hashes},
					.note = td_slice_text(note)};
		td_proof_file_t again;
		td_err_t err;
		td_buf_t bytes = td_buf_make(TD_PROOF_FILE_MAX);
		td_buf_t room = td_buf_make(TD_PROOF_FILE_MAX);
		if (file.kind == TD_PROOF_CONSISTENCY)
			file.older = td_slice_text(older);
		else
			file.extra = td_slice_text(cases[i].extra);
		for (size_t hash = 0; hash < file.proof.count; hash++)
			memset(file.proof.hashes[hash].bytes, (int)hash + 1, TD_HASH_SIZE);
		td_proof_write(&file, &bytes);
		assert_true(td_proof_read(td_buf_slice(&bytes), &again, &room, &err));
		assert_int_equal(again.kind, file.kind);
		assert_int_equal(again.proof.count, file.proof.count);
		assert_memory_equal(again.proof.hashes, file.proof.hashes,
				    file.proof.count * TD_HASH_SIZE);
		assert_true(td_slice_equal(again.note, file.note));
		assert_true(td_slice_equal(again.older, file.older));
		assert_true(td_slice_equal(again.extra, file.extra));
		for (size_t size = 0; size + sizeof note <= bytes.size; size++)
			assert_false(
				td_proof_read((td_slice_t){bytes.data, size}, &again, &room, &err));
		td_buf_free(&bytes);
		td_buf_free(&room);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_note_is_valid_by_the_published_key),
		cmocka_unit_test(the_published_head_is_read),
		cmocka_unit_test(a_signature_stands_only_over_its_own_text),
		cmocka_unit_test(another_key_of_the_same_name_is_another_key),
		cmocka_unit_test(a_cosignature_says_when_it_was_made_and_is_no_signature_of_a_log),
		cmocka_unit_test(keys_survive_being_written),
		cmocka_unit_test(what_is_no_key_is_told),
		cmocka_unit_test(names_that_cannot_stand_in_a_line_name_no_key),
		cmocka_unit_test(a_file_of_keys_has_comments_and_names_the_line_that_is_wrong),
		cmocka_unit_test(what_is_no_note_is_refused),
		cmocka_unit_test(what_is_no_head_is_refused),
		cmocka_unit_test(proofs_survive_being_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
