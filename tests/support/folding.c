#include "tests/support/folding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define ACCIDENT THIDUA__V1__KIND__KIND_ACCIDENT

enum { ARENA = 16 * 1024 * 1024, BATCH_BYTES = 1024 * 1024 };

void td_folding_begin(td_folding_t *folding)
{
	assert_true(td_model_store_begin(&folding->store, folding->batch, &folding->err));
}

int td_folding_start(void **state)
{
	td_folding_t *folding = calloc(1, sizeof *folding);
	assert_non_null(folding);
	folding->arena = td_arena_new(ARENA);
	folding->batch = td_batch_new(TD_TOLD_REPORTER, 0, TD_FOLDING_VERDICTS_MAX, BATCH_BYTES);
	assert_non_null(folding->arena);
	assert_non_null(folding->batch);
	td_model_redis_init(&folding->redis);
	td_model_store_init(&folding->store, &folding->redis, TD_TOLD_REPORTER);
	td_folding_begin(folding);
	*state = folding;
	return 0;
}

int td_folding_stop(void **state)
{
	td_folding_t *folding = *state;
	td_model_store_free(&folding->store);
	td_model_redis_free(&folding->redis);
	td_batch_free(folding->batch);
	td_arena_free(folding->arena);
	free(folding);
	return 0;
}

td_added_t td_folding_add(td_folding_t *folding, td_slice_t verdict)
{
	return td_batch_add(folding->batch, verdict, folding->verdict_offset++, TD_FOLDING_NOW_MS,
			    &folding->err);
}

const td_head_t *td_folding_move(td_folding_t *folding)
{
	static td_head_t head;
	if (!td_model_store_move(&folding->store, folding->batch, &folding->err))
		fail_msg("%s", folding->err.text);
	head = *td_batch_head(folding->batch);
	td_folding_begin(folding);
	return &head;
}

td_told_t td_folding_accident(td_folding_t *folding, const char *id, uint64_t revision,
			      uint64_t damage)
{
	Thidua__V1__Accident *about = td_arena_take(folding->arena, sizeof *about);
	Thidua__V1__Event *event = td_told_event(ACCIDENT, id, revision, 20210305, folding->arena);
	assert_non_null(about);
	thidua__v1__accident__init(about);
	about->damage_vnd = damage;
	event->body_case = THIDUA__V1__EVENT__BODY_ACCIDENT;
	event->accident = about;
	event->source = "main";
	event->epoch = 5;
	event->sequence = 1;
	return td_told_accepted(event, TD_TOLD_REPORTER, folding->arena);
}

td_slice_t td_folding_verdict(td_folding_t *folding, const td_told_t *told, uint64_t raw_offset)
{
	return td_told_verdict(told, raw_offset, TD_FOLDING_NOW_MS + (int64_t)raw_offset,
			       folding->arena);
}

td_slice_t td_folding_say(td_folding_t *folding, const char *id, uint64_t revision,
			  uint64_t raw_offset)
{
	td_told_t told = td_folding_accident(folding, id, revision, 7);
	return td_folding_verdict(folding, &told, raw_offset);
}

td_slice_t td_folding_refuse(td_folding_t *folding, const char *id, uint64_t revision,
			     const char *field, uint64_t raw_offset)
{
	td_told_t told = td_folding_accident(folding, id, revision, 7);
	told = td_told_refused(told.event, 203, field, folding->arena);
	return td_folding_verdict(folding, &told, raw_offset);
}

td_slice_t td_folding_stored(td_folding_t *folding, const char *key, const char *field)
{
	char full[2 * TD_KEY_MAX];
	(void)snprintf(full, sizeof full, "{" TD_TOLD_REPORTER "}:0:%s", key);
	return td_model_redis_get(&folding->redis, td_slice_text(full), td_slice_text(field));
}

void td_folding_store(td_folding_t *folding, const char *key, const char *field, const char *value)
{
	char full[2 * TD_KEY_MAX];
	(void)snprintf(full, sizeof full, "{" TD_TOLD_REPORTER "}:0:%s", key);
	td_model_redis_set(&folding->redis, td_slice_text(full), td_slice_text(field),
			   td_slice_text(value));
}

void td_folding_assert_stored(td_folding_t *folding, const char *key, const char *field,
			      const char *value)
{
	td_slice_t found = td_folding_stored(folding, key, field);
	assert_int_equal(found.size, strlen(value));
	if (found.size > 0)
		assert_memory_equal(found.data, value, found.size);
}
