/* absent: the recorded decision to pass offsets of a raw log that nobody can read. */
#include "aggregator/admin.h"
#include "aggregator/admin_unreadable.h"
#include "aggregator/moment.h"
#include "workers/topics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum {
	OFFSETS_MAX = 100000, /* that one decision may pass: each is tried */
	SAY_EVERY = 1000,
	NUMBER_MAX = TD_ID_MAX + 1,
	KEY_MAX = TD_TOPIC_MAX + NUMBER_MAX,
};

/* What is to be decided. */
typedef struct plan {
	const char *topic;
	int64_t from, through, low, high; /* of the decision; of the log */
	char why[160];                    /* why the first offset cannot be read */
} plan_t;

static bool parse_offset(const char *text, const char *end, int64_t *offset)
{
	char *stop;
	errno = 0;
	*offset = strtoll(text, &stop, 10);
	return errno == 0 && stop == end && end > text && text[0] >= '0' && text[0] <= '9';
}

/* "400..403", or "400" alone. */
static bool parse_range(const char *text, plan_t *plan, td_err_t *err)
{
	const char *dots = strstr(text, ".."), *end = text + strlen(text);
	bool fine = parse_offset(text, dots ? dots : end, &plan->from);
	plan->through = plan->from;
	if (dots)
		fine = parse_offset(dots + 2, end, &plan->through) && fine;
	if (!fine || plan->through < plan->from)
		return td_err_set(err, TD_EUSAGE, "'%s' is no range of offsets; write 400..403",
				  text);
	if (plan->through - plan->from >= OFFSETS_MAX)
		return td_err_set(err, TD_EUSAGE, "one decision passes at most %d offsets",
				  OFFSETS_MAX);
	return true;
}

static bool check_words(const td_admin_settings_t *settings, const plan_t *plan, td_err_t *err)
{
	if (!td_topic_reporter(plan->topic))
		return td_err_set(err, TD_EUSAGE,
				  "'%s' is no raw topic; write thidua.raw.<reporter>", plan->topic);
	if (!settings->by || !settings->by[0] || strlen(settings->by) > TD_ID_MAX)
		return td_err_set(err, TD_EUSAGE,
				  "say with --by which office decides (1 to %d bytes)", TD_ID_MAX);
	if (!settings->note || !settings->note[0])
		return td_err_set(err, TD_EUSAGE, "say with --note why these offsets are passed");
	return true;
}

static td_probe_t look(td_prober_t *prober, plan_t *plan, int64_t offset, td_probed_t *probed,
		       td_err_t *err)
{
	if (offset >= plan->low)
		return td_prober_try(prober, plan->topic, offset, probed, err);
	(void)snprintf(probed->why, sizeof probed->why, "the log begins at offset %" PRId64,
		       plan->low);
	return TD_PROBE_UNREADABLE;
}

/* Every offset has to be tried: what can be read is never passed. */
static bool check_all(const td_admin_t *admin, td_prober_t *prober, plan_t *plan, td_err_t *err)
{
	for (int64_t at = plan->from; at <= plan->through; at++) {
		td_probed_t probed;
		td_probe_t probe = look(prober, plan, at, &probed, err);
		if (probe == TD_PROBE_FAILED)
			return false;
		if (probe == TD_PROBE_RECORD && probed.at <= plan->through)
			return td_err_set(err, TD_EUSAGE,
					  "offset %" PRId64
					  " can be read: nothing that can be read is passed",
					  probed.at);
		if (probe != TD_PROBE_UNREADABLE)
			return at > plan->from || td_err_set(err, TD_EUSAGE,
							     "no record is at offset %" PRId64
							     ": the workers pass it by themselves",
							     at);
		if (at == plan->from)
			(void)snprintf(plan->why, sizeof plan->why, "%s", probed.why);
		if ((at - plan->from + 1) % SAY_EVERY == 0)
			(void)fprintf(admin->out, "%" PRId64 " of %" PRId64 " offsets were tried\n",
				      at - plan->from + 1, plan->through - plan->from + 1);
	}
	return true;
}

