package io.kookoo.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Whether to trust a peer that shows the very certificate of this side: it has the same private key. So a server and its local clients, which
 * share their files, know each other, whoever has signed the certificate and whichever names it has.
 */
enum OwnPeer {
    /** A client of such a kind; its own certificate is no reason for others. */
    TRUSTED,
    /** Everybody is verified. */
    VERIFIED;

    X509ExtendedTrustManager over(X509ExtendedTrustManager others, X509Certificate own) {
        return this == VERIFIED || own == null ? others : new Trust(others, own);
    }

    private static final class Trust extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager others;
        private final X509Certificate own;

        Trust(X509ExtendedTrustManager others, X509Certificate own) {
            this.others = others;
            this.own = own;
        }

        private boolean isOwn(X509Certificate[] chain) {
            return chain != null && chain.length > 0 && chain[0].equals(own);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            if (!isOwn(chain)) {
                others.checkClientTrusted(chain, authType, engine);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            if (!isOwn(chain)) {
                others.checkServerTrusted(chain, authType, engine);
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            if (!isOwn(chain)) {
                others.checkClientTrusted(chain, authType, socket);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            if (!isOwn(chain)) {
                others.checkServerTrusted(chain, authType, socket);
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            if (!isOwn(chain)) {
                others.checkClientTrusted(chain, authType);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            if (!isOwn(chain)) {
                others.checkServerTrusted(chain, authType);
            }
        }

        /** None are named: then a client shows what it has, also where somebody unnamed has signed it. */
        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
