/* The decisions to judge the log again. */
#include "workers/decisions_internal.h"

#include <inttypes.h>

enum { NOTE_MAX = 500 };

bool td_decisions_check_generation(const Thidua__V1__GenerationDecision *decision, td_err_t *err)
{
	if (decision->generation == 0 || decision->reference_version == 0)
		return td_err_set(
			err, TD_EDATA,
			"a decision on a generation needs its number and a version of the "
			"reference data, both from 1");
	if (!decision->decided_by[0] || strlen(decision->decided_by) > TD_ID_MAX ||
	    strlen(decision->note) > NOTE_MAX || strchr(decision->note, '\n'))
		return td_err_set(err, TD_EDATA,
				  "generation %" PRIu32
				  " needs the deciding office (1 to %d bytes) "
				  "and a note of one line, at most %d bytes",
				  decision->generation, TD_ID_MAX, NOTE_MAX);
	return !decision->archive || td_decisions_check_archive(decision, err);
}

/* Puts it in its place; a number that was decided on before stays what it was. */
static bool insert(td_decisions_t *decisions, Thidua__V1__GenerationDecision *decision,
		   td_err_t *err)
{
	size_t at = decisions->generation_count;
	if (td_decisions_generation(decisions, decision->generation))
		return td_err_set(err, TD_EDATA, "generation %" PRIu32 " was decided on before",
				  decision->generation);
	if (at == TD_GENERATIONS_MAX)
		return td_err_set(err, TD_EMEMORY, "more than %d generations", TD_GENERATIONS_MAX);
	for (; at > 0 && decisions->generations[at - 1]->generation > decision->generation; at--)
		decisions->generations[at] = decisions->generations[at - 1];
	decisions->generations[at] = decision;
	decisions->generation_count++;
	return true;
}

static bool add_generation(td_decisions_t *decisions, td_slice_t packed, td_err_t *err)
{
	Thidua__V1__GenerationDecision *decision =
		packed.size > TD_GENERATION_PACKED_MAX
			? NULL
			: thidua__v1__generation_decision__unpack(NULL, packed.size, packed.data);
	if (!decision)
		return td_err_set(err, TD_EDATA, "these %zu bytes are no decision", packed.size);
	if (td_decisions_check_generation(decision, err) && insert(decisions, decision, err))
		return true;
	thidua__v1__generation_decision__free_unpacked(decision, NULL);
	return false;
}

bool td_decisions_take(td_decisions_t *decisions, td_slice_t key, td_slice_t packed, td_err_t *err)
{
	const td_slice_t prefix = td_slice_text(TD_GENERATION_KEY);
	bool is_generation =
		key.size > prefix.size && memcmp(key.data, prefix.data, prefix.size) == 0;
	return is_generation ? add_generation(decisions, packed, err)
			     : td_decisions_add(decisions, packed, err);
}

bool td_decisions_hear(td_decisions_t *decisions, td_slice_t key, td_slice_t packed, td_err_t *err)
{
	return packed.size == 0 || td_decisions_take(decisions, key, packed, err) ||
	       err->code == TD_EDATA;
}

const Thidua__V1__GenerationDecision *td_decisions_generation(const td_decisions_t *decisions,
							      uint32_t generation)
{
	for (size_t i = 0; i < decisions->generation_count; i++)
		if (decisions->generations[i]->generation == generation)
			return decisions->generations[i];
	return NULL;
}

size_t td_decisions_generations(const td_decisions_t *decisions,
				const Thidua__V1__GenerationDecision *const **list)
{
	*list = (const Thidua__V1__GenerationDecision *const *)decisions->generations;
	return decisions->generation_count;
}

const td_version_t *td_decisions_version(const td_decisions_t *decisions,
					 const td_versions_t *versions, uint32_t generation,
					 int64_t append_ms)
{
	const td_version_t *then = td_versions_at(versions, append_ms);
	if (generation == 0 || !then)
		return then;
	const Thidua__V1__GenerationDecision *decision =
		td_decisions_generation(decisions, generation);
	if (!decision)
		return NULL;
	return then->number >= decision->reference_version
		       ? then
		       : td_versions_find(versions, decision->reference_version);
}
