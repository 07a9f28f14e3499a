/*
 * verdict: what it costs to judge one event in memory, against protobuf-c's unpacking alone.
 *
 * Judges a simulated province's year, of every kind of record, again and again on one core. The
 * yardstick unpacks the same bytes into the same arena; beside it stands what it takes with malloc,
 * as protobuf-c does when it is not told otherwise. The median of interleaved rounds counts, the
 * first one left out.
 */
#include "common/clock.h"
#include "common/err.h"
#include "producers/row.h"
#include "producers/simulate.h"
#include "proto/pb.h"
#include "tests/support/tables.h"
#include "workers/decode.h"
#include "workers/verdict.h"

#include <stdio.h>
#include <stdlib.h>

enum { EVENTS_MAX = 100000, ROUNDS = 9, PASSES = 20 };

static const char REPORTER[] = "vn-06";

typedef struct bench {
	td_reference_t *reference;
	td_arena_t *arena;
	td_buf_t bytes; /* of all events */
	size_t count, sizes[EVENTS_MAX];
	int64_t append_ms;
	uint64_t sum; /* so that nothing is left out as useless */
} bench_t;

/* Keeps the packed events of one task that a worker finds valid. */
static void keep(bench_t *bench, const td_simulate_rows_t *rows)
{
	const td_simulate_row_t *row;
	for (size_t i = 0; (row = td_simulate_row(rows, i)) != NULL; i++) {
		td_row_context_t context = {.reporter = REPORTER,
					    .source = "main",
					    .epoch = 1,
					    .reference = bench->reference,
					    .now_ms = row->arrival_ms};
		td_row_t read;
		td_arena_reset(bench->arena);
		if (row->codes != NULL || bench->count == EVENTS_MAX ||
		    !td_row_read(&context, td_simulate_line(rows, row), i + 1, bench->arena, &read))
			continue;
		bench->sizes[bench->count++] = read.packed.size;
		td_buf_add_slice(&bench->bytes, read.packed);
		if (row->arrival_ms > bench->append_ms)
			bench->append_ms = row->arrival_ms;
	}
}

static bool make_events(bench_t *bench, td_err_t *err)
{
	static td_simulate_units_t units;
	const td_simulate_task_t task = {
		.seed = 1, .reporter = REPORTER, .year = TD_SIMULATE_LAST_YEAR, .units = &units};
	td_tables_units(&units);
	td_simulate_rows_t rows = td_simulate_rows_make();
	bool fine = td_simulate_make(&task, &rows, err);
	if (fine)
		keep(bench, &rows);
	td_simulate_rows_free(&rows);
	return fine;
}

typedef void work_fn(bench_t *bench, td_slice_t event);

static void judge(bench_t *bench, td_slice_t event)
{
	const td_raw_t raw = {bench->sum, bench->append_ms, event};
	td_slice_t packed = {NULL, 0};
	td_arena_reset(bench->arena);
	if (!td_verdict_judge(&raw, REPORTER, bench->reference, bench->arena, &packed))
		abort();
	bench->sum += packed.size;
}

static void unpack(bench_t *bench, td_slice_t event)
{
	td_arena_reset(bench->arena);
	ProtobufCAllocator allocator = td_pb_allocator(bench->arena);
	const td_event_t *unpacked = thidua__v1__event__unpack(&allocator, event.size, event.data);
	if (unpacked == NULL)
		abort();
	bench->sum += unpacked->sequence;
}

static void unpack_with_malloc(bench_t *bench, td_slice_t event)
{
	td_event_t *unpacked = thidua__v1__event__unpack(NULL, event.size, event.data);
	if (unpacked == NULL)
		abort();
	bench->sum += unpacked->sequence;
	thidua__v1__event__free_unpacked(unpacked, NULL);
}

static const struct {
	const char *name;
	work_fn *work;
} WORKS[] = {
	{"verdict in memory", judge},
	{"unpacking alone, in an arena", unpack},
	{"unpacking alone, with malloc", unpack_with_malloc},
};

enum { JUDGE, UNPACK, UNPACK_WITH_MALLOC, WORK_COUNT };

/* Nanoseconds for each event. */
static double measure(bench_t *bench, work_fn *work)
{
	int64_t began_us = td_clock_mono_us();
	for (int pass = 0; pass < PASSES; pass++) {
		const uint8_t *at = bench->bytes.data;
		for (size_t i = 0; i < bench->count; at += bench->sizes[i++])
			work(bench, (td_slice_t){at, bench->sizes[i]});
	}
	int64_t took_us = td_clock_mono_us() - began_us;
	return (double)took_us * 1000.0 / ((double)bench->count * PASSES);
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

static void print(const bench_t *bench, double times[WORK_COUNT][ROUNDS])
{
	double median[WORK_COUNT];
	for (size_t i = 0; i < WORK_COUNT; i++) {
		qsort(times[i], ROUNDS, sizeof times[i][0], by_size);
		median[i] = times[i][ROUNDS / 2];
		printf("%-36s %.0f ns, %.2f M events/s\n", WORKS[i].name, median[i],
		       1000.0 / median[i]);
	}
	printf("%-36s %.1f bytes each, %zu events\n", "of a simulated year",
	       (double)bench->bytes.size / (double)bench->count, bench->count);
	printf("%-36s %.2f   (at most 5, aim 2.5)\n", "verdict ÷ unpacking in an arena",
	       median[JUDGE] / median[UNPACK]);
	printf("%-36s %.2f\n", "verdict ÷ unpacking with malloc",
	       median[JUDGE] / median[UNPACK_WITH_MALLOC]);
}

int main(void)
{
	static bench_t bench;
	static double times[WORK_COUNT][ROUNDS];
	td_err_t err;
	bench.reference = td_tables_read(1);
	bench.arena = td_arena_new(TD_VERDICT_ARENA);
	bench.bytes = td_buf_make((size_t)EVENTS_MAX * 1024);
	if (bench.arena == NULL || !make_events(&bench, &err) || bench.count == 0)
		return EXIT_FAILURE;
	for (int round = -1; round < ROUNDS; round++)
		for (size_t i = 0; i < WORK_COUNT; i++) {
			double took = measure(&bench, WORKS[i].work);
			if (round >= 0)
				times[i][round] = took;
		}
	print(&bench, times);
	td_buf_free(&bench.bytes);
	td_arena_free(bench.arena);
	td_reference_free(bench.reference);
	return bench.sum == 0;
}
