package io.jadegate.filters.authenticate;

import io.jadegate.api.http.FieldName;

/// Whom a client believes to be speaking to (RFC 9110 §11.6, §11.7).
enum Face {
    ORIGIN(401, FieldName.AUTHORIZATION, FieldName.WWW_AUTHENTICATE, "restricted"),
    PROXY(407, FieldName.PROXY_AUTHORIZATION, FieldName.PROXY_AUTHENTICATE, "proxy");

    final int status;
    final FieldName credentials;
    final FieldName challenge;
    final String basic;

    Face(int status, FieldName credentials, FieldName challenge, String realm) {
        this.status = status;
        this.credentials = credentials;
        this.challenge = challenge;
        this.basic = "Basic realm=\"" + realm + "\", charset=\"UTF-8\"";
    }
}
