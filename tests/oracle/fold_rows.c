/*
 * fold_rows REPORTER APPEND_MS BATCH < rows: what the core makes of a province's rows, without any
 * server: each row is read as the producer does, judged as the worker does, and folded as the
 * aggregator does, BATCH verdicts at a time, into a model of Redis.
 *
 * Prints, separated by tabs: "refused", line, codes; "cell", hash, field, number; "count", what,
 * how many. The hashes are without the shard's prefix.
 */
#include "aggregator/batch.h"
#include "producers/row.h"
#include "tests/model/store.h"
#include "tests/support/tables.h"
#include "workers/reason.h"
#include "workers/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { VERSION = 1, BATCH_BYTES = 64 << 20 };

typedef struct folding {
	const char *reporter;
	td_reference_t *reference;
	td_arena_t *row_arena, *verdict_arena;
	td_model_redis_t redis;
	td_model_store_t store;
	td_batch_t *batch;
	td_head_t head;
	int64_t append_ms;
	uint64_t next_offset;
} folding_t;

static void fail(const char *what)
{
	(void)fprintf(stderr, "fold_rows: %s\n", what);
	exit(1);
}

static void print_codes(size_t line, const td_row_findings_t *errors)
{
	printf("refused\t%zu\t", line);
	for (size_t i = 0; i < errors->count; i++)
		printf("%s%s", i > 0 ? "," : "", errors->items[i].code);
	printf("\n");
}

/* Writes what the batch holds, and begins the next one where it ended. */
static void write_batch(folding_t *folding)
{
	td_err_t err;
	if (td_batch_count(folding->batch) == 0)
		return;
	if (!td_model_store_move(&folding->store, folding->batch, &err))
		fail(err.text);
	folding->head = *td_batch_head(folding->batch);
	td_batch_begin(folding->batch, &folding->head);
}

static void fold(folding_t *folding, td_slice_t verdict)
{
	td_err_t err;
	uint64_t offset = folding->next_offset++;
	td_added_t added = td_batch_add(folding->batch, verdict, offset, 0, &err);
	if (added == TD_ADDED_FULL) {
		write_batch(folding);
		added = td_batch_add(folding->batch, verdict, offset, 0, &err);
	}
	if (added != TD_ADDED)
		fail("a verdict does not fit into a batch");
}

static void print_reasons(size_t line, const Thidua__V1__Rejected *rejected)
{
	printf("refused\t%zu\t", line);
	for (size_t i = 0; i < rejected->n_reasons; i++) {
		char code[8];
		td_reason_print(rejected->reasons[i]->code, code);
		printf("%s%s", i > 0 ? "," : "", code);
	}
	printf("\n");
}

static void judge(folding_t *folding, size_t line, td_slice_t event)
{
	const td_raw_t raw = {folding->next_offset, folding->append_ms, event};
	td_slice_t packed;
	td_arena_reset(folding->verdict_arena);
	if (!td_verdict_judge(&raw, folding->reporter, folding->reference, folding->verdict_arena,
			      &packed))
		fail("the arena is full");
	const Thidua__V1__Verdict *verdict =
		td_verdict_read(packed.data, packed.size, folding->verdict_arena);
	if (verdict == NULL)
		fail("a verdict cannot be read");
	else if (verdict->outcome_case == THIDUA__V1__VERDICT__OUTCOME_REJECTED)
		print_reasons(line, verdict->rejected);
	fold(folding, packed);
}

static void read_rows(folding_t *folding)
{
	char *text = NULL;
	size_t room = 0, line = 0;
	ssize_t size;
	td_row_context_t context = {.reporter = folding->reporter,
				    .source = "test",
				    .epoch = 1,
				    .reference = folding->reference,
				    .now_ms = folding->append_ms};
	while ((size = getline(&text, &room, stdin)) > 0) {
		td_row_t row;
		td_slice_t row_text = {(const uint8_t *)text, (size_t)size - 1};
		context.source_line = ++line;
		td_arena_reset(folding->row_arena);
		if (td_row_read(&context, row_text, folding->next_offset + 1, folding->row_arena,
				&row))
			judge(folding, line, row.packed);
		else
			print_codes(line, &row.errors);
	}
	free(text);
}

/* Whether the key is one of tallies: one letter, then a colon. */
static bool is_tally(td_slice_t key)
{
	return key.size > 2 && key.data[1] == ':' &&
	       memchr("dDmMh", key.data[0], strlen("dDmMh")) != NULL;
}

static void print_cells(const folding_t *folding)
{
	char prefix[TD_KEY_MAX];
	td_layout_prefix(folding->reporter, 0, prefix);
	size_t skip = strlen(prefix);
	for (size_t i = 0; i < folding->redis.count; i++) {
		td_slice_t key = td_model_redis_key(&folding->redis, i);
		td_slice_t field = td_model_redis_field(&folding->redis, i);
		td_slice_t value = td_model_redis_value(&folding->redis, i);
		td_slice_t name = {key.data + skip, key.size > skip ? key.size - skip : 0};
		if (is_tally(name) && !td_slice_equal(field, td_slice_text("#")))
			printf("cell\t%.*s\t%.*s\t%.*s\n", (int)name.size, (const char *)name.data,
			       (int)field.size, (const char *)field.data, (int)value.size,
			       (const char *)value.data);
	}
}

static void print_counts(const struct td_head_counts *counts)
{
	const struct {
		const char *what;
		uint64_t number;
	} lines[] = {
		{"newer", counts->newer},       {"older", counts->older},
		{"repeated", counts->repeated}, {"conflicts", counts->conflicts},
		{"records", counts->records},   {"open_rejections", counts->open_rejections},
		{"rejected", counts->rejected},
	};
	for (size_t i = 0; i < TD_COUNT(lines); i++)
		printf("count\t%s\t%" PRIu64 "\n", lines[i].what, lines[i].number);
}

int main(int argc, char **argv)
{
	if (argc != 4)
		fail("usage: fold_rows REPORTER APPEND_MS BATCH");
	folding_t folding = {
		.reporter = argv[1],
		.reference = td_tables_read(VERSION),
		.row_arena = td_arena_new(TD_ROW_ARENA),
		.verdict_arena = td_arena_new(TD_VERDICT_ARENA),
		.batch = td_batch_new(argv[1], 0, strtoul(argv[3], NULL, 10), BATCH_BYTES),
		.append_ms = strtoll(argv[2], NULL, 10),
	};
	if (folding.row_arena == NULL || folding.verdict_arena == NULL || folding.batch == NULL)
		fail("no memory");
	td_model_redis_init(&folding.redis);
	td_model_store_init(&folding.store, &folding.redis, folding.reporter);
	td_head_init(0, &folding.head);
	td_batch_begin(folding.batch, &folding.head);
	read_rows(&folding);
	write_batch(&folding);
	print_cells(&folding);
	print_counts(&folding.head.counts);
	td_model_store_free(&folding.store);
	td_model_redis_free(&folding.redis);
	td_batch_free(folding.batch);
	td_arena_free(folding.verdict_arena);
	td_arena_free(folding.row_arena);
	td_reference_free(folding.reference);
	return 0;
}
