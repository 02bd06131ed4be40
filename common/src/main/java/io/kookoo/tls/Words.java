package io.kookoo.tls;

import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** Why TLS has failed, for people: what Java says of it is for programmers. */
final class Words {
    private static final String ALERT = "Received fatal alert: ";

    private Words() {}

    /** @param shown whether this side has shown a certificate */
    static String of(SSLException e, boolean shown) {
        String message = String.valueOf(e.getMessage());
        // Some versions of Java begin with the alert, too.
        int alert = message.indexOf(ALERT);
        if (alert >= 0) {
            return ofAlert(message.substring(alert + ALERT.length()), shown);
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            String said = String.valueOf(cause.getMessage());
            if (cause instanceof CertificateExpiredException) {
                return "its certificate has expired (" + said + ")";
            }
            if (cause instanceof CertificateNotYetValidException) {
                return "its certificate is not valid yet (" + said + ")";
            }
            if (said.contains("No subject alternative") || said.contains("No name matching")) {
                return "its certificate is for another host (" + said + ")";
            }
            if (said.contains("unable to find valid certification path")
                    || said.contains("Path does not chain with any of the trust anchors")) {
                return "its certificate is signed by nobody who is trusted here";
            }
            if (said.contains("Empty client certificate chain")) {
                return "it has shown no certificate, and one is needed";
            }
        }
        return message;
    }

    private static String ofAlert(String alert, boolean shown) {
        return switch (alert.toLowerCase(Locale.ROOT)) {
            case "bad_certificate",
                    "certificate_unknown",
                    "unknown_ca",
                    "certificate_expired",
                    "certificate_revoked",
                    "unsupported_certificate",
                    "certificate_required" ->
                shown
                        ? "the other side refuses the certificate that is shown to it (" + alert + ")"
                        : "the other side needs a certificate, and is shown none; name one in [Security] keystore";
            case "protocol_version" ->
                "the other side has no version of TLS in common, here 1.3 and 1.2 (" + alert + ")";
            case "handshake_failure" ->
                "the other side does not agree to anything that is offered, or needs a certificate (" + alert + ")";
            default -> "the other side says " + alert;
        };
    }
}
