/* doctor: all examinations, one after the other. */
#include "aggregator/doctor.h"

#include <stdarg.h>

enum { SENTENCE_MAX = 640 };

static void say(td_doctor_t *doctor, const char *mark, const char *format, va_list args)
{
	char text[SENTENCE_MAX];
	(void)vsnprintf(text, sizeof text, format, args);
	(void)fprintf(doctor->admin->out, "%-5s %s\n", mark, text);
}

void td_doctor_fine(td_doctor_t *doctor, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(doctor, "fine", format, args);
	va_end(args);
}

void td_doctor_note(td_doctor_t *doctor, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(doctor, "note", format, args);
	va_end(args);
	doctor->notes++;
}

void td_doctor_wrong(td_doctor_t *doctor, const char *mend, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(doctor, "WRONG", format, args);
	va_end(args);
	if (mend[0])
		(void)fprintf(doctor->admin->out, "      mend: %s\n", mend);
	doctor->wrong++;
}

static void examine(td_doctor_t *doctor)
{
	td_doctor_kafka(doctor);
	td_doctor_redis(doctor);
	td_doctor_reference(doctor);
	td_doctor_topics(doctor);
	td_doctor_shards(doctor);
	td_doctor_targets(doctor);
}

bool td_admin_doctor(const td_admin_t *admin, td_err_t *err)
{
	td_doctor_t doctor = {.admin = admin};
	examine(&doctor);
	td_kafka_admin_free(doctor.kafka);
	td_admin_books_free(&doctor.books);
	td_reference_free(doctor.folder);
	if (doctor.wrong > 0)
		return td_err_set(err, TD_ECONFIG, "%zu thing%s wrong, see WRONG above",
				  doctor.wrong, doctor.wrong == 1 ? " is" : "s are");
	(void)fprintf(admin->out, "nothing is wrong\n");
	return true;
}
