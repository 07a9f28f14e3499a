/* thidua-simulate: two years of synthetic data, into files or out at a pace. */
#include "common/clock.h"
#include "common/file.h"
#include "common/program.h"
#include "producers/simulate.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>

enum {
	UNITS_FILE_MAX = 8 * 1024 * 1024,
	SCALE_MAX = 10000,
	OUT_MAX = PATH_MAX / 4, /* room for reporter and file behind it */
	RATE_MAX = 10 * 1000 * 1000,
	US = 1000 * 1000,
};

typedef struct settings {
	int64_t seed, scale, rate;
	const char *out, *reporter, *reference;
} settings_t;

static const td_opt_t options[] = {
	{.name = "seed",
	 .argument = "N",
	 .type = TD_OPT_INT,
	 .at = offsetof(settings_t, seed),
	 .standard = "2021",
	 .doc = "equal seeds give equal bytes"},
	{.name = "out",
	 .key = 'o',
	 .argument = "DIR",
	 .type = TD_OPT_PATH,
	 .at = offsetof(settings_t, out),
	 .doc = "write DIR/<reporter>/<year>.ndjson and what must be refused of them; without it, "
		"the rows of --reporter go to standard output"},
	{.name = "reporter",
	 .key = 'r',
	 .argument = "ID",
	 .type = TD_OPT_TEXT,
	 .at = offsetof(settings_t, reporter),
	 .doc = "only this reporter, such as vn-06, cluster-3 or ministry"},
	{.name = "scale",
	 .argument = "N",
	 .type = TD_OPT_INT,
	 .at = offsetof(settings_t, scale),
	 .standard = "1",
	 .min = 1,
	 .max = SCALE_MAX,
	 .doc = "N times the provinces' volume, for load: only at 1 the figures are the published "
		"ones"},
	{.name = "rate",
	 .argument = "N",
	 .type = TD_OPT_INT,
	 .at = offsetof(settings_t, rate),
	 .standard = "0",
	 .min = 0,
	 .max = RATE_MAX,
	 .doc = "at most N rows a second; 0: as fast as they can be written"},
	{.section = "reference",
	 .name = "folder",
	 .flag = "reference",
	 .argument = "DIR",
	 .type = TD_OPT_PATH,
	 .at = offsetof(settings_t, reference),
	 .standard = TD_REFERENCE_FOLDER,
	 .doc = "folder of the reference data, for units.tsv"},
};

/* What all tasks of a run share. */
typedef struct work {
	const settings_t *settings;
	td_simulate_units_t units;
	td_simulate_rows_t rows;
	int64_t started_us, written; /* for the pace */
} work_t;

static bool read_units(const char *folder, td_simulate_units_t *units, td_err_t *err)
{
	char path[PATH_MAX];
	td_buf_t text = td_buf_make(UNITS_FILE_MAX);
	(void)snprintf(path, sizeof path, "%s/units.tsv", folder);
	bool ok = td_file_read(path, &text, err);
	td_buf_add_byte(&text, 0);
	if (ok && text.failed)
		ok = td_err_set(err, TD_EMEMORY, "%s is too long", path);
	ok = ok && td_simulate_units_parse((char *)text.data, units, err);
	td_buf_free(&text);
	return ok || td_err_prefix(err, "reference data (--reference)");
}

static bool cannot_write(const char *path, td_err_t *err)
{
	return td_err_set(err, TD_EIO, "cannot write %s: %s", path, strerror(errno));
}

/* Waits until the next row is due; what was written before is out by then. */
static void keep_pace(work_t *work, FILE *out)
{
	if (work->settings->rate == 0)
		return;
	int64_t due = work->started_us + work->written * US / work->settings->rate;
	int64_t wait = due - td_clock_mono_us();
	if (wait <= 0)
		return;
	(void)fflush(out);
	struct timespec rest = {wait / US, wait % US * 1000};
	while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
		;
}

static bool write_rows(work_t *work, FILE *out, const char *path, td_err_t *err)
{
	const td_simulate_row_t *row;
	for (size_t i = 0; (row = td_simulate_row(&work->rows, i)) != NULL; i++) {
		td_slice_t line = td_simulate_line(&work->rows, row);
		keep_pace(work, out);
		if (fwrite(line.data, 1, line.size, out) != line.size || putc('\n', out) == EOF)
			return cannot_write(path, err);
		work->written++;
	}
	return true;
}

/* A line for each row that must be refused. */
static bool write_expected(const work_t *work, const char *file, FILE *out, td_err_t *err)
{
	const td_simulate_row_t *row;
	for (size_t i = 0; (row = td_simulate_row(&work->rows, i)) != NULL; i++) {
		if (row->codes != NULL && fprintf(out, "%s\t%zu\t%s\t%s\n", file, i + 1, row->codes,
						  row->at_home ? "home" : "worker") < 0)
			return cannot_write("expected-rejections.tsv", err);
	}
	return true;
}

