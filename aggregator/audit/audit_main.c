/* thidua-audit: recomputes what the tallies say from the log, and proves that the log is whole. */
#include "aggregator/audit/audit.h"
#include "common/clock.h"
#include "common/commands.h"
#include "common/file.h"
#include "common/program.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

enum {
	ARGUMENTS_MAX = 4,
	DOC_MAX = 2048,
	ARENA_LIMIT = 512 * 1024 * 1024,
	EXIT_EQUAL = 0,
	EXIT_DIFFERENT = 1,
	EXIT_FAILED = 2,
};

#define ASKED(name_, key_, argument_, type_, member, doc_)                                         \
	{                                                                                          \
		.name = name_, .key = key_, .argument = argument_, .type = type_,                  \
		.at = offsetof(td_audit_settings_t, member), .doc = doc_                           \
	}

static const td_opt_t options[] = {
	{.section = "audit",
	 .name = "lang",
	 .key = 'l',
	 .argument = "vi|en",
	 .type = TD_OPT_CHOICE,
	 .choices = "vi en",
	 .at = offsetof(td_audit_settings_t, lang),
	 .standard = "vi",
	 .doc = "language of reports"},
	{.section = "audit",
	 .name = "format",
	 .key = 'f',
	 .argument = "text|html|json",
	 .type = TD_OPT_CHOICE,
	 .choices = "text html json",
	 .at = offsetof(td_audit_settings_t, format),
	 .standard = "text",
	 .doc = "form of the report; html is one file that needs nothing else"},
	{.section = "audit",
	 .name = "memory",
	 .argument = "SIZE",
	 .type = TD_OPT_SIZE,
	 .at = offsetof(td_audit_settings_t, memory),
	 .standard = "0",
	 .max = INT64_MAX,
	 .doc = "record states and tallies of all shards in memory, what is more goes to disk; 0: "
		"a quarter of the machine's memory"},
	{.section = "audit",
	 .name = "threads",
	 .argument = "N",
	 .type = TD_OPT_INT,
	 .at = offsetof(td_audit_settings_t, threads),
	 .standard = "0",
	 .max = TD_CREW_THREADS_MAX,
	 .doc = "logs that are read at a time, each by a thread; 0: as many as cores"},
	{.section = "audit",
	 .name = "generation",
	 .argument = "N",
	 .type = TD_OPT_INT,
	 .at = offsetof(td_audit_settings_t, generation),
	 .standard = "0",
	 .max = 1000000,
	 .doc = "generation of the judgement"},
	{.name = "former-generation",
	 .argument = "N",
	 .type = TD_OPT_INT,
	 .at = offsetof(td_audit_settings_t, former_generation),
	 .standard = "-1",
	 .min = -1,
	 .max = 1000000,
	 .doc = "changed: the generation that counted at the first moment; -1: the same"},
	{.name = "calendar",
	 .argument = "police|civil",
	 .type = TD_OPT_CHOICE,
	 .choices = "police civil",
	 .at = offsetof(td_audit_settings_t, calendar),
	 .standard = "police",
	 .doc = "periods from the 15th to the 14th, or those of the almanac"},
	ASKED("archive", 'a', "DIR", TD_OPT_PATH, archive,
	      "read the logs from this archive, which export wrote, instead of Kafka"),
	{.section = "audit",
	 .name = "archive-first",
	 .argument = "DIR",
	 .type = TD_OPT_PATH,
	 .at = offsetof(td_audit_settings_t, archive_first),
	 .doc = "the archive with which a restored cluster begins; Kafka has what comes after it"},
	ASKED("reporter", 'r', "ID", TD_OPT_TEXT, reporter, "this reporter alone: vn-06"),
	ASKED("as-of", 0, "MOMENT", TD_OPT_TEXT, as_of,
	      "what had been appended by then: 2021-12-15, 2021-12-15T07:30, @UNIX-MS"),
	ASKED("period", 'p', "PERIOD", TD_OPT_TEXT, period,
	      "figures of 2021, 2021-H1, 2021-Q3, 2021-M09 or 2021-9M; without days, of all"),
	ASKED("from", 0, "DAY", TD_OPT_TEXT, from,
	      "first day, 2021-03-05; of prove: the older seal"),
	ASKED("to", 0, "DAY", TD_OPT_TEXT, to, "last day, included; of prove: the newer seal"),
	ASKED("between", 0, "MOMENT", TD_OPT_TEXT, between,
	      "changed: the first moment; the second is the argument behind it"),
	ASKED("published", 0, "FILE", TD_OPT_PATH, published,
	      "compare: figures printed elsewhere, as CSV"),
	ASKED("reference", 0, "DIR", TD_OPT_PATH, reference,
	      "what-if: folder of the draft reference data"),
	ASKED("key", 'k', "FILE", TD_OPT_LIST, key, "private key to sign with; may be repeated"),
	ASKED("keys", 0, "FILE", TD_OPT_LIST, keys,
	      "public keys to be believed, one a line; may be repeated"),
	ASKED("seals", 0, "DIR", TD_OPT_PATH, seals,
	      "folder of seals instead of the topic thidua.seals"),
	ASKED("take-back", 0, NULL, TD_OPT_BOOL, take_back,
	      "sign-off: the statement that takes it back"),
	ASKED("by", 0, "OFFICE", TD_OPT_TEXT, by, "restore: the office that decides it"),
	ASKED("note", 0, "TEXT", TD_OPT_TEXT, note, "restore: why, in one line"),
	ASKED("witness", 0, NULL, TD_OPT_BOOL, witness, "keygen: a witness's key"),
	{.name = "witnesses",
	 .argument = "N",
	 .type = TD_OPT_INT,
	 .at = offsetof(td_audit_settings_t, witnesses),
	 .standard = "0",
	 .max = 64,
	 .doc = "check: cosignatures of known witnesses that a seal must have"},
	ASKED("state", 0, "DIR", TD_OPT_PATH, state,
	      "where a replay is kept, so that --resume goes on from it"),
	ASKED("resume", 0, NULL, TD_OPT_BOOL, resume, "go on from what --state holds"),
	ASKED("output", 'o', "FILE", TD_OPT_PATH, output,
	      "where the report goes instead of standard output"),
};

