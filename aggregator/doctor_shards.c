/* doctor: every reporter's shard and logs: altered, stopped, behind, with holes, blocked. */
#include "aggregator/admin_look.h"
#include "aggregator/admin_unreadable.h"
#include "aggregator/doctor.h"
#include "aggregator/moment.h"
#include "common/clock.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>

enum { SILENT_MS = 3600 * 1000, PATIENCE_MS = 8000, POLL_MS = 250, MEND_MAX = 256 };

/* One reporter: how it stood first, and how it stands now. */
typedef struct patient {
	td_look_t first, now;
} patient_t;

typedef struct ward {
	td_doctor_t *doctor;
	patient_t *items;
	size_t count;
} ward_t;

static bool look(const ward_t *ward, td_look_t *look, td_err_t *err)
{
	const td_doctor_t *doctor = ward->doctor;
	return td_look_head(&doctor->admin->settings->redis, doctor->generation, look, err) &&
	       td_look_ends(doctor->kafka, look, err);
}

static bool admit(ward_t *ward, td_err_t *err)
{
	const td_reporter_t *reporter;
	const td_reference_t *reference = ward->doctor->reference;
	while (td_reference_reporter_at(reference, ward->count))
		ward->count++;
	ward->items = calloc(ward->count, sizeof *ward->items);
	if (!ward->items)
		return td_err_set(err, TD_EMEMORY, "no memory for %zu shards", ward->count);
	for (size_t i = 0; (reporter = td_reference_reporter_at(reference, i)); i++) {
		patient_t *patient = &ward->items[i];
		td_look_begin(reporter->id, ward->doctor->generation, &patient->first);
		if (!look(ward, &patient->first, err))
			return false;
		patient->now = patient->first;
	}
	return true;
}

/* Whether the tallies speak for all that was in the raw log at the first look. */
static bool is_behind(const patient_t *patient)
{
	return patient->first.raw_end > 0 &&
	       (!patient->now.readable ||
		patient->now.head.position.next < (uint64_t)patient->first.raw_end);
}

static bool has_moved(const patient_t *patient)
{
	const td_look_t *first = &patient->first, *now = &patient->now;
	return now->readable &&
	       (!first->readable || now->head.position.next > first->head.position.next ||
		now->head.state != first->head.state);
}

/* Looks again at those that are behind, until each has moved or patience ends. */
static bool watch(ward_t *ward, td_err_t *err)
{
	int64_t give_up_ms = td_clock_mono_ms() + PATIENCE_MS;
	bool waits = true;
	while (waits && td_clock_mono_ms() < give_up_ms) {
		waits = false;
		for (size_t i = 0; i < ward->count; i++) {
			patient_t *patient = &ward->items[i];
			if (!is_behind(patient) || has_moved(patient))
				continue;
			if (!look(ward, &patient->now, err))
				return false;
			waits = waits || (is_behind(patient) && !has_moved(patient));
		}
		if (waits)
			(void)poll(NULL, 0, POLL_MS);
	}
	return true;
}

static void check_holes(td_doctor_t *doctor, const td_look_t *look)
{
	char mend[MEND_MAX];
	for (size_t i = 0; i < look->head.position.hole_count; i++) {
		const td_range_t *hole = &look->head.position.holes[i];
		(void)snprintf(mend, sizeof mend,
			       "thidua-worker --reporter %s --again %" PRIu64 "..%" PRIu64,
			       look->reporter, hole->first, hole->last);
		td_doctor_wrong(doctor, mend,
				"%s: raw offsets %" PRIu64 "..%" PRIu64
				" have no verdict; their events are not counted",
				look->reporter, hole->first, hole->last);
	}
}

/* Whether the worker stands before something that it cannot read; then it is said. */
static bool check_blocked(td_doctor_t *doctor, const td_look_t *look)
{
	char mend[MEND_MAX];
	td_err_t err;
	td_probed_t probed;
	int64_t at = (int64_t)look->head.position.next, through = at;
	td_prober_t *prober = td_prober_new(&doctor->admin->settings->kafka, &err);
	bool blocked = prober && td_prober_try(prober, look->raw_topic, at, &probed, &err) ==
					 TD_PROBE_UNREADABLE;
	if (blocked &&
	    !td_prober_extent(prober, look->raw_topic, at, look->raw_end, &through, &err))
		through = at;
	td_prober_free(prober);
	if (!blocked)
		return false;
	const td_decisions_t *decisions = doctor->books.decisions;
	const Thidua__V1__AbsentDecision *decision =
		decisions ? td_decisions_find(decisions, look->raw_topic, (uint64_t)at) : NULL;
	if (decision)
		(void)snprintf(mend, sizeof mend,
			       "decision %s passes them: start thidua-worker, or see its log",
			       decision->decision);
	else
		(void)snprintf(mend, sizeof mend,
			       "if they are lost for good: thidua-admin absent %s %" PRId64
			       "..%" PRId64 " --by OFFICE --note TEXT",
			       look->raw_topic, at, through);
	td_doctor_wrong(doctor, mend,
			"%s: offsets %" PRId64 "..%" PRId64
			" of %s cannot be read (%s); nothing behind them is judged",
			look->reporter, at, through, look->raw_topic, probed.why);
	return true;
}