/* When the last readable event before, and the first behind, were appended. */
static void show_neighbours(const td_admin_t *admin, td_prober_t *prober, const plan_t *plan)
{
	const struct {
		const char *name;
		int64_t at;
	} sides[] = {{"before", plan->from - 1}, {"behind", plan->through + 1}};
	for (size_t i = 0; i < TD_COUNT(sides); i++) {
		char moment[TD_MOMENT_TEXT_MAX];
		td_probed_t probed;
		td_err_t ignored;
		if (sides[i].at < plan->low || sides[i].at >= plan->high ||
		    td_prober_try(prober, plan->topic, sides[i].at, &probed, &ignored) !=
			    TD_PROBE_RECORD)
			continue;
		(void)fprintf(admin->out, "  %s: offset %" PRId64 ", appended %s\n", sides[i].name,
			      probed.at, td_moment_text(probed.append_ms, moment));
	}
}

static bool examine(const td_admin_t *admin, plan_t *plan, td_err_t *err)
{
	td_prober_t *prober = td_prober_new(&admin->settings->kafka, err);
	bool fine = prober && td_prober_bounds(prober, plan->topic, &plan->low, &plan->high, err);
	if (fine && plan->through >= plan->high)
		fine = td_err_set(err, TD_EUSAGE, "%s ends before offset %" PRId64, plan->topic,
				  plan->high);
	fine = fine && check_all(admin, prober, plan, err);
	if (fine) {
		(void)fprintf(admin->out,
			      "%s, offsets %" PRId64 "..%" PRId64 ": cannot be read: %s\n",
			      plan->topic, plan->from, plan->through, plan->why);
		show_neighbours(admin, prober, plan);
	}
	td_prober_free(prober);
	return fine;
}

static void fill(const td_admin_t *admin, const plan_t *plan, char *number,
		 Thidua__V1__AbsentDecision *decision)
{
	(void)snprintf(number, NUMBER_MAX, "%" PRId64 "-%" PRId64, admin->now_ms / 1000,
		       plan->from);
	thidua__v1__absent_decision__init(decision);
	decision->decision = number;
	decision->topic = (char *)plan->topic;
	decision->from_offset = (uint64_t)plan->from;
	decision->through_offset = (uint64_t)plan->through;
	decision->decided_by = (char *)admin->settings->by;
	decision->note = (char *)admin->settings->note;
}

static bool record(const td_admin_t *admin, const plan_t *plan, td_err_t *err)
{
	char number[NUMBER_MAX], key[KEY_MAX];
	uint8_t packed[TD_DECISION_PACKED_MAX];
	Thidua__V1__AbsentDecision decision;
	Google__Protobuf__Timestamp at;
	fill(admin, plan, number, &decision);
	google__protobuf__timestamp__init(&at);
	at.seconds = admin->now_ms / 1000;
	decision.decided_at = &at;
	if (!td_decisions_check(&decision, err))
		return false;
	size_t size = thidua__v1__absent_decision__pack(&decision, packed);
	(void)snprintf(key, sizeof key, "%s/%s", plan->topic, number);
	if (!td_admin_write(admin, &(td_admin_record_t){TD_TOPIC_DECISIONS, key, {packed, size}},
			    err))
		return false;
	(void)fprintf(admin->out, "decision %s is recorded: the worker passes them as absent\n",
		      number);
	return true;
}

/* Whether it was decided before. */
static bool is_decided(const td_admin_t *admin, const plan_t *plan, bool *decided, td_err_t *err)
{
	td_admin_books_t books;
	bool fine = td_admin_books_read(admin, &books, err);
	const Thidua__V1__AbsentDecision *decision =
		fine ? td_decisions_find(books.decisions, plan->topic, (uint64_t)plan->from) : NULL;
	*decided = decision && decision->through_offset >= (uint64_t)plan->through;
	if (*decided)
		(void)fprintf(admin->out, "decision %s of %s passes them already: %s\n",
			      decision->decision, decision->decided_by, decision->note);
	td_admin_books_free(&books);
	return fine;
}

bool td_admin_absent(const td_admin_t *admin, td_err_t *err)
{
	bool decided = false;
	plan_t plan = {.topic = admin->arguments[0]};
	if (!parse_range(admin->arguments[1], &plan, err) ||
	    !check_words(admin->settings, &plan, err) || !is_decided(admin, &plan, &decided, err))
		return false;
	if (decided)
		return true;
	if (!examine(admin, &plan, err))
		return false;
	if (!admin->settings->yes)
		return td_err_set(err, TD_EUSAGE,
				  "nothing was decided; what is passed is lost to the tallies "
				  "unless its source sends it again: to decide so, say it again "
				  "with --yes");
	return record(admin, &plan, err);
}
