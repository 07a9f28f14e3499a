#include "workers/validate_parts.h"

enum { SUBJECTS_MAX = 10000 };

void td_validate_arrest(td_judging_t *judging)
{
	const Thidua__V1__Arrest *arrest = judging->event->arrest;
	const td_ranged_t subjects = {arrest->subjects, 1, SUBJECTS_MAX, "arrest.subjects"};
	td_judging_chosen(judging, arrest->kind, "arrest.kind");
	td_judging_ranges(judging, &subjects, 1);
	td_judging_expect(judging, arrest->accused <= arrest->subjects, TD_REASON_ORDER_OF_PARTS,
			  "arrest.accused");
	td_judging_expect(judging, arrest->detained <= arrest->subjects, TD_REASON_ORDER_OF_PARTS,
			  "arrest.detained");
	if (td_judging_article(judging, arrest->article, false, "arrest.article"))
		td_judging_expect(judging,
				  td_reference_offence(judging->reference, arrest->article, 0,
						       judging->day) != NULL,
				  TD_REASON_UNKNOWN_ARTICLE, "arrest.article");
	(void)td_judging_id(judging, arrest->case_id, false, "arrest.case_id");
	if (arrest->kind == THIDUA__V1__ARREST_KIND__ARREST_KIND_NONE && arrest->detained > 0)
		td_judging_warn(judging, TD_REASON_HELD_WITHOUT_ARREST, "arrest.kind");
}
