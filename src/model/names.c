// SPDX-License-Identifier: GPL-2.0-or-later
// Which texts may be names. ASCII alone, whatever the locale.
#include "model/names.h"

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return is_lower(c) || (c >= 'A' && c <= 'Z');
}

static bool is_variable_character(char c)
{
	return is_letter(c) || is_digit(c) || c == '_';
}

static bool is_dashed_character(char c)
{
	return is_variable_character(c) || c == '-';
}

static bool is_slug_character(char c)
{
	return is_lower(c) || is_digit(c) || c == '-';
}

static bool is_id_character(char c)
{
	return is_dashed_character(c) || c == '.';
}

static bool name_is_of(const char *name, bool (*is_character)(char))
{
	size_t len = 0;
	while (name[len] && len <= NAME_BYTES_MAX && is_character(name[len]))
		len++;
	return len && len <= NAME_BYTES_MAX && !name[len];
}

bool name_is_variable(const char *name)
{
	return name_is_of(name, is_variable_character) && !is_digit(*name);
}

bool name_is_dashed(const char *name)
{
	return name_is_of(name, is_dashed_character) && !is_digit(*name) && *name != '-';
}

bool name_is_slug(const char *name)
{
	return name_is_of(name, is_slug_character);
}

bool name_is_id(const char *name)
{
	return name_is_of(name, is_id_character);
}
