#include "aggregator/audit/seals_check.h"

void td_seals_say_wrong(const td_audit_t *audit, const td_found_seal_t *found, const char *vi,
			const char *en)
{
	static const td_report_kind_t kind = {"seals_wrong",
					      "Niêm phong sai",
					      "Seals that are wrong",
					      true,
					      4,
					      {{"place", "Nơi", "Where", false},
					       {"reporter", "Đơn vị", "Reporter", false},
					       {"size", "Số sự kiện", "Events", true},
					       {"why", "Sai thế nào", "What is wrong", false}}};
	const td_report_cell_t cells[] = {{found->place, 0},
					  {found->readable ? found->seal.reporter : "?", 0},
					  {NULL, (int64_t)found->seal.tree.size},
					  {td_report_word(audit->report, vi, en), 0}};
	td_report_row(audit->report, &kind, cells);
}

/* What is wrong with a note by itself; false when it says nothing that can be believed. */
static bool is_believed(const td_audit_t *audit, const td_found_seal_t *found)
{
	if (!found->readable) {
		td_seals_say_wrong(audit, found, found->why, found->why);
		return false;
	}
	if (found->wrong > 0)
		td_seals_say_wrong(audit, found, "chữ ký sai", "a signature is wrong");
	if (found->signatures == 0 && found->wrong == 0)
		td_seals_say_wrong(audit, found, "không có chữ ký của khóa đã biết",
				   "no signature of a known key");
	return found->signatures > 0;
}

/* The last one before it in its own log's order of finding; NULL: none. */
static const td_found_seal_t *before(const td_seals_t *seals, size_t index)
{
	const td_found_seal_t *found = &seals->items[index];
	for (size_t i = index; i-- > 0;) {
		const td_found_seal_t *other = &seals->items[i];
		if (other->readable && other->signatures > 0 &&
		    strcmp(other->seal.reporter, found->seal.reporter) == 0 &&
		    !td_hash_equal(&other->seal.id, &found->seal.id))
			return other;
	}
	return NULL;
}

bool td_seals_is_again(const td_seals_t *seals, size_t index)
{
	const td_hash_t *id = &seals->items[index].seal.id;
	for (size_t i = 0; i < index; i++) {
		const td_found_seal_t *other = &seals->items[i];
		if (other->readable && other->signatures > 0 && td_hash_equal(&other->seal.id, id))
			return true;
	}
	return false;
}

/* What is wrong between a seal and those found before it. */
static void check_order(const td_audit_t *audit, const td_seals_t *seals, size_t index)
{
	const td_found_seal_t *found = &seals->items[index];
	const td_found_seal_t *last = before(seals, index);
	if (td_seals_is_again(seals, index)) {
		if (last != NULL && last->seal.tree.size > found->seal.tree.size)
			td_seals_say_wrong(audit, found,
					   "niêm phong cũ được đưa ra sau niêm phong mới",
					   "an old seal, shown after a newer one");
		return;
	}
	if (last == NULL) {
		if (found->seal.has_previous)
			td_seals_say_wrong(audit, found, "niêm phong trước nó không có ở đây",
					   "the seal before it is not here");
		return;
	}
	if (found->seal.tree.size == last->seal.tree.size)
		td_seals_say_wrong(audit, found,
				   td_hash_equal(&found->seal.tree.root, &last->seal.tree.root)
					   ? "hai niêm phong cho cùng số sự kiện"
					   : "hai niêm phong khác nhau cho cùng số sự kiện",
				   td_hash_equal(&found->seal.tree.root, &last->seal.tree.root)
					   ? "two seals of the same size"
					   : "two seals of the same size with other roots");
	else if (found->seal.tree.size < last->seal.tree.size)
		td_seals_say_wrong(audit, found, "nhỏ hơn niêm phong trước nó",
				   "it is smaller than the one before it");
	if (!found->seal.has_previous || !td_hash_equal(&found->seal.previous, &last->seal.id))
		td_seals_say_wrong(audit, found, "không nối tiếp niêm phong trước nó",
				   "it does not name the one before it");
}

bool td_seals_check(const td_audit_t *audit, const td_seals_t *seals, size_t index)
{
	if (!is_believed(audit, &seals->items[index]))
		return false;
	check_order(audit, seals, index);
	return true;
}
