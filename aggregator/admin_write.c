/* Writes one record for an operator: it is in the log when the call returns, or it is said why not.
 */
#include "aggregator/admin.h"
#include "aggregator/put.h"

bool td_admin_write(const td_admin_t *admin, const td_admin_record_t *record, td_err_t *err)
{
	const td_put_t put = {record->topic, record->key, record->value};
	return td_put(&admin->settings->kafka, &put, err);
}
