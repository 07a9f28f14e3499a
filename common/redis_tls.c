#include "common/redis_internal.h"

#ifdef TD_HAVE_REDIS_TLS

#include <arpa/inet.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

/* hiredis' own contexts do not check whose certificate it is; this one does. */
struct td_redis_tls {
	int unused; /* an SSL_CTX, seen through our type */
};

static SSL_CTX *context_of(td_redis_tls_t *tls)
{
	return (SSL_CTX *)(void *)tls;
}

static bool fail(td_err_t *err, td_code_t code, const char *what)
{
	char reason[160];
	ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
	ERR_clear_error();
	return td_err_set(err, code, "[redis] tls: %s: %s", what, reason);
}

static bool load(SSL_CTX *made, const td_redis_settings_t *settings, td_err_t *err)
{
	if (SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION) != 1)
		return fail(err, TD_ECONFIG, "TLS 1.2");
	SSL_CTX_set_verify(made, SSL_VERIFY_PEER, NULL);
	int trusts = settings->tls_ca ? SSL_CTX_load_verify_locations(made, settings->tls_ca, NULL)
				      : SSL_CTX_set_default_verify_paths(made);
	if (trusts != 1)
		return fail(err, TD_ECONFIG, settings->tls_ca ? settings->tls_ca : "system's");
	if (!settings->tls_cert)
		return true;
	if (SSL_CTX_use_certificate_chain_file(made, settings->tls_cert) != 1)
		return fail(err, TD_ECONFIG, settings->tls_cert);
	const char *key = settings->tls_key ? settings->tls_key : settings->tls_cert;
	if (SSL_CTX_use_PrivateKey_file(made, key, SSL_FILETYPE_PEM) != 1)
		return fail(err, TD_ECONFIG, key);
	return true;
}

td_redis_tls_t *td_redis_tls_new(const td_redis_settings_t *settings, td_err_t *err)
{
	SSL_CTX *made = SSL_CTX_new(TLS_client_method());
	if (!made) {
		(void)fail(err, TD_EMEMORY, "context");
		return NULL;
	}
	if (load(made, settings, err))
		return (td_redis_tls_t *)(void *)made;
	SSL_CTX_free(made);
	return NULL;
}

void td_redis_tls_free(td_redis_tls_t *tls)
{
	SSL_CTX_free(context_of(tls));
}

/* The certificate must be for `host`, a name or an address. */
static bool expect_host(SSL *session, const char *host)
{
	uint8_t address[sizeof(struct in6_addr)];
	if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) == 1;
	return host[0] == '/' ||
	       (SSL_set1_host(session, host) == 1 && SSL_set_tlsext_host_name(session, host) == 1);
}

/* Why the handshake failed: a certificate that we do not trust is a matter of settings. */
static bool refuse(const SSL *session, const char *host, const redisContext *context, td_err_t *err)
{
	long verdict = SSL_get_verify_result(session);
	if (verdict == X509_V_OK)
		return td_err_set(err, TD_EUNAVAILABLE, "Redis at %s, TLS: %s", host,
				  context->errstr);
	return td_err_set(err, TD_ECONFIG, "Redis at %s, TLS: its certificate is not trusted: %s",
			  host, X509_verify_cert_error_string(verdict));
}

bool td_redis_tls_begin(td_redis_tls_t *tls, const char *host, redisContext *context, td_err_t *err)
{
	SSL *session = SSL_new(context_of(tls));
	if (!session || !expect_host(session, host)) {
		SSL_free(session);
		return fail(err, TD_EMEMORY, host);
	}
	/* From here on the session belongs to the connection, unless this fails. */
	if (redisInitiateSSL(context, session) == REDIS_OK)
		return true;
	(void)refuse(session, host, context, err);
	SSL_free(session);
	return false;
}

#else

td_redis_tls_t *td_redis_tls_new(const td_redis_settings_t *settings, td_err_t *err)
{
	(void)settings;
	(void)td_err_set(err, TD_ECONFIG,
			 "[redis] tls: this build's hiredis has no TLS (1.0 or newer has); use a "
			 "tunnel, or build with a newer one");
	return NULL;
}

void td_redis_tls_free(td_redis_tls_t *tls)
{
	(void)tls; /* there never is one */
}

bool td_redis_tls_begin(td_redis_tls_t *tls, const char *host, redisContext *context, td_err_t *err)
{
	(void)tls;
	(void)context;
	return td_err_set(err, TD_EBUG, "TLS to %s without TLS", host);
}

#endif
