package io.jadegate.proxy.tls;

import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Failure.Kind;
import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// What it means that TLS with an endpoint failed, in a handshake or later.
public final class TlsFailures {
    /// As the JDK and as BoringSSL tell of an alert that was received (RFC 8446 §6).
    private static final Pattern ALERT =
            Pattern.compile(
                    "Received fatal alert:"
                            + " ([a-z_]+)|(?:SSLV3|TLSV1|TLSV1_3)_(?:ALERT_)?([A-Z_0-9]+)");

    private TlsFailures() {}

    /// Whether the trouble is one of TLS and not of the connection below it.
    public static boolean isTls(Throwable trouble) {
        for (@Nullable Throwable cause = trouble; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return true;
            }
        }
        return false;
    }

    /// @param trouble what was thrown
    public static Failure of(Throwable trouble) {
        String detail = "";
        for (@Nullable Throwable cause = trouble; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateRefused refused) {
                return refused.failure();
            }
            if (cause instanceof NotSslRecordException) {
                return new Failure(Kind.TLS_BROKEN, "the endpoint does not speak TLS");
            }
            if (cause instanceof ClosedChannelException) {
                return new Failure(
                        Kind.TLS_BROKEN, "the endpoint ended the connection in the handshake");
            }
            String message = cause.getMessage();
            if (message != null) {
                Matcher alert = ALERT.matcher(message);
                if (alert.find()) {
                    return new Failure(Kind.TLS_ALERT, "alert " + name(alert));
                }
                detail = message;
            }
        }
        return new Failure(Kind.TLS_BROKEN, detail.isEmpty() ? null : detail);
    }

    private static String name(Matcher alert) {
        String lower = alert.group(1);
        return lower != null ? lower : alert.group(2).toLowerCase(Locale.ROOT);
    }
}