static bool make(work_t *work, const char *reporter, int64_t number, td_err_t *err)
{
	const td_simulate_task_t task = {
		.seed = (uint64_t)work->settings->seed,
		.reporter = reporter,
		.year = TD_SIMULATE_FIRST_YEAR + (int32_t)(number % 2),
		.copy = (uint32_t)(number / 2),
		.units = &work->units,
	};
	return td_simulate_make(&task, &work->rows, err);
}

/* One year of a reporter into a file of its own. */
static bool write_file(work_t *work, const char *folder, int64_t number, FILE *expected,
		       td_err_t *err)
{
	char path[PATH_MAX], name[32];
	int year = TD_SIMULATE_FIRST_YEAR + (int)(number % 2);
	if (number < 2)
		(void)snprintf(name, sizeof name, "%d.ndjson", year);
	else
		(void)snprintf(name, sizeof name, "%d-%05d.ndjson", year, (int)(number / 2) + 1);
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *out = fopen(path, "w");
	if (out == NULL)
		return cannot_write(path, err);
	bool ok = write_rows(work, out, path, err) && write_expected(work, name, expected, err);
	if (fclose(out) != 0 && ok)
		ok = cannot_write(path, err);
	return ok;
}

static bool write_files(work_t *work, const char *reporter, td_err_t *err)
{
	char folder[PATH_MAX / 2], path[PATH_MAX];
	(void)snprintf(folder, sizeof folder, "%s/%s", work->settings->out, reporter);
	(void)snprintf(path, sizeof path, "%s/expected-rejections.tsv", folder);
	if (!td_file_make_folder(folder, 0755, err))
		return false;
	FILE *expected = fopen(path, "w");
	if (expected == NULL)
		return cannot_write(path, err);
	bool ok = fprintf(expected, "file\tline\tcodes\tat\n") > 0 || cannot_write(path, err);
	for (int64_t number = 0; ok && number < 2 * work->settings->scale; number++)
		ok = make(work, reporter, number, err) &&
		     write_file(work, folder, number, expected, err);
	if (fclose(expected) != 0 && ok)
		ok = cannot_write(path, err);
	return ok;
}

static bool write_out(work_t *work, const char *reporter, td_err_t *err)
{
	bool ok = true;
	for (int64_t number = 0; ok && number < 2 * work->settings->scale; number++)
		ok = make(work, reporter, number, err) &&
		     write_rows(work, stdout, "standard output", err);
	if (ok && fflush(stdout) != 0)
		ok = cannot_write("standard output", err);
	return ok;
}

static bool simulate(work_t *work, td_err_t *err)
{
	const settings_t *settings = work->settings;
	const char *reporter;
	size_t found = 0;
	work->started_us = td_clock_mono_us();
	if (settings->out == NULL && settings->reporter == NULL)
		return td_err_set(err, TD_EUSAGE,
				  "give --out, or the --reporter whose rows go to "
				  "standard output");
	if (settings->out != NULL && strlen(settings->out) > OUT_MAX)
		return td_err_set(err, TD_EUSAGE, "the path in --out is longer than %d bytes",
				  OUT_MAX);
	for (size_t i = 0; (reporter = td_simulate_reporter(i)) != NULL; i++) {
		if (settings->reporter != NULL && strcmp(settings->reporter, reporter) != 0)
			continue;
		found++;
		if (!(settings->out != NULL ? write_files(work, reporter, err)
					    : write_out(work, reporter, err)))
			return false;
	}
	return found > 0 || td_err_set(err, TD_EUSAGE, "nothing is known of the reporter '%s'",
				       settings->reporter);
}

static bool run(void *context, const td_opt_outcome_t *asked, td_err_t *err)
{
	static work_t work;
	(void)asked;
	work.settings = context;
	work.rows = td_simulate_rows_make();
	bool ok = read_units(work.settings->reference, &work.units, err) && simulate(&work, err);
	td_simulate_rows_free(&work.rows);
	return ok;
}

int main(int argc, char **argv)
{
	settings_t settings = {0};
	const td_opt_group_t groups[] = {{options, TD_COUNT(options), &settings}};
	const td_program_t program = {
		.options = {.name = "thidua-simulate",
			    .doc = "Makes the synthetic data of 2020 and 2021 from a seed.",
			    .groups = groups,
			    .group_count = TD_COUNT(groups)},
		.work = run,
		.context = &settings,
	};
	return td_program_run(&program, argc, argv);
}
