package io.jadegate.filters.authenticate;

import io.jadegate.api.filter.Decision;
import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.LocalResponse.Field;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.filter.RequestValues;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.identity.Answer;
import io.jadegate.api.identity.Authenticator;
import io.jadegate.api.identity.Credentials;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Lets requests pass whose sender is known, and leaves the user's name in the exchange. The
/// credentials were for the gateway and end here.
///
/// Credentials that are wrong are refused even where none are needed: whoever shows some expects to
/// be somebody.
final class Authenticate implements HttpFilter {
    private static final HttpExchange.Key<Pending> PENDING =
            new HttpExchange.Key<>("authenticate.pending", Pending.class);

    private final Face face;
    private final List<Authenticator> authenticators;
    private final boolean optional;
    private final Authentications counts;

    /// Who the user is once a check has ended.
    private static final class Pending {
        // Written by the thread of the check, read on the event loop that it has woken.
        private volatile Answer.@Nullable Principal principal;
    }

    Authenticate(
            Face face,
            List<Authenticator> authenticators,
            boolean optional,
            Authentications counts) {
        this.face = face;
        this.authenticators = List.copyOf(authenticators);
        this.optional = optional;
        this.counts = counts;
    }

    @Override
    public Decision decide(HttpExchange exchange) {
        Answer.Principal before = exchange.get(Answer.Principal.KEY);
        if (before != null) {
            return decision(exchange, before);
        }
        var fields = exchange.received().fields();
        if (!fields.contains(face.credentials)) {
            return optional ? Decision.proceed() : refused(Reason.AUTHENTICATION_MISSING, 0);
        }
        Credentials credentials = CredentialsField.read(fields, face.credentials);
        if (credentials == null) {
            return refused(Reason.AUTHENTICATION_FAILED, 0);
        }
        for (Authenticator authenticator : authenticators) {
            Answer answer = authenticator.authenticate(credentials, exchange.clientAddress());
            if (answer != Answer.NotMine.INSTANCE) {
                exchange.edit().fields().remove(face.credentials);
                return decision(exchange, answer);
            }
        }
        return optional ? Decision.proceed() : refused(Reason.AUTHENTICATION_FAILED, 0);
    }

    /// About a tunnel that has been opened by somebody who was known then. A password need not be
    /// held against a hash for that again.
    private Decision decision(HttpExchange exchange, Answer.Principal before) {
        for (Authenticator authenticator : authenticators) {
            if (authenticator.stillKnows(before)) {
                identified(exchange, before);
                return Decision.proceed();
            }
        }
        return refused(Reason.AUTHENTICATION_FAILED, 0);
    }

    private static void identified(HttpExchange exchange, Answer.Principal principal) {
        exchange.put(RequestValues.USER, principal.name());
        exchange.put(Answer.Principal.KEY, principal);
    }

    private Decision decision(HttpExchange exchange, Answer answer) {
        return switch (answer) {
            case Answer.NotMine _ -> Decision.proceed();
            case Answer.Principal principal -> {
                identified(exchange, principal);
                yield Decision.proceed();
            }
            case Answer.Refused(Reason reason, int retryAfter) -> refused(reason, retryAfter);
            case Answer.Later(String what, Answer.Check check) -> {
                var pending = new Pending();
                exchange.put(PENDING, pending);
                yield new Decision.Await(
                        what,
                        outcome ->
                                check.begin(known -> outcome.decided(concluded(pending, known))));
            }
        };
    }

    private Decision concluded(Pending pending, Answer.Known known) {
        return switch (known) {
            case Answer.Principal principal -> {
                pending.principal = principal;
                yield Decision.proceed();
            }
            case Answer.Refused(Reason reason, int retryAfter) -> refused(reason, retryAfter);
        };
    }

    @Override
    public void commit(HttpExchange exchange, Decision decision) {
        if (decision instanceof Decision.Respond(LocalResponse response)) {
            counts.refused(response.reason());
            return;
        }
        Pending pending = exchange.get(PENDING);
        Answer.Principal principal = pending == null ? null : pending.principal;
        if (principal != null) {
            identified(exchange, principal);
        }
        if (exchange.get(RequestValues.USER) == null) {
            counts.anonymous();
        } else {
            counts.verified();
        }
    }

    private Decision refused(Reason reason, int retryAfter) {
        List<Field> fields = new ArrayList<>(1);
        boolean challenge = reason.status() == Reason.AUTHENTICATION_MISSING.status();
        if (challenge) {
            fields.add(new Field(face.challenge, face.basic));
        }
        if (retryAfter > 0) {
            fields.add(new Field(FieldName.RETRY_AFTER, Integer.toString(retryAfter)));
        }
        Reason told = challenge ? reason.withStatus(face.status) : reason;
        return Decision.respond(new LocalResponse(told.status(), told, null, fields, null));
    }
}
