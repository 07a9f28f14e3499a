/* keygen: a key of one's own, for the log or for a witness. */
#include "aggregator/audit/audit.h"
#include "aggregator/audit/note.h"
#include "common/file.h"

#include <errno.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <sys/random.h>

static bool write_keys(const td_note_signer_t *signer, const char *path, td_err_t *err)
{
	char text[TD_NOTE_KEY_TEXT_MAX + 1], public_path[PATH_MAX];
	int size = snprintf(public_path, sizeof public_path, "%s.pub", path);
	if (size < 0 || (size_t)size >= sizeof public_path)
		return td_err_set(err, TD_EUSAGE, "the name of %s is too long", path);
	if (td_file_exists(path) || td_file_exists(public_path))
		return td_err_set(err, TD_EUSAGE,
				  "%s or %s exists; a key is never replaced: give another name",
				  path, public_path);
	td_note_signer_write(signer, text);
	(void)strcat(text, "\n");
	bool done = td_file_write_durable(path, td_slice_text(text), 0600, err);
	OPENSSL_cleanse(text, sizeof text);
	td_note_key_write(&signer->public_key, text);
	(void)strcat(text, "\n");
	return done && td_file_write_durable(public_path, td_slice_text(text), 0644, err);
}

bool td_audit_keygen(td_audit_t *audit, td_err_t *err)
{
	static const td_report_column_t key = {"public_key", "Khóa công khai", "Public key", false};
	static const td_report_column_t file = {"file", "Tệp khóa riêng", "Private key in", false};
	uint8_t seed[TD_NOTE_KEY_SIZE];
	td_note_signer_t signer;
	char text[TD_NOTE_KEY_TEXT_MAX];
	if (getrandom(seed, sizeof seed, 0) != (ssize_t)sizeof seed)
		return td_err_set(err, TD_EIO, "no random numbers: %s", strerror(errno));
	bool done = td_note_signer_make(audit->arguments[0],
					audit->settings->witness ? TD_NOTE_COSIGNATURE
								 : TD_NOTE_ED25519,
					seed, &signer, err) &&
		    write_keys(&signer, audit->arguments[1], err);
	OPENSSL_cleanse(seed, sizeof seed);
	OPENSSL_cleanse(signer.seed, sizeof signer.seed);
	if (!done)
		return false;
	td_note_key_write(&signer.public_key, text);
	td_report_fact(audit->report, &key, (td_report_cell_t){text, 0});
	td_report_fact(audit->report, &file, (td_report_cell_t){audit->arguments[1], 0});
	return true;
}
