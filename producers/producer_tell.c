/* producer_tell: what is said of a spool and of a key, without taking the spool. */
#include "producers/producer.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/localday.h"
#include "producers/signer.h"
#include "producers/spool_look.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static void print_time(const char *name, int64_t moment_ms)
{
	char text[32] = "never";
	time_t seconds = (time_t)(moment_ms / 1000);
	struct tm utc;
	if (moment_ms > 0 && gmtime_r(&seconds, &utc) != NULL)
		(void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
	(void)printf("%s\t%s\n", name, text);
}

bool td_producer_status(const td_producer_settings_t *settings, td_err_t *err)
{
	td_spool_view_t view;
	if (settings->spool == NULL)
		return td_err_set(err, TD_EUSAGE, "give the --spool");
	if (!td_spool_look(settings->spool, &view, err))
		return false;
	(void)printf("reporter\t%s\nsource\t%s\nepoch\t%" PRIu64 "\n", view.reporter, view.source,
		     view.epoch);
	(void)printf("oldest\t%" PRIu64 "\nlast\t%" PRIu64 "\ndelivered\t%" PRIu64
		     "\nundelivered\t%" PRIu64 "\nbytes\t%" PRIu64 "\n",
		     view.oldest, view.last, view.cursor,
		     view.last > view.cursor ? view.last - view.cursor : 0, view.bytes);
	print_time("delivered-at", view.delivered_ms);
	(void)printf("process\t%ld\ncopy\t%s\n", view.holder, view.is_copy ? "yes" : "no");
	return fflush(stdout) == 0 || td_err_set(err, TD_EIO, "cannot write standard output");
}

bool td_producer_key(const td_producer_settings_t *settings, td_err_t *err)
{
	td_signer_t signer;
	char public[TD_SIGNER_PUBLIC_SIZE];
	if (settings->key == NULL)
		return td_err_set(err, TD_EUSAGE, "give the file of the --key");
	if (!(td_file_exists(settings->key) ? td_signer_read(settings->key, &signer, err)
					    : td_signer_make(settings->key, &signer, err)))
		return false;
	td_signer_public(&signer, public);
	int32_t today = td_localday_yyyymmdd(td_localday_of_ms(td_clock_wall_ms()));
	(void)printf("%s\t%s\t%s\t%s\t%04d-%02d-%02d\t\n", settings->reporter, settings->source,
		     signer.id, public, today / 10000, today / 100 % 100, today % 100);
	td_signer_clear(&signer);
	return fflush(stdout) == 0 || td_err_set(err, TD_EIO, "cannot write standard output");
}
