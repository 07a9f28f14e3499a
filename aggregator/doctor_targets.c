/* doctor: targets that were accepted, and are for a figure that nobody counts. */
#include "aggregator/answer.h"
#include "aggregator/doctor.h"
#include "aggregator/targets.h"
#include "common/kafka_topic.h"
#include "workers/topics.h"

enum { NAMED_MAX = 20 }; /* of one reporter; the others are counted */

/* One reporter's targets being told. */
typedef struct telling {
	td_doctor_t *doctor;
	const char *reporter;
	size_t count;
} telling_t;

static void tell(void *context, const char *record_id, const char *code)
{
	telling_t *telling = context;
	td_figure_t figure;
	td_err_t err;
	if (td_figure_find(code, &figure, &err) || ++telling->count > NAMED_MAX)
		return;
	td_doctor_note(telling->doctor, "%s: target/%s counts nowhere, until it is corrected: %s",
		       telling->reporter, record_id, err.text);
}

static bool take(void *context, const td_kafka_item_t *verdict, td_err_t *err)
{
	return td_targets_take(context, verdict->value) ||
	       td_err_set(err, TD_EMEMORY, "no memory for so many targets");
}

static bool look(telling_t *telling, td_kafka_reader_t *reader, td_err_t *err)
{
	char topic[TD_TOPIC_MAX];
	bool exists;
	td_targets_t *targets = td_targets_new();
	td_topic_verdicts(telling->reporter, telling->doctor->generation, topic);
	bool done = targets != NULL &&
		    td_kafka_topic_read_all(reader, topic, &exists, take, targets, err) &&
		    (td_targets_unknown(targets, tell, telling) ||
		     td_err_set(err, TD_EMEMORY, "no memory for so many targets"));
	if (targets == NULL)
		(void)td_err_set(err, TD_EMEMORY, "no memory for targets");
	td_targets_free(targets);
	if (done && telling->count > NAMED_MAX)
		td_doctor_note(telling->doctor, "%s: so do %zu more targets", telling->reporter,
			       telling->count - NAMED_MAX);
	return done;
}

void td_doctor_targets(td_doctor_t *doctor)
{
	td_err_t err;
	const td_reporter_t *reporter;
	if (!doctor->kafka_is_there || !doctor->reference)
		return;
	td_kafka_reader_t *reader =
		td_kafka_topic_reader(&doctor->admin->settings->kafka, "thidua-admin", &err);
	bool done = reader != NULL;
	for (size_t i = 0; done && (reporter = td_reference_reporter_at(doctor->reference, i)); i++)
		if (reporter->kinds >> THIDUA__V1__KIND__KIND_TARGET & 1)
			done = look(&(telling_t){doctor, reporter->id, 0}, reader, &err);
	if (!done)
		td_doctor_wrong(doctor, "", "%s", err.text);
	td_kafka_reader_free(reader);
}
