#include "common/folder.h"

#include "common/file.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static bool has_suffix(const char *name, const char *suffix)
{
	size_t size = strlen(name), end = strlen(suffix);
	return name[0] != '.' && size > end && strcmp(name + size - end, suffix) == 0;
}

/* Puts the name in its place. */
static bool add_name(td_folder_t *folder, const char *name)
{
	char *copy = strdup(name);
	if (copy == NULL)
		return false;
	size_t at = folder->count++;
	for (; at > 0 && strcmp(folder->files[at - 1].name, copy) > 0; at--)
		folder->files[at].name = folder->files[at - 1].name;
	folder->files[at].name = copy;
	return true;
}

static bool list_names(const char *path, const char *suffix, td_folder_t *folder, td_err_t *err)
{
	DIR *entries = opendir(path);
	bool ok = true;
	if (entries == NULL)
		return td_err_set(err, TD_ENOINPUT, "%s: %s", path, strerror(errno));
	for (struct dirent *entry = readdir(entries); ok && entry != NULL;
	     entry = readdir(entries)) {
		if (!has_suffix(entry->d_name, suffix))
			continue;
		if (folder->count == TD_FOLDER_FILES_MAX)
			ok = td_err_set(err, TD_EDATA, "%s holds more than %d files *%s", path,
					TD_FOLDER_FILES_MAX, suffix);
		else if (!add_name(folder, entry->d_name))
			ok = td_err_set(err, TD_EMEMORY, "no memory for the files of %s", path);
	}
	(void)closedir(entries);
	if (ok && folder->count == 0)
		return td_err_set(err, TD_ENOINPUT, "%s holds no files *%s", path, suffix);
	return ok;
}

bool td_folder_read(const char *path, const char *suffix, td_folder_t *folder, td_err_t *err)
{
	char file[PATH_MAX];
	*folder = (td_folder_t){0};
	if (!list_names(path, suffix, folder, err))
		return false;
	for (size_t i = 0; i < folder->count; i++) {
		int length = snprintf(file, sizeof file, "%s/%s", path, folder->files[i].name);
		if (length < 0 || (size_t)length >= sizeof file)
			return td_err_set(err, TD_ENOINPUT, "%.100s...: the path is too long",
					  path);
		folder->contents[i] = td_buf_make(TD_FOLDER_FILE_MAX);
		if (!td_file_read(file, &folder->contents[i], err)) {
			if (err->code == TD_EMEMORY) /* it is longer than a table may be */
				err->code = TD_EDATA;
			return false;
		}
		folder->files[i].content = td_buf_slice(&folder->contents[i]);
	}
	return true;
}

void td_folder_free(td_folder_t *folder)
{
	for (size_t i = 0; i < folder->count; i++) {
		free((char *)folder->files[i].name);
		td_buf_free(&folder->contents[i]);
	}
	folder->count = 0;
}