/* A command, and who does it. */
typedef struct item {
	td_command_t command;
	bool judges; /* it compares: equal or different */
	bool asks;   /* days and moments mean what they mean for figures */
	td_audit_fn *run;
} item_t;

static const item_t items[] = {
	{{"replay", 0, 0, ""}, false, true, td_audit_replay},
	{{"compare", 0, 0, ""}, true, true, td_audit_compare},
	{{"explain", 1, 1, "FIGURE"}, false, true, td_audit_explain},
	{{"trace", 1, 1, "KIND/ID --reporter ID"}, false, true, td_audit_trace},
	{{"changed", 2, 2, "FIGURE --between T1 T2"}, false, true, td_audit_changed},
	{{"what-if", 0, 0, "--reference DIR"}, true, true, td_audit_what_if},
	{{"reconcile", 0, 0, ""}, true, true, td_audit_reconcile},
	{{"export", 1, 1, "DIR"}, false, true, td_audit_export},
	{{"restore", 0, 0, "--archive DIR --generation N --by OFFICE --note TEXT"},
	 false,
	 true,
	 td_audit_restore},
	{{"keygen", 2, 2, "NAME FILE"}, false, false, td_audit_keygen},
	{{"seal", 0, 1, "--key FILE [DIR]"}, false, true, td_audit_seal},
	{{"verify", 0, 0, "--keys FILE"}, true, true, td_audit_verify},
	{{"prove", 0, 1, "EVENT [--keys FILE] | --from SEAL --to SEAL"},
	 false,
	 false,
	 td_audit_prove},
	{{"check", 1, 1, "--keys FILE PROOF"}, true, false, td_audit_check},
	{{"sign-off", 1, 1, "[--take-back] FILE --period PERIOD --reporter ID --key FILE"},
	 false,
	 true,
	 td_audit_sign_off},
	{{"close", 0, 0, "--period PERIOD --key FILE"}, true, true, td_audit_close},
	{{"closed", 0, 0, "--keys FILE"}, true, false, td_audit_closed},
	{{"amendments", 0, 0, "--period PERIOD --keys FILE"}, false, true, td_audit_amendments},
	{{"witness", 1, 1, "--key FILE --keys FILE --state DIR SEAL"},
	 false,
	 false,
	 td_audit_witness},
};

static const td_commands_t commands = TD_COMMANDS("thidua-audit", items);

