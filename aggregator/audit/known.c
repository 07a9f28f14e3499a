#include "aggregator/audit/known.h"

/* Before the packed state as it was counted, and behind that the one by the rules. */
typedef struct kept {
	uint64_t offset;
	uint32_t version;
	uint16_t counted, by_rules; /* bytes; by_rules 0: it is the same */
} kept_t;

static td_slice_t key(void)
{
	return td_slice_text("r");
}

uint64_t td_known_revision(const td_known_t *known)
{
	const td_record_t *record = &known->record;
	return record->revision > record->rejected_revision ? record->revision
							    : record->rejected_revision;
}

static bool unpack(td_slice_t value, td_slice_t name, const char *home, td_known_t *known)
{
	kept_t kept;
	if (value.size < sizeof kept)
		return false;
	memcpy(&kept, value.data, sizeof kept);
	if (value.size != sizeof kept + kept.counted + kept.by_rules)
		return false;
	const uint8_t *states = value.data + sizeof kept;
	known->offset = kept.offset;
	known->version = kept.version;
	if (!td_record_unpack((td_slice_t){states, kept.counted}, name, home, &known->record))
		return false;
	known->by_rules = known->record;
	return kept.by_rules == 0 ||
	       td_record_unpack((td_slice_t){states + kept.counted, kept.by_rules}, name, home,
				&known->by_rules);
}

bool td_known_get(const td_hashes_t *table, td_slice_t name, const char *home, td_known_t *known,
		  td_err_t *err)
{
	td_slice_t value;
	*known = (td_known_t){.version = 0};
	return !td_hashes_get(table, key(), name, &value) || unpack(value, name, home, known) ||
	       td_err_set(err, TD_EBUG, "the state of %.*s is not what was put", (int)name.size,
			  (const char *)name.data);
}

bool td_known_put(td_hashes_t *table, td_slice_t name, const char *home, const td_known_t *known,
		  td_err_t *err)
{
	uint8_t value[sizeof(kept_t) + 2 * TD_RECORD_PACKED_MAX];
	uint8_t *counted = value + sizeof(kept_t);
	kept_t kept = {.offset = known->offset, .version = known->version};
	kept.counted = (uint16_t)td_record_pack(&known->record, name, home, counted);
	uint8_t *by_rules = counted + kept.counted;
	kept.by_rules = (uint16_t)td_record_pack(&known->by_rules, name, home, by_rules);
	if (kept.by_rules == kept.counted && memcmp(counted, by_rules, kept.counted) == 0)
		kept.by_rules = 0;
	memcpy(value, &kept, sizeof kept);
	size_t size = sizeof kept + kept.counted + kept.by_rules;
	return td_hashes_put(table, key(), name, (td_slice_t){value, size}) ||
	       td_err_set(err, TD_EMEMORY,
			  "no memory for so many records; ask about fewer days or one --reporter");
}
