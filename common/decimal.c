#include "common/decimal.h"

char *td_decimal_put(char *at, uint64_t number)
{
	char digits[TD_DECIMAL_MAX];
	size_t count = 0;
	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	while (count > 0)
		*at++ = digits[--count];
	return at;
}

size_t td_decimal_text(int64_t number, char *text)
{
	char *at = text;
	if (number < 0)
		*at++ = '-';
	at = td_decimal_put(at, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
	*at = '\0';
	return (size_t)(at - text);
}
