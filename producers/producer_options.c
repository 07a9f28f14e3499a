/* producer_options: the section [producer]. */
#include "producers/producer.h"

#include "workers/topics.h"

#define OPTION(name_, argument_, type_, member, standard_, doc_)                                   \
	.section = "producer", .name = name_, .argument = argument_, .type = type_,                \
	.at = offsetof(td_producer_settings_t, member), .standard = standard_, .doc = doc_

enum { SOURCE_MAX = 32 };

const td_opt_t td_producer_options[] = {
	{OPTION("reporter", "ID", TD_OPT_TEXT, reporter, NULL,
		"who speaks, such as vn-06; decides the topic"),
	 .key = 'r'},
	{OPTION("source", "NAME", TD_OPT_TEXT, source, "main",
		"which source of the reporter: a-z, 0-9, -"),
	 .key = 's'},
	{OPTION("spool", "DIR", TD_OPT_PATH, spool, NULL,
		"folder of this source's spool; made if it is missing")},
	{OPTION("spool-bytes", "BYTES", TD_OPT_SIZE, spool_bytes, "1G",
		"size of the spool at most; rows wait when it is reached"),
	 .min = 256 * 1024, .max = 1LL << 50},
	{OPTION("segment-bytes", "BYTES", TD_OPT_SIZE, segment_bytes, "16M",
		"size of one file of the spool"),
	 .min = 64 * 1024, .max = 1LL << 30},
	{OPTION("keep", "DURATION", TD_OPT_DURATION, keep_ms, "30d",
		"keep what is delivered so long, for resend")},
	{OPTION("checkpoint", "DURATION", TD_OPT_DURATION, checkpoint_ms, "1m",
		"time between checkpoints"),
	 .min = 100, .max = 24LL * 3600 * 1000},
	{OPTION("rejected", "FILE", TD_OPT_PATH, rejected, NULL,
		"add all refused rows to FILE; without it to FILE.rejected beside each file, for "
		"standard input to stdin.rejected in the spool")},
	{OPTION("key", "FILE", TD_OPT_PATH, key, NULL,
		"sign checkpoints with the private key in FILE")},
	{.section = "reference",
	 .name = "folder",
	 .flag = "reference",
	 .argument = "DIR",
	 .type = TD_OPT_PATH,
	 .at = offsetof(td_producer_settings_t, reference),
	 .standard = TD_REFERENCE_FOLDER,
	 .doc = "folder of the reference data"},
	{.name = "once",
	 .type = TD_OPT_BOOL,
	 .at = offsetof(td_producer_settings_t, once),
	 .doc = "end when all is read and delivered"},
	{.name = "again",
	 .type = TD_OPT_BOOL,
	 .at = offsetof(td_producer_settings_t, again),
	 .doc = "feed files that were fed whole before once more"},
	{.name = "from",
	 .argument = "SEQUENCE",
	 .type = TD_OPT_INT,
	 .at = offsetof(td_producer_settings_t, from),
	 .min = 0,
	 .max = TD_EXACT_MAX,
	 .doc = "of resend: the first event to be sent again"},
};
const size_t td_producer_option_count = TD_COUNT(td_producer_options);

bool td_producer_settings_check(const td_producer_settings_t *settings, bool with_spool,
				td_err_t *err)
{
	size_t size = strlen(settings->source);
	if (with_spool && settings->spool == NULL)
		return td_err_set(err, TD_EUSAGE, "give the --spool of this source");
	if (settings->reporter == NULL)
		return td_err_set(err, TD_EUSAGE, "give the --reporter who speaks, such as vn-06");
	if (!td_topic_reporter_valid(settings->reporter))
		return td_err_set(err, TD_EUSAGE,
				  "'%.100s' is no reporter's id: 1 to %d of a-z, 0-9 and -",
				  settings->reporter, TD_ID_MAX);
	if (size < 1 || size > SOURCE_MAX ||
	    strspn(settings->source, "abcdefghijklmnopqrstuvwxyz0123456789-") != size)
		return td_err_set(err, TD_EUSAGE,
				  "'%.100s' is no name of a source: 1 to %d of a-z, 0-9 and -",
				  settings->source, SOURCE_MAX);
	return true;
}
