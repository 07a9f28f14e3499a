/* Whether all of the archive is what its manifest says, before anything of it is believed. */
#include "aggregator/audit/archive_look.h"
#include "aggregator/audit/restore.h"

/* A record that could be read is as it was: its frame was held against the index. */
static bool count(void *context, const td_archived_t *record, td_err_t *err)
{
	td_crew_t *crew = context;
	(void)record;
	td_crew_add(crew, 1);
	return !td_crew_stopping(crew) || td_err_set(err, TD_ESUPERSEDED, "stopped");
}

static bool read_topic(td_crew_t *crew, size_t index, void *context, td_err_t *err)
{
	const td_archive_t *archive = context;
	return td_archive_read(archive, td_archive_manifest(archive)->topics[index], count, crew,
			       err);
}

bool td_restore_check(const td_restore_t *restore, td_err_t *err)
{
	const Thidua__V1__ArchiveManifest *manifest = td_archive_manifest(restore->archive);
	td_crew_plan_t plan = {
		.doing = "check",
		.work = read_topic,
		.context = restore->archive,
		.count = manifest->n_topics,
		.threads_max = (size_t)restore->audit->settings->threads,
	};
	for (size_t i = 0; i < manifest->n_topics; i++)
		for (size_t j = 0; j < manifest->topics[i]->n_files; j++)
			plan.total += manifest->topics[i]->files[j]->records;
	return td_crew_run(&plan, restore->audit->run, err) == TD_CREW_DONE;
}
