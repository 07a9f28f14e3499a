#include "producers/signer.h"

#include "common/file.h"
#include "proto/json_text.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool no_memory(td_err_t *err)
{
	return td_err_set(err, TD_EMEMORY, "no memory for the key");
}

/* The key's own number, and what follows from it. */
static bool fill(EVP_PKEY *key, const char *path, td_signer_t *signer, td_err_t *err)
{
	size_t size = TD_SEED_SIZE;
	if (EVP_PKEY_id(key) != EVP_PKEY_ED25519 ||
	    EVP_PKEY_get_raw_private_key(key, signer->seed, &size) != 1)
		return td_err_set(err, TD_ECONFIG,
				  "%s holds no Ed25519 key; 'thidua producer key' makes one", path);
	if (!td_signature_public(signer->seed, signer->key))
		return no_memory(err);
	td_signature_key_id(signer->key, signer->id);
	return true;
}

bool td_signer_read(const char *path, td_signer_t *signer, td_err_t *err)
{
	char pem[TD_SECRET_MAX];
	if (!td_file_read_secret(path, pem, sizeof pem, err))
		return false;
	BIO *text = BIO_new_mem_buf(pem, -1);
	/* An encrypted key would ask for its password on the terminal: there is none to give. */
	EVP_PKEY *key =
		text == NULL ? NULL : PEM_read_bio_PrivateKey(text, NULL, NULL, (char[]){""});
	bool fine = key != NULL
			    ? fill(key, path, signer, err)
			    : td_err_set(err, TD_ECONFIG,
					 "%s holds no private key in PEM without a password", path);
	EVP_PKEY_free(key);
	BIO_free(text);
	OPENSSL_cleanse(pem, sizeof pem);
	return fine;
}

static bool write_pem(EVP_PKEY *key, const char *path, td_err_t *err)
{
	char *pem = NULL;
	BIO *text = BIO_new(BIO_s_mem());
	bool fine = text != NULL &&
		    PEM_write_bio_PKCS8PrivateKey(text, key, NULL, NULL, 0, NULL, NULL) == 1;
	long size = fine ? BIO_get_mem_data(text, &pem) : 0;
	if (size <= 0)
		fine = no_memory(err);
	fine = fine && td_file_write_durable(path, (td_slice_t){(const uint8_t *)pem, (size_t)size},
					     0600, err);
	if (size > 0)
		OPENSSL_cleanse(pem, (size_t)size);
	BIO_free(text);
	return fine;
}

bool td_signer_make(const char *path, td_signer_t *signer, td_err_t *err)
{
	if (td_file_exists(path))
		return td_err_set(err, TD_ECONFIG, "%s is there already", path);
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (key == NULL)
		return no_memory(err);
	bool fine = fill(key, path, signer, err) && write_pem(key, path, err);
	EVP_PKEY_free(key);
	return fine;
}

void td_signer_clear(td_signer_t *signer)
{
	OPENSSL_cleanse(signer, sizeof *signer);
}

void td_signer_public(const td_signer_t *signer, char text[TD_SIGNER_PUBLIC_SIZE])
{
	td_buf_t out = td_buf_make(TD_SIGNER_PUBLIC_SIZE);
	td_base64_add(&out, (td_slice_t){signer->key, sizeof signer->key});
	(void)snprintf(text, TD_SIGNER_PUBLIC_SIZE, "%.*s", (int)out.size, (const char *)out.data);
	td_buf_free(&out);
}
