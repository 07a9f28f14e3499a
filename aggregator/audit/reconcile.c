#include "aggregator/audit/reconcile.h"

static const td_mismatch_info_t infos[TD_MISMATCHES] = {
#define TD_MISMATCH(name, code, vi, en) {code, vi, en},
#include "aggregator/audit/reconcile.def"
#undef TD_MISMATCH
};

const td_mismatch_info_t *td_mismatch_info(td_mismatch_kind_t kind)
{
	return &infos[kind];
}
