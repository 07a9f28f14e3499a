#include "common/nearest.h"

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: row i holds the steps from the first i letters of `a`. */
size_t td_nearest_steps(const char *a, const char *b)
{
	size_t rows[3][TD_NEAREST_BYTES_MAX + 1];
	size_t a_size = strlen(a), b_size = strlen(b);
	if (a_size > TD_NEAREST_BYTES_MAX || b_size > TD_NEAREST_BYTES_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_size; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_size; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= b_size; j++) {
			bool equal = a[i - 1] == b[j - 1];
			row[j] = least(least(above[j], row[j - 1]) + 1,
				       above[j - 1] + (equal ? 0 : 1));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return rows[a_size % 3][b_size];
}

td_nearest_t td_nearest_to(const char *text)
{
	return (td_nearest_t){.text = text, .steps = strlen(text) / 3 + 2};
}

void td_nearest_try(td_nearest_t *nearest, const char *word)
{
	size_t steps = td_nearest_steps(nearest->text, word);
	if (steps >= nearest->steps)
		return;
	nearest->steps = steps;
	nearest->word = word;
}