/* Who stands still: the aggregator, if there are verdicts that it has not folded, else the worker.
 */
static void say_stuck(td_doctor_t *doctor, const td_look_t *look)
{
	int64_t behind = look->raw_end - (int64_t)look->head.position.next;
	if (look->verdict_end > (int64_t)look->head.verdict_hint)
		td_doctor_wrong(doctor,
				"start thidua-aggregator; if it runs, its log says why it waits",
				"%s: %" PRId64
				" events are not in the tallies, though there are verdicts, and "
				"nothing moves",
				look->reporter, behind);
	else if (!check_blocked(doctor, look))
		td_doctor_wrong(doctor,
				"start thidua-worker; if it runs, its log says why it waits",
				"%s: %" PRId64 " events are not judged, and nothing moves",
				look->reporter, behind);
}

/* A shard that cannot be read from, or must not be; false: there is more to be examined. */
static bool check_state(td_doctor_t *doctor, const patient_t *patient)
{
	const td_look_t *now = &patient->now;
	char mend[MEND_MAX];
	(void)snprintf(mend, sizeof mend, "thidua-admin shard rebuild %s", now->reporter);
	if (!now->readable && (now->stored.exists || now->stored.alien)) {
		td_doctor_wrong(doctor, mend, "%s: the head of its shard was altered: %s",
				now->reporter, now->why.text);
		return true;
	}
	if (!now->readable) {
		if (now->raw_end > 0)
			td_doctor_wrong(doctor, "start thidua-worker and thidua-aggregator",
					"%s: %" PRId64 " events, and no shard", now->reporter,
					now->raw_end);
		return true;
	}
	if (now->head.state == THIDUA__V1__SHARD_STATE__SHARD_STATE_STOPPED) {
		td_doctor_wrong(doctor,
				"see the aggregator's log for the reason, then thidua-admin shard "
				"rebuild",
				"%s: its shard is stopped at raw offset %" PRIu64
				", since the logs are not those that it was folded from",
				now->reporter, now->head.position.next);
		return true;
	}
	if (now->raw_end >= 0 && now->head.position.next > (uint64_t)now->raw_end) {
		td_doctor_wrong(
			doctor, "see what became of the topic, then thidua-admin shard rebuild",
			"%s: its shard has folded up to raw offset %" PRIu64
			", but %s ends at %" PRId64,
			now->reporter, now->head.position.next, now->raw_topic, now->raw_end);
		return true;
	}
	return false;
}

static void say_moving(td_doctor_t *doctor, const patient_t *patient)
{
	const td_look_t *now = &patient->now;
	const char *doing = now->head.state == THIDUA__V1__SHARD_STATE__SHARD_STATE_LIVE
				    ? "moving"
				    : td_look_state(now);
	td_doctor_note(doctor, "%s: %" PRId64 " events behind, %s", now->reporter,
		       now->raw_end - (int64_t)now->head.position.next, doing);
}

/* A source that runs says every minute how far it is, also when it has nothing to say. */
static void check_silence(td_doctor_t *doctor, const td_look_t *look)
{
	char span[TD_MOMENT_TEXT_MAX];
	int64_t silent_ms = doctor->admin->now_ms - look->head.last_append_ms;
	if (look->head.last_append_ms > 0 && silent_ms > SILENT_MS)
		td_doctor_note(doctor, "%s: nothing has come for %s; is its producer running?",
			       look->reporter, td_moment_span(silent_ms, span));
}

static void check_patient(td_doctor_t *doctor, const patient_t *patient)
{
	const td_look_t *now = &patient->now;
	if (check_state(doctor, patient))
		return;
	check_holes(doctor, now);
	if (is_behind(patient) && has_moved(patient))
		say_moving(doctor, patient);
	else if (is_behind(patient))
		say_stuck(doctor, now);
	check_silence(doctor, now);
	if (now->head.counts.open_rejections > 0)
		td_doctor_note(doctor,
			       "%s: %" PRIu64
			       " records were rejected and not corrected since: thidua-rejects "
			       "list --reporter %s",
			       now->reporter, now->head.counts.open_rejections, now->reporter);
	if (now->head.counts.conflicts > 0)
		td_doctor_note(doctor,
			       "%s: %" PRIu64
			       " statements had another's revision and another content",
			       now->reporter, now->head.counts.conflicts);
}

void td_doctor_shards(td_doctor_t *doctor)
{
	td_err_t err;
	ward_t ward = {.doctor = doctor};
	size_t before = doctor->wrong;
	if (!doctor->kafka_is_there || !doctor->redis_is_there || !doctor->reference)
		return;
	bool fine = admit(&ward, &err) && watch(&ward, &err);
	for (size_t i = 0; fine && i < ward.count; i++)
		check_patient(doctor, &ward.items[i]);
	if (!fine)
		td_doctor_wrong(doctor, "", "%s", err.text);
	else if (doctor->wrong == before)
		td_doctor_fine(doctor, "%zu reporters: no shard is stopped, altered or stuck",
			       ward.count);
	free(ward.items);
}
