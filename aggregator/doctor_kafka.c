/* doctor: brokers and their clock, the reference data, the topics. */
#include "aggregator/admin_draft.h"
#include "aggregator/admin_topics.h"
#include "aggregator/doctor.h"
#include "aggregator/moment.h"
#include "common/clock.h"
#include "common/kafka_reader.h"

#include <inttypes.h>

enum { BROKERS_WANTED = 3, POLL_MS = 200 };

static void count_brokers(td_doctor_t *doctor)
{
	td_err_t err;
	int brokers = 0;
	const td_kafka_settings_t *settings = &doctor->admin->settings->kafka;
	if (!td_kafka_admin_brokers(doctor->kafka, &brokers, &err)) {
		td_doctor_wrong(doctor, "start the brokers, or correct [kafka] brokers",
				"Kafka: %s", err.text);
		return;
	}
	doctor->kafka_is_there = true;
	if (brokers < BROKERS_WANTED && !settings->single_node)
		td_doctor_wrong(doctor,
				"start the others, or add some; for a trial, --single-node "
				"accepts it",
				"Kafka: %d broker%s answer%s: %d are needed for an event to be "
				"safe",
				brokers, brokers == 1 ? "" : "s", brokers == 1 ? "s" : "",
				BROKERS_WANTED);
	else
		td_doctor_fine(doctor, "Kafka: %d broker%s", brokers, brokers == 1 ? "" : "s");
}

/* The append time of the last record of thidua.decisions; false when it cannot be read. */
static bool last_append(td_kafka_reader_t *reader, int64_t *append_ms, td_err_t *err)
{
	int64_t give_up_ms = td_clock_mono_ms() + TD_ADMIN_TIMEOUT_MS;
	bool found = false;
	td_kafka_stream_t *stream = td_kafka_reader_open(
		reader, TD_TOPIC_DECISIONS, (td_kafka_start_t){TD_KAFKA_FROM_TAIL, 1}, NULL, err);
	if (!stream)
		return false;
	while (!found && td_clock_mono_ms() < give_up_ms) {
		const td_kafka_item_t *items;
		size_t count = td_kafka_reader_read(reader, POLL_MS, &items);
		for (size_t i = 0; i < count && !found; i++) {
			found = items[i].kind == TD_KAFKA_ITEM_RECORD && items[i].by_broker;
			*append_ms = items[i].append_ms;
		}
	}
	td_kafka_stream_close(stream);
	return found || td_err_set(err, TD_ECONFIG, "%s holds no record with the broker's own time",
				   TD_TOPIC_DECISIONS);
}

/* Writes an empty record and reads when a broker appended it. Who reads decisions passes it over,
 * and compaction takes it away. */
static void check_clock(td_doctor_t *doctor)
{
	td_err_t err;
	int64_t append_ms = 0, before_ms = td_clock_wall_ms();
	const td_admin_record_t record = {.topic = TD_TOPIC_DECISIONS, .key = "doctor"};
	if (!td_admin_write(doctor->admin, &record, &err)) {
		td_doctor_wrong(doctor, "", "Kafka takes no record: %s", err.text);
		return;
	}
	int64_t after_ms = td_clock_wall_ms();
	td_kafka_reader_t *reader = td_kafka_reader_new(
		&(td_kafka_reader_settings_t){.cluster = &doctor->admin->settings->kafka,
					      .client_id = "thidua-admin",
					      .wake_fd = -1},
		&err);
	bool found = reader && last_append(reader, &append_ms, &err);
	td_kafka_reader_free(reader);
	if (!found)
		td_doctor_wrong(doctor, "", "the brokers' clock is not known: %s", err.text);
	else
		td_doctor_clock(doctor, "the broker's", append_ms, before_ms, after_ms);
}

void td_doctor_clock(td_doctor_t *doctor, const char *whose, int64_t theirs_ms, int64_t before_ms,
		     int64_t after_ms)
{
	char span[TD_MOMENT_TEXT_MAX];
	bool ahead = theirs_ms > after_ms;
	int64_t apart_ms = ahead                   ? theirs_ms - after_ms
			   : theirs_ms < before_ms ? before_ms - theirs_ms
						   : 0;
	if (apart_ms <= TD_CLOCK_TOLERANCE_MS)
		td_doctor_fine(doctor, "%s clock and ours agree", whose);
	else
		td_doctor_wrong(doctor, "let chrony or another NTP client keep the clocks",
				"%s clock is %s %s ours", whose, td_moment_span(apart_ms, span),
				ahead ? "ahead of" : "behind");
}

