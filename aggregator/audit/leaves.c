#include "aggregator/audit/leaves.h"

bool td_leaves_mark(const td_leaves_t *leaves, td_root_mark_t *mark)
{
	mark->size = leaves->tree.size;
	mark->next_offset = leaves->next_offset;
	mark->last_append_ms = leaves->last_append_ms;
	mark->reached = td_merkle_root(&leaves->tree, leaves->hasher, &mark->root);
	return mark->reached;
}

/* Fills the marks at the present size; one that cannot be hashed is never reached. */
static void reach(td_leaves_t *leaves)
{
	while (leaves->at < leaves->mark_count &&
	       leaves->marks[leaves->at].size <= leaves->tree.size) {
		if (leaves->marks[leaves->at].size < leaves->tree.size ||
		    !td_leaves_mark(leaves, &leaves->marks[leaves->at]))
			leaves->marks[leaves->at].reached = false;
		leaves->at++;
	}
}

bool td_leaves_init(td_leaves_t *leaves, td_root_mark_t *marks, size_t count)
{
	*leaves = (td_leaves_t){.hasher = td_hasher_new(), .marks = marks, .mark_count = count};
	if (leaves->hasher == NULL)
		return false;
	reach(leaves);
	return true;
}

void td_leaves_free(td_leaves_t *leaves)
{
	td_hasher_free(leaves->hasher);
	leaves->hasher = NULL;
}

td_hash_t td_leaves_take(td_leaves_t *leaves, const td_raw_t *raw)
{
	td_hash_t leaf = td_merkle_event(leaves->hasher, raw->offset, raw->append_ms, raw->bytes);
	td_merkle_add(&leaves->tree, leaves->hasher, &leaf);
	leaves->next_offset = raw->offset + 1;
	leaves->last_append_ms = raw->append_ms;
	reach(leaves);
	return leaf;
}
