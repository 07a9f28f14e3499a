/* batch at once: a state that was altered by hand stops it, and the sentence says where it lies. */
#include "aggregator/batch.h"
#include "tests/model/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { ARENA = 1024 * 1024, VERDICTS_MAX = 100, BATCH_BYTES = 64 * 1024 };

/* A shard in which something lies under one name only. */
typedef struct planted {
	char field[TD_FIELD_MAX];
	const char *value;
	char key[TD_KEY_MAX]; /* out: of that field */
} planted_t;

static bool look(void *context, td_slice_t key, td_slice_t field, td_slice_t *value, td_err_t *err)
{
	planted_t *planted = context;
	(void)err;
	*value = (td_slice_t){NULL, 0};
	if (!td_slice_equal(field, td_slice_text(planted->field)))
		return true;
	*value = td_slice_text(planted->value);
	(void)snprintf(planted->key, sizeof planted->key, "%.*s", (int)key.size,
		       (const char *)key.data);
	return true;
}

/* What the batch says of a statement about accident tn-1 of main's epoch 5. */
static td_added_t add_with(planted_t *planted, td_err_t *err)
{
	td_arena_t *arena = td_arena_new(ARENA);
	td_batch_t *batch = td_batch_new(TD_TOLD_REPORTER, 0, VERDICTS_MAX, BATCH_BYTES);
	td_head_t head;
	assert_non_null(arena);
	assert_non_null(batch);
	td_head_init(0, &head);
	td_batch_fold_at_once(batch, look, planted);
	td_batch_begin(batch, &head);
	Thidua__V1__Event *event =
		td_told_event(THIDUA__V1__KIND__KIND_ACCIDENT, "tn-1", 1, 20210305, arena);
	event->source = "main";
	event->epoch = 5;
	event->sequence = 1;
	td_told_t told = td_told_accepted(event, TD_TOLD_REPORTER, arena);
	td_added_t added =
		td_batch_add(batch, td_told_verdict(&told, 0, 1614934800000, arena), 0, 0, err);
	td_batch_free(batch);
	td_arena_free(arena);
	return added;
}

static void what_is_as_it_should_be_is_folded(void **state)
{
	planted_t planted = {"another", "altered", ""};
	td_err_t err = {0};
	(void)state;
	assert_int_equal(add_with(&planted, &err), TD_ADDED);
}

static void an_altered_record_stops_it_and_is_named(void **state)
{
	planted_t planted = {"tn-1", "altered", ""};
	td_err_t err = {0};
	(void)state;
	assert_int_equal(add_with(&planted, &err), TD_ADDED_STOP);
	assert_int_equal(err.code, TD_EINTEGRITY);
	assert_non_null(strstr(err.text, "field tn-1 of "));
	assert_true(planted.key[0] != '\0');
	assert_non_null(strstr(err.text, planted.key));
}

static void an_altered_source_stops_it_and_is_named(void **state)
{
	planted_t planted = {"main/5", "altered", ""};
	td_err_t err = {0};
	(void)state;
	assert_int_equal(add_with(&planted, &err), TD_ADDED_STOP);
	assert_int_equal(err.code, TD_EINTEGRITY);
	assert_non_null(strstr(err.text, "source main/5 of " TD_TOLD_REPORTER));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_as_it_should_be_is_folded),
		cmocka_unit_test(an_altered_record_stops_it_and_is_named),
		cmocka_unit_test(an_altered_source_stops_it_and_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
