#include "common/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>

bool(td_err_set)(td_err_t *err, td_code_t code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	err->code = code;
	if (vsnprintf(err->text, sizeof err->text, format, args) < 0)
		err->text[0] = '\0';
	va_end(args);
	return false;
}

bool(td_err_prefix)(td_err_t *err, const char *format, ...)
{
	char before[sizeof err->text];
	memcpy(before, err->text, sizeof before);
	va_list args;
	va_start(args, format);
	int used = vsnprintf(err->text, sizeof err->text, format, args);
	va_end(args);
	if (used < 0)
		used = 0;
	size_t at = (size_t)used < sizeof err->text ? (size_t)used : sizeof err->text - 1;
	if (snprintf(err->text + at, sizeof err->text - at, ": %s", before) < 0)
		err->text[at] = '\0';
	return false;
}

int td_err_exit_status(td_code_t code)
{
	switch (code) {
	case TD_OK:
	case TD_ESUPERSEDED:
		return EX_OK;
	case TD_EUSAGE:
		return EX_USAGE;
	case TD_ECONFIG:
		return EX_CONFIG;
	case TD_EDATA:
		return EX_DATAERR;
	case TD_ENOINPUT:
		return EX_NOINPUT;
	case TD_EUNAVAILABLE:
		return EX_TEMPFAIL;
	case TD_EIO:
		return EX_IOERR;
	case TD_EINTEGRITY:
		return EX_PROTOCOL;
	case TD_EMEMORY:
		return EX_OSERR;
	case TD_EBUG:
		break;
	}
	return EX_SOFTWARE;
}