void td_doctor_kafka(td_doctor_t *doctor)
{
	td_err_t err;
	doctor->kafka = td_kafka_admin_new(&doctor->admin->settings->kafka, "thidua-admin",
					   TD_ADMIN_TIMEOUT_MS, &err);
	if (!doctor->kafka) {
		td_doctor_wrong(doctor, "", "Kafka: %s", err.text);
		return;
	}
	count_brokers(doctor);
}

/* Whether the folder beside the program holds what was published last. */
static void compare_folder(td_doctor_t *doctor, const td_version_t *newest)
{
	td_err_t err;
	const char *path = doctor->admin->settings->reference.folder;
	td_draft_t *draft = td_draft_read(path, &err);
	if (!draft)
		td_doctor_note(doctor, "%s is not compared with what was published: %s", path,
			       err.text);
	else if (memcmp(draft->digest, newest->message->sha256.data, TD_DIGEST_SIZE) != 0)
		td_doctor_note(doctor,
			       "the tables in %s differ from version %" PRIu32
			       ": thidua-admin reference diff %" PRIu32 " %s",
			       path, newest->number, newest->number, path);
	td_draft_free(draft);
}

static void say_versions(td_doctor_t *doctor)
{
	char moment[TD_MOMENT_TEXT_MAX];
	const td_versions_t *versions = doctor->books.versions;
	const td_version_t *now = td_versions_at(versions, doctor->admin->now_ms);
	const td_version_t *newest = td_versions_get(versions, td_versions_count(versions) - 1);
	td_doctor_fine(doctor, "reference data: version %" PRIu32 " judges, in force from %s",
		       now->number, td_moment_text(now->in_force_ms, moment));
	if (newest != now)
		td_doctor_note(doctor, "reference data: version %" PRIu32 " comes into force at %s",
			       newest->number, td_moment_text(newest->in_force_ms, moment));
	compare_folder(doctor, newest);
	doctor->reference = newest->reference;
}

void td_doctor_reference(td_doctor_t *doctor)
{
	td_err_t err, folder_err;
	const char *path = doctor->admin->settings->reference.folder;
	bool read =
		doctor->kafka_is_there && td_admin_books_read(doctor->admin, &doctor->books, &err);
	if (doctor->kafka_is_there && !read)
		td_doctor_wrong(doctor, "", "reference data: %s", err.text);
	if (read && td_versions_count(doctor->books.versions) > 0) {
		say_versions(doctor);
		return;
	}
	if (read)
		td_doctor_wrong(doctor, "thidua-admin reference publish DIR",
				"no reference data is published: workers judge nothing");
	doctor->folder = td_reference_load(path, &folder_err);
	doctor->reference = doctor->folder;
	if (!doctor->folder)
		td_doctor_wrong(doctor, "", "%s", folder_err.text);
}

static void hear_wrong(void *context, const char *wrong, const char *mend)
{
	td_doctor_wrong(context, mend, "%s", wrong);
}

/* A raw topic of which the reference data knows no reporter. */
static void hear_topic(void *context, const td_kafka_topic_info_t *topic)
{
	td_doctor_t *doctor = context;
	const char *reporter = td_topic_reporter(topic->name);
	if (reporter && !td_reference_reporter(doctor->reference, reporter))
		td_doctor_note(doctor,
			       "%s belongs to no reporter of the reference data: its events are "
			       "rejected",
			       topic->name);
}

void td_doctor_topics(td_doctor_t *doctor)
{
	td_err_t err;
	td_admin_topics_t topics = {0};
	size_t before = doctor->wrong;
	if (!doctor->kafka_is_there || !doctor->reference)
		return;
	bool fine = td_admin_topics_make(doctor->reference, doctor->generation,
					 doctor->admin->settings->kafka.single_node, &topics, &err);
	for (size_t i = 0; fine && i < topics.count; i++)
		fine = td_admin_topic_check(doctor->kafka, &topics.items[i], hear_wrong, doctor,
					    &err);
	fine = fine && td_kafka_admin_topics(doctor->kafka, hear_topic, doctor, &err);
	if (!fine)
		td_doctor_wrong(doctor, "", "%s", err.text);
	else if (doctor->wrong == before)
		td_doctor_fine(doctor, "%zu topics are there, and set as they must be",
			       topics.count);
	td_admin_topics_free(&topics);
	if (doctor->books.versions)
		check_clock(doctor);
}
