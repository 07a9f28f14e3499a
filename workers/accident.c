#include "workers/accident.h"

#include "common/localday.h"

#define CLASS(name) THIDUA__V1__ACCIDENT_CLASS__ACCIDENT_CLASS_##name

typedef Thidua__V1__AccidentClass class_t;

enum { MILLION = 1000000 };

/* The injured in one sum. */
typedef struct harm {
	uint32_t count, sum, highest; /* of all percentages */
	uint32_t grave;               /* how many are 31 or more */
	uint32_t lesser, lesser_sum;  /* the others */
	uint64_t damage_vnd;
} harm_t;

static harm_t harm_of(const Thidua__V1__Accident *accident)
{
	enum { GRAVE_FROM = 31 };
	harm_t harm = {.damage_vnd = accident->damage_vnd};
	for (size_t i = 0; i < accident->n_injury_percent; i++) {
		uint32_t percent = accident->injury_percent[i];
		harm.count++;
		harm.sum += percent;
		harm.highest = percent > harm.highest ? percent : harm.highest;
		harm.grave += percent >= GRAVE_FROM;
		harm.lesser += percent < GRAVE_FROM;
		harm.lesser_sum += percent < GRAVE_FROM ? percent : 0;
	}
	return harm;
}

/* Harm to people who live, and to property: Circular 58/2009. */
static class_t class_of_2009(const harm_t *harm)
{
	uint64_t damage = harm->damage_vnd / MILLION;
	uint32_t together = harm->lesser > 1 ? harm->lesser_sum : 0;
	if (harm->grave >= 5 || together > 200 || damage >= 1500)
		return CLASS(ESPECIALLY);
	if (harm->grave >= 3 || together > 100 || damage >= 500)
		return CLASS(VERY);
	bool combined = harm->highest >= 21 && damage >= 30;
	if (harm->grave >= 1 || together > 40 || combined || damage >= 50)
		return CLASS(SERIOUS);
	if (harm->highest >= 11 || together >= 21 || damage >= 5)
		return CLASS(LESS);
	return CLASS(COLLISION);
}

/* Circular 26/2024. */
static class_t class_of_2024(const harm_t *harm)
{
	uint64_t damage = harm->damage_vnd / MILLION;
	uint32_t together = harm->count > 1 ? harm->sum : 0;
	if (together > 200 || damage >= 1500)
		return CLASS(ESPECIALLY);
	if (together > 121 || damage >= 500)
		return CLASS(VERY);
	if (harm->highest >= 61 || together >= 61 || damage >= 100)
		return CLASS(SERIOUS);
	if (harm->highest >= 11 || together >= 11 || damage >= 10)
		return CLASS(LESS);
	return CLASS(COLLISION);
}

class_t td_accident_class_of_deaths(uint32_t deaths)
{
	if (deaths == 0)
		return CLASS(COLLISION);
	return deaths == 1 ? CLASS(SERIOUS) : deaths == 2 ? CLASS(VERY) : CLASS(ESPECIALLY);
}

class_t td_accident_class(const Thidua__V1__Accident *accident, int32_t day)
{
	bool is_new = day >= td_localday_make(2024, 8, 15);
	harm_t harm = harm_of(accident);
	class_t by_deaths = td_accident_class_of_deaths(accident->deaths);
	class_t by_harm = is_new ? class_of_2024(&harm) : class_of_2009(&harm);
	/* Until 2024, serious harm beside the dead raises the class by one. */
	if (!is_new && accident->deaths > 0 && by_deaths < CLASS(ESPECIALLY) &&
	    by_harm >= CLASS(SERIOUS))
		by_deaths = (class_t)(by_deaths + 1);
	return by_deaths > by_harm ? by_deaths : by_harm;
}
