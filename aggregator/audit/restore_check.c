/* Whether all of the archive is what its manifest says, before anything of it is believed. */
#include "aggregator/audit/archive_look.h"
#include "aggregator/audit/restore.h"

/* One topic. */
typedef struct checking {
	td_crew_t *crew;
	td_leaves_t leaves;
} checking_t;

/* A record that could be read is as it was: its frame was held against the index. */
static bool take(void *context, const td_archived_t *record, td_err_t *err)
{
	checking_t *checking = context;
	(void)td_leaves_take(&checking->leaves,
			     &(td_raw_t){record->offset, record->append_ms, record->value});
	td_crew_add(checking->crew, 1);
	return !td_crew_stopping(checking->crew) || td_err_set(err, TD_ESUPERSEDED, "stopped");
}

static bool read_topic(td_crew_t *crew, size_t index, void *context, td_err_t *err)
{
	td_restore_t *restore = context;
	checking_t checking = {.crew = crew};
	bool done = (td_leaves_init(&checking.leaves, NULL, 0) ||
		     td_err_set(err, TD_EMEMORY, "no memory to check an archive")) &&
		    td_archive_read(restore->archive,
				    td_archive_manifest(restore->archive)->topics[index], take,
				    &checking, err) &&
		    (td_leaves_mark(&checking.leaves, &restore->roots[index]) ||
		     td_err_set(err, TD_EBUG, "no hash can be made"));
	td_leaves_free(&checking.leaves);
	return done;
}

static uint64_t steps_of(size_t index, const void *context)
{
	const td_restore_t *restore = context;
	const Thidua__V1__ArchiveTopic *topic =
		td_archive_manifest(restore->archive)->topics[index];
	uint64_t records = 0;
	for (size_t i = 0; i < topic->n_files; i++)
		records += topic->files[i]->records;
	return records;
}

bool td_restore_check(td_restore_t *restore, td_err_t *err)
{
	const td_crew_plan_t plan = {
		.doing = "check",
		.work = read_topic,
		.steps = steps_of,
		.context = restore,
		.count = td_archive_manifest(restore->archive)->n_topics,
		.threads_max = (size_t)restore->audit->settings->threads,
	};
	return td_crew_run(&plan, restore->audit->run, err) == TD_CREW_DONE;
}