/* A pipe or a device, which is written to; a file of its name is never put in its place. */
static bool is_special(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

static bool print(const char *path, const td_buf_t *text, td_err_t *err)
{
	FILE *file = path != NULL ? fopen(path, "we") : stdout;
	if (file == NULL)
		return td_err_set(err, TD_EIO, "%s: cannot write: %s", path, strerror(errno));
	bool done = fwrite(text->data, 1, text->size, file) == text->size && fflush(file) == 0;
	if (file != stdout)
		done = fclose(file) == 0 && done;
	return done || td_err_set(err, TD_EIO, "the report cannot be written: %s", strerror(errno));
}

/* Writes the report, or the file that was made instead, where it is wanted. */
static bool deliver(const td_audit_settings_t *settings, const td_audit_t *audit, td_err_t *err)
{
	td_report_form_t form = strcmp(settings->format, "html") == 0   ? TD_REPORT_HTML
				: strcmp(settings->format, "json") == 0 ? TD_REPORT_JSON
									: TD_REPORT_TEXT;
	td_buf_t text = td_buf_make(TD_REPORT_MAX);
	bool ok = true;
	if (audit->file.size > 0)
		td_buf_add_slice(&text, td_buf_slice(&audit->file));
	else
		ok = td_report_write(audit->report, form, &text, err);
	if (ok && (settings->output == NULL || is_special(settings->output)))
		ok = print(settings->output, &text, err);
	else if (ok)
		ok = td_file_write_durable(settings->output, td_buf_slice(&text), 0644, err);
	td_buf_free(&text);
	return ok;
}

/* One call of the program: what it was asked, whether it could not be done, and how much was found
 * that is not as it must be. */
typedef struct call {
	td_audit_settings_t settings;
	td_log_settings_t log;
	bool failed;
	uint64_t wrong;
} call_t;

/* Does the command, and delivers what it found. */
static bool perform(const item_t *item, td_audit_t *audit, td_err_t *err)
{
	td_lang_t lang = strcmp(audit->settings->lang, "en") == 0 ? TD_LANG_EN : TD_LANG_VI;
	if (audit->arena != NULL)
		audit->report = td_report_new(item->command.name, item->judges, lang, audit->arena);
	if (audit->report == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory");
	return (!item->asks || td_audit_ask(audit, err)) && item->run(audit, err) &&
	       deliver(audit->settings, audit, err);
}

static bool run(void *context, const td_opt_outcome_t *asked, td_err_t *err)
{
	call_t *call = context;
	size_t words = 0;
	const item_t *item =
		td_commands_find(&commands, asked->arguments, asked->argument_count, &words, err);
	if (item == NULL || !td_kafka_settings_check(&call->settings.kafka, err))
		return false;
	td_audit_t audit = {
		.settings = &call->settings,
		.arguments = (const char *const *)asked->arguments + words,
		.argument_count = asked->argument_count - words,
		.now_ms = td_clock_wall_ms(),
		.file = td_buf_make(TD_REPORT_MAX),
		.arena = td_arena_new(ARENA_LIMIT),
		.run = td_run_new(err),
	};
	bool ok = audit.run != NULL && perform(item, &audit, err);
	call->failed = !ok;
	call->wrong = ok ? td_report_wrong(audit.report) : 0;
	td_buf_free(&audit.file);
	td_arena_free(audit.arena);
	td_run_free(audit.run);
	return ok;
}

int main(int argc, char **argv)
{
	char doc[DOC_MAX];
	call_t call = {0};
	const td_opt_group_t groups[] = {
		{options, TD_COUNT(options), &call.settings},
		{td_kafka_options, td_kafka_option_count, &call.settings.kafka},
		{td_redis_options, td_redis_option_count, &call.settings.redis},
		{td_log_options, td_log_option_count, &call.log},
	};
	const td_program_t program = {
		.options = {.name = "thidua-audit",
			    .arguments = "COMMAND [ARGUMENT...]",
			    .doc = td_commands_describe(
				    &commands,
				    "Recomputes the figures from the log, compares, explains, "
				    "seals and proves.",
				    doc, sizeof doc),
			    .groups = groups,
			    .group_count = TD_COUNT(groups),
			    .arguments_min = 1,
			    .arguments_max = ARGUMENTS_MAX},
		.log = &call.log,
		.work = run,
		.context = &call,
	};
	/* Elsewhere it is success to stop when told to; here it would mean that all is equal. */
	if (td_program_run(&program, argc, argv) != 0 || call.failed)
		return EXIT_FAILED;
	return call.wrong > 0 ? EXIT_DIFFERENT : EXIT_EQUAL;
}
